"""Points of the rubric about the diagnosis, the deficit and the plan (R01 to R04, R20 to R22).

Each check answers ``None`` when there is nothing to test, else the facts that fail it.
"""

from __future__ import annotations

from datetime import date

from neuroreed.care.documentation_facts import (
    Failure,
    Failures,
    VisitFacts,
    day,
    filled,
    listed,
    number,
    text,
    whole,
)

WHY_NOW = ("new_event", "exacerbation", "post_op", "decline_measured", "new_goal")
VERDICTS = (
    "beyond_mcid",
    "beyond_mdc",
    "within_error",
    "worse",
    "indeterminate",
    "not_comparable",
)
PLATEAU = ("within_error", "worse")


def diagnosis_link(facts: VisitFacts) -> Failures:
    """R01"""
    found: list[Failure] = []
    unknown = ""
    dx = facts.group("dx")
    for kind, what in (("medical", "medical"), ("treatment", "treatment (impairment)")):
        codes = listed(dx.get(kind), f"dx.{kind}")
        if not codes:
            found.append(Failure(f"dx.{kind}", f"Which {what} diagnosis is treated?"))
        for i, code in enumerate(codes):
            question, known = _code_question(text(code), facts.on)
            if not known:
                unknown = question
            elif question:
                found.append(Failure(f"dx.{kind}[{i}]", question))
    return found or unknown or []


def _code_question(code: str, on: date | None) -> tuple[str, bool]:
    """What to ask about a code, and whether the tables at hand can tell at all."""
    from neuroreed.policy import icd10

    if not code:
        return "Which diagnosis code is meant?", True
    if on is None:
        return (
            f"On which date was {code} treated? Its validity depends on the date of service.",
            True,
        )
    diagnosis = icd10.diagnosis(code, on)
    if diagnosis is None:
        return (
            f"{code} is not among the valid codes at hand for {on}: which code describes the "
            "diagnosis on that date?",
            True,
        )
    if diagnosis.billable is None:
        return f"No release of ICD-10-CM at hand speaks for {on}: {code} was not assessed.", False
    if not diagnosis.billable:
        return f"{code} is not billable on {on}: which more specific code is meant?", True
    return "", True


def why_now(facts: VisitFacts) -> Failures:
    """R02"""
    onset = facts.group("onset")
    found: list[Failure] = []
    began = day(onset.get("date"), "onset.date")
    if began is None:
        found.append(Failure("onset.date", "When did it begin, or when did it get worse?"))
    elif facts.on is None or began > facts.on:
        found.append(Failure("onset.date", "The onset lies after the visit: when did it begin?"))
    if text(onset.get("why_now")) not in WHY_NOW:
        found.append(Failure("onset.why_now", f"Why is care needed now: {', '.join(WHY_NOW)}?"))
    return found


def functional_limitation(facts: VisitFacts) -> Failures:
    """R03"""
    incomplete: list[Failure] = []
    for path, entry in facts.entries("functional_limitations"):
        missing = [
            name
            for name, given in (
                ("activity", filled(entry.get("activity"))),
                ("value", number(entry.get("value")) is not None),
                ("unit", filled(entry.get("unit"))),
                ("prior_level", filled(entry.get("prior_level"))),
            )
            if not given
        ]
        if not missing:
            return []
        incomplete.append(
            Failure(
                f"{path}.{missing[0]}",
                "What can the patient do now, in numbers with a unit, and what before?",
            )
        )
    return incomplete or [
        Failure(
            "functional_limitations", "Which daily activity is limited, how much, and since what?"
        )
    ]


