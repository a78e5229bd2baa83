"""What goes to the person: replies, taking them back, mending them, ready-made answers."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.desk.acting import Act
from bot.desk.change import Reword, SendReply, TakeBack
from bot.desk.event import Wrote
from bot.desk.templates import filled
from bot.desk.turn import NOTHING, TAKEN, Note, StaffTurn
from bot.dialogue.case import CLOSED, TEAM, WITHDRAWN, Case, Letter
from bot.dialogue.screen import in_rows
from bot.i18n.language import Language
from bot.i18n.script import script
from bot.i18n.text import text

UNDO = timedelta(seconds=15)
"""For so long a reply can be taken back before it goes out (W5)."""

_SHOWS_THEIR_WORDS = ("card", "news", "said", "file", "prompt")
"""What a message of the bot is (Link.what) where a reply to it is for the person."""

_NAME = "I2"
"""The fact behind the question for a name."""


@dataclass(frozen=True, slots=True)
class Replies(Act):
    """Only what is meant for the person goes to them (desk.md, W5)."""

    def wrote(self, event: Wrote) -> StaffTurn:
        """A reply to what shows the person's words goes to them; everything else stays here."""
        if not self.view.member:
            return StaffTurn()
        return self._reworded(event) if event.edited else self._answering(event)

    def _answering(self, event: Wrote) -> StaffTurn:
        link, case = self.view.link, self.view.case
        if self.view.unknown:
            return self.told("desk.not-routed")
        if link is None:
            return StaffTurn()
        if not link.what.startswith(_SHOWS_THEIR_WORDS):
            return self.told("desk.stayed-here")
        if case is None:
            return self.told("desk.case-gone")
        return self.reply(case, event.words, event.kind, event.album)

    def reply(
        self, case: Case, words: str, kind: str = "text", album: str | None = None
    ) -> StaffTurn:
        """The words go to the person after a moment in which they can be taken back."""
        if (no := self.over(case)) is not None:
            return no
        letter = self._letter(words, kind, album)
        change = SendReply(case.number, letter, self.moment.now + UNDO)
        return StaffTurn((change,), self._other_language(case, words), reaction=TAKEN)

    def _letter(self, words: str, kind: str, album: str | None = None) -> Letter:
        spot = self.event.spot
        return Letter(
            TEAM,
            spot.group,
            spot.message,
            self.moment.now,
            kind,
            words,
            album,
            answers=spot.answers,
        )

    def _other_language(self, case: Case, words: str) -> tuple[Note, ...]:
        """A warning when the reply is in another script than the person's language."""
        theirs = self.ground.screens.languages.get(case.language)
        if theirs is None:
            return ()
        usual, written = script(theirs.label(text("menu.choose"))), script(words)
        if written in {None, usual}:
            return ()
        name = self.language.name_of(theirs.code) or theirs.name
        return (self.note("desk.other-language", language=name),)

    def _reworded(self, event: Wrote) -> StaffTurn:
        case = self.view.case
        if case is None or case.state in {WITHDRAWN, CLOSED}:
            return StaffTurn()
        words = re.sub(r"\A/reply(@\w+)?\s+", "", event.words)
        letter = replace(self._letter(words, event.kind), edited=self.moment.now)
        return StaffTurn((Reword(case.number, letter),))

    def told_to_reply(self, case: Case, words: str) -> StaffTurn:
        return self.reply(case, words) if words else self.prompt(case)

    def prompt(self, case: Case) -> StaffTurn:
        """A message to answer: what is answered to it goes to the person."""
        if (no := self.over(case)) is not None:
            return no
        prompt = self.note("desk.prompt", what="prompt", ref=case.number)
        return StaffTurn(notes=(replace(prompt, force=True),))

    def undo(self, case: Case) -> StaffTurn:
        """The reply that is answered, else the last one that still waits."""
        group, answered = self.event.spot.group, self.event.spot.answers
        waiting = {message for chat, message in self.view.pending if chat == group}
        chosen = answered if answered in waiting else max(waiting, default=None)
        if chosen is None:
            return self.told("desk.nothing-to-undo")
        change = TakeBack(case.number, (group, chosen))
        return StaffTurn((change,), (self.note("desk.undone"),), reaction=NOTHING, on=chosen)

    # ── templates ──

    def offered(self, case: Case, *, here: bool = False) -> StaffTurn:
        """Every ready-made answer; `here`: in place of the one that was looked at."""
        if (no := self.over(case)) is not None:
            return no
        # Titles for who chooses, words for who reads them.
        code = self.language.code
        keys = [
            self.key(one.title, "template", case.number, one.id)
            for one in self.ground.templates.for_language(code)
        ]
        body = self.note("desk.templates", *in_rows(keys), ref=case.number)
        return StaffTurn(edit=body) if here else StaffTurn(notes=(body,))

    def _spoken(self, case: Case) -> Language:
        languages = self.ground.screens.languages
        return languages.get(case.language, languages.default)

    def _template(self, case: Case, id: str) -> str | None:
        """Its words, filled in for this person; None when there is none of this name."""
        spoken = self._spoken(case)
        found = self.ground.templates.find(id, spoken.code)
        if found is None:
            return None
        field = next((one for one in self.ground.form.steps if one.fact == _NAME), None)
        name = str(case.answers.get(field.id, "")) if field is not None else ""
        return filled(found, self.ground.screens.languages[found.language], name, case.number)

    def preview(self, case: Case, id: str) -> StaffTurn:
        words = self._template(case, id)
        if words is None:
            return self.offered(case, here=True)
        send = self.key(text("button.desk-send"), "send", case.number, id, style="success")
        back = self.key(text("button.back"), "templates", case.number)
        shown = self.note(
            "desk.preview", (send,), (back,), what="prompt", ref=case.number, words=words
        )
        return StaffTurn(edit=shown)

    def send(self, case: Case, id: str) -> StaffTurn:
        words = self._template(case, id)
        if words is None:
            return self.offered(case, here=True)
        turn = self.reply(case, words)
        if not turn.changes:
            return turn
        said = self.note("desk.sending", ref=case.number, words=words)
        return replace(turn, edit=said)
