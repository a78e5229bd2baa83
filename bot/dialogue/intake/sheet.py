"""The form as one person has filled it in so far: where they stand, and where they go from there.

Nothing here says a word. Every change gives a new Sheet; nothing is done until its draft is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.dialogue.case import NEW, Case, ChangeCase, Consent, Draft, File, Moment, OpenCase, Value
from bot.dialogue.intake.consent import Consents
from bot.dialogue.intake.form import SENT, Field, Form

REVIEW = "-review"
"""The step in which everything is shown before it is sent. No question can have this name."""

PROMISE = timedelta(hours=24)
"""The time in which a person replies (fact F98)."""

OWN_WORDS = "I21"
"""The fact behind the question for one's own words: what is added to a case as a message."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A draft, with what the form and the settings of today make of it.

    `case`: the case it adds to. Its answers count for what is asked, and are not shown again.
    """

    form: Form
    consents: Consents
    draft: Draft
    case: Case | None = None

    # ── what is known ──

    @property
    def answers(self) -> dict[str, Value]:
        """What this form asks and knows: from the case that is added to, then from this draft."""
        told = self._all
        return self.form.kept(told, self.consents.given(told))

    @property
    def _all(self) -> dict[str, Value]:
        return {**(self.case.answers if self.case else {}), **self.draft.answers}

    def current(self, field: Field) -> Value | None:
        """The answer so far. A message to a case is a new one each time, never the last one."""
        if self.case is not None and field.fact == OWN_WORDS:
            return self.draft.answers.get(field.id)
        return self.answers.get(field.id)

    @property
    def given(self) -> frozenset[str]:
        return self.consents.given(self.answers)

    @property
    def asked(self) -> tuple[Field, ...]:
        """The steps that apply, in order."""
        return self.form.asked(self.answers, self.given)

    @property
    def field(self) -> Field | None:
        """The question somebody stands at; None at the review."""
        return self.form.field(self.draft.at)

    @property
    def files(self) -> int:
        """How many files there are, with those of the case."""
        return len(self.draft.files) + (len(self.case.files) if self.case else 0)

    def core(self, field: Field) -> bool:
        """It belongs to what must be told before sending."""
        return any(block.core for block in self.form.blocks if block.id == field.block)

    def open(self, *, after: str | None = None, block: str | None = None) -> Field | None:
        """The first step that is still open (Form.next)."""
        draft = self.draft
        decided = self.consents.standing(draft.consents)
        return self.form.next(
            self.answers, draft.skipped, decided, self.given, after=after, block=block
        )

    @property
    def needed(self) -> Field | None:
        """What must come before sending: the first open step of the core, or an open consent."""
        # No block is named "": asked for it, the form still names a consent that is needed.
        for block in (*(one.id for one in self.form.blocks if one.core), ""):
            step = self.open(block=block)
            if step is not None:
                return step
        return None

    @property
    def consented(self) -> bool:
        """Everything that must be agreed to was, as far as it is known what that is."""
        given = {one.id for one in self.consents.standing(self.draft.consents)}
        return all(one.id in given for one in self.asked if one.kind == "consent" and one.must)

    # ── going on and back ──

    def to(self, step: Field | None, *, editing: bool = False) -> "Sheet":
        """Standing at `step`, or at the review."""
        at, picked = REVIEW, self.current(step) if step else None
        if step is not None:
            at = step.id
        if step is None or step.kind != "many" or not isinstance(picked, tuple):
            picked = ()
        return self._with(replace(self.draft, at=at, picked=picked, editing=editing, misses=0))

    def onward(self, behind: Field | None = None) -> "Sheet":
        """From `behind` to what comes next: what is needed, the rest of its block, the review."""
        step = self.needed or (self._more(behind) if behind else None)
        return self.to(step, editing=self.draft.editing and step is not None)

    def _more(self, behind: Field) -> Field | None:
        if self.core(behind):
            return None
        step = self.open(after=behind.id, block=behind.block)
        if step is None or not self.draft.editing:
            return step
        # Who changes one answer is asked what hangs on it, and nothing else.
        reasons = {behind.id, *(id for id, _ in behind.when)}
        return step if reasons & {id for id, _ in step.when} else None

    def back(self) -> "Sheet | None":
        """The step before; None before the first."""
        here = self.field
        if here is not None and self.draft.editing and self.needed is None:
            return self.to(None)
        steps = [one for one in self.asked if here is None or one.block == here.block]
        if here is None:
            steps = [one for one in steps if self.core(one)]
        else:
            ids = [one.id for one in steps]
            steps = steps[: ids.index(here.id)] if here.id in ids else []
        if self.case is not None:
            # What was sent is not shown again without being asked for.
            mine = {*self.draft.answers, *self.draft.skipped}
            steps = [one for one in steps if one.id in mine]
        if steps:
            return self.to(steps[-1], editing=self.draft.editing)
        if here is None or (self.case is None and self.core(here)):
            return None
        return self.to(None)

    # ── what a person does ──

    def answered(self, field: Field, value: Value, typed_in: int | None = None) -> "Sheet":
        """With `value` as the answer; what it makes pointless is gone. `typed_in`: the message."""
        told = {**self.draft.answers, field.id: value}
        typed = {id: at for id, at in self.draft.typed.items() if id != field.id}
        if typed_in is not None:
            typed[field.id] = typed_in
        after = self._with(replace(self.draft, typed=typed))
        return after._told(told, self.draft.skipped - {field.id})

    def skipped(self, field: Field) -> "Sheet":
        """Without an answer to `field`."""
        told = {id: one for id, one in self.draft.answers.items() if id != field.id}
        return self._told(told, self.draft.skipped | {field.id})

    def decided(self, consent: Consent) -> "Sheet":
        """With one more decision; the same one twice is once."""
        standing = {one.id: one for one in self.consents.standing(self.draft.consents)}
        last = standing.get(consent.id)
        if last and (last.agreed, last.text_hash) == (consent.agreed, consent.text_hash):
            return self
        return self._with(replace(self.draft, consents=(*self.draft.consents, consent)))

    def with_file(self, field: Field, file: File) -> "Sheet":
        """With one more file; the same message twice is once."""
        if file in self.draft.files:
            return self
        return self.answered(field, SENT)._with_files((*self.draft.files, file))

    def without_last_file(self, field: Field) -> "Sheet":
        """Without the file that came last."""
        left = self.draft.files[:-1]
        return (self if left else self.skipped(field))._with_files(left)

    def missed(self) -> "Sheet":
        """An answer did not fit."""
        return self._with(replace(self.draft, misses=self.draft.misses + 1))

    def picking(self, picked: Iterable[str]) -> "Sheet":
        """With these options ticked, not yet answered."""
        return self._with(replace(self.draft, picked=tuple(picked), misses=0))

    def renewed(self) -> "Sheet":
        """In the form of today: what it still asks stays, the rest is asked again (F2)."""
        draft, here = self.draft, self
        if draft.form != self.form.version:
            ids = {one.id for one in self.form.steps}
            typed = {id: at for id, at in draft.typed.items() if id in ids}
            draft = replace(draft, form=self.form.version, typed=typed)
            here = self._with(draft)._told(dict(draft.answers), draft.skipped & ids)
            if draft.at == REVIEW:
                return here.onward()
            here = here.to(here.field, editing=draft.editing)
        there = draft.at == REVIEW or here.field in here.asked
        return here if there else here.onward()

    def _told(self, told: dict[str, Value], skipped: frozenset[str]) -> "Sheet":
        after = self._with(replace(self.draft, answers=told, skipped=skipped, misses=0))
        kept = after.answers
        left = {id: value for id, value in told.items() if id in kept}
        return after._with(replace(after.draft, answers=left))

    def _with_files(self, files: tuple[File, ...]) -> "Sheet":
        return self._with(replace(self.draft, files=files))

    def _with(self, draft: Draft) -> "Sheet":
        return replace(self, draft=draft)

    def _is(self, id: str, what: str) -> bool:
        """The question `id` is of this kind, or asks for this fact."""
        field = self.form.field(id)
        return field is not None and what in {field.kind, field.fact}

    # ── sending ──

    def sent(self, chat_id: int, moment: Moment) -> OpenCase | ChangeCase:
        """What sending it does. Only for a sheet of which nothing is `needed` any more."""
        draft = self.draft
        if self.case is not None:
            return self._added(self.case)
        return OpenCase(
            Case(
                number=draft.reference,
                chat_id=chat_id,
                form=draft.form,
                language=draft.language,
                state=NEW,
                created=moment.now,
                due=moment.now + PROMISE,
                answers=draft.answers,
                consents=draft.consents,
                skipped=draft.skipped,
                files=draft.files,
                typed=draft.typed,
            )
        )

    def _added(self, case: Case) -> ChangeCase:
        draft, asked = self.draft, self.answers
        # What this form does not know stays: it was told to an earlier one.
        answers = {
            id: value
            for id, value in self._all.items()
            if id in asked or self.form.field(id) is None
        }
        for id, value in draft.answers.items():
            before = case.answers.get(id)
            if self._is(id, OWN_WORDS) and isinstance(before, str) and isinstance(value, str):
                answers[id] = f"{before}\n\n{value}"  # a further message, not another answer
        changed = replace(
            case,
            form=draft.form,
            language=draft.language,
            answers=answers,
            consents=draft.consents,
            skipped=(case.skipped | draft.skipped) - answers.keys(),
            files=(*case.files, *draft.files),
            typed={**case.typed, **draft.typed},
        )
        news = (*draft.answers, *(("files",) if draft.files else ()))
        return ChangeCase(changed, news)
