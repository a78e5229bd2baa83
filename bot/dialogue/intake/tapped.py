"""A tap on a button of the step where somebody stands."""

import re
from datetime import date

from bot.dialogue.case import Value
from bot.dialogue.intake import questions as does
from bot.dialogue.intake.checks import check
from bot.dialogue.intake.form import Field
from bot.dialogue.intake.misfit import Misfit
from bot.dialogue.intake.visit import Visit
from bot.dialogue.screen import Turn
from bot.i18n.text import text

_YEAR, _MONTH = re.compile(r"\d{4}", re.ASCII), re.compile(r"\d{4}-\d{2}", re.ASCII)
_EARLIEST = 1900


def tapped(visit: Visit, value: str, more: str) -> Turn | None:
    """What the button does; None when the step has no such button.

    `value` and `more`: what the button carries behind the draft and the step.
    """
    turn = _stopping(visit, value)
    if turn is not None:
        return turn
    if value == does.BACK:
        before = visit.sheet.back()
        return visit.at(before) if before else None
    field = visit.sheet.field
    if field is None:
        return _reviewing(visit, value, more)
    return (
        _past(visit, field, value)
        or _gathering(visit, field, value)
        or _ticking(visit, field, value, more)
        or _answering(visit, field, value)
    )


def _stopping(visit: Visit, value: str) -> Turn | None:
    """What can be done at every step: stop for now, or for good."""
    sheet, language, questions = visit.sheet, visit.language, visit.stage.questions
    match value:
        case does.SAVE:
            return visit.shown(questions.saved(sheet, language), visit.keep(sheet))
        case does.CANCEL:
            return visit.shown(questions.stop(sheet, language))
        case does.OVER:
            return visit.shown(questions.stop(sheet, language, again=True))
        case does.DELETE:
            answer = visit.stage.screens.answer(language, text("form.deleted"))
            return visit.shown(answer, visit.drop())
        case does.AGAIN:
            return visit.shown(questions.intro(language, text("form.deleted")), visit.drop())
    return None


def _reviewing(visit: Visit, value: str, more: str) -> Turn | None:
    sheet, language, questions = visit.sheet, visit.language, visit.stage.questions
    match value:
        case does.SEND:
            return visit.send()
        case does.CHANGE:
            return visit.shown(questions.changes(sheet, language))
        case does.MORE:
            return visit.shown(questions.parts(sheet, language))
        case does.PAGE if more.isascii() and more.isdecimal():
            return visit.shown(questions.review(sheet, language, int(more)))
        case does.EDIT | does.AT:
            for step in sheet.asked:
                if step.id == more and step.kind != "consent":
                    return visit.at(sheet.to(step, editing=value == does.EDIT))
    return None


def _past(visit: Visit, field: Field, value: str) -> Turn | None:
    """The ways past a question without an option of it."""
    sheet, questions = visit.sheet, visit.stage.questions
    other = questions.other_way(field, sheet)
    match value:
        case does.SKIP if questions.skippable(field, sheet):
            return visit.at(sheet.skipped(field).onward(field))
        case does.KEEP if sheet.current(field) is not None:
            return visit.at(sheet.onward(field))
        case does.PART if not sheet.core(field):
            return visit.at(sheet.to(None))
        case does.WAY if other is not None:
            return visit.take(*other)
    return None


def _gathering(visit: Visit, field: Field, value: str) -> Turn | None:
    """The buttons below files that were sent."""
    if field.kind != "files" or not visit.sheet.draft.files:
        return None
    match value:
        case does.LAST:
            return visit.at(visit.sheet.without_last_file(field))
        case does.DONE:
            return visit.at(visit.sheet.onward(field))
    return None


def _ticking(visit: Visit, field: Field, value: str, more: str) -> Turn | None:
    """The options of a question with several answers."""
    picked = visit.sheet.draft.picked
    match value:
        case _ if field.kind != "many":
            return None
        case does.DONE if picked:
            return visit.take(field, picked)
        case does.DONE if field.must:
            return visit.missed(text("form.choose-one"))
        case does.DONE:
            return visit.at(visit.sheet.skipped(field).onward(field))
        case does.ON | does.OFF if more in field.options:
            # To a state, not over and over: a second tap on the same button changes nothing.
            there = (more in picked) is (value == does.ON)
            return visit.stale(moved=False) if there else visit.pick(field.ticked(picked, more))
    return None


def _answering(visit: Visit, field: Field, value: str) -> Turn | None:
    """The options of a question."""
    today = visit.moment.now.date()
    if field.kind == "consent":
        return visit.decide(field, value) if value in field.options else None
    if field.kind == "month" and _YEAR.fullmatch(value):
        if not _EARLIEST <= int(value) <= today.year:
            return None
        questions = visit.stage.questions
        return visit.shown(questions.months(visit.sheet, visit.language, int(value), today))
    answer = _option(visit, field, value, today)
    return None if answer is None else visit.take(field, answer)


def _option(visit: Visit, field: Field, value: str, today: date) -> Value | None:
    """What a button's value stands for; None for one that the question does not have."""
    form, sheet = visit.stage.form, visit.sheet
    if field.kind == "many" or (field.kind == "files" and sheet.draft.files):
        return None
    if value in field.options:
        return value
    match field.kind:
        case "country":
            return value if value in form.countries.codes else None
        case "zone":
            zones = form.countries.zones(form.country(sheet.answers) or "")
            return next((one.id for one in zones if one.option == value), None)
        case "month" if _MONTH.fullmatch(value):
            found = check(form, field, value, today=today)
            return None if isinstance(found, Misfit) else found
    return None
