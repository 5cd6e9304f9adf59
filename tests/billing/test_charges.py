"""From a visit to its charges: what is billed, why, and what is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from neuroreed.billing.charges import build
from neuroreed.billing.contract import per_unit
from neuroreed.billing.proposals import BilledLine
from neuroreed.model.care import Furnished, TimedActivity
from neuroreed.model.people import Discipline
from tests.billing.visits import FEES, activity, bout, context, visit

PARTNER = {"97129": "97130", "97130": "97129"}


def billed(charges):
    return [(each.cpt, each.units, each.modifiers) for each in charges.charges]


def test_a_standard_visit_is_billed_whole():
    made = build(visit(activity("97112", 24, (0, 24)), activity("97110", 23, (24, 47))), context())

    assert billed(made) == [("97112", 2, ("GP",)), ("97110", 1, ("GP",))]
    assert [each.charge_cents for each in made.charges] == [12_000, 5_500]
    assert [each.minutes for each in made.charges] == [24, 23]
    assert [each.line_number for each in made.charges] == [1, 2]
    assert made.proof.total_units == 3
    assert made.expected.complete
    assert made.refusals == ()
    assert made.gaps == ()


def test_units_of_an_assistant_go_on_a_line_of_their_own():
    made = build(visit(activity("97110", 26, assistant=14)), context())

    assert billed(made) == [("97110", 1, ("GP",)), ("97110", 1, ("GP", "CQ"))]
    assert [each.minutes for each in made.charges] == [12, 14]
    assert made.expected.assistant_cut > 0
    before = build(visit(activity("97110", 26, assistant=14), date_of_service=date(2021, 3, 2)),
                   context())  # fmt: skip
    assert billed(before) == [("97110", 2, ("GP", "CQ"))]


def test_an_occupational_therapist_has_go_and_co():
    made = build(visit(activity("97530", 15, assistant=15), discipline=Discipline.OT), context())

    assert billed(made) == [("97530", 1, ("GO", "CO"))]


def test_first_and_added_code_share_the_assistants_units():
    made = build(visit(activity("97129", 15), activity("97130", 23, assistant=23)), context())

    assert billed(made) == [("97129", 1, ("GP",)), ("97130", 2, ("GP", "CQ"))]
    assert [each.minutes for each in made.charges] == [15, 23]


def test_a_modifier_that_needs_a_person_waits_for_one():
    treated = visit(activity("97112", 15, (0, 15)), activity("97150", 20, (15, 35)))

    proposed = build(treated, context())
    accepted = build(treated, context(accepted=frozenset({("97112", "59")})))

    assert billed(proposed)[0] == ("97112", 1, ("GP",))
    assert ("59", True) in [(p.modifier, p.needs_acceptance) for p in proposed.proposals]
    assert billed(accepted)[0] == ("97112", 1, ("GP", "59"))


def test_accepting_what_the_record_does_not_support_changes_nothing():
    overlapping = visit(activity("97112", 15, (0, 15)), activity("97150", 20, (10, 30)))

    made = build(overlapping, context(accepted=frozenset({("97112", "59"), ("97112", "KX")})))

    assert billed(made)[0] == ("97112", 1, ("GP",))
    assert {each.modifier for each in made.refusals} == {"59", "KX"}


def test_kx_comes_from_the_expected_amounts():
    treated = visit(activity("97530", 15), activity("97112", 15))
    wish = frozenset({("97530", "KX"), ("97112", "KX")})

    made = build(treated, context(accrued_cents=244_000, attested_kx=True, accepted=wish))

    assert billed(made) == [("97530", 1, ("GP",)), ("97112", 1, ("GP", "KX"))]


def test_a_line_with_an_expected_denial_is_not_expected_to_be_paid():
    made = build(
        visit(activity("97112", 15)),
        context(liability={"97112": "not_necessary"}, accepted=frozenset({("97112", "GZ")})),
    )

    assert billed(made) == [("97112", 1, ("GP", "GZ"))]
    assert made.expected.allowed == 0
    assert made.expected.not_paid == ("97112",)


def test_minutes_nobody_recorded_are_not_zero():
    made = build(visit(activity("97112", None), activity("97110", 23)), context())

    assert made.charges == ()
    assert made.proof is None
    assert made.gaps == ("The minutes of 97112 are not recorded.",)


def test_an_untimed_code_needs_no_minutes():
    made = build(visit(TimedActivity("97161", None, is_timed=False)), context())

    assert [(each.cpt, each.units) for each in made.charges] == [("97161", 1)]
    assert made.charges[0].minutes is None


def test_who_furnished_is_asked_but_does_not_stop_the_charge():
    made = build(visit(TimedActivity("97112", 15)), context())

    assert billed(made) == [("97112", 1, ("GP",))]
    assert any("Who furnished" in each.missing for each in made.refusals)


def test_a_payer_without_a_unit_method_is_not_billed():
    made = build(visit(activity("97112", 15)), context(payer="commercial"))

    assert made.charges == ()
    assert any("how units are counted" in gap for gap in made.gaps)


def test_a_code_outside_its_dates_is_a_gap():
    made = build(
        visit(activity("98985", 15), date_of_service=date(2025, 3, 3)),
        context(),
    )

    assert made.charges == ()
    assert any("98985" in gap for gap in made.gaps)


def test_a_code_without_a_clinic_fee_is_a_gap_not_a_free_service():
    made = build(visit(activity("97112", 15), activity("97533", 15)), context())

    assert [each.cpt for each in made.charges] == ["97112"]
    assert any("no charge for 97533" in gap for gap in made.gaps)


def test_the_national_price_stands_in_by_name_only():
    made = build(visit(activity("97112", 15)), context(mac="03102", locality="00"))

    assert made.expected.place == "national (GPCI 1)"
    assert any("national, not local" in gap and "GPCI2026" in gap for gap in made.gaps)


def test_a_contract_that_is_missing_is_a_gap_and_the_charges_stand():
    from neuroreed.policy.payers import profiles

    payer = next(
        each.id
        for each in profiles().values()
        if each.unit_method and each.claim_filing_code != "MB" and each.id != "commercial"
    )

    without = build(visit(activity("97112", 15)), context(payer=payer))
    given = build(
        visit(activity("97112", 15)), context(payer=payer, schedule=per_unit({"97112": 40_00}))
    )

    assert without.charges
    assert without.expected is None
    assert any("contract" in gap for gap in without.gaps)
    assert given.expected.allowed == Decimal("40.00")


def test_a_plan_that_is_not_certified_is_told():
    told = {None: "is not recorded", False: "is not certified"}
    for certified, words in told.items():
        made = build(visit(activity("97112", 15)), context(plan_certified=certified))
        assert any(words in gap for gap in made.gaps)
        assert made.charges


def test_a_students_minutes_are_not_billed():
    treated = visit(
        TimedActivity("97112", 15, bouts=(bout("97112", 0, 15, Furnished.STUDENT),)),
    )

    made = build(treated, context())

    assert made.charges == ()
    assert any("student" in gap for gap in made.gaps)


def test_another_discipline_of_the_day_takes_part_in_the_reduction():
    other = BilledLine(1, "97530", 1)

    alone = build(visit(activity("97112", 15)), context())
    beside = build(visit(activity("97112", 15)), context(same_day=(other,)))

    assert (alone.expected.allowed, beside.expected.allowed) == (Decimal("32.73"), Decimal("24.88"))


def test_an_unknown_deductible_leaves_the_payment_open():
    made = build(visit(activity("97112", 15)), context(deductible_left_cents=None))

    assert made.expected.allowed == Decimal("32.73")
    assert made.expected.payer_pays is None


def test_more_modifiers_than_a_line_holds_are_told():
    treated = visit(activity("97112", 15, (0, 15), assistant=15), activity("97150", 20, (15, 35)))
    wish = frozenset({("97112", "59"), ("97112", "KX")})

    made = build(
        treated,
        context(accrued_cents=300_000, attested_kx=True, telehealth="video", accepted=wish),
    )

    assert billed(made)[0] == ("97112", 1, ("GP", "CQ", "59", "KX"))
    assert any("95 left out" in gap for gap in made.gaps)


def test_diagnosis_pointers_follow_the_context():
    made = build(
        visit(activity("97112", 15), activity("97110", 15)), context(pointers={"97112": (2, 1)})
    )

    assert [each.diagnosis_pointers for each in made.charges] == [(2, 1), (1,)]


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(set(FEES) - {"97165"})), st.integers(0, 60)),
        min_size=1,
        max_size=4,
        unique_by=lambda each: each[0],
    ),
    st.integers(0, 3),
)
def test_charges_hold_the_units_of_the_proof(treated, quarter):
    activities = [activity(cpt, m, assistant=m * quarter // 3) for cpt, m in treated]

    made = build(visit(*activities), context())

    found = {}
    for each in made.charges:
        found[each.cpt] = found.get(each.cpt, 0) + each.units
    assert found == made.proof.units
    billed_minutes = sum(each.minutes for each in made.charges)
    assert billed_minutes == sum(
        m for cpt, m in treated if {cpt, PARTNER.get(cpt)} & set(made.proof.units)
    )
    assert all(each.charge_cents == FEES[each.cpt] * each.units for each in made.charges)
    lines = [(each.cpt, each.modifiers) for each in made.charges]
    assert len(set(lines)) == len(lines)


def test_a_year_without_policy_has_charges_and_says_what_is_missing():
    made = build(visit(activity("97112", 30, (0, 30)), date_of_service=date(2027, 1, 5)), context())

    assert billed(made) == [("97112", 2, ("GP",))]
    assert made.expected is None
    assert any("RVU27A.zip" in gap for gap in made.gaps)
    assert [each.modifier for each in made.refusals] == ["KX"]
