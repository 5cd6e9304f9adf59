"""Whether a day of treatment lies in a certified period, and what to do when it does not.

Counting: the first treatment is day 1 of the certified period, so 90 days end 89 days later;
a signature "within 30 days" may come on the 30th day after the first treatment.
Every number comes from ``policy.parameters`` by date.
"""

from __future__ import annotations

from datetime import date, timedelta

from neuroreed.care.plan_nouns import Certified, Period, PlanRecord, Recertification
from neuroreed.model.care import PlanOfCare
from neuroreed.policy.parameters import Value, as_of
from neuroreed.policy.payers import profile

__all__ = [
    "Certified",
    "Period",
    "PlanRecord",
    "Recertification",
    "is_certified",
    "periods",
    "plan_record",
]

ONE_DAY = timedelta(days=1)


def plan_record(
    plan: PlanOfCare,
    *,
    verbal_on: date | None = None,
    delay_reason: str = "",
    sent_proof: str = "",
    changes_open: bool = False,
    recertifications: tuple[Recertification, ...] = (),
) -> PlanRecord:
    """The certification record of a plan of care."""
    return PlanRecord(
        first_treatment_on=plan.first_treatment_on,
        duration_days=plan.duration_days,
        established_on=plan.established_on,
        verbal_on=verbal_on,
        signed_on=plan.signed_by_physician_on,
        delay_reason=delay_reason,
        order_signed_on=plan.order_signed_on,
        sent_on=plan.sent_to_physician_on,
        sent_proof=sent_proof,
        changes_open=changes_open,
        recertifications=recertifications,
    )


def _weakest(values: list[Value]) -> str:
    return max((value.confidence for value in values), key="VSK".index, default="K")


def _parameter(name: str, on: date, payer: str, used: list[Value]) -> int:
    value = as_of(name, on, payer=payer)
    used.append(value)
    return value.value


def periods(record: PlanRecord, payer: str = "medicare_part_b") -> tuple[Period, ...]:
    """The periods of a plan in order: the initial one, then each recertification.

    A period is as long as was planned, and no longer than the payer certifies at once.
    A recertification is timely when signed before the day its period begins.

    Raises:
        NoParameter: the payer has no rule for these dates.
    """
    if record.first_treatment_on is None:
        return ()
    used: list[Value] = []
    first = record.first_treatment_on
    found: list[Period] = []
    signature_days = _parameter("certification_signature_days", first, payer, used)
    last = _last_day(first, record.duration_days, payer, used)
    found.append(
        Period(
            first,
            last,
            True,
            first + timedelta(days=signature_days),
            record.verbal_on,
            record.signed_on,
            record.delay_reason,
        )
    )
    for further in record.recertifications:
        start = further.first_day or found[-1].last_day + ONE_DAY
        found.append(
            Period(
                start,
                _last_day(start, further.duration_days, payer, used),
                False,
                min(start, found[-1].last_day + ONE_DAY) - ONE_DAY,
                further.verbal_on,
                further.signed_on,
                further.delay_reason,
            )
        )
    return tuple(found)


def _last_day(first: date, duration_days: int, payer: str, used: list[Value]) -> date:
    longest = _parameter("certification_period_days", first, payer, used)
    return first + timedelta(days=min(duration_days, longest) - 1)


def is_certified(
    record: PlanRecord | PlanOfCare,
    on: date,
    *,
    known_on: date | None = None,
    payer: str = "medicare_part_b",
) -> Certified:
    """Whether treatment on a day is certified, by what the record held on ``known_on``.

    ``known_on`` is the day from which we look, by default the day of treatment itself.

    Raises:
        NoParameter: the payer asks for certification but has no rule for these dates.
    """
    if isinstance(record, PlanOfCare):
        record = plan_record(record)
    asked = profile(payer).certification
    if asked is False:
        return Certified(True, "This payer asks for no certification.", (), "K")
    if asked is None:
        return Certified(
            None,
            "Nobody has said whether this payer asks for certification: set it in its profile.",
            (),
            "K",
        )
    if record.first_treatment_on is None:
        return Certified(
            None, "The day of the first treatment is not known: give it in the plan.", (), "K"
        )
    today = known_on or on
    used: list[Value] = []
    _parameter("certification_period_days", record.first_treatment_on, payer, used)
    if record.established_on is not None and on < record.established_on:
        return _answer(
            False,
            f"The plan was written on {record.established_on}, after this treatment: "
            "a plan comes before treatment, on the same day at the latest.",
            used,
        )
    covering = [p for p in periods(record, payer) if p.first_day <= on <= p.last_day]
    if not covering:
        last = max(p.last_day for p in periods(record, payer))
        said = (
            f"The certified time begins on {record.first_treatment_on}."
            if on < record.first_treatment_on
            else f"The certified time ends on {last} or has a gap: ask for a recertification "
            "before treating on."
        )
        return _answer(False, said, used)
    answers = [_one(period, record, on, today, payer, list(used)) for period in covering]
    # where periods meet or overlap, the best answer counts
    return min(answers, key=lambda a: (a.answer is not True, a.answer is not None, a.delayed))


