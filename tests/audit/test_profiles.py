"""Payer profiles lead the rules: what one says is asked for, what nobody says is not assessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from neuroreed.audit.attach import attach
from neuroreed.audit.attached import ATTACHED
from neuroreed.audit.kernel import audit
from neuroreed.audit.registry import Registry, registry
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.errors import NoParameter
from neuroreed.model.lines import to_book
from neuroreed.policy.parameters import as_of
from neuroreed.policy.payers import profile, profile_files, profiles

LINE = {"cpt": "97112", "units": 1, "modifiers": ["GP"], "minutes": 15}
ASSISTED = {**LINE, "therapist_minutes": 0, "assistant_minutes": 15}
# what a profile demands, the rule that asks for it, and a visit that lacks it
DEMANDS = {
    "requires_discipline_modifier": ("MODS-01", {"lines": [{**LINE, "modifiers": []}]}),
    "requires_cq_co": ("ASST-01", {"lines": [ASSISTED]}),
    "requires_auth": ("AUTH-01", {"authorization_on_file": False, "lines": [LINE]}),
    "requires_96_97": ("MODS-13", {"lines": [LINE]}),
    "certification": ("PLAN-01", {"plan_on_file": False, "lines": [LINE]}),
    "max_timed_units_per_day": ("UNIT-11", {"lines": [{**LINE, "units": 96}]}),
    "timely_filing_days": ("FILE-01", {"submitted_on": "2041-01-01", "lines": [LINE]}),
}
METHODS = {None: UNKNOWN, "cms": 1, "ama": 2}
EDITS = {None: UNKNOWN, "none": 0, "like": 1, "medicare": 2}
SAID = {
    "requires_discipline_modifier": "needs_discipline_modifier",
    "requires_cq_co": "needs_assistant_modifier",
    "requires_auth": "needs_authorization",
    "requires_96_97": "needs_96_97",
    "certification": "certification_applies",
    "max_timed_units_per_day": "daily_unit_cap",
    "kx": "kx_applies",
    "abn_modifiers": "abn_applies",
}
DATED = {
    "either_column_opens": "ncci_modifier_on_either_column",
    "first_alarm_permille": "timely_filing_first_alarm",
    "filing_alarm_permille": "timely_filing_second_alarm",
    "profile_days": "payer_profile_days",
    "discharge_note_days": "discharge_note_days",
    "kx_early_permille": "kx_early_share",
    "review_threshold_cents": "targeted_review_threshold",
    "supervision_required": "assistant_supervision",
    "midpoint_exempts": "assistant_midpoint_exemption",
    "de_minimis_permille": "assistant_de_minimis",
    "least_group": "group_patients",
    "report_due_days": "progress_report_treatment_days",
    "longest_certification_days": "certification_period_days",
    "signature_days": "certification_signature_days",
    "justification_days": "certification_late_justification_days",
    "transmission_days": "plan_transmission_days",
    "order_stands_for_signature": "certification_by_order",
    "supply_days": "rtm_supply_days",
    "short_supply_days": "rtm_short_supply_days",
    "management_span_minutes": "rtm_management_minutes",
    "short_management_minutes": "rtm_short_management_minutes",
}
_DAY = timedelta(days=1)
EDGES = sorted(
    {setting.since for file in profile_files() for setting in file.settings if setting.since}
)
DAYS = sorted(
    {date(2018, 1, 1), date(2026, 11, 30), date(2028, 1, 1)}
    | {day for edge in EDGES for day in (edge - _DAY, edge)}
)


def visit(payer, on, **given):
    shared = {"patient_id": "P1", "visit_id": "V1", "discipline": "PT", "lines": [LINE]}
    return {**shared, "payer": payer, "date_of_service": on.isoformat(), **given}


def given_to_rules(payer, on) -> dict[str, int]:
    """What policy gives the rules for one line of a payer on a date."""
    book = attach(to_book([visit(payer, on)]))
    return {name: book.lines[name][0] for name in ATTACHED if name in book.lines}


def asked(payer, on, rule, given):
    """What one rule says of a visit: its findings, and its coverage."""
    ours = registry()
    only = Registry(ours.facts, {rule: ours.rules[rule]}, ours.order)
    result = audit(to_book([visit(payer, on, **given)]), using=only)
    return result.findings, result.coverage[rule]


@pytest.mark.parametrize("payer", profiles())
def test_what_a_profile_demands_is_asked_for_from_its_first_day(payer) -> None:
    for on in DAYS:
        known = profile(payer, on)
        for setting, (rule, given) in DEMANDS.items():
            demanded = getattr(known, setting)
            findings, covered = asked(payer, on, rule, given)

            counts = covered.assessed, covered.not_assessed, covered.not_applicable
            if demanded is False or on < registry().rules[rule].effective[0]:
                assert counts == (0, 0, 1), (setting, on)
            elif demanded is None:
                assert counts == (0, 1, 0) and covered.why_not, (setting, on)
            else:
                assert counts == (1, 0, 0) and findings, (setting, on)


@pytest.mark.parametrize("payer", profiles())
def test_rules_are_given_what_policy_says_and_else_unknown(payer) -> None:
    for on in DAYS:
        known, given = profile(payer, on), given_to_rules(payer, on)
        for setting, column in SAID.items():
            value = getattr(known, setting)
            assert given[column] == (UNKNOWN if value is None else int(value)), (column, on)
        assert given["unit_method"] == METHODS[known.unit_method], on
        assert given["edits_apply"] == EDITS[known.ncci], on
        for column, parameter in DATED.items():
            try:
                expected = as_of(parameter, on, payer=payer).value
            except NoParameter:
                expected = UNKNOWN
            assert given[column] == expected, (column, on)


def test_of_a_payer_of_whom_nothing_is_said_rules_are_told_nothing(tmp_path, monkeypatch) -> None:
    (tmp_path / "bare.yaml").write_text("name: Bare\n", encoding="utf-8")
    monkeypatch.setenv("NEUROREED_PAYERS", str(tmp_path))
    of_the_payer = {name for name, each in ATTACHED.items() if "intervals" in each.tables}
    of_the_payer |= {name for name in ATTACHED if name.startswith(("kx_", "modifier_rank_"))}

    for on in (date(2019, 6, 3), date(2026, 11, 30)):
        bare, nobody = (
            {name: value for name, value in given_to_rules(payer, on).items() if value != UNKNOWN}
            for payer in ("bare", "nobody_knows")
        )

        assert {name: bare[name] for name in of_the_payer & set(bare)} == {
            "payer_is_known": 1,
            "is_part_b": 0,
            "unit_method_is_set": 0,
        }
        assert {name: nobody[name] for name in of_the_payer & set(nobody)} == {"payer_is_known": 0}


def test_no_act_is_no_permission_only_where_policy_tells_the_acts() -> None:
    """Before the first act and after the last, therapists furnish no telehealth to Medicare."""
    days = (date(2020, 2, 29), date(2020, 3, 1), date(2027, 12, 31), date(2028, 1, 1))

    medicare = [given_to_rules("medicare_part_b", on)["telehealth_is_allowed"] for on in days]
    another = [given_to_rules("tricare", on)["telehealth_is_allowed"] for on in days]

    assert medicare == [0, 1, 1, 0]
    assert another == [UNKNOWN] * len(days)


def test_a_share_that_nobody_read_is_named_where_the_rule_was_not_asked() -> None:
    findings, covered = asked("tricare", date(2025, 7, 1), "ASST-02", {"lines": [ASSISTED]})

    assert not findings
    assert (covered.assessed, covered.not_applicable, covered.not_assessed) == (0, 0, 1)
    assert covered.why_not == {"due_assistant_units": 1}


def test_a_demand_that_was_not_verified_asks_for_a_look_and_does_not_stop() -> None:
    alone, shared = [ASSISTED], [{**ASSISTED, "therapist_minutes": 7, "assistant_minutes": 8}]
    on = date(2025, 7, 1)

    def severity(payer, rule, lines):
        findings, _ = asked(payer, on, rule, {"lines": lines})
        return findings[0].severity.value

    assert severity("medicare_part_b", "ASST-01", alone) == "stop"
    assert severity("tricare", "ASST-01", alone) == "review"
    assert severity("medicare_part_b", "ASST-02", shared) == "stop"
    assert severity("unitedhealthcare", "ASST-02", shared) == "review"
    bare = [{**LINE, "modifiers": []}]
    assert severity("medicare_part_b", "MODS-01", bare) == "stop"
    assert severity("texas_medicaid", "MODS-01", bare) == "review"
