"""Denials: what the payer says in plain words, why, what to do, by which way, until when.

The cause is looked for in our own record: an audit finding or a fact shows it, or shows that
the payer is mistaken, or nobody has recorded what would tell. The path follows from that:
clerical faults are corrected, judgements appealed, what the record does not support is given
up and looked for in similar paid claims. The record itself is never changed.

Source: section 8 of the rule book, rules DENY-1 to DENY-4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from neuroreed.billing import denials_evidence as evidence
from neuroreed.billing import timely
from neuroreed.billing.denials_evidence import Cause, Record
from neuroreed.billing.denials_groups import Trend, WorkGroup, group, trends
from neuroreed.billing.denials_nouns import Denial, WorkItem
from neuroreed.billing.remittance_adjustments import Effect, effect, meaning
from neuroreed.billing.remittance_match import Match, sequence_of, service_day
from neuroreed.billing.timely import Deadline
from neuroreed.model.findings import Finding
from neuroreed.model.money import dollars
from neuroreed.model.remittance import Adjustment
from neuroreed.policy import denials as policy

__all__ = [
    "Cause",
    "Denial",
    "Record",
    "Trend",
    "WorkGroup",
    "WorkItem",
    "denials",
    "group",
    "sort",
    "trends",
]

_NO_APPEAL = frozenset({"MA130", "N211"})
_NEVER_PATIENT = frozenset({"pair", "mue"})
_PATH_WORDS = {
    "corrected_claim": "Send a corrected claim (frequency 7, with the payer's claim number).",
    "reopening": "Ask for a reopening for a clerical error: by telephone or portal.",
    "new_claim": "Send a new claim.",
    "rebill_other": "Bill the payer who is responsible.",
    "records": "Send the records that were asked for.",
    "appeal": "Appeal.",
    "retro_authorization": "Ask the payer for an authorization after the fact.",
    "patient": "The patient's, after a look at plan and notice.",
    "write_off": "Write it off.",
    "review": "Look at it: we know no usual way.",
}


def denials(match: Match, *, answered_on: date, therapist: str = "") -> tuple[Denial, ...]:
    """What an answer denies: every adjustment that is neither contract, law nor plain share.

    Args:
        match: a matched answer; a reversal denies nothing.
        answered_on: the day of the payment or notice.
        therapist: who treated, as the trends should name them.
    """
    answer, sent = match.answer, match.sent
    if sent is None or answer.is_reversal:
        return ()
    found = []
    sequence = sequence_of(answer, sent)

    def add(one: Adjustment, number: int | None, remarks: Sequence[str], day: date | None) -> None:
        kind = effect(one)
        if kind is Effect.PRIOR_PAYER and sequence != "P":
            return
        if kind in (Effect.WRITE_OFF, Effect.PATIENT) or not one.amount_cents:
            return
        ours = sent.line(number) if sent is not None and number is not None else None
        found.append(
            Denial(
                claim_id=answer.claim_id if sent is None else sent.claim_id,
                line_number=number,
                cpt=ours.procedure.code if ours else "",
                modifiers=ours.procedure.modifiers if ours else (),
                units=ours.units if ours else None,
                charge_cents=ours.charge_cents if ours else answer.charge_cents or 0,
                date_of_service=ours.date_of_service if ours else day,
                payer=sent.payer if sent else "",
                group=one.group,
                carc=one.carc,
                remarks=tuple(dict.fromkeys(remarks)),
                amount_cents=one.amount_cents,
                answered_on=answered_on,
                payer_control=answer.payer_claim_control,
                therapist=therapist,
            )
        )

    for place, line in zip(match.lines, answer.lines, strict=True):
        remarks = [code for _, code in line.remarks] + list(answer.remarks)
        for one in line.adjustments:
            add(one, place.line_number, remarks, service_day(line, answer))
    first = min(
        (one.date_of_service for one in sent.claim.lines if one.date_of_service), default=None
    )
    for one in answer.adjustments:
        add(one, None, answer.remarks, first)
    return tuple(found)


def sort(denial: Denial, *, record: Record, findings: Sequence[Finding] = (), on: date) -> WorkItem:
    """A denial with its cause in our record, what to do, and until when.

    Args:
        denial: one adjustment of an answer.
        record: facts of the visit and the claim; what nobody recorded is ``None``.
        findings: of the audit, about this visit or claim; only those of rules that show this
            cause are taken.
        on: today, for the days that are left.
    """
    known = policy.cause(denial.carc, denial.remarks)
    cause = known.id if known else "unknown"
    shown = _from_findings(known, findings) + evidence.look(cause, denial, record)
    path, fix = _path(denial, known, shown, record)
    if path == "corrected_claim" and _wants_reopening(denial):
        path = "reopening"
    deadline, missing = _deadline(path, denial, record, on)
    says = _PATH_WORDS[path]
    if path == "appeal" and denial.remarks and _NO_APPEAL & set(denial.remarks):
        says = "The remark says that there is no appeal: send a corrected or new claim."
        path = "new_claim"
        deadline, missing = _deadline(path, denial, record, on)
    if deadline is not None and deadline.has_passed:
        says += " The last day has passed."
    elif missing:
        says += f" {missing}"
    may_bill, patient_says = _patient(denial, cause)
    unsupported = path == "write_off" and any(one.confirmed for one in shown)
    return WorkItem(
        denial=denial,
        cause=cause,
        title=known.title if known else f"Reason {denial.carc}",
        meaning=f"{meaning('CARC', denial.carc)}. {meaning('GROUP', denial.group)}.",
        remark_meanings=tuple(f"{code}: {meaning('RARC', code)}." for code in denial.remarks),
        evidence=shown,
        fix=fix,
        path=path,
        path_says=says,
        deadline=deadline,
        may_bill_patient=may_bill,
        patient_says=patient_says,
        check_similar=unsupported,
        confidence=known.confidence if known else "K",
        key="|".join((denial.payer, cause, denial.carc, path)),
    )


def _from_findings(
    known: policy.DenialCause | None, findings: Sequence[Finding]
) -> tuple[Cause, ...]:
    if known is None:
        return ()
    return tuple(
        Cause(one.says, f"{one.subject}", confirmed=True, rule=one.rule, cites=one.cites)
        for one in findings
        if one.rule in known.rules
    )


def _path(
    denial: Denial,
    known: policy.DenialCause | None,
    shown: Sequence[Cause],
    record: Record,
) -> tuple[str, str]:
    """The way and the fix: what the record shows goes before what is usual."""
    for one in shown:
        if one.path:
            return one.path, one.fix or (known.fix if known else "")
    if known is None:
        return "review", "Read the payer's words and record what they mean for the next time."
    if known.path == "corrected_claim" and any(one.confirmed is False for one in shown):
        return "appeal", "The record shows what the payer asks for: appeal with it."
    return known.path, known.fix


def _wants_reopening(denial: Denial) -> bool:
    return timely.is_original_medicare(
        denial.payer, denial.date_of_service or denial.answered_on
    ) and not _NO_APPEAL & set(denial.remarks)


def _deadline(path: str, denial: Denial, record: Record, on: date) -> tuple[Deadline | None, str]:
    days = [denial.date_of_service] if denial.date_of_service else []
    if path in ("new_claim", "rebill_other", "retro_authorization"):
        if not days:
            return None, "The date of service is not known, so the last day is not either."
        found = timely.filing_deadline(denial.payer, dates_of_service=days, on=on)
        return found, "" if found else "The payer's filing limit is not in its profile."
    if path == "corrected_claim":
        found = timely.correction_deadline(
            denial.payer, dates_of_service=days, answered_on=denial.answered_on, on=on
        )
        return found, "" if found else "The payer's limit for corrections is not in its profile."
    if path == "reopening":
        found = timely.reopening_deadline(denial.payer, answered_on=denial.answered_on, on=on)
        return found, "" if found else "The limit for a reopening is not known."
    if path == "appeal" and not record.appeal_notice_known:
        return None, "The last day counts from the decision on the appeal before: see its letter."
    if path == "appeal":
        found = timely.appeal_deadline(
            denial.payer,
            record.appeal_level,
            notice_on=denial.answered_on,
            on=on,
            amount_cents=denial.amount_cents,
        )
        return found, "" if found else "The payer's limit for appeals is in its contract: look."
    if path == "records":
        if record.records_due_on is None:
            return None, "The day by which the payer wants the records is not recorded."
        left = (record.records_due_on - on).days
        return (
            Deadline(
                "the records",
                record.records_due_on,
                left,
                f"The payer asked for the records by {record.records_due_on}.",
                (),
                "V",
            ),
            "",
        )
    return None, ""


def _patient(denial: Denial, cause: str) -> tuple[bool | None, str]:
    """Whether the patient may be asked for it: no, or ``None`` where somebody has to look.

    Source: rule DENY-4.
    """
    amount = dollars(denial.amount_cents)
    if cause in _NEVER_PATIENT:
        return False, f"{amount} may never be asked of the patient: unit and pair edits are ours."
    if denial.group == "PR":
        return None, f"The payer says that {amount} are the patient's: check plan and notice first."
    return False, f"{amount} may not be asked of the patient."
