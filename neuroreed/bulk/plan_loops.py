"""Steps in an order in which many of them go over the groups of a block together.

A loop over the two or three lines of a visit costs more by its end, which a processor cannot
foresee, than by what it does; facts that follow each other on the same visit end alike.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from neuroreed.bulk.plan import Planner, Step

_MOST: Final = 10


def together(planner: Planner) -> list[str]:
    """The texts of all steps, loops over the same groups joined, each behind what it needs."""
    steps, makers = planner.steps, planner.makers
    behind = [{makers[at] for at in step.reads if at in makers} for step in steps]
    texts: list[str] = []
    done: set[int] = set()
    left = list(range(len(steps)))
    while left:
        ready = [k for k in left if behind[k] <= done]
        plain = [k for k in ready if not steps[k].loop]
        if plain:
            texts += [f"if want[{k}] == 1:\n{_indented(steps[k].text)}" for k in plain]
            chosen = plain
        else:
            scope = Counter(steps[k].loop for k in ready).most_common(1)[0][0]
            chosen = _chain(planner, [k for k in left if steps[k].loop == scope], behind, done)
            texts.append(_joined(planner, chosen))
        done |= set(chosen)
        left = [k for k in left if k not in done]
    return texts


def _chain(
    planner: Planner, candidates: list[int], behind: list[set[int]], done: set[int]
) -> list[int]:
    """Loops of one scope that may run group by group, one behind the other."""
    chosen: list[int] = []
    for k in candidates:
        step = planner.steps[k]
        # one number of a group is known throughout the block before the loop, or not at all
        gates = {planner.makers[at] for at in step.gates if at in planner.makers}
        if len(chosen) < _MOST and gates <= done and behind[k] <= done | set(chosen):
            chosen.append(k)
    return chosen


def _joined(planner: Planner, numbers: list[int]) -> str:
    steps: list[tuple[int, Step]] = [(k, planner.steps[k]) for k in numbers]
    lines = []
    for k, step in steps:
        lines.append(f"go_{k} = want[{k}] == 1")
        if step.gates:
            closed = " or ".join(f"st[{at}] == 2" for at in dict.fromkeys(step.gates))
            lines.append(f"if go_{k} and ({closed}):")
            lines.append(f"    nothing(_S, c, {step.count}, st, {step.writes})")
            lines.append(f"    go_{k} = False")
        if step.before:
            lines.append(f"if go_{k}:\n    {step.before}")
    scope = steps[0][1].loop
    count, starts = f"count_{scope}", f"{planner.offsets[scope, 'start']} * c"
    lines.append(f"if {' or '.join(f'go_{k}' for k, _ in steps)}:")
    lines.append(f"    for g in range({count}):")
    lines.append(f"        s = _S[{starts} + g]")
    lines.append(f"        m = _S[{starts} + g + 1] - s")
    for k, step in steps:
        lines.append(f"        if go_{k}:\n{_indented(step.text, 12)}")
    lines += [f"if go_{k}:\n    {step.after}" for k, step in steps]
    return "\n".join(lines)


def _indented(text: str, by: int = 4) -> str:
    return "\n".join(" " * by + line for line in text.split("\n"))
