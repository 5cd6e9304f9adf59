"""Denials: plain words, the cause in our record, the way, the last day, who may be asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.billing.denials import Denial, Record, WorkItem, denials, group, sort, trends
from neuroreed.billing.denials_evidence import overlap_minutes
from neuroreed.billing.remittance import ClaimIndex, match
from neuroreed.model.errors import BadInput
from neuroreed.model.findings import Finding, Severity
from neuroreed.model.people import Discipline
from neuroreed.policy import codes
from neuroreed.policy import denials as policy
from tests.billing.answers.claims import PAID_ON, answer, claim, line, reversal, sent

DAY = date(2026, 8, 3)
TODAY = date(2026, 9, 1)
NOTICE = date(2026, 8, 20)


def denial(carc: str, *remarks: str, **changes: Any) -> Denial:
    given_: dict[str, Any] = {
        "claim_id": "C1", "line_number": 1, "cpt": "97112", "modifiers": ("GP",),
        "units": Decimal(2), "charge_cents": 12000, "date_of_service": DAY,
        "payer": "medicare_part_b", "group": "CO", "carc": carc, "remarks": remarks,
        "amount_cents": 12000, "answered_on": NOTICE,
    }  # fmt: skip
    return Denial(**(given_ | changes))


def worked(carc: str, *remarks: str, record: Record | None = None, **changes: Any) -> WorkItem:
    return sort(denial(carc, *remarks, **changes), record=record or Record(), on=TODAY)


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 8, 3, hour, minute)


def test_only_what_needs_a_decision_is_a_denial() -> None:
    made = claim()
    paid = answer(
        made,
        line(made.lines[0], 4000, ("PR", "2", 1000), ("CO", "253", 82), ("CO", "59", 700)),
        line(made.lines[1], 0, ("CO", "97", 5000), ("PR", "204", 500), remarks=["M15"]),
    )
    index = ClaimIndex([sent(made)])

    found = denials(match(paid, index), answered_on=PAID_ON)

    assert [(one.line_number, one.group, one.carc, one.amount_cents) for one in found] == [
        (2, "CO", "97", 5000),
        (2, "PR", "204", 500),
    ]
    assert found[0].remarks == ("M15",)
    assert denials(match(reversal(paid), index), answered_on=PAID_ON) == ()


def test_every_reason_that_our_table_calls_work_has_a_cause() -> None:
    routine = {"write_off", "patient", "info", "reversal"}
    left = [
        code
        for (kind, code), one in codes.adjustments().items()
        if kind == "CARC" and one.meaning and one.action not in routine
        and policy.cause(code) is None
    ]  # fmt: skip

    assert left == ["A1"]  # refused as a whole: only its remark tells why
    assert all(one.path in policy.PATHS for one in policy.causes())
    assert worked("A1").path == "review" and worked("999").path == "review"


@pytest.mark.parametrize(
    ("carc", "remark", "cause"),
    [
        ("16", "MA130", "not_processed"),
        ("16", "N290", "treating"),
        ("16", "M53", "units_missing"),
        ("16", "", "information"),
        ("252", "M127", "records_missing"),
        ("151", "N362", "mue"),
        ("151", "", "level"),
        ("97", "M15", "pair"),
        ("197", "", "authorization"),
        ("197", "M62", "auth_number"),
        ("B9", "", "hospice"),
    ],
)
def test_a_remark_names_the_cause_more_exactly(carc: str, remark: str, cause: str) -> None:
    assert worked(carc, *([remark] if remark else [])).cause == cause


def test_a_claim_that_could_not_be_processed_has_no_appeal() -> None:
    item = worked("16", "MA130")

    assert item.path == "new_claim" and item.deadline is not None
    assert item.deadline.last_day == DAY + timedelta(days=365)
    assert worked("50", "N211").path == "new_claim"


def test_medicare_reopens_and_other_payers_take_a_corrected_claim() -> None:
    medicare = worked("4", modifiers=())
    other = worked("4", modifiers=(), payer="aetna")

    assert (medicare.path, other.path) == ("reopening", "corrected_claim")
    assert medicare.deadline is not None
    assert medicare.deadline.last_day == NOTICE + timedelta(days=365)
    assert other.deadline is None and "not in its profile" in other.path_says
    assert medicare.evidence[0].confirmed and "without GP" in medicare.evidence[0].says


@pytest.mark.parametrize(
    ("modifiers", "discipline", "words"),
    [
        (("GP", "GO"), None, "Two discipline modifiers"),
        (("CQ", "GO"), None, "CQ stands without GP"),
        (("GP",), Discipline.OT, "The plan is OT"),
    ],
)
def test_a_wrong_modifier_is_shown(
    modifiers: tuple[str, ...], discipline: Discipline | None, words: str
) -> None:
    item = worked("4", modifiers=modifiers, record=Record(discipline=discipline))

    assert any(one.confirmed and words in one.says for one in item.evidence)


def test_kx_is_added_only_with_the_clinicians_statement() -> None:
    above = Record(accrued_cents=248000, threshold_cents=248000)
    stated = worked("119", record=replace(above, kx_attested=True))
    unstated = worked("119", record=replace(above, kx_attested=False))
    has_kx = worked("119", modifiers=("GP", "KX"), record=above)

    assert (stated.path, unstated.path, has_kx.path) == ("reopening", "review", "appeal")
    assert worked("119").evidence[0].confirmed is None


@pytest.mark.parametrize(
    ("bouts", "modifiers", "path"),
    [
        ({"97112": ((at(9, 0), at(9, 15)),), "97150": ((at(9, 15), at(9, 30)),)}, ("GP",),
         "reopening"),
        ({"97112": ((at(9, 0), at(9, 15)),), "97150": ((at(9, 15), at(9, 30)),)}, ("GP", "59"),
         "appeal"),
        ({"97112": ((at(9, 0), at(9, 16)),), "97150": ((at(9, 15), at(9, 30)),)}, ("GP",),
         "write_off"),
        ({}, ("GP",), "write_off"),
    ],
)  # fmt: skip
def test_59_follows_the_times_in_the_record(
    bouts: dict[str, Any], modifiers: tuple[str, ...], path: str
) -> None:
    lines = (("97112", modifiers, 1), ("97150", ("GP",), 1))

    item = worked("236", modifiers=modifiers, record=Record(bouts=bouts, day_lines=lines))

    assert item.path == path and item.may_bill_patient is False
    assert "never be asked" in item.patient_says


def test_a_pair_that_no_modifier_opens_is_written_off() -> None:
    lines = (("97124", ("GP", "59"), 1), ("97140", ("GP",), 1))

    item = worked("236", cpt="97124", modifiers=("GP", "59"), record=Record(day_lines=lines))

    assert item.path == "write_off" and "never paid together" in item.evidence[0].says
    assert item.check_similar


@pytest.mark.parametrize(
    ("minutes", "path", "confirmed"), [(37, "reopening", True), (38, "appeal", False)]
)
def test_units_are_defended_only_with_their_minutes(
    minutes: int, path: str, confirmed: bool
) -> None:
    item = worked("151", units=Decimal(3), record=Record(minutes={"97112": minutes}))

    assert item.path == path
    assert [one.confirmed for one in item.evidence] == [confirmed]
    assert worked("151").evidence[0].confirmed is None


@pytest.mark.parametrize(("filed", "path"), [(365, "appeal"), (366, "write_off")])
def test_late_is_what_lies_past_the_limit(filed: int, path: str) -> None:
    record = Record(first_filed_on=DAY + timedelta(days=filed), accepted_on=DAY)

    item = worked("29", record=record)

    assert item.path == path
    assert ("is the proof" in item.evidence[0].says) == (path == "appeal")


@pytest.mark.parametrize(
    ("record", "path"),
    [
        (Record(), "retro_authorization"),
        (Record(authorization="A1", authorization_until=DAY - timedelta(1)), "retro_authorization"),
        (Record(authorization="A1", authorization_until=DAY, authorization_visits_left=0),
         "appeal"),
        (Record(authorization="A1", authorization_visits_left=-1), "retro_authorization"),
    ],
)  # fmt: skip
def test_an_authorization_on_file_is_held_against_the_payer(record: Record, path: str) -> None:
    assert worked("197", record=record, payer="va_community_care").path == path


def test_necessity_is_appealed_within_125_days_of_the_notice() -> None:
    record = Record(certified_from=DAY, certified_until=DAY, plan_signed_on=DAY)
    item = worked("50", "N115", record=record)
    late = sort(denial("50"), record=record, on=NOTICE + timedelta(days=126))

    assert item.path == "appeal" and item.deadline is not None
    assert item.deadline.last_day == NOTICE + timedelta(days=125)
    assert item.deadline.confidence == "V" and not item.deadline.has_passed
    assert late.deadline is not None and late.deadline.has_passed
    assert "has passed" in late.path_says


def test_a_finding_of_the_audit_is_the_cause_where_its_rule_belongs_to_it() -> None:
    known = Finding("DOCU-01", Severity.STOP, "visit-7", "Day 11 without a report.", "", ("x#1",))
    other = replace(known, rule="TELE-01", says="Not telehealth.")

    item = sort(denial("50"), record=Record(), findings=[other, known], on=TODAY)

    assert [one.rule for one in item.evidence if one.rule] == ["DOCU-01"]
    assert item.evidence[0].where == "visit-7"


def test_co_is_never_the_patients_and_pr_only_after_a_look() -> None:
    assert worked("50").may_bill_patient is False
    assert worked("204", group="PR").may_bill_patient is None


def test_one_fix_serves_all_of_a_kind_and_trends_count_every_denial() -> None:
    items = [
        worked("50", claim_id=f"C{n}", amount_cents=100 * n, answered_on=NOTICE + timedelta(n))
        for n in range(1, 5)
    ]
    items += [worked("4", claim_id="D1", modifiers=(), answered_on=date(2026, 6, 1))]

    groups = group(items)

    assert [(one.cause, one.count, one.amount_cents) for one in groups] == [
        ("necessity", 4, 1000),
        ("modifier", 1, 12000),
    ]
    assert groups[0].nearest == NOTICE + timedelta(days=126)
    by_payer = trends(items, by="payer")
    assert [month for month, _, _ in by_payer[0].per_month] == ["2026-06", "2026-07", "2026-08"]
    assert [count for _, count, _ in by_payer[0].per_month] == [1, 0, 4]
    with pytest.raises(BadInput):
        trends(items, by="weather")


def test_no_sentence_about_a_denial_holds_a_code_text_that_is_not_ours() -> None:
    item = worked("50", "N115", "N999")

    assert item.meaning.startswith("Payer says")
    assert "no words of our own for remark N999" in item.remark_meanings[1]


@given(st.integers(0, 120), st.integers(1, 60), st.integers(0, 120), st.integers(1, 60))
@settings(max_examples=60)
def test_shared_minutes_are_those_of_a_clock(a: int, long: int, b: int, short: int) -> None:
    start = at(8, 0)

    def span(first: int, length: int) -> tuple[datetime, datetime]:
        return start + timedelta(minutes=first), start + timedelta(minutes=first + length)

    slow = len(set(range(a, a + long)) & set(range(b, b + short)))
    assert overlap_minutes([span(a, long)], [span(b, short)]) == slow
    assert overlap_minutes([], [span(b, short)]) is None
