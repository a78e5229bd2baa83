"""Which staff group a case goes to, and the language that is spoken there."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.i18n.language import Language, Languages


@dataclass(frozen=True, slots=True)
class Desk:
    """A staff group (Telegram's id) and its language."""

    group: int
    language: Language


class Desks:
    """The groups of the settings: one for `default`, and others by the language of the person.

    A group speaks the language for which it is named in `groups`; the default one speaks English
    unless it is named there, too.
    """

    def __init__(
        self, languages: Languages, default: int | None, groups: Mapping[str, int] | None = None
    ) -> None:
        self._languages = languages
        self._own: dict[str, Desk] = {}
        for code, group in (groups or {}).items():
            language = languages.get(code)
            if language is not None:
                self._own[language.code] = Desk(group, language)
        self._default = None if default is None else Desk(default, self.speaker(default))

    @property
    def groups(self) -> frozenset[int]:
        """Every group that cases go to."""
        desks = (*self._own.values(), *((self._default,) if self._default else ()))
        return frozenset(desk.group for desk in desks)

    def of(self, language: str | None) -> Desk | None:
        """The desk for a person who speaks `language` (code or tag; None when that is not known).

        None when no group of the settings is meant for them.
        """
        known = self._languages.get(language) if language else None
        own = self._own.get(known.code) if known is not None else None
        return own or self._default

    def language(self, code: str) -> Language:
        """The language of a person (code or tag), English where it is none of ours."""
        return self._languages.get(code, self._languages.default)

    def speaker(self, group: int) -> Language:
        """The language that is spoken in a group."""
        spoken = (desk.language for desk in self._own.values() if desk.group == group)
        return next(spoken, self._languages.default)
