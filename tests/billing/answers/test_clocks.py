"""Filing clocks, deadlines and authorizations: both sides of every edge."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.billing import authorizations, timely
from neuroreed.billing.authorizations import Authorization, Use
from neuroreed.model.care import Goal, PlanOfCare
from neuroreed.model.errors import BadInput
from neuroreed.model.people import Address, Clinic, Coverage, Discipline, Patient

DAY = date(2026, 1, 5)
HOME = Address("1 OAK ST", "TROY", "NY", "12180")
PATIENT = Patient("p1", "WEISS", "GRETA", date(1950, 1, 2), "F", HOME)
CLINIC = Clinic("STEADY GAIT", "1234567893", "841234567", "261QP2000X", HOME, "5185550100")
COVERAGE = Coverage("va_community_care", "VA CCN", "12115", "V100")


@pytest.mark.parametrize(
    ("used", "state"),
    [(0, "open"), (182, "open"), (183, "half"), (291, "half"), (292, "urgent"), (365, "urgent"),
     (366, "late")],
)  # fmt: skip
def test_the_filing_clock_sounds_at_half_and_four_fifths(used: int, state: str) -> None:
    found = timely.clock("medicare_part_b", [DAY + timedelta(9), DAY], on=DAY + timedelta(used))

    assert (found.state, found.used_days, found.left_days) == (state, used, 365 - used)
    assert found.last_day == date(2027, 1, 5)
    assert not found.verified and "not verified" in found.says


def test_an_unknown_limit_stays_unknown_and_a_contract_goes_before_the_profile() -> None:
    assert timely.clock("workers_comp_mi", [DAY], on=DAY).state == "unknown"
    own = timely.clock("workers_comp_mi", [DAY], on=DAY + timedelta(61), limit_days=60)
    assert own.state == "late" and own.verified
    with pytest.raises(BadInput):
        timely.clock("cigna", [], on=DAY)


@pytest.mark.parametrize(
    ("level", "days"),
    [("redetermination", 125), ("reconsideration", 185), ("hearing", 65), ("council", 65),
     ("court", 65)],
)  # fmt: skip
def test_each_level_of_appeal_has_its_last_day(level: str, days: int) -> None:
    last = DAY + timedelta(days)

    found = timely.appeal_deadline("medicare_part_b", level, notice_on=DAY, on=last)

    assert found is not None and (found.last_day, found.days_left) == (last, 0)
    assert not found.has_passed
    assert timely.appeal_deadline("medicare_advantage", level, notice_on=DAY, on=last) is None
    assert timely.appeal_deadline("aetna", level, notice_on=DAY, on=last) is None


@pytest.mark.parametrize(("amount", "enough"), [(19999, False), (20000, True)])
def test_a_hearing_needs_its_amount(amount: int, enough: bool) -> None:
    found = timely.appeal_deadline(
        "medicare_part_b", "hearing", notice_on=DAY, on=DAY, amount_cents=amount
    )

    assert found is not None and ("200.00 must be in controversy" in found.says) != enough


def authorization(**changes: object) -> Authorization:
    given_ = {
        "number": "A1", "payer": "va_community_care", "first_day": DAY,
        "last_day": DAY + timedelta(90), "visits": 6, "discipline": "PT",
    }  # fmt: skip
    return Authorization(**(given_ | changes))  # type: ignore[arg-type]


def uses(*days: int, cpt: str = "97112", units: int = 2, discipline: str = "PT") -> list[Use]:
    return [Use(DAY + timedelta(day), cpt, units, f"v{day}", discipline) for day in days]


def test_a_visit_counts_once_whatever_its_codes() -> None:
    mine = [*uses(0, 2, 4), *uses(0, 2, cpt="97110", units=1), *uses(6, discipline="OT")]

    found = authorizations.used(authorization(units=12), mine)

    assert (found.visits, found.units, found.visits_left, found.units_left) == (3, 8, 3, 4)
    only = authorizations.used(authorization(codes=frozenset({"97110"})), mine)
    assert only.visits == 2
    outside = authorizations.used(authorization(), uses(-1, 90, 91))
    assert outside.visits == 1 and len(outside.outside) == 2


def test_booked_visits_tell_when_it_runs_out_and_which_are_not_covered() -> None:
    booked = [DAY + timedelta(day) for day in (9, 11, 16, 18)]

    found = authorizations.forecast(
        authorization(), uses(0, 2, 4), booked=booked, on=DAY + timedelta(7)
    )

    assert found.state == "low" and found.runs_out_on == booked[2]
    assert found.uncovered == (booked[3],) and "1 booked visit is not covered" in found.says


def test_average_use_goes_on_where_the_bookings_end() -> None:
    found = authorizations.forecast(
        authorization(visits=12), uses(0, 3, 7, 10, 14, 17, 21, 24), booked=[],
        on=DAY + timedelta(27),
    )  # fmt: skip

    assert found.visits_per_week == 2 and found.state == "open"
    assert found.runs_out_on == DAY + timedelta(27 + 14)


@pytest.mark.parametrize(
    ("changes", "on", "state"),
    [
        ({"visits": 3}, 7, "used_up"),
        ({"visits": None, "units": 6}, 7, "used_up"),
        ({"visits": None, "units": 60}, 7, "open"),
        ({"visits": 6}, 91, "expired"),
        ({"visits": 6}, 90, "low"),
        ({"visits": None}, 7, "open"),
        ({"visits": 7}, 7, "open"),
    ],
)
def test_the_state_says_what_to_do(changes: dict[str, object], on: int, state: str) -> None:
    found = authorizations.forecast(
        authorization(**changes), uses(0, 2, 4), booked=[], on=DAY + timedelta(on)
    )

    assert found.state == state and found.says


def test_an_authorization_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadInput):
        authorization(last_day=DAY - timedelta(1))


@given(
    st.lists(st.integers(0, 120), max_size=20),
    st.lists(st.integers(0, 120), max_size=20),
    st.integers(0, 12),
)
@settings(max_examples=80)
def test_covered_and_uncovered_bookings_are_all_bookings(
    past: list[int], ahead: list[int], visits: int
) -> None:
    today = DAY + timedelta(60)
    booked = [DAY + timedelta(day) for day in ahead]

    found = authorizations.forecast(
        authorization(visits=visits), uses(*sorted(set(past))), booked=booked, on=today
    )

    coming = [day for day in booked if day > today]
    assert len(found.uncovered) <= len(coming)
    covered = len(coming) - len(found.uncovered)
    assert covered <= max(0, visits - found.usage.visits)
    assert all(day > today for day in found.uncovered)


def test_a_request_is_filled_from_the_record_and_asks_for_the_rest() -> None:
    plan = PlanOfCare(
        "poc", "p1", Discipline.PT, DAY, DAY, 60, 2, ("I69.351",), ("R26.89",),
        goals=(Goal("g1", "walk to the shop", "Berg", "38", "46", DAY + timedelta(60)),),
        planned_cpt=("97112", "97116"),
    )  # fmt: skip

    found = authorizations.request(
        patient=PATIENT, coverage=COVERAGE, clinic=CLINIC, plan=plan, visits_asked=12,
        measures=[("Berg", "38", "42", DAY + timedelta(28))],
    )  # fmt: skip

    told = {one.label: one.value for one in found.fields}
    assert told["Visits asked for"] == "12" and told["Codes planned"] == "97112, 97116"
    assert "Berg from 38 to 46" in told["Goals"] and "42 on 2026-02-02" in told["Progress"]
    assert found.missing == (
        "Ordering NPI (plan_of_care.physician_npi)",
        "Dates asked for (request.dates)",
    )