def deficit_shown(facts: VisitFacts) -> Failures:
    """R04"""
    if not facts.neuro:
        return None
    shown: set[str] = set()
    for path, entry in facts.entries("impairments"):
        on = day(entry.get("date"), f"{path}.date")
        fresh = (
            on is not None
            and facts.on is not None
            and 0 <= (facts.on - on).days <= facts.limits.impairment_age_days
        )
        if fresh and filled(entry.get("measure")) and filled(entry.get("value")):
            shown.add(text(entry.get("category")))
    found: list[Failure] = []
    for line in facts.neuro:
        categories = [text(name) for name in line.entries("impairment_categories")]
        if not any(categories):
            found.append(
                Failure(
                    line.at("impairment_categories"),
                    "Which neuromuscular deficit does this activity retrain?",
                )
            )
        for i, category in enumerate(categories):
            if category and category not in shown:
                found.append(
                    Failure(
                        line.at(f"impairment_categories[{i}]"),
                        f"Which measure of {category.replace('_', ' ')}, within the last "
                        f"{facts.limits.impairment_age_days} days, shows the deficit?",
                    )
                )
    return found


def progress_current(facts: VisitFacts) -> Failures:
    """R20"""
    progress = facts.group("progress")
    found: list[Failure] = []
    visits = whole(progress.get("visits_since_report"), "progress.visits_since_report")
    if visits is None or visits > facts.limits.treatment_days_per_report:
        found.append(
            Failure(
                "progress.visits_since_report",
                "When was the last progress report? One is due every "
                f"{facts.limits.treatment_days_per_report} treatment days.",
            )
        )
    on = day(progress.get("last_objective_date"), "progress.last_objective_date")
    fresh = (
        on is not None
        and facts.on is not None
        and 0 <= (facts.on - on).days <= facts.limits.objective_age_days
    )
    if not fresh:
        found.append(
            Failure(
                "progress.last_objective_date",
                f"Which objective measure was taken in the last {facts.limits.objective_age_days} "
                "days?",
            )
        )
    return found


def plateau_handled(facts: VisitFacts) -> Failures:
    """R21"""
    progress = facts.group("progress")
    path = "progress.last_two_verdicts"
    if progress.get("last_two_verdicts") is None:
        return [Failure(path, "What did the last two comparisons of the measures say?")]
    verdicts = [text(verdict) for verdict in listed(progress["last_two_verdicts"], path)]
    for i, verdict in enumerate(verdicts):
        if verdict not in VERDICTS:
            return [Failure(f"{path}[{i}]", f"Which of {', '.join(VERDICTS)} was it?")]
    plateau = len(verdicts) >= 2 and all(verdict in PLATEAU for verdict in verdicts[-2:])
    answered = progress.get("plan_change") is True or filled(progress.get("maintenance_rationale"))
    if plateau and not answered:
        return [
            Failure(
                "progress.plan_change",
                "Two comparisons without true gain: what changes in the plan, or why does "
                "maintenance need a therapist's skill?",
            )
        ]
    return []


def in_plan(facts: VisitFacts) -> Failures:
    """R22"""
    plan = facts.group("poc")
    found: list[Failure] = []
    since = day(plan.get("certified_from"), "poc.certified_from")
    until = day(plan.get("certified_to"), "poc.certified_to")
    if since is None or facts.on is None or facts.on < since:
        found.append(Failure("poc.certified_from", "Which certification covers this date?"))
    if until is None or (facts.on is not None and facts.on > until):
        found.append(
            Failure(
                "poc.certified_to",
                "The date lies after the certified period: is there a recertification?",
            )
        )
    techniques = {text(x) for x in listed(plan.get("planned_techniques"), "poc.planned_techniques")}
    codes = {text(x) for x in listed(plan.get("planned_cpt"), "poc.planned_cpt")}
    for line in facts.lines:
        if line.cpt in facts.limits.evaluation_codes:
            continue
        if text(line.get("technique")) not in techniques - {""}:
            found.append(
                Failure(
                    line.at("technique"), "This technique is not in the plan: was the plan changed?"
                )
            )
        if line.cpt not in codes - {""}:
            found.append(Failure(line.at("cpt"), "This code is not in the plan: was it changed?"))
    return found
