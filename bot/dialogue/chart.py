"""What a picture with bars shows: said words and numbers, free of colours and pixels."""

from dataclasses import dataclass

from bot.i18n.text import Label


@dataclass(frozen=True, slots=True)
class Bar:
    """`part` of `whole` (whole > 0) is filled; `shown` says it in words and digits at its end.
    `warm`: it stands out."""

    label: Label
    shown: Label
    part: int
    whole: int
    warm: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars below one another with a heading. `track`: the empty rest of each bar is shown, as for
    shares."""

    title: Label
    bars: tuple[Bar, ...]
    track: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture. Everything in it must also be said in words beside it."""

    title: Label
    note: Label
    panels: tuple[Panel, ...]
