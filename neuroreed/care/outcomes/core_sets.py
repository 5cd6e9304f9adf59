"""Which measures a condition asks for, and which are due.

The core set is offered at the evaluation, at every progress report and at discharge; the
measures of the condition are offered beside it. The clinician chooses and may decline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from neuroreed.care import catalogue
from neuroreed.care.outcomes.library import measure


class Occasion(StrEnum):
    """When measures are taken."""

    EVALUATION = "evaluation"
    PROGRESS_REPORT = "progress_report"
    DISCHARGE = "discharge"


@dataclass(frozen=True, slots=True)
class DueMeasure:
    """One measure to take now; ``core`` is false for those offered beside the core set."""

    measure: str
    core: bool
    because: str


def core_set(condition_ids: Sequence[str]) -> tuple[str, ...]:
    """The core measures of several conditions together, each once, in order."""
    found = [m for id in condition_ids for m in catalogue.condition(id).core_measures]
    return tuple(dict.fromkeys(measure(name).id for name in found))


def offered(condition_ids: Sequence[str]) -> tuple[str, ...]:
    """Core measures first, then those specific to the conditions."""
    specific = [m for id in condition_ids for m in catalogue.condition(id).specific_measures]
    return tuple(dict.fromkeys((*core_set(condition_ids), *specific)))


def due(
    condition_ids: Sequence[str],
    *,
    occasion: Occasion | str,
    last_taken: Mapping[str, date],
    since: date,
    goal_measures: Sequence[str] = (),
) -> tuple[DueMeasure, ...]:
    """What is to be measured now.

    Args:
        last_taken: the last day of each measure; a measure that is absent was never taken.
        since: the first day of the present period (episode or report); a measure taken
            from that day on is not due again.
        goal_measures: measures that goals rest on; they are due whatever the core set.
    """
    at = Occasion(occasion)
    core = core_set(condition_ids)
    wanted = list(dict.fromkeys((*goal_measures, *core)))
    if at is Occasion.EVALUATION:
        wanted = list(dict.fromkeys((*wanted, *offered(condition_ids))))
    else:
        wanted += [m for m in last_taken if m not in wanted]
    found = []
    for name in wanted:
        last = last_taken.get(name)
        if last is not None and last >= since:
            continue
        if name in goal_measures:
            because = "A goal rests on it."
        elif name in core:
            because = "It belongs to the core set."
        elif last is not None:
            because = "It was taken at baseline."
        else:
            because = "It is specific to the condition."
        if last is not None:
            because += f" Last taken {last.isoformat()}."
        found.append(DueMeasure(name, name in core, because))
    return tuple(found)
