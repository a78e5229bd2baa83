"""Judges what the bot can say: languages, pages, and who it says runs it."""

from collections.abc import Iterator

from bot.doctor.finding import Finding, listed, plain
from bot.i18n.problem import Problem
from bot.settings import Settings
from bot.words import Words


def about_words(
    words: Words | None, errors: list[Problem], notices: list[Problem]
) -> Iterator[Finding]:
    """The languages, and what is wrong with catalogs and pages."""
    if words is None:
        first = plain(str(errors[0]), 300)
        said = f"The bot cannot start with them: {len(errors)} to mend, the first is {first}"
        yield Finding("bad", "Words", said, "`python -m bot check` tells all of them.")
        return
    offered = ", ".join(language.tag for language in words.languages.offered)
    unfinished = {code for code, one in words.languages.items() if one.status == "draft"}
    drafts = [words.languages[code].tag for code in sorted(unfinished)]
    # Nobody is offered a draft: what it lacks is its translators' work, and no operator's.
    notices = [one for one in notices if unfinished.isdisjoint(one.path.split("/"))]
    said = f"Offered: {offered}."
    if drafts:
        said += f" Not offered, because drafts: {', '.join(drafts)}."
    if errors or notices:
        count = f"{len(errors)} to mend, {len(notices)} to look at."
        yield Finding("look", "Words", f"{said} {count}", "`python -m bot check` tells which.")
    else:
        yield Finding("ok", "Words", f"{said} Nothing is wrong with catalogs and pages.")


def about_disclosure(settings: Settings) -> Iterator[Finding]:
    """What people are told about who runs this."""
    closed = "and consultations stay closed."
    if settings.operator_name:
        yield Finding("ok", "Operator", f"Named in /privacy: {plain(settings.operator_name)}.")
    else:
        yield Finding(
            "look",
            "Operator",
            f"OPERATOR_NAME is not set: /privacy says that nobody gave a name yet, {closed}",
            "Set it to the clinic or the people who run this bot.",
        )
    if settings.operator_contact:
        said = f"Named to people: {plain(settings.operator_contact)}."
        yield Finding("ok", "Contact", said)
    else:
        yield Finding(
            "look",
            "Contact",
            f"OPERATOR_CONTACT is not set: people learn of no other way to reach you, {closed}",
            "Set it to a telephone number or an address that somebody answers.",
        )
    if settings.operator_country and settings.staff_countries:
        read = listed(list(settings.staff_countries))
        said = f"The consents name them: kept in {settings.operator_country}, read from {read}."
        yield Finding("ok", "Countries", said)
    else:
        yield Finding(
            "look",
            "Countries",
            "OPERATOR_COUNTRY and STAFF_COUNTRIES are not both set: no consent can say where what "
            f"people tell is kept and from where it is read, {closed}",
            "Set both to country codes, like DE and DE, CN.",
        )
    if settings.commercial_ties:
        yield Finding("ok", "Ties", "Pages about centres tell what COMMERCIAL_TIES says.")
    else:
        yield Finding(
            "look",
            "Ties",
            "COMMERCIAL_TIES is not set: pages about centres say that you have not stated whether "
            f"you have business ties with them, {closed}",
            "Set it to the ties there are, or to the word none.",
        )


def about_staff_languages(settings: Settings, words: Words | None) -> Iterator[Finding]:
    """Staff groups for a language that is not here: nobody would be sent to them."""
    if words is None:
        return
    for named in settings.staff_groups:
        if named.replace("-", "_") not in words.languages:
            yield Finding(
                "look",
                "Staff group",
                f"STAFF_GROUPS names “{plain(named)}”, which is no language of this bot.",
                f"Use one of: {', '.join(words.languages)}.",
            )