def _answer(
    answer: bool | None,
    sentence: str,
    used: list[Value],
    period: Period | None = None,
    *,
    curable: bool = False,
    delayed: bool = False,
) -> Certified:
    return Certified(
        answer,
        sentence,
        tuple(dict.fromkeys(value.cite for value in used)),
        _weakest(used),
        period.first_day if period else None,
        period.last_day if period else None,
        period.signature_due_on if period else None,
        curable,
        delayed,
    )


def _one(
    period: Period, record: PlanRecord, on: date, today: date, payer: str, used: list[Value]
) -> Certified:
    _parameter("certification_signature_days", record.first_treatment_on or today, payer, used)
    span = f"{period.first_day} to {period.last_day}"
    due = period.signature_due_on
    signed = period.signed_on if period.signed_on and period.signed_on <= today else None
    if signed is not None and signed <= due:
        return _answer(True, f"Certified {span}: signed on {signed}.", used, period)
    if period.is_initial and _by_order(record, on, today, payer, used):
        return _answer(
            True,
            f"Certified {span} without a signed plan: the order was signed on "
            f"{record.order_signed_on} and the plan sent on {record.sent_on}, with proof.",
            used,
            period,
        )
    verbal_days = _parameter("certification_verbal_days", period.first_day, payer, used)
    verbal = period.verbal_on if period.verbal_on and period.verbal_on <= today else None
    if verbal is not None and verbal <= due:
        sign_by = verbal + timedelta(days=verbal_days)
        if signed is not None and signed <= sign_by:
            return _answer(
                True,
                f"Certified {span}: by word on {verbal}, signed on {signed}.",
                used,
                period,
            )
        if signed is None and today <= sign_by:
            return _answer(
                True,
                f"Certified {span} by word on {verbal}: the signature must come by {sign_by}.",
                used,
                period,
            )
    if signed is not None:
        return _late(period, signed, span, payer, used)
    if today <= due:
        return _answer(
            None,
            f"The signature for {span} is out: it must come by {due}.",
            used,
            period,
            curable=True,
        )
    return _answer(
        False,
        f"No signature for {span} by {due}: get it now, with a dated reason for the delay.",
        used,
        period,
        curable=True,
    )


def _by_order(record: PlanRecord, on: date, today: date, payer: str, used: list[Value]) -> bool:
    """The exception, by date of service, for a signed order with proof that the plan was sent."""
    first = record.first_treatment_on
    if first is None or record.order_signed_on is None or record.sent_on is None:
        return False
    if not _parameter("certification_by_order", on, payer, used):
        return False
    within = timedelta(days=_parameter("plan_transmission_days", on, payer, used))
    evaluated = record.established_on or first
    return (
        record.order_signed_on <= today
        and record.sent_on <= min(today, evaluated + within)
        and bool(record.sent_proof.strip())
        and not record.changes_open
    )


def _late(period: Period, signed: date, span: str, payer: str, used: list[Value]) -> Certified:
    late_days = (signed - period.signature_due_on).days
    needs_text = _parameter("certification_late_justification_days", signed, payer, used)
    if period.delay_reason.strip():
        return _answer(
            True,
            f"Certified {span} with delay: signed on {signed}, {late_days} days late, with a "
            "reason.",
            used,
            period,
            delayed=True,
        )
    longer = ", and a full justification because it is that late" if late_days > needs_text else ""
    return _answer(
        None,
        f"Signed on {signed}, {late_days} days late, without a reason: write what was done to "
        f"get the signature in time{longer}.",
        used,
        period,
        curable=True,
        delayed=True,
    )
