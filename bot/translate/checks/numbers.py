"""The numbers of a text, whatever the language writes them in, so that pages can be held to facts.

Each number has a kind, because 48% is not 48 people, and 3 weeks are not 3 months.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from bot.i18n import markup


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """A number as meant. `value`: plain digits, a date (`2026-06-22`, `--06`), or a name.

    `kind`: "%", "USD", "CNY", "hour", "day", "week", "month", "year" (spans of time), "phase",
    "grade", "fraction", "date", "name" (CD19, NCT03056339), or "" for a bare count.
    """

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.value} ({self.kind})" if self.kind else self.value


SPANS = frozenset({"hour", "day", "week", "month", "year"})


def numbers(words: str) -> set[Number]:
    """Every number in `words` (plain text, English or Chinese)."""
    return {number for number, _, _ in find(words)}


def numbers_shown(html: str) -> set[Number]:
    """Every number that a reader of this Telegram HTML sees."""
    return numbers(markup.parse(html).text)


def find(words: str) -> list[tuple[Number, int, int]]:
    """Every number in `words` with the place where it is written, in the order of the text."""
    found: list[tuple[Number, int, int]] = []
    rest = words.translate(_SAME_SIGN).translate(_ALIKE)
    for pattern, read in _PATTERNS:
        matches = list(pattern.finditer(rest))
        for match in matches:
            found += [(number, match.start(), match.end()) for number in read(match)]
        if matches:
            rest = pattern.sub(lambda match: "\n" * len(match[0]), rest)
    return sorted(found, key=lambda one: one[1:])


def unsupported(shown: Iterable[Number], known: set[Number]) -> list[Number]:
    """The numbers shown for which nothing known stands."""
    return sorted(number for number in shown if not _stands(number, known))


def _stands(number: Number, known: set[Number]) -> bool:  # noqa: PLR0911 - one answer a kind
    if number in known:
        return True
    kind, value = number.kind, number.value
    if kind == "date":
        dates = [other.value for other in known if other.kind == "date"]
        if value.startswith("--"):
            return any(date[4:].startswith(value[1:]) for date in dates)
        return any(date.startswith(f"{value}-") for date in dates)
    if kind.endswith("pair"):
        return True  # “10% and 50%”: each was looked at by itself
    if kind.endswith("range"):
        unit = kind.removesuffix("range").strip()
        kinds = {unit, "", *(SPANS if unit == "" else ())}
        return any(
            Number(f"{one} {how}".strip(), value) in known
            for one in kinds
            if one == unit or unit in {"", *SPANS}
            for how in ("range", "pair")
        )
    if kind in SPANS:
        return Number("", value) in known
    if kind == "":
        return any(Number(span, value) in known for span in SPANS)
    return False


# ── how numbers are written ────────────────────────────────────────────────────────────────────

_ALIKE = str.maketrans(
    {"–": "-", "—": "-", "\u00a0": " ", "％": "%", "～": "-", "“": '"', "”": '"'}
)

_MONTHS = {
    name: f"{number:02}"
    for number, names in enumerate(
        (
            "January Jan",
            "February Feb",
            "March Mar",
            "April Apr",
            "May",
            "June Jun",
            "July Jul",
            "August Aug",
            "September Sept Sep",
            "October Oct",
            "November Nov",
            "December Dec",
        ),
        start=1,
    )
    for name in names.split()
}
_WORDS = {
    name: number
    for number, names in enumerate(
        (
            "three third",
            "four fourth",
            "five fifth",
            "six sixth",
            "seven seventh",
            "eight eighth",
            "nine ninth",
            "ten tenth",
            "eleven eleventh",
            "twelve twelfth",
        ),
        start=3,
    )
    for name in names.split()
}
"""From three on: “one” and “two” are too often mere words."""
_PARTS = {"third": 3, "thirds": 3}
_DIGITS = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MANY = {"万": 10**4, "亿": 10**8, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}
_SPAN_WORDS = {"小时": "hour", "天": "day", "日": "day", "周": "week", "星期": "week"}
_SPAN_WORDS |= {"个月": "month", "年": "year"}

_N = r"\d+(?:,\d+)*(?:\.\d+)?"
_TO = r" ?(?P<to>-|to|and|or|至|到|或|和|、) ?"
_PAIR = rf"(?P<a>{_N})(?:{_TO}(?P<b>{_N}))?"
_M = " ?(?:thousand|million|billion)|[万亿]"
_MONEY = rf"(?P<a>{_N})(?P<am>{_M})?(?:{_TO}(?P<b>{_N})(?P<bm>{_M})?)?"
_MONTH = "|".join(_MONTHS)
_NUMERAL = "[一二三四五六七八九十百千万亿两零]"

_SAME_SIGN = str.maketrans(
    "萬億兩個種項條張組類線國週時幣圓級", "万亿两个种项条张组类线国周时币元级"
)
"""What Traditional Chinese writes for the signs below."""

_RANGES = frozenset({"-", "to", "至", "到"})

_COUNTERS = "个种次项家人名位例篇条张款份组类线部套国周天年月小"

_Reader = Callable[[re.Match[str]], Iterator[Number]]


def _plain(written: str, times: int = 1) -> str:
    value = Decimal(written.replace(",", "")) * times
    return f"{value.normalize():f}"


def _pair(kind: str) -> _Reader:
    def read(match: re.Match[str]) -> Iterator[Number]:
        groups = match.groupdict()
        found: list[str] = []
        for name in ("a", "b"):
            if groups.get(name):
                many = groups.get(f"{name}m") or groups.get("bm")  # 37至47万: both are 万
                found.append(_plain(groups[name], _MANY[many.strip()] if many else 1))
        yield from (Number(kind, value) for value in found)
        if len(found) == 2:
            how = "range" if groups.get("to") in _RANGES else "pair"
            yield Number(f"{kind} {how}".strip(), "-".join(found))

    return read


def _name(match: re.Match[str]) -> Iterator[Number]:
    yield Number("name", re.sub("白细胞介素|介白素", "IL", match[0]))


def _grade_a_hospital(match: re.Match[str]) -> Iterator[Number]:
    yield Number("name", "III-A")


def _date(match: re.Match[str]) -> Iterator[Number]:
    groups = match.groupdict()
    year = groups.get("y")
    for name in ("m", "m2"):
        month = groups.get(name)
        if month:
            number = _MONTHS.get(month) or f"{int(month):02}"
            day = groups.get("d") if name == "m" else None
            tail = f"-{int(day):02}" if day else ""
            yield Number("date", f"{year or '-'}-{number}{tail}")
    if year and not groups.get("m"):
        yield Number("date", year)


def _span(match: re.Match[str]) -> Iterator[Number]:
    unit = match["unit"]
    yield from _pair(_SPAN_WORDS.get(unit) or unit.removesuffix("s"))(match)


def _fraction(match: re.Match[str]) -> Iterator[Number]:
    top, bottom = match["top"].lower(), match["bottom"].removesuffix(" of")
    if bottom in _PARTS:
        yield Number("fraction", f"{2 if top == 'two' else 1}/{_PARTS[bottom]}")
    else:
        yield Number("fraction", f"{_numeral(top)}/{_numeral(bottom)}")


def _phase(match: re.Match[str]) -> Iterator[Number]:
    for written in re.findall(r"\d+|I{1,3}V?", match[0]):
        yield Number("phase", _ROMAN.get(written, written))


def _word(match: re.Match[str]) -> Iterator[Number]:
    yield Number("", str(_WORDS[match[0].lower()]))


def _count(match: re.Match[str]) -> Iterator[Number]:
    value = _numeral(match["numeral"])
    if value > 2:
        yield Number("", str(value))


def _numeral(written: str) -> int:
    total = part = digit = 0
    for char in written:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _TENS:
            part += (digit or 1) * _TENS[char]
            digit = 0
        else:
            total = (total + part + digit) * _MANY[char]
            part = digit = 0
    return total + part + digit


_PATTERNS: list[tuple[re.Pattern[str], _Reader]] = [
    (re.compile(pattern), read)
    for pattern, read in (
        (r"(?<![A-Za-z0-9])NCT\d+", _name),
        (r"(?:白细胞介素|介白素)-\d+|(?<![A-Za-z0-9.])(?:4-1BB|\d[A-Z]\d)(?![A-Za-z0-9])", _name),
        (r"(?<![A-Za-z0-9])p?[A-Z][A-Za-z]*-?\d+[A-Za-z0-9]*(?:\.\d+)?", _name),
        (r"Grade III-A|三级甲等", _grade_a_hospital),
        (rf"(?P<d>\d{{1,2}}) (?P<m>{_MONTH})\b\.?(?: (?P<y>\d{{4}})(?!\d))?", _date),
        (
            rf"\b(?P<m>{_MONTH})\b(?: ?(?:-|to|and|or) ?(?P<m2>{_MONTH})\b)? (?P<y>\d{{4}})(?!\d)",
            _date,
        ),
        (rf"\b(?P<m>(?!May)(?:{_MONTH}))\b", _date),
        (r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日", _date),
        (r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?:[至到](?P<m2>\d{1,2})月)?", _date),
        (r"(?<!\d)(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日)?", _date),
        (r"(?<![\d.,$])(?P<y>(?:19|20)\d{2})(?:年|(?![\d.,]\d|\d))", _date),
        (
            r"\b(?P<top>[Tt]wo|[Oo]ne|[Aa]) (?P<bottom>thirds|(?:third|quarter|fifth) of)\b",
            _fraction,
        ),
        (rf"(?P<bottom>{_NUMERAL}+)分之(?P<top>{_NUMERAL}+)", _fraction),
        (r"[Pp]hases? \d+(?:\"?(?: and | or |/)\"?\d+)*|(?<![\d/])\d+/\d+(?![\d/])", _phase),
        (r"(?:I{1,3}|IV)(?:/(?:I{1,3}|IV))?期", _phase),
        (rf"[Gg]rades? {_PAIR}", _pair("grade")),
        (rf"{_PAIR}级", _pair("grade")),
        (rf"US\$ ?{_MONEY}", _pair("USD")),
        (rf"{_MONEY}美元", _pair("USD")),
        (rf"CNY ?{_MONEY}", _pair("CNY")),
        (rf"(?:人民币)?{_MONEY}元(?:人民币)?", _pair("CNY")),
        (rf"(?P<a>{_N})(?:%?{_TO}(?P<b>{_N}))? ?%", _pair("%")),
        (rf"{_PAIR}[ -](?P<unit>hours?|days?|weeks?|months?|years?)\b", _span),
        (rf"\b(?P<unit>[Dd]ays?|[Ww]eeks?) {_PAIR}", _span),
        (rf"{_PAIR} ?(?P<unit>小时|天|日|周|星期|个月|年)", _span),
        (rf"(?P<a>{_N})(?P<am>{_M})", _pair("")),
        (rf"(?P<a>{_N}) ?(?P<to>-|to|至|到) ?(?P<b>{_N})", _pair("")),
        (rf"(?P<a>{_N})", _pair("")),
        (rf"\b(?i:{'|'.join(_WORDS)})\b", _word),
        (rf"(?P<numeral>{_NUMERAL}+亿)", _count),
        (rf"第(?P<numeral>{_NUMERAL}+)", _count),
        (
            rf"(?P<numeral>{_NUMERAL}+)(?=[个种次项家人名位例篇条张款份组类线部套国周天年月小])",
            _count,
        ),
    )
]
