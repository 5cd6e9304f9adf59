"""The example visit, ways to damage one fact of it, and the points that must then fail."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import yaml

EXAMPLE = yaml.safe_load((Path(__file__).parent / "documentation_example.yaml").read_text())
GONE = object()


def damaged(*changes: tuple[str, Any]) -> dict[str, Any]:
    """The example with the value at each path changed, or removed."""
    facts = copy.deepcopy(EXAMPLE)
    for path, value in changes:
        steps = [int(s) if s.isdigit() else s for s in re.findall(r"[^.\[\]]+", path)]
        place: Any = facts
        for step in steps[:-1]:
            place = place[step]
        if value is GONE:
            del place[steps[-1]]
        else:
            place[steps[-1]] = value
    return facts


I = "interventions[0]"  # noqa: E741
BEFORE = EXAMPLE["previous_visits"][0]["interventions"]
NEURO = "R04 R08 R09 R10 R11 R12 R13 R14 R15 R16"

DAMAGES: list[tuple[str, Any, str]] = [
    # the visit
    ("date_of_service", GONE, "R01 R02 R04 R06 R20 R22 R24"),  # every point that needs the date
    ("date_of_service", "2026-08-19", "R02 R04 R20 R22 R24"),  # before onset, findings, plan
    ("date_of_service", "2026-08-20", "R04 R20 R22 R24"),  # the day of onset is not before it
    ("date_of_service", "2026-12-18", "R04 R06 R20 R24"),  # last certified day; the rest is old
    ("date_of_service", "2026-12-19", "R04 R06 R20 R22 R24"),
    ("session_minutes", None, "R18"),
    ("session_minutes", 40, ""),  # as many as were timed
    ("session_minutes", 39, "R18"),
    # R01
    ("dx.medical", [], "R01"),
    ("dx.treatment", GONE, "R01"),
    ("dx", None, "R01"),
    ("dx.medical[0]", "G35", "R01"),  # not billable since 2025-10-01
    ("dx.medical[0]", "G35.A", ""),
    ("dx.medical[0]", "I69.35", "R01"),  # a header
    ("dx.treatment[0]", "R26.8X", "R01"),  # no such code
    ("dx.treatment[0]", "R2681", ""),
    ("dx.treatment[0]", None, "R01"),
    # R02
    ("onset.date", None, "R02"),
    ("onset.date", "2026-10-14", ""),
    ("onset.date", "2026-10-15", "R02"),
    ("onset.why_now", None, "R02"),
    ("onset.why_now", "referred", "R02"),
    ("onset.why_now", "post_op", ""),
    # R03; without its limitation the goal loses its activity too
    ("functional_limitations", [], "R03 R06"),
    ("functional_limitations[0].activity", "", "R03"),
    ("functional_limitations[0].value", None, "R03"),
    ("functional_limitations[0].value", "poor", "R03"),
    ("functional_limitations[0].value", 0, ""),
    ("functional_limitations[0].unit", None, "R03"),
    ("functional_limitations[0].prior_level", GONE, "R03"),
    ("functional_limitations[0].id", "FL2", "R06"),
    # R04
    ("impairments", [], "R04"),
    ("impairments[0].category", "coordination", "R04"),
    ("impairments[0].value", None, "R04"),
    ("impairments[0].measure", None, "R04"),
    ("impairments[0].date", "2026-09-14", ""),  # 30 days
    ("impairments[0].date", "2026-09-13", "R04"),  # 31 days
    ("impairments[0].date", "2026-10-15", "R04"),  # after the visit
    ("impairments[0].date", None, "R04"),
    (f"{I}.impairment_categories", [], "R04"),
    (f"{I}.impairment_categories", ["balance", "posture"], "R04"),
    ("interventions[1].impairment_categories", [], ""),  # not a 97112 line
    # R05, R06, R07; a lost number makes the difference uncomputable too
    ("goals", [], "R05 R06 R07 R08"),
    ("goals[0].baseline", None, "R05 R07"),
    ("goals[0].baseline", "about 33", "R05 R07"),
    ("goals[0].measure", None, "R06"),
    ("goals[0].target", None, "R06 R07"),
    ("goals[0].target", "better", "R06 R07"),
    ("goals[0].target_date", "2026-10-14", "R06"),  # on the day is not after it
    ("goals[0].target_date", "2026-10-15", ""),
    ("goals[0].target_date", None, "R06"),
    ("goals[0].fl", "FL9", "R06"),
    ("goals[0].fl", None, "R06"),
    ("goals[0].target", 39, ""),  # 6 points are the error
    ("goals[0].target", 38, "R07"),
    ("goals[0].target", 27, ""),  # lower by 6
    ("goals[0].mdc", None, "R07"),
    ("goals[0].mdc", 8.1, "R07"),
    # R08
    (f"{I}.goal_ids", [], "R08"),
    (f"{I}.goal_ids", ["G9"], "R08"),
    (f"{I}.goal_ids", ["G9", "G1"], ""),
    ("goals[0].id", "G2", "R08"),
    # R09
    (f"{I}.body_region", None, "R09"),
    (f"{I}.task", "  ", "R09"),
    (f"{I}.position", "sitting", ""),
    # an unknown technique: dose cannot be judged, nor the code, nor is it in the plan; all its
    # variable facts carry another name, so nothing new is cloned
    (f"{I}.technique", "balance_exercises", "R09 R10 R19 R22"),
    (f"{I}.technique", None, "R09 R10 R19 R22"),
    # R10
    (f"{I}.sets", None, "R10"),
    (f"{I}.duration_s", None, "R10"),
    (f"{I}.reps", 10, ""),
    (f"{I}.dosage", {}, "R10"),
    (f"{I}.dosage.surface", None, "R10"),
    (f"{I}.dosage.vision", GONE, "R10"),
    (f"{I}.dosage.guarding", None, "R10"),
    ("interventions[1].dosage", {}, ""),
    # R11
    (f"{I}.assist_level", None, "R11"),
    (f"{I}.assist_level", "a little", "R11"),
    (f"{I}.guarding", None, "R11"),
    # R12
    (f"{I}.cues", [], "R12"),
    (f"{I}.cues", None, "R12"),
    (f"{I}.cues[0].type", "usual", "R12"),
    (f"{I}.cues[0].content", "", "R12"),
    (f"{I}.cues[0].error", None, "R12"),
    # R13
    (f"{I}.decision", None, "R13"),
    (f"{I}.decision.value", "continue", "R13"),
    (f"{I}.decision.trigger", None, "R13"),
    (f"{I}.decision.change", None, "R13"),
    # R14
    (f"{I}.response", None, "R14"),
    (f"{I}.response.metric", None, "R14"),
    (f"{I}.response.unit", "", "R14"),
    (f"{I}.response.start", None, "R14"),
    (f"{I}.response.end", "better", "R14"),
    (f"{I}.response.end", 0, ""),
    # R15
    (f"{I}.error_observed.fault", None, "R15"),
    (f"{I}.error_observed.start", None, "R15"),
    # R16
    (f"{I}.one_on_one", False, "R16"),
    (f"{I}.one_on_one", None, "R16"),
    (f"{I}.one_on_one", "yes", "R16"),
    # R17 and R18
    ("billing", None, "R17"),
    ("billing[0].units", 3, "R17"),  # 4 units of 40 minutes, 3 of 25
    ("billing[0].units", 1, ""),
    ("billing[1].units", 2, "R17"),  # 4 of 40; 15 minutes hold one
    ("billing[0].units", None, "R17"),
    ("billing[0].cpt", "97110", "R17"),  # no minutes under it
    ("total_timed_minutes", 37, "R17 R18"),  # two units; and not the sum
    ("total_timed_minutes", 41, "R18"),
    ("total_timed_minutes", None, "R17 R18"),
    (f"{I}.minutes", 24, "R18"),  # neither the interval nor the sum; 24 still hold 2 units
    (f"{I}.minutes", 15, "R17 R18"),  # 15 hold one unit
    (f"{I}.minutes", None, "R17 R18"),
    (f"{I}.end", "09:26", "R18"),  # a minute too long, and into the next activity
    (f"{I}.end", None, "R18"),
    (f"{I}.start", "09:10", "R18"),
    ("interventions[1].start", "09:24", "R18"),
    # R19
    (f"{I}.cpt", "97140", f"-{NEURO} R17 R19 R22"),  # no 97112 line is left to test
    ("interventions[1].cpt", "97530", "R17 R19 R22"),  # its units lose their minutes
    # R20
    ("progress.visits_since_report", 10, ""),
    ("progress.visits_since_report", 11, "R20"),
    ("progress.visits_since_report", None, "R20"),
    ("progress.last_objective_date", "2026-09-14", ""),
    ("progress.last_objective_date", "2026-09-13", "R20"),
    ("progress.last_objective_date", "2026-10-15", "R20"),
    ("progress.last_objective_date", None, "R20"),
    # R21
    ("progress.last_two_verdicts", ["within_error", "within_error"], "R21"),
    ("progress.last_two_verdicts", ["worse", "within_error"], "R21"),
    ("progress.last_two_verdicts", ["beyond_mdc", "worse"], ""),
    ("progress.last_two_verdicts", ["within_error"], ""),
    ("progress.last_two_verdicts", None, "R21"),
    ("progress.last_two_verdicts", ["fine", "fine"], "R21"),
    ("progress", None, "R20 R21"),
    # R22
    ("poc.certified_to", "2026-10-14", ""),
    ("poc.certified_to", "2026-10-13", "R22"),
    ("poc.certified_to", None, "R22"),
    ("poc.certified_from", "2026-10-15", "R22"),
    ("poc.planned_techniques", ["static_balance"], "R22"),
    ("poc.planned_cpt", ["97112"], "R22"),
    # R23
    ("education", [], "R23"),
    ("education[0].teach_back", "not asked", "R23"),
    ("education[0].teach_back", "corrected", ""),
    ("hep.reviewed", False, "R23"),
    ("hep", None, "R23"),
    # R24
    ("signer.licensed", False, "R24"),
    ("signer.licensed", None, "R24"),
    ("signer.credential", None, "R24"),
    ("signer", None, "R24"),
    ("signer.credential", "PTA", "R24"),  # without a co-signature
    ("signed_at", "2026-10-21", ""),  # seven days
    ("signed_at", "2026-10-22", "R24"),
    ("signed_at", "2026-10-13", "R24"),
    ("signed_at", None, "R24"),
    ("assistant_furnished", True, "R24"),  # without CQ
    ("assistant_furnished", None, "R24"),
    # R25
    ("previous_visits[0].interventions", copy.deepcopy(EXAMPLE["interventions"]), "R25"),
    ("previous_visits", None, "R25"),
    ("previous_visits", [], "-R25"),  # a first visit has nothing to be like
]
