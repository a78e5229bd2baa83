"""Words, files and whatever else somebody sends in the middle of the form."""

from bot.dialogue.case import Case, File, KeepDraft, Value
from bot.dialogue.event import Said, Sent
from bot.dialogue.intake.checks import check
from bot.dialogue.intake.form import Field
from bot.dialogue.intake.misfit import PRIVATE, TOO_LONG, UNCLEAR, Misfit
from bot.dialogue.intake.questions import ENOUGH
from bot.dialogue.intake.visit import Visit
from bot.dialogue.screen import Turn
from bot.i18n.text import Text, text

_FILES = frozenset({"picture", "document"})
_WORDS = frozenset({"text", "choice", "many"})
"""Kinds of questions to which a cry for help may also be the answer."""


def said(visit: Visit, said: Said) -> Turn:
    """Words: the answer to the question, or a kind reason why not."""
    field = visit.sheet.field
    if said.edited:
        return _edited(visit, said)
    if field is None:
        return visit.missed(text("form.tap"))
    found = _check(visit, field, said.text)
    if isinstance(found, Misfit):
        return _misfit(visit, field, found, said.text)
    if field.kind != "many":
        return visit.take(field, found, typed=True)
    picked = visit.sheet.draft.picked
    for one in found:
        if one not in picked:
            picked = field.ticked(picked, one) if one in field.options else (*picked, one)
    if sum(len(one) for one in picked if one not in field.options) > field.most:
        return _misfit(visit, field, Misfit(TOO_LONG), said.text)
    return visit.pick(picked)


def _misfit(visit: Visit, field: Field, misfit: Misfit, typed: str) -> Turn:
    codes = visit.stage.form.countries.search(typed) if field.kind == "country" else ()
    if codes:
        return visit.shown(visit.stage.questions.candidates(visit.sheet, visit.language, codes))
    return visit.missed(*_why(visit, field, misfit))


def heard(visit: Visit, event: Said | Sent) -> tuple[KeepDraft, ...]:
    """What is kept of a cry for help: the answer that it also is, the file that it came with."""
    field = visit.sheet.field
    if isinstance(event, Sent):
        turn = sent(visit, event)
    elif field is not None and field.kind in _WORDS and not field.check:
        turn = said(visit, event)
    else:
        turn = Turn(changes=(visit.keep(visit.sheet),))
    # Whatever the words say besides, nothing is ended or dropped by them.
    return tuple(one for one in turn.changes if isinstance(one, KeepDraft))


def sent(visit: Visit, sent: Sent) -> Turn:
    """Files are kept wherever one stands, once that was agreed to (F10); what cannot be an answer
    is told so. Only the first piece of an album is answered."""
    sheet, say = visit.sheet, visit.language.say
    field = next((one for one in sheet.asked if one.kind == "files"), None)
    if sent.edited:
        return Turn()  # another caption; the file is there already
    if field is None or sent.kind not in _FILES or sent.message_id is None:
        return Turn() if sent.follows else visit.missed(text("form.wrong-kind"))
    refused = _refused(visit, field, sent)
    if refused is not None:
        # Of several pieces that are too many, the first is answered.
        return Turn() if sent.follows and sheet.draft.misses else visit.missed(refused)
    after = sheet.with_file(field, File(sent.message_id, sent.kind, sent.album))
    if sent.follows:
        return Turn(changes=(visit.keep(after),))
    above = [] if sheet.field == field else [say(text("form.file-kept"))]
    above += [say(text("form.album"))] if sent.album else []
    return visit.at(after, *above)


def _refused(visit: Visit, field: Field, sent: Sent) -> Text | None:
    """Why a file cannot be taken, from what Telegram tells about it (P17)."""
    sheet, rules = visit.sheet, field.files
    if not sheet.consented:
        return text("form.file-too-early")
    fits = (
        rules is not None
        and sent.ending in rules.endings
        and sent.size <= rules.megabytes * 1024 * 1024
        and sheet.files < rules.most
    )
    return None if fits else visit.stage.form.wrong(field.id, UNCLEAR, visit.language.code)


def _check(visit: Visit, field: Field, typed: str) -> Value | Misfit:
    form = visit.stage.form
    country = form.country(visit.sheet.answers)
    return check(
        form,
        field,
        typed,
        today=visit.moment.now.date(),
        country=country,
        private_ok=visit.sheet.draft.misses >= ENOUGH,
    )


def _why(visit: Visit, field: Field, misfit: Misfit) -> tuple[Text, ...]:
    """A kind reason, and an example."""
    form, code = visit.stage.form, visit.language.code
    why = [form.wrong(field.id, misfit.reason, code)]
    if misfit.reason == PRIVATE:
        # Who was asked twice and sends it again has something else to say with it.
        stuck = visit.sheet.draft.misses + 1 >= ENOUGH
        return (*why, text("form.delete-yours"), *([text("form.send-again")] if stuck else []))
    example = form.say(field.id, code).example
    if example is not None:
        why.append(text("form.example", example=example))
    return tuple(why)


def corrected(visit: Visit, case: Case, said: Said) -> Turn:
    """Somebody mended what they had typed, and have sent since: the staff get the new answer."""
    form, code = visit.stage.form, visit.language.code
    at = {at: id for id, at in case.typed.items()}[said.message_id or 0]
    field = form.field(at)
    if field is None:  # of an earlier form
        return visit.shown(visit.stage.screens.answer(visit.language, text("form.edit-ignored")))
    found = _check(visit, field, said.text)
    if isinstance(found, Misfit):
        label = form.say(field.id, code).label
        why = (text("form.not-corrected", label=label), *_why(visit, field, found))
        return visit.shown(visit.stage.screens.answer(visit.language, *why))
    change = visit.sheet.answered(field, found, said.message_id).sent(case.chat_id, visit.moment)
    screen = visit.stage.cases.added(case, visit.language)
    return visit.shown(screen, change)


def _edited(visit: Visit, said: Said) -> Turn:
    """Somebody mended what they had typed: the answer to that question follows (F4). What they
    typed for anything else stays as it was told."""
    sheet, form = visit.sheet, visit.stage.form
    answered = {at: id for id, at in sheet.draft.typed.items()}
    field = form.field(answered.get(said.message_id or 0, ""))
    above: tuple[Text, ...] = (text("form.edit-ignored"),)
    if field is not None:
        found = _check(visit, field, said.text)
        if isinstance(found, Misfit):
            above = _why(visit, field, found)
        elif field.ending(found, sheet.answers) is None:
            sheet = sheet.answered(field, found, said.message_id).renewed()
            label = form.say(field.id, visit.language.code).label
            above = (text("form.edited", label=label),)
    return visit.at(sheet, *(visit.language.say(one) for one in above))
