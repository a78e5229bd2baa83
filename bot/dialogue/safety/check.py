"""Looking: phrases, hints, harmless idioms and calm sentences, over every language at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from bot.dialogue.safety.tokens import Keys, Row, Vocabulary
from bot.dialogue.safety.words import Alarm, AlarmWords, Phrase

_HINTS_NEEDED = 2


class _Wordings:
    """All wordings of all lists, and the sets of them that stand in one place of a phrase."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._numbers: dict[Keys, int] = {}
        self._sets: dict[frozenset[str], int] = {}
        self._alone: dict[str, int] = {}
        self._longer: dict[str, dict[str, list[tuple[Keys, int]]]] = {}
        self.lengths: list[int] = []  # of a wording, in words
        self.members: list[frozenset[int]] = []  # of a set
        self.sets_of: list[int] = []  # a wording's sets, as bits

    def add(self, words: frozenset[str]) -> int:
        """The number of the set of these words."""
        if words not in self._sets:
            number = self._sets[words] = len(self.members)
            self.members.append(frozenset(self._wording(word) for word in words))
            for wording in self.members[number]:
                self.sets_of[wording] |= 1 << number
        return self._sets[words]

    def _wording(self, word: str) -> int:
        keys = self._vocabulary.add(word)
        if keys not in self._numbers:
            number = self._numbers[keys] = len(self.lengths)
            self.lengths.append(len(keys))
            self.sets_of.append(0)
            first, *rest = keys
            if rest:
                seconds = self._longer.setdefault(first, {})
                seconds.setdefault(rest[0], []).append((tuple(rest[1:]), number))
            else:
                self._alone[first] = number
        return self._numbers[keys]

    def find(self, row: Row) -> "_Found":
        """Every wording in the row, with its places."""
        keys, alone, longer = row.keys, self._alone, self._longer
        places: dict[int, int] = {}
        last = len(keys) - 1
        for place, here in enumerate(keys):
            for key in here:
                if (wording := alone.get(key)) is not None:
                    places[wording] = places.get(wording, 0) | 1 << place
                if place < last and (seconds := longer.get(key)) is not None:
                    for second in keys[place + 1]:
                        for rest, wording in seconds.get(second, ()):
                            if _follows(keys, place + 2, rest):
                                places[wording] = places.get(wording, 0) | 1 << place
        joined: dict[int, int] = {}
        for place, key in row.joined:
            if (wording := alone.get(key)) is not None:
                joined[wording] = joined.get(wording, 0) | 1 << place
        return _Found(self, places, joined)


def _follows(keys: list[Keys], place: int, rest: Keys) -> bool:
    if place + len(rest) > len(keys):
        return False
    return all(key in keys[place + number] for number, key in enumerate(rest))


class _Found:
    """Where the wordings stand in one text."""

    __slots__ = ("_by_set", "_joined", "_wordings", "places", "sets")

    def __init__(self, wordings: _Wordings, places: dict[int, int], joined: dict[int, int]) -> None:
        self._wordings, self._joined = wordings, joined
        self.places = places  # wording -> where it begins, as bits
        self._by_set: dict[int, list[tuple[int, int]]] = {}
        self.sets = 0  # the sets of which something was found, as bits
        for wording in self.wordings():
            self.sets |= wordings.sets_of[wording]

    def wordings(self) -> Iterator[int]:
        """All wordings that were found."""
        return chain(self.places, self._joined)

    def of(self, number: int) -> list[tuple[int, int]]:
        """For a set of wordings: (length in words, where one of that length begins)."""
        found = self._by_set.get(number)
        if found is None:
            lengths: dict[int, int] = {}
            for wording in self._wordings.members[number] & self.places.keys():
                length = self._wordings.lengths[wording]
                lengths[length] = lengths.get(length, 0) | self.places[wording]
            for wording in self._wordings.members[number] & self._joined.keys():
                lengths[2] = lengths.get(2, 0) | self._joined[wording]
            found = self._by_set[number] = list(lengths.items())
        return found

    def without(self, harmless: int) -> "_Found":
        """What remains when the words at the harmless places are left out."""
        lengths = self._wordings.lengths
        return _Found(
            self._wordings,
            {
                wording: rest
                for wording, bits in self.places.items()
                if (rest := _outside(bits, lengths[wording], harmless))
            },
            {
                wording: rest
                for wording, bits in self._joined.items()
                if (rest := _outside(bits, 2, harmless))
            },
        )


def _outside(bits: int, length: int, harmless: int) -> int:
    for place in range(length):
        bits &= ~(harmless >> place)
    return bits


Sign = tuple[Alarm, int | None]  # what a phrase means; with the number of its entry, but a hint


@dataclass(frozen=True, slots=True)
class _Track:
    """A phrase ready for matching: its steps as (set of wordings, apart, may lack)."""

    steps: tuple[tuple[int, int, bool], ...]
    needs: int  # sets without which it cannot stand there, as bits
    means: tuple[Sign, ...] = ()

    def ends(self, found: _Found, passable: int) -> int:
        """The places where the phrase ends. `passable`: the places it may reach (all but walls)."""
        if self.needs & found.sets != self.needs:
            return 0
        return self._forward(found, passable)[-1][1]

    def covered(self, found: _Found, passable: int) -> int:
        """The places of all words that belong to the phrase, wherever it stands."""
        if not self.ends(found, passable):
            return 0
        trail = self._forward(found, passable)
        covered, wanted = 0, trail[-1][1]
        for number in range(len(self.steps) - 1, -1, -1):
            wording, apart, may_lack = self.steps[number]
            begun = 0
            for length, bits in found.of(wording):
                here = (wanted >> (length - 1)) & bits & trail[number][0]
                begun |= here
                for place in range(length):
                    covered |= here << place
            if number:
                before = back = begun >> 1
                for _ in range(apart):
                    back = (back & passable) >> 1
                    before |= back
                before &= trail[number - 1][1]
                wanted = before | (wanted & trail[number - 1][1] if may_lack else 0)
        return covered

    def _forward(self, found: _Found, passable: int) -> list[tuple[int, int]]:
        """For each step: where it may begin, and where it ends."""
        trail: list[tuple[int, int]] = []
        ends = 0
        for wording, apart, may_lack in self.steps:
            if trail:
                begin = reach = (ends << 1) & passable
                for _ in range(apart):
                    reach = (reach << 1) & passable
                    begin |= reach
            else:
                begin = -1
            after = ends if may_lack else 0
            for length, bits in found.of(wording):
                here = begin & bits
                for place in range(1, length):
                    here &= passable >> place
                after |= here << (length - 1)
            ends = after
            trail.append((begin, ends))
        return trail


