"""Looking: phrases, hints, harmless idioms and calm sentences, over every language at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from bot.dialogue.safety.tokens import Row, Vocabulary
from bot.dialogue.safety.words import Alarm, AlarmWords, Phrase

_HINTS_NEEDED = 2
_NOWHERE: Mapping[int, int] = {}


class _Wordings:
    """Every wording of the lists, and the sets of them that may stand in one place of a phrase.

    A wording is its words with spaces between. One dictionary of strings holds them all: there are
    thousands, and lists, sets and numbers of their own would take five times the memory.
    """

    def __init__(self, vocabulary: Vocabulary, sets: Iterable[tuple[int, Iterable[str]]]) -> None:
        """`sets`: the number of each and its words, as in the lists."""
        wordings: dict[str, str] = {}
        found: dict[str, list[int]] = {}
        for number, words in sets:
            for word in words:
                if word not in wordings:
                    wordings[word] = " ".join(vocabulary.add(word))
                found.setdefault(wordings[word], []).append(number)
        shared: dict[tuple[int, ...], tuple[int, ...]] = {}
        self.sets_of: dict[str, tuple[int, ...]] = {}
        """The sets that a wording is in: none where this is only how longer ones begin."""
        for wording, numbers in found.items():
            own = tuple(dict.fromkeys(numbers))
            self.sets_of[wording] = shared.setdefault(own, own)
            begun = wording
            while (begun := begun.rpartition(" ")[0]) and begun not in found:
                self.sets_of.setdefault(begun, ())

    def common(self, sets: int) -> list[int]:
        """For each of so many sets: in how many sets its commonest wording is."""
        most = [0] * sets
        for numbers in self.sets_of.values():
            for number in numbers:
                most[number] = max(most[number], len(numbers))
        return most

    def find(self, row: Row) -> "_Found":
        """Every wording in the row, with its places."""
        sets_of = self.sets_of
        keys = [*row.keys, ()]  # where nothing goes on
        places: dict[str, int] = {}
        ways = [(place, key) for place, here in enumerate(keys) for key in here]
        length = 0
        while ways:
            ways = [way for way in ways if way[1] in sets_of]
            for place, wording in ways:
                places[wording] = places.get(wording, 0) | 1 << place
            length += 1
            ways = [(at, f"{begun} {key}") for at, begun in ways for key in keys[at + length]]
        joined: dict[str, int] = {}
        for place, key in row.joined:
            if key in sets_of:
                joined[key] = joined.get(key, 0) | 1 << place
        return _Found(self.sets_of, places, joined)


class _Found:
    """Where the wordings stand in one text."""

    __slots__ = ("_by_set", "_joined", "_places", "_sets_of", "sets")

    def __init__(
        self,
        sets_of: Mapping[str, tuple[int, ...]],
        places: Mapping[str, int],
        joined: Mapping[str, int],
    ) -> None:
        self._sets_of = sets_of
        self._places = places  # wording -> where it begins, as bits
        self._joined = joined  # the same for a word typed with a space inside
        self.sets = frozenset[int]().union(
            *(sets_of[wording] for wording in places), *(sets_of[wording] for wording in joined)
        )
        """The sets of which something was found."""
        self._by_set: dict[int, dict[int, int]] = {}

    def of(self, number: int) -> Iterable[tuple[int, int]]:
        """For a set of wordings: (length in words, where one of that length begins)."""
        if not self._by_set:  # most texts have no phrase that needs a closer look
            for wording, bits in self._places.items():
                self._note(wording, wording.count(" ") + 1, bits)
            for wording, bits in self._joined.items():
                self._note(wording, 2, bits)
        return self._by_set.get(number, _NOWHERE).items()

    def _note(self, wording: str, length: int, bits: int) -> None:
        for number in self._sets_of[wording]:
            lengths = self._by_set.setdefault(number, {})
            lengths[length] = lengths.get(length, 0) | bits

    def without(self, harmless: int) -> "_Found":
        """What remains when the words at the harmless places are left out."""
        return _Found(
            self._sets_of,
            {
                wording: rest
                for wording, bits in self._places.items()
                if (rest := _outside(bits, wording.count(" ") + 1, harmless))
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
    needs: tuple[int, ...]  # sets without which it cannot stand there
    means: tuple[Sign, ...] = ()

    def ends(self, found: _Found, passable: int) -> int:
        """The places where the phrase ends. `passable`: the places it may reach (all but walls)."""
        if not found.sets.issuperset(self.needs):
            return 0
        return self._forward(found, passable)[-1][1]

    def covered(self, found: _Found, passable: int) -> int:
        """The places of all words that belong to the phrase, wherever it stands."""
        if not self.ends(found, passable):
            return 0
        trail = self._forward(found, passable)
        covered, wanted = 0, trail[-1][1]
        for number in range(len(self.steps) - 1, -1, -1):
            members, apart, may_lack = self.steps[number]
            begun = 0
            for length, bits in found.of(members):
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
        for members, apart, may_lack in self.steps:
            if trail:
                begin = reach = (ends << 1) & passable
                for _ in range(apart):
                    reach = (reach << 1) & passable
                    begin |= reach
            else:
                begin = -1
            after = ends if may_lack else 0
            for length, bits in found.of(members):
                here = begin & bits
                for place in range(1, length):
                    here &= passable >> place
                after |= here << (length - 1)
            ends = after
            trail.append((begin, ends))
        return trail


class _Tracks:
    """Phrases of one purpose, found by the set, of those they need, whose wordings are rarest."""

    def __init__(self, tracks: Iterable[_Track], common: Sequence[int]) -> None:
        """`common[number]`: in how many sets its commonest wording is."""
        self._by_set: dict[int, list[_Track]] = {}
        for track in tracks:
            anchor = min(track.needs, key=common.__getitem__)
            self._by_set.setdefault(anchor, []).append(track)

    def near(self, found: _Found) -> Iterator[_Track]:
        """The phrases that may stand in a text with these words."""
        for number in self._by_set.keys() & found.sets:
            yield from self._by_set[number]

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
        sets: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}  # (words, groups) -> number
        steps: dict[tuple[int, int, bool], tuple[int, int, bool]] = {}

        def tracks(phrases: Iterable[Phrase], *means: Sign) -> list[_Track]:
            made = []
            for phrase in phrases:
                own = []
                for step in phrase:
                    number = sets.setdefault((step.words, step.groups), len(sets))
                    ready = (number, step.apart, step.may_lack)
                    own.append(steps.setdefault(ready, ready))
                needs = tuple({number for number, _, may_lack in own if not may_lack})
                made.append(_Track(tuple(own), needs, means))
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
        self._vocabulary = Vocabulary(same, languages)
        self._wordings = _Wordings(
            self._vocabulary,
            (
                (number, chain(words, *(groups[name] for name in names)))
                for (words, names), number in sets.items()
            ),
        )
        common = self._wordings.common(len(sets))
        self._alarms = _Tracks(alarms + hints, common)
        self._harmless = _Tracks(harmless, common)
        self._calm = [
            (over, _Tracks(say, common), _Tracks(still, common)) for over, say, still in calm
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
