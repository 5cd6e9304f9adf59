"""The text of a kernel, put together from the steps and answers of its plan."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from neuroreed.audit.attached import TABLES
from neuroreed.bulk.plan_frames import FRAMES, LINES
from neuroreed.bulk.plan_loops import together

if TYPE_CHECKING:
    from neuroreed.bulk.plan import Planner

_PER_CHUNK: Final = 8
_ROWS: Final = ("code_places", "code_rows_", "payer_rows_", "threshold_rows_", "years", "months")
_VALUES: Final = ("code_table", "payer_table", "threshold_table", "rank_table")
_NUMBERS: Final = ("first_day", "days", "payers", "rank_width")
_TABLE_SIZES: Final = tuple(f"{name}_n" for name in TABLES)
_WORD: Final = re.compile(r"\w+")
_CALL: Final = re.compile(r"^ *[a-z_]+\(_S, .*\)$", re.MULTILINE)
_BARE: Final = re.compile(r"(?<=, )(\d+)(?=[,)])")
_BLOCK: Final = (
    *("base", "root", "item_at", "item_steps", "st", "uni", "want", "live", "sizes"),
    *("K", "meta", "own", "cov", "hits", "state", "look_ups", "loads", "hands"),
    *("asked", "run_at", "run_to", "first_at"),
    *("told", "told_at", "width", "column", "first", "made"),
)
# What ``run`` takes: numbers, then arrays, of which it takes the addresses, in this order.
TAKES_NUMBERS: Final = (
    *("pos", "end", "target", "c", "has_episode", "runs", "rows"),
    *("telling", "sorts", "told_room", *_NUMBERS),
)  # fmt: skip
TAKES_ARRAYS: Final = ("_S", *_BLOCK, *TABLES, *_ROWS, *_VALUES)
TAKES: Final = (*TAKES_NUMBERS, "key_one", "key_two", "code_keys", *TAKES_ARRAYS)


def text_of_plan(planner: Planner) -> str:
    """Functions of facts and rules, then chunks of steps and answers, then ``run``."""
    counts = [f"count_{scope.value}" for scope in FRAMES[planner.kind]]
    shared = ["_S", "c", "n", "st", "uni", "want", "live", "K", *counts]
    shared += [*TABLES, *_TABLE_SIZES, *_VALUES, "payers", "rank_width"]
    parts = [f"@_jit\n{text}" for text in planner.texts.known.values()]
    answers = [
        f"if live[{number}] == 2:\n{_indented(text)}" for number, text in enumerate(planner.answers)
    ]
    step_calls = _chunks("steps", together(planner), shared, parts)
    answer_calls = _chunks("answers", answers, shared, parts)
    day = planner.at("date_of_service", "row")
    handed = sorted({step for _, place, _ in planner.hands for step in planner.behind(place)})
    sizes = [f"sizes[{place}] = {count}" for place, count in enumerate(["n", *counts])]
    runs, who = planner.at("rows", "run"), ""
    if planner.kind == LINES:
        # stretches of lines are of one patient each
        at = planner.offsets["patient", "row"]
        who = f"if runs > 1:\n    take_all(_S, n, {runs}, {at} * c)\n    st[{at}], uni[{at}] = 1, 0"
    body = f"""
{_lines(f"{name}_n = len({name}_array)" for name in TABLES)}
{_lines(f"{name} = pointer({name}_array)" for name in TAKES_ARRAYS)}
room, given, wanted = len(hits_array), len(loads_array) // 4, len(look_ups_array) // 3
handing = len(hands_array) // 4
run = run_of(run_to, runs, 0, pos)
while pos < end:
    stop = block_end(key_one, key_two, pos, end, target, run, runs, run_to)
    n = stop - pos
    state[0] = pos
    state[1] = n
    if n + 8 >= c:
        return GROW
    if room - state[2] < n * {len(planner.rules)}:
        return FLUSH
    for k in range({len(planner.offsets)}):
        st[k], uni[k] = base[k], 0
    for k in range({len(planner.steps)}):
        want[k] = 0
{_indented(_lines(f"want[{step}] = handing > 0" for step in handed))}
    load_all(_S, c, pos, n, st, uni, loads, given, run, runs, run_at, run_to, rows)
    runs_of(_S, pos, n, {runs}, run, run_to)
{_indented(_lines([who]))}
{_indented(_lines(planner.before))}
    least, most = _S[{day}], _S[{day}]
    for i in range(1, n):
        least, most = min(least, _S[{day} + i]), max(most, _S[{day} + i])
    state[3], state[4] = least, most
{_indented(_lines(sizes))}
    triage(
        _S, c, sizes, meta, own, cov, state, st, uni, root, item_at, item_steps, want, live, asked
    )
{_indented(_lines(step_calls))}
    settle(_S, c, sizes, meta, own, cov, state, st, uni, root, live)
{_indented(_lines(answer_calls))}
    hit = state[2]
    ask(_S, c, K, sizes, pos, meta, own, cov, hits, state, st, uni, root, live)
    if telling == 1:
        tell(
            _S, c, K, sizes, first_at, sorts, live, asked, meta, state, pos, told,
            told_at, width, column, told_room, first, made,
        )
    else:
        place_hits(_S, hits, hit, state, pos, {runs}, run_at, run_to)
    hand_all(_S, c, pos, n, hands, handing, run, run_at, run_to)
    pos = stop
    run = run_of(run_to, runs, run, pos)
state[0] = pos
return DONE"""
    head = [f"{name}_array" if name in TAKES_ARRAYS else name for name in TAKES]
    parts.append(f"@_cached\ndef run({', '.join(head)}):\n{_indented(body)}")
    return "\n\n".join(parts) + "\n"


def gated(text: str, gates: tuple[int, ...], count: str, target: int) -> str:
    """A step that makes nothing but unknowns where something it needs is unknown throughout."""
    if not gates:
        return text
    closed = " or ".join(f"st[{at}] == 2" for at in dict.fromkeys(gates))
    return f"if {closed}:\n    nothing(_S, c, {count}, st, {target})\nelse:\n{_indented(text)}"


def _lines(texts: Iterable[str]) -> str:
    return _typed("\n".join(texts))


def _typed(text: str) -> str:
    """Calls of the runtime with numbers that have a type of their own.

    Numba compiles a function once more for every number that stands in a call as it is.
    """
    return _CALL.sub(lambda call: _BARE.sub(r"int64(\1)", call.group()), text)


def _chunks(name: str, texts: list[str], shared: list[str], parts: list[str]) -> list[str]:
    """Functions of a few texts each, added to the parts; the calls of them."""
    calls = []
    for number, at in enumerate(range(0, len(texts), _PER_CHUNK)):
        body = _indented(_lines(texts[at : at + _PER_CHUNK]))
        words = set(_WORD.findall(body))
        used = ", ".join(each for each in shared if each in words)
        parts.append(f"@_jit\ndef {name}_{number}({used}):\n{body}")
        calls.append(f"{name}_{number}({used})")
    return calls


def _indented(text: str) -> str:
    return "\n".join("    " + line if line else line for line in text.split("\n"))
