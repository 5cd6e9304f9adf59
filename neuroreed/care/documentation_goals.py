"""Points of the rubric about the goals (R05 to R08).

Each check answers ``None`` when there is nothing to test, else the facts that fail it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neuroreed.care.documentation_facts import (
    Failure,
    Failures,
    VisitFacts,
    day,
    filled,
    number,
    text,
)


def _each_goal(facts: VisitFacts) -> list[tuple[str, Mapping[str, Any]]]:
    return facts.entries("goals")


NO_GOAL = Failure("goals", "Which measurable goal does the treatment serve?")


def baseline(facts: VisitFacts) -> Failures:
    """R05"""
    goals = _each_goal(facts)
    return [
        Failure(f"{path}.baseline", "What was the value at the start, as a number?")
        for path, goal in goals
        if number(goal.get("baseline")) is None
    ] or ([] if goals else [NO_GOAL])


def measurable_goal(facts: VisitFacts) -> Failures:
    """R06"""
    goals = _each_goal(facts)
    if not goals:
        return [NO_GOAL]
    limitations = {text(entry.get("id")) for _, entry in facts.entries("functional_limitations")}
    found: list[Failure] = []
    for path, goal in goals:
        if not filled(goal.get("measure")):
            found.append(Failure(f"{path}.measure", "By which measure will the goal be judged?"))
        if number(goal.get("target")) is None:
            found.append(Failure(f"{path}.target", "What value is the goal, as a number?"))
        by = day(goal.get("target_date"), f"{path}.target_date")
        if by is None or facts.on is None or by <= facts.on:
            found.append(
                Failure(
                    f"{path}.target_date", "By which date after this visit is it to be reached?"
                )
            )
        if not text(goal.get("fl")) or text(goal.get("fl")) not in limitations:
            found.append(Failure(f"{path}.fl", "Which limited activity does the goal restore?"))
    return found


def target_beyond_error(facts: VisitFacts) -> Failures:
    """R07"""
    goals = _each_goal(facts)
    if not goals:
        return [NO_GOAL]
    found: list[Failure] = []
    for path, goal in goals:
        if goal.get("mdc_unknown") is True:
            continue
        start, target, mdc = (number(goal.get(name)) for name in ("baseline", "target", "mdc"))
        if mdc is None or mdc < 0:
            found.append(
                Failure(
                    f"{path}.mdc",
                    "What is the smallest change beyond measurement error, or is it unknown?",
                )
            )
        elif start is None or target is None:
            name = "baseline" if start is None else "target"
            found.append(
                Failure(f"{path}.{name}", "Is the change aimed at larger than measurement error?")
            )
        elif abs(target - start) < mdc:
            found.append(
                Failure(
                    f"{path}.target",
                    f"The goal changes by {abs(target - start)}, less than the measurement error "
                    f"of {mdc}: which target would show a true change?",
                )
            )
    return found


def serves_a_goal(facts: VisitFacts) -> Failures:
    """R08"""
    if not facts.neuro:
        return None
    known = {text(goal.get("id")) for goal in facts.goals} - {""}
    return [
        Failure(line.at("goal_ids"), "Which goal does this activity serve?")
        for line in facts.neuro
        if not known & {text(name) for name in line.entries("goal_ids")}
    ]