class _Tracks:
    """Phrases of one purpose, found by the rarest set of wordings that each of them needs."""

    def __init__(self, wordings: _Wordings, tracks: Iterable[_Track]) -> None:
        self._by_wording: dict[int, list[_Track]] = {}
        for track in tracks:
            anchor = min(
                (number for number, _, may_lack in track.steps if not may_lack),
                key=lambda number: max(
                    wordings.sets_of[wording].bit_count() for wording in wordings.members[number]
                ),
            )
            for wording in wordings.members[anchor]:
                self._by_wording.setdefault(wording, []).append(track)

    def near(self, found: _Found) -> Iterator[_Track]:
        """The phrases that may stand in a text with these words."""
        for wording in found.wordings():
            yield from self._by_wording.get(wording, ())

    def ends(self, found: _Found, passable: int) -> int:
        """The places where any of the phrases ends."""
        places = 0
        for track in self.near(found):
            places |= track.ends(found, passable)
        return places


class WordCheck:
    """Looks for despair and emergencies in any text, by the lists of all languages at once."""

    def __init__(self, words: Iterable[AlarmWords]) -> None:
        languages = tuple(words)
        same: dict[int, str] = {}
        groups: dict[str, set[str]] = {}
        for language in languages:
            same.update({ord(other): first for other, first in language.same.items()})
            for name, members in language.groups.items():
                groups.setdefault(name, set()).update(members)
        self._vocabulary = Vocabulary(same, languages)
        self._wordings = _Wordings(self._vocabulary)

        def tracks(phrases: Iterable[Phrase], *means: Sign) -> list[_Track]:
            made = []
            for phrase in phrases:
                steps = []
                for step in phrase:
                    members = frozenset(step.words).union(*(groups[name] for name in step.groups))
                    steps.append((self._wordings.add(members), step.apart, step.may_lack))
                needs = sum({1 << number for number, _, may_lack in steps if not may_lack})
                made.append(_Track(tuple(steps), needs, means))
            return made

        alarms = [
            track
            for language in languages
            for alarm in Alarm
            for track in tracks(language.alarms[alarm], (alarm, None))
        ]
        hints = [
            track
            for number, hint in enumerate(hint for words in languages for hint in words.hints)
            for track in tracks(hint.phrases, *((alarm, number) for alarm in hint.over))
        ]
        harmless = [track for language in languages for track in tracks(language.harmless)]
        calm = [
            (calm.over, tracks(calm.phrases), tracks(calm.still))
            for language in languages
            for calm in language.calm
        ]
        # Only now are all sets known, and with them which wordings are rare.
        self._alarms = _Tracks(self._wordings, alarms + hints)
        self._harmless = _Tracks(self._wordings, harmless)
        self._calm = [
            (over, _Tracks(self._wordings, say), _Tracks(self._wordings, still))
            for over, say, still in calm
        ]

    def look(self, text: str) -> frozenset[Alarm]:
        """The alarms in `text`. Never raises; time grows with the length, not with the content."""
        row = self._vocabulary.read(text)
        found = self._wordings.find(row)
        tracks = [track for track in self._alarms.near(found) if track.ends(found, row.passable)]
        likely = _enough(sign for track in tracks for sign in track.means)
        if not likely:
            return likely
        harmless = 0
        for track in self._harmless.near(found):
            harmless |= track.covered(found, row.quiet)
        clean = found.without(harmless) if harmless else found
        calmed = {alarm: self._calmed(alarm, found, clean, row) for alarm in likely}
        return _enough(
            (alarm, hint)
            for track in tracks
            for alarm, hint in track.means
            if alarm in likely and track.ends(clean, row.passable) & ~calmed[alarm]
        )

    def _calmed(self, alarm: Alarm, found: _Found, clean: _Found, row: Row) -> int:
        """The places of clauses that are harmless as a whole (`clean`: less what is harmless)."""
        calmed = 0
        for over, say, still in self._calm:
            if alarm not in over or not (said := say.ends(found, row.quiet)):
                continue
            acute = still.ends(clean, row.passable)
            for clause in row.clauses():
                if clause & said and not acute & -(clause & -clause):
                    calmed |= clause
        return calmed


def _enough(signs: Iterable[Sign]) -> frozenset[Alarm]:
    """The alarms that are certain, or hinted at in different ways."""
    certain: set[Alarm] = set()
    hints: dict[Alarm, set[int]] = {}
    for alarm, hint in signs:
        if hint is None:
            certain.add(alarm)
        else:
            hints.setdefault(alarm, set()).add(hint)
    certain.update(alarm for alarm, kinds in hints.items() if len(kinds) >= _HINTS_NEEDED)
    return frozenset(certain)
