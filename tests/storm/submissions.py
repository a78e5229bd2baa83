"""Who sends a consultation in the storm, and what each of them tells: nobody the same as another.

Wherever words are taken, they hold the person's own token; what is chosen goes by their number.
"""

import re

from bot.dialogue.case import Value
from bot.dialogue.intake.form import Form
from tests.applicants import Applicant, Applicants, Report

TOKEN = re.compile(r"Q\d{3}Q", re.I)
"""What stands in all of somebody's own words, and in nobody else's."""

CLIENTS = ("en", "zh-hans")
_ASKERS = ("patient", "family", "guardian", "doctor")
_COUNTRIES = {"CN": None, "US": "America/Chicago", "DE": None, "CA": "America/Toronto", "TW": None}
_MONTHS = ("2024-11", "2025-03", "2026-01")
_PARTS = ("papers", "illness", "plans")


def token(number: int) -> str:
    return f"Q{number:03}Q"


def submit(people: Applicants, form: Form, number: int, parts: int) -> Applicant:
    """Somebody who tells the core and so many of the other parts of the form, in the one language
    or the other, for themselves, a relative, a child or a patient."""
    asker = _ASKERS[number // 2 % len(_ASKERS)]
    blocks = {"core", *(_PARTS[(number + n) % len(_PARTS)] for n in range(parts))}
    told = {
        id: value
        for id, value in _told(form, number, asker).items()
        if (step := form.field(id)) is not None and step.block in blocks
    }
    return people.add(
        f"Person {number}",
        CLIENTS[number % len(CLIENTS)],
        told,
        reports=_reports(number) if "papers" in blocks else (),
        leaves_out=frozenset(_PARTS) - blocks,
        refuses=frozenset({"c4"}) if number % 3 else frozenset(),
    )


def _told(form: Form, number: int, asker: str) -> dict[str, Value]:
    mine = token(number)
    country = list(_COUNTRIES)[number % len(_COUNTRIES)]

    def one(id: str) -> str:
        """An option; which one goes by the number."""
        step = form.field(id)
        assert step is not None
        return step.options[number % len(step.options)]

    def some(id: str, words: str = "", also: str = "") -> tuple[str, ...]:
        """Two options or three in the form's order, and words."""
        step = form.field(id)
        assert step is not None
        options = [option for option in step.options if option not in step.alone]
        first = number % (len(options) - 1)
        chosen = {*options[first : first + 2], also}
        return (*(option for option in options if option in chosen), *([words] if words else []))

    told: dict[str, Value] = {
        "adult": "yes",
        "who": "family" if asker == "guardian" else asker,
        "country": country,
        "age": ("under-14", "14-17")[number % 2] if asker == "guardian" else _grown(number),
        "help": some("help"),
        "name": f"{('Anna', '小芳')[number % 2]} {mine}",
        "reply": one("reply"),
        "stage": f"{('stage III', '三期')[number % 2]} {mine}" if number % 4 else one("stage"),
        "biopsy": one("biopsy"),
        "treatments": some("treatments", f"{('drug', '药')[number % 2]} {mine}", "car-t"),
        "cell-when": _MONTHS[number % len(_MONTHS)],
        "cell-helped": one("cell-helped"),
        "activity": one("activity"),
        "hospital": one("hospital"),
        "other-ill": some("other-ill", f"{('gout', '痛风')[number % 2]} {mine}"),
        "place": one("place"),
        "soon": one("soon"),
        "travel": some("travel"),
        "budget-cny" if country == "CN" else "budget-usd": one(
            "budget-cny" if country == "CN" else "budget-usd"
        ),
        "insurance": one("insurance"),
        "reports": "not-now",
        "question": f"{('What comes next?', '接下来怎么办？')[number % 2]} {mine} " * 8,
    }
    if number % 2:
        told["diagnosis"] = f"{('sarcoma', '肉瘤')[number // 2 % 2]} {mine}"
    else:
        told["diagnosis"] = one("diagnosis")
        if told["diagnosis"] in {"solid", "other-blood", "other"}:
            told["tumour"] = f"{('colon', '结肠')[number % 4 // 2]} {mine}"
    if told["reply"] == "email":
        told["email"] = f"{mine.lower()}@example.org"
    if told["reply"] == "phone":
        told["phone"] = f"+4930901{number:03}"
    if (zone := _COUNTRIES[country]) is not None:
        told["zone"] = zone
    if asker != "patient":
        told["aware"] = one("aware")
    return told


def _grown(number: int) -> str:
    return ("18-39", "40-64", "65-74", "75-plus")[number % 4]


def _reports(number: int) -> tuple[Report, ...]:
    """Two pictures sent together and a document; a document; or nothing."""
    mine = token(number)
    document = Report("document", f"{mine}.pdf", f"report {mine}")
    album = [Report("photo", "scan.jpg", f"scan {n} {mine}", album=mine) for n in (1, 2)]
    return ((*album, document), (document,), ())[number % 3]
