"""Certification clocks, on both sides of every edge and against a walk over the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.care.plan import (
    PlanRecord,
    Recertification,
    is_certified,
    periods,
)
from neuroreed.care.plan_queue import QueueState, recertification_status
from neuroreed.model.care import PlanOfCare
from neuroreed.model.people import Discipline
from tests.oracles import calendar

FIRST = date(2026, 3, 2)


def after(days: int, first: date = FIRST) -> date:
    return first + timedelta(days=days)


def record(**changes) -> PlanRecord:
    return replace(PlanRecord(FIRST, 90, established_on=FIRST), **changes)


def answer(plan: PlanRecord, on: date, known_on: date | None = None):
    return is_certified(plan, on, known_on=known_on).answer


def test_a_signature_counts_until_the_thirtieth_day_after_the_first_treatment():
    in_time = record(signed_on=after(30))
    late = record(signed_on=after(31))

    assert answer(in_time, FIRST, after(60)) is True
    assert answer(late, FIRST, after(60)) is None
    assert is_certified(late, FIRST, known_on=after(60)).delayed


def test_before_the_signature_is_due_the_answer_is_open_and_then_no():
    unsigned = record()

    waiting = is_certified(unsigned, after(30))
    missed = is_certified(unsigned, after(31))

    assert waiting.answer is None and waiting.signature_due_on == after(30)
    assert missed.answer is False and missed.curable


def test_a_signature_that_has_not_come_yet_does_not_count():
    signed_later = record(signed_on=after(20))

    assert answer(signed_later, after(5)) is None
    assert answer(signed_later, after(5), known_on=after(20)) is True


def test_a_late_signature_with_a_reason_certifies_with_delay():
    late = record(signed_on=after(40), delay_reason="three faxes, then a visit to the office")

    found = is_certified(late, after(3), known_on=after(50))

    assert found.answer is True and found.delayed
    assert "10 days late" in found.sentence


def test_a_signature_more_than_thirty_days_late_asks_for_a_justification():
    just = is_certified(record(signed_on=after(60)), FIRST, known_on=after(80)).sentence
    more = is_certified(record(signed_on=after(61)), FIRST, known_on=after(80)).sentence

    assert "justification" not in just
    assert "justification" in more


@pytest.mark.parametrize(
    ("planned", "last"), [(90, 89), (89, 88), (91, 89), (365, 89), (1, 0), (42, 41)]
)
def test_a_period_is_as_long_as_planned_and_never_longer_than_ninety_days(planned, last):
    plan = record(duration_days=planned, signed_on=FIRST)

    assert answer(plan, after(last)) is True
    assert answer(plan, after(last + 1)) is False
    assert answer(plan, after(-1)) is False


def test_the_period_of_the_contract_example_ends_on_18_december():
    plan = PlanRecord(date(2026, 9, 20), 90)

    assert periods(plan)[0].last_day == date(2026, 12, 18)


def test_a_plan_written_after_the_treatment_does_not_cover_it():
    plan = record(established_on=after(3), signed_on=after(4))

    assert answer(plan, after(2), after(10)) is False
    assert answer(plan, after(3), after(10)) is True


ORDERED = {"order_signed_on": after(-5), "sent_on": after(30), "sent_proof": "fax receipt 1"}


def test_a_signed_order_and_proof_of_sending_stand_for_the_signature():
    assert answer(record(**ORDERED), after(40)) is True


@pytest.mark.parametrize(
    "lacking",
    [
        {"order_signed_on": None},
        {"sent_on": None},
        {"sent_on": after(31)},
        {"sent_proof": " "},
        {"changes_open": True},
    ],
)
def test_each_part_of_the_order_exception_is_needed(lacking):
    assert answer(record(**{**ORDERED, **lacking}), after(40)) is False


def test_the_order_exception_begins_with_services_of_2025():
    first = date(2024, 12, 20)
    plan = PlanRecord(
        first, 90, first, order_signed_on=first, sent_on=first, sent_proof="portal receipt"
    )

    assert is_certified(plan, date(2024, 12, 31), known_on=date(2025, 3, 1)).answer is False
    assert is_certified(plan, date(2025, 1, 1), known_on=date(2025, 3, 1)).answer is True


def test_a_verbal_certification_holds_for_fourteen_days_without_a_signature():
    plan = record(verbal_on=after(29))

    assert answer(plan, after(43)) is True
    assert answer(plan, after(44)) is False
    assert answer(replace(plan, signed_on=after(43)), after(60)) is True
    assert answer(replace(plan, signed_on=after(44)), after(60)) is None


def test_a_recertification_always_needs_its_signature():
    further = Recertification(60)
    plan = record(**ORDERED, recertifications=(further,))
    signed = replace(plan, recertifications=(replace(further, signed_on=after(89)),))

    assert answer(plan, after(90)) is False
    assert answer(signed, after(90)) is True
    assert answer(signed, after(149)) is True
    assert answer(signed, after(150)) is False


def test_a_recertification_signed_after_its_period_began_is_late():
    late = Recertification(60, signed_on=after(90))
    plan = record(signed_on=FIRST, recertifications=(late,))
    excused = replace(late, delay_reason="physician on leave until that day")

    assert answer(plan, after(95)) is None
    assert answer(replace(plan, recertifications=(excused,)), after(95)) is True


def test_days_between_two_periods_are_not_certified():
    plan = record(
        duration_days=30,
        signed_on=FIRST,
        recertifications=(Recertification(30, first_day=after(35), signed_on=after(20)),),
    )

    assert [answer(plan, after(n)) for n in (29, 30, 34, 35)] == [True, False, False, True]


def test_the_answer_names_its_sources_and_how_sure_they_are():
    found = is_certified(record(signed_on=FIRST), FIRST)

    assert found.cites and all("#" in cite for cite in found.cites)
    assert found.confidence == "V"


def test_a_payer_that_nobody_has_described_is_not_known():
    assert is_certified(record(), FIRST, payer="commercial").answer is None


def test_an_unknown_first_treatment_is_not_known():
    assert is_certified(PlanRecord(None, 90), FIRST).answer is None


def test_a_plan_of_care_answers_as_its_record():
    plan = PlanOfCare(
        id="p",
        patient_id="x",
        discipline=Discipline.PT,
        established_on=FIRST,
        first_treatment_on=FIRST,
        duration_days=60,
        visits_per_week=2,
        medical_diagnoses=("I69.354",),
        treatment_diagnoses=("R26.81",),
        signed_by_physician_on=after(10),
    )

    assert is_certified(plan, after(12)).answer is True
    assert is_certified(plan, after(60)).answer is False


@pytest.mark.parametrize(
    ("plan", "day", "state", "left"),
    [
        (record(signed_on=after(5)), 40, QueueState.CLEAR, 49),
        (record(signed_on=after(5)), 74, QueueState.CLEAR, 15),
        (record(signed_on=after(5)), 75, QueueState.RECERTIFY_SOON, 14),
        (record(signed_on=after(5)), 89, QueueState.RECERTIFY_SOON, 0),
        (record(signed_on=after(5)), 90, QueueState.UNCERTIFIED, None),
        (record(), 10, QueueState.SIGNATURE_OUT, 20),
        (record(), 31, QueueState.SIGNATURE_LATE, 0),
        (record(signed_on=after(40)), 50, QueueState.REASON_MISSING, None),
        (
            record(signed_on=FIRST, recertifications=(Recertification(60, signed_on=after(70)),)),
            80,
            QueueState.CLEAR,
            69,
        ),
        (
            record(signed_on=FIRST, recertifications=(Recertification(60),)),
            80,
            QueueState.RECERTIFY_SOON,
            9,
        ),
    ],
)
def test_the_queue_says_what_to_do_and_by_when(plan, day, state, left):
    found = recertification_status(plan, after(day))

    assert (found.state, found.days_left) == (state, left)
    assert found.sentence.endswith(".")


DAYS = st.integers(0, 70)


@settings(max_examples=250)
@given(
    first=st.dates(date(2024, 10, 1), date(2026, 12, 31)),
    planned=st.integers(1, 130),
    treated=st.integers(-3, 100),
    looked=st.integers(0, 60),
    signed=st.none() | DAYS,
    verbal=st.none() | DAYS,
    reason=st.sampled_from(["", "faxed twice"]),
    ordered=st.none() | st.integers(-20, 40),
    sent=st.none() | DAYS,
    proof=st.sampled_from(["", "receipt"]),
)
def test_certification_agrees_with_a_walk_over_the_calendar(
    first, planned, treated, looked, signed, verbal, reason, ordered, sent, proof
):
    def on(days):
        return None if days is None else after(days, first)

    plan = PlanRecord(
        first,
        planned,
        first,
        verbal_on=on(verbal),
        signed_on=on(signed),
        delay_reason=reason,
        order_signed_on=on(ordered),
        sent_on=on(sent),
        sent_proof=proof,
    )
    day, known_on = on(treated), on(treated + looked)

    found = is_certified(plan, day, known_on=known_on).answer

    if day not in calendar.period_days(first, planned):
        assert found is False
    else:
        assert found == calendar.initial_verdict(
            first,
            looked_at_from=known_on,
            signed=on(signed),
            verbal=on(verbal),
            reason=reason,
            ordered=on(ordered),
            sent=on(sent),
            proof=proof,
            treated=day,
        )


@settings(max_examples=80)
@given(
    first=st.dates(date(2024, 10, 1), date(2026, 12, 31)),
    planned=st.integers(1, 120),
    further=st.lists(st.tuples(st.integers(1, 120), st.integers(0, 12), st.booleans()), max_size=3),
)
def test_signed_periods_agree_with_a_walk_over_the_calendar(first, planned, further):
    walked = [calendar.period_days(first, planned)]
    asked = []
    for days, gap, signed in further:
        start = calendar.nth_day_after(walked[-1][-1], gap + 1)
        early = first if signed else None
        asked.append(Recertification(days, first_day=start if gap else None, signed_on=early))
        walked.append(calendar.period_days(start, days))
    plan = PlanRecord(first, planned, first, signed_on=first, recertifications=tuple(asked))
    signed_days = set(walked[0]).union(
        *(days for days, (_, _, signed) in zip(walked[1:], further, strict=True) if signed)
    )

    last = walked[-1][-1]
    for day in calendar.walk(first, calendar.nth_day_after(last, 2)):
        known_on = calendar.nth_day_after(day, 1)
        assert (is_certified(plan, day, known_on=known_on).answer is True) == (day in signed_days)


def test_a_payer_of_which_nobody_said_what_it_asks_is_unknown_not_uncertified():
    record = PlanRecord(first_treatment_on=date(2026, 10, 1), duration_days=60)

    found = recertification_status(record, date(2026, 10, 20), payer="commercial")

    assert found.state is QueueState.UNKNOWN
