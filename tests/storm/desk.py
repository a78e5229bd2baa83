"""What stands in the staff's group when the storm is over, and what is wrong with it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.dialogue.case import Value
from bot.dialogue.intake.form import SENT
from bot.i18n.markup import parse
from bot.i18n.text import Spoken, Text, text
from bot.sandbox.model import Chat, Message
from bot.sandbox.server import Sandbox
from bot.words import Words
from tests.applicants import Applicant
from tests.storm.submissions import TOKEN

_ISOLATES = dict.fromkeys(range(0x2066, 0x206A))
"""Marks that keep scripts of two directions apart; nobody sees them."""

_HEAD = re.compile(r"Case (?P<number>[2-9A-Z]{5})(?: \(part (?P<part>\d+) of (?P<parts>\d+)\))?")


@dataclass
class Desk:
    """One look at the group. `wrong`: what must not be; the figures count what may."""

    sandbox: Sandbox
    words: Words
    people: list[Applicant]
    wrong: list[str] = field(default_factory=list)
    cases: int = 0
    cards: int = 0
    repeats: int = 0
    """Cards, lines and told people that are marked as a possible repeat."""
    files: int = 0
    empty: int = 0
    """Topics that hold nothing: the answer to their making was lost."""

    def __post_init__(self) -> None:
        self._english = self.words.languages["en"]
        known = {one.number: one for one in self.people if one.number is not None}
        topics: dict[str, list[list[Message]]] = {}
        for id, topic in self.group.topics.items():
            number = topic.name.partition(" ")[0]
            if number not in known:
                self.wrong.append(f"a topic of nobody's: {topic.name}")
            topics.setdefault(number, []).append([m for m in self._said if m.thread_id == id])
        for message in self._said:
            if message.thread_id not in self.group.topics:
                self.wrong.append(f"outside of every topic: {_words(message)[:60]}")
        for one in self.people:
            self._person(one)
            if one.number is not None:
                self._case(one, one.number, topics.get(one.number, []))

    @property
    def group(self) -> Chat:
        assert self.sandbox.staff_chat_id is not None
        return self.sandbox.world.chats[self.sandbox.staff_chat_id]

    @property
    def _said(self) -> list[Message]:
        """What the bot posted, oldest first."""
        bot = self.sandbox.world.bot
        return [
            one for one in self.group.messages.values() if one.sender is bot and not one.service
        ]

    # ── the person ──

    def _person(self, one: Applicant) -> None:
        name = one.user.name
        if len(one.numbers) != 1:
            self.wrong.append(f"{name} has {len(one.numbers)} numbers, and stands at {one.step}")
            return
        read = [_words(message) for message in one.read]
        language = self.words.languages.match(one.user.language_code).language
        once, again = (
            read.count(_shown(language.say(text(id, ref=one.number or ""))))
            for id in ("desk.delivered", "desk.delivered-again")
        )
        self.repeats += again
        if once > 1 or not once + again:
            self.wrong.append(f"{name} was told {once} times that it arrived")
        if foreign := {one for said in read for one in TOKEN.findall(said)} - _own(one):
            self.wrong.append(f"{name} was shown words of others: {sorted(foreign)}")

    # ── the case ──

    def _case(self, one: Applicant, number: str, topics: list[list[Message]]) -> None:
        used = [said for said in topics if said]
        self.empty += len(topics) - len(used)
        if len(used) != 1:
            self.wrong.append(f"case {number} stands in {len(used)} topics")
            return
        (said,) = used
        self.cases += 1
        heads: Counter[tuple[str, bool]] = Counter()
        cards: list[str] = []
        files: Counter[str] = Counter()
        again = 0
        for message in said:
            words, head = _words(message), _HEAD.match(_words(message))
            marked = self._mark in words
            if message.media:
                files[message.caption or ""] += 1
            elif head is not None and head["number"] == number and self._follow in words:
                again += marked
            elif head is not None and head["number"] == number:
                heads[head[0], marked] += 1
                cards.append(words)
            else:
                self.wrong.append(f"in the topic of {number} stands: {words[:60]}")
            self.repeats += marked
        self._cards(one, number, heads, cards, empty=len(topics) > 1)
        self._files(one, number, files, again)
        whole = "\n".join(_words(message) for message in said)
        if foreign := {*TOKEN.findall(whole)} - _own(one):
            self.wrong.append(f"case {number} holds words of others: {sorted(foreign)}")
        if not any(message.pinned for message in said):
            self.wrong.append(f"no card of {number} is pinned")

    def _cards(
        self,
        one: Applicant,
        number: str,
        heads: Counter[tuple[str, bool]],
        cards: list[str],
        *,
        empty: bool,
    ) -> None:
        self.cards += len(cards)
        unmarked = [head for (head, marked), times in heads.items() if not marked and times > 1]
        if unmarked:
            self.wrong.append(f"case {number} stands there twice, unmarked")
        if empty and not any(marked for _, marked in heads):
            self.wrong.append(f"case {number} left an empty topic behind, and does not say so")
        found = [head for head in map(_HEAD.match, cards) if head is not None]
        parts = max((int(head["parts"] or 1) for head in found), default=1)
        if parts != len({head[0] for head in found}):
            self.wrong.append(f"case {number} has {len(found)} of {parts} parts")
        # Each copy says everything; one in several parts does so with all of them.
        for card in cards if parts == 1 else ["\n".join(cards)]:
            self._answers(one, number, card.split("\n"))

    def _answers(self, one: Applicant, number: str, lines: list[str]) -> None:
        known = {self._label(step.id) for step in self.words.form.steps}
        spoken = self.words.languages.match(one.user.language_code).language
        named = self._english.name_of(spoken.code)
        expected = {line for id in one.told for line in self._expected(one, id)}
        expected.add(self._plain(text("desk.language", language=named or "")))
        for line in expected:
            if line not in lines:
                self.wrong.append(f"case {number} lacks “{line[:60]}”")
        for line in lines:
            label, colon, _ = line.partition(":")
            if colon and label in known and line not in expected:
                self.wrong.append(f"case {number} says “{line[:60]}”, which nobody told")

    def _files(self, one: Applicant, number: str, files: Counter[str], again: int) -> None:
        wanted = Counter(report.caption for report in one.reports)
        self.files += files.total()
        if set(files) != set(wanted):
            self.wrong.append(f"case {number} has {len(files)} of {len(wanted)} files")
        if any(times > 1 + again for times in files.values()):
            self.wrong.append(f"a file of case {number} stands there twice, unmarked")

    # ── words ──

    @property
    def _mark(self) -> str:
        return _shown(self._english.say(text("desk.repeat")))

    @property
    def _follow(self) -> str:
        return _shown(self._english.say(text("desk.files-follow")))

    def _label(self, id: str) -> str:
        return self._plain(self.words.form.say(id, "en").label)

    def _plain(self, said: Text) -> str:
        return _shown(self._english.say(said))

    def _expected(self, one: Applicant, id: str) -> Iterator[str]:
        """The lines of the card for one answer."""
        form, label = self.words.form, self._label(id)
        step = form.field(id)
        assert step is not None
        value: Value = SENT if id == "reports" and one.reports else one.told[id]
        if value == SENT:
            yield f"{label}: {self._plain(text('desk.files', n=len(one.reports)))}"
            return
        pieces = (value,) if isinstance(value, str) else value
        own = [piece for piece in pieces if TOKEN.search(piece)]
        options = [piece for piece in pieces if piece not in own]
        if len(own) == len(pieces) and all(len(words) <= 60 for words in own):
            quoted = step.kind in {"choice", "many"}
            yield f"{label}: “{own[0]}”" if quoted else f"{label}: {own[0]}"
            if "card" in step.seen_by:
                # The card itself holds no word of theirs (P14).
                yield f"{label}: {self._plain(text('desk.own-words'))}"
            return
        if options:
            said = "; ".join(
                self._plain(word) for each in options for word in form.answer(id, each, "en")
            )
            yield f"{label}: {said}"
        elif own:
            yield f"{label}:"
        yield from (words.strip() for words in own)


def _shown(said: Spoken) -> str:
    return parse(said).text.translate(_ISOLATES)


def _words(message: Message) -> str:
    return ((message.text or "") + (message.caption or "")).translate(_ISOLATES)


def _own(one: Applicant) -> set[str]:
    """The token of a person, however it is written."""
    mine = f"Q{int(one.user.name.split()[1]):03}Q"
    return {mine, mine.lower()}
