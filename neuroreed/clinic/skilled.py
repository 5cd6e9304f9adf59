"""Facts of sessions that only skilled guidance explains, as far as they were recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from neuroreed.care.outcomes.proof import DualTask, SkillFact
from neuroreed.clinic.models import Episode, ScoreRow, Visit

DUAL_TASKS = {"tug_cognitive": "TUG with counting", "tug_manual": "TUG with a cup"}
MOST_SKILLS = 3


def skills(episode: Episode, until: date) -> tuple[SkillFact, ...]:
    """Errors counted before and after a cue, and at the start of the next visit; the latest.

    Only counts of the very error that was observed are used: there fewer is better.
    """
    rows = (
        episode.visits.filter(state=Visit.State.SIGNED, date_of_service__lte=until)
        .order_by("scheduled_at")
        .prefetch_related("activities")
    )
    counted: list[tuple[date, str, str, Mapping[str, Any]]] = []
    for visit in rows:
        for activity in visit.activities.all():
            answer = activity.facts.get("response") or {}
            error = activity.facts.get("error_observed") or {}
            unit = str(answer.get("unit") or "")
            if not unit.startswith("count") or answer.get("start") is None:
                continue
            if answer.get("end") is None or error.get("start") != answer["start"]:
                continue
            counted.append(
                (visit.date_of_service, activity.technique, str(answer["metric"]), activity.facts)
            )
    found: dict[tuple[str, str], SkillFact] = {}
    for place, (on, technique, metric, facts) in enumerate(counted):
        cues = [cue for cue in facts.get("cues") or () if cue.get("content")]
        if not cues:
            continue
        later = next(
            (
                other["response"]["start"]
                for day, again, same, other in counted[place + 1 :]
                if day > on and again == technique and same == metric
            ),
            None,
        )
        # a change that the next visit confirms or refutes says more than a fresh one
        if later is None and (technique, metric) in found:
            continue
        answer = facts["response"]
        found.pop((technique, metric), None)
        found[technique, metric] = SkillFact(
            on=on,
            what=metric.replace("_", " "),
            unit=_counted(str(answer["unit"])),
            before=Decimal(str(answer["start"])),
            after=Decimal(str(answer["end"])),
            cue=_cue(cues[0]),
            next_start=None if later is None else Decimal(str(later)),
        )
    return tuple(sorted(found.values(), key=lambda fact: fact.on)[-MOST_SKILLS:])


def _cue(cue: Mapping[str, Any]) -> str:
    """A cue as *a tactile cue (left pelvis forward)*."""
    kind = str(cue.get("type") or "").replace("_", " ").strip()
    article = "an" if kind[:1] in "aeiou" and kind else "a"
    return f"{article} {kind} cue ({cue['content']})".replace("  ", " ")


def _counted(unit: str) -> str:
    """``count_per_30s`` as *in 30 s*, ``count_per_min`` as *per min*."""
    said = unit.removeprefix("count").strip("_").replace("_", " ")
    if not said.startswith("per "):
        return said or "in the task"
    amount = said.removeprefix("per ")
    digits = len(amount) - len(amount.lstrip("0123456789"))
    return f"in {amount[:digits]} {amount[digits:].strip()}".strip() if digits else said


def dual_tasks(rows: Iterable[ScoreRow]) -> tuple[DualTask, ...]:
    """The timed walk alone and with a second task, where both were taken on one day."""
    rows = list(rows)
    single = {row.taken_on: row for row in rows if row.measure == "tug"}
    return tuple(
        DualTask(
            row.taken_on,
            DUAL_TASKS[row.measure],
            Decimal(single[row.taken_on].value),
            Decimal(row.value),
        )
        for row in rows
        if row.measure in DUAL_TASKS
        and row.taken_on in single
        and Decimal(single[row.taken_on].value) > 0
    )[-2:]
