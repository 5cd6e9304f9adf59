"""From the registry to the text of a kernel: which values, in which order, at which offset.

The plan follows the interpreted run value for value: a value as one number per group, as the
list over the lines of a group, or on every row. Each gets its own place in the block.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from neuroreed.audit.attached import ATTACHED, TABLES
from neuroreed.audit.registry import Fact, Registry, Rule
from neuroreed.bulk.plan_frames import (
    ALWAYS,
    ATTACHED_BY,
    FRAMES,
    LINES,
    LOOK_UPS,
    META_WIDTH,
    MOST_CONDITIONS,
    MOST_NEEDS,
    MOST_RESTS,
    MOST_VALUES,
    ROW_SCOPE,
    SEVERITIES,
    rules_of,
    source_of,
)
from neuroreed.bulk.small_python import LIST, ONE, NotSmall, Texts
from neuroreed.bulk.small_python import TABLE as TABLE_KIND
from neuroreed.model.findings import Scope


@dataclass(slots=True)
class Plan:
    """A kernel as text, and what its caller has to know."""

    kind: str
    rules: tuple[Rule, ...]
    columns: tuple[str, ...]
    reasons: dict[str, tuple[str, ...]]
    offsets: dict[tuple[str, str], int]
    values: int
    text: str = ""
    meta: dict[str, list[int]] = field(default_factory=dict)
    look_ups: list[list[int]] = field(default_factory=list)


_CALENDAR: Final = ("year", "month")
_PER_CHUNK: Final = 8


class Planner:
    """Writes the text of one kernel."""

    def __init__(self, registry: Registry, kind: str) -> None:
        self.registry, self.kind = registry, kind
        self.row_scope = ROW_SCOPE[kind]
        self.rules = rules_of(registry, kind)
        self.texts = Texts()
        self.offsets: dict[tuple[str, str], int] = {}
        self.columns: list[str] = []
        self.before: list[str] = []
        self.look_ups: dict[str, list[list[int]]] = {}
        self.steps: list[str] = []
        self.reasons: dict[str, tuple[str, ...]] = {}
        self.meta: dict[str, list[int]] = {}

    def plan(self) -> Plan:
        """The whole plan; its text is complete but for the runtime in front."""
        for name in ALWAYS[self.kind]:
            self._column(name)
        if self.kind == LINES:
            self._visits()
        for scope, keys in FRAMES[self.kind].items():
            if scope is not Scope.VISIT:
                self._frame(scope, keys)
        self.before.append(f"identity(_S, n, {self._at('rows', 'first')})")
        for rule in self.rules:
            self._rule(rule)
        plan = Plan(
            self.kind,
            self.rules,
            tuple(self.columns),
            self.reasons,
            self.offsets,
            len(self.offsets),
            meta=self.meta,
            look_ups=[
                [LOOK_UPS.index(kind), *place]
                for kind, places in self.look_ups.items()
                for place in places
            ],
        )
        plan.text = self._text()
        return plan

    def _at(self, name: str, how: str) -> str:
        key = (name, how)
        if key not in self.offsets:
            self.offsets[key] = len(self.offsets)
        return f"{self.offsets[key]} * c"

    def _new(self, name: str, how: str) -> bool:
        return (name, how) not in self.offsets

    # columns and groups

    def _column(self, name: str) -> None:
        """A given column; the runtime loads all that are there."""
        if not self._new(name, "row"):
            return
        self._at(name, "row")
        self.columns.append(name)

    def _visits(self) -> None:
        self._column("episode")
        episode, discipline = self._at("episode", "row"), self._at("discipline", "row")
        self.before.append(f"if has_episode == 0:\n    take_all(_S, n, {discipline}, {episode})")
        self._frame(Scope.VISIT, FRAMES[LINES][Scope.VISIT])
        self.before.append(
            f"take_all(_S, n, {self._at('visit', 'of')}, {self._at('visit', 'row')})"
        )
        starts, session = self._at("visit", "start"), self._at("session", "row")
        self.before.append(f"unify_all(_S, c, count_visit, {starts}, {session}, loads)")
        year, month = (self._at(name, "row") for name in _CALENDAR)
        day = self._at("date_of_service", "row")
        self.before.append(f"calendar(_S, n, {day}, first_day, years, months, {year}, {month})")

    def _frame(self, scope: Scope, keys: tuple[str, str, str]) -> None:
        name = scope.value
        one, two, three = (self._at(key, "row") for key in keys)
        starts, group_of = self._at(name, "start"), self._at(name, "of")
        if scope is Scope.EPISODE:
            order = self._at(name, "order")
            sorted_one, sorted_two = self._at("patient", name), self._at("episode", name)
            self.before += [
                f"order_by(_S, n, {one}, {two}, {order})",
                f"take(_S, n, {one}, {order}, {sorted_one})",
                f"take(_S, n, {two}, {order}, {sorted_two})",
            ]
            one, two, three = sorted_one, sorted_two, sorted_two
        self.before.append(
            f"count_{name} = group_by(_S, n, {one}, {two}, {three}, {starts}, {group_of})"
        )
        first = self._at(name, "first")
        if scope is Scope.EPISODE:
            self.before.append(f"take(_S, count_{name}, {order}, {starts}, {first})")
        else:
            self.before.append(f"take_all(_S, count_{name}, {starts}, {first})")

    # values as the interpreted run knows them

    def row(self, name: str) -> str:
        """A value on every row."""
        if not self._new(name, "row"):
            return self._at(name, "row")
        entry = self.registry.facts.get(name)
        if entry is None:
            if name in ATTACHED:
                self._attached(name)
            else:
                self._column(name)
            return self._at(name, "row")
        if entry.fills:
            self._fill(entry)
        elif entry.scope is self.row_scope:
            self._scalar(entry, "row")
        else:
            source = self.one(name, entry.scope)
            self.steps.append(f"take(_S, n, {source}, {self._of(entry.scope)}, ROW)")
            self._place_last(name, "row")
        return self._at(name, "row")

    def _of(self, scope: Scope) -> str:
        if scope is not Scope.EPISODE:
            return self._at(scope.value, "of")
        if self._new("episode", "of row"):
            source, order = self._at("episode", "of"), self._at("episode", "order")
            target = self._at("episode", "of row")
            self.steps.append(f"put(_S, n, {source}, {order}, {target})")
        return self._at("episode", "of row")

    def _place_last(self, name: str, how: str) -> None:
        self.steps[-1] = self.steps[-1].replace("ROW", self._at(name, how))

    def one(self, name: str, scope: Scope) -> str:
        """A value as one number per group of a scope."""
        if scope is self.row_scope:
            return self.row(name)
        how = f"one {scope.value}"
        if not self._new(name, how):
            return self._at(name, how)
        entry = self.registry.facts.get(name)
        if entry is not None and entry.scope is scope and not entry.fills:
            self._scalar(entry, how)
            return self._at(name, how)
        source = self.row(name)
        first, count = self._at(scope.value, "first"), self._count(scope)
        self.steps.append(f"take(_S, {count}, {source}, {first}, {self._at(name, how)})")
        return self._at(name, how)

    def many(self, name: str, scope: Scope) -> str:
        """A value of the rows in the order of the groups of a scope."""
        source = self.row(name)
        if scope is not Scope.EPISODE:
            return source
        how = f"many {scope.value}"
        if self._new(name, how):
            order = self._at(scope.value, "order")
            self.steps.append(f"take(_S, n, {source}, {order}, {self._at(name, how)})")
        return self._at(name, how)

    def _count(self, scope: Scope) -> str:
        return "n" if scope is self.row_scope else f"count_{scope.value}"

    def _attached(self, name: str) -> None:
        kind = source_of(name)
        if kind == "diagnosis":
            self._column(name)
            return
        day, payer = (self._at(each, "row") for each in ("date_of_service", "payer"))
        if kind == "rank":
            modifier = f"modifier_{name[-1]}"
            self._column(modifier)
            at = self._at(name, "row")
            self.before.append(
                f"ranks(_S, n, {payer}, {self._at(modifier, 'row')}, payers, rank_table, "
                f"rank_width, {at})"
            )
            return
        if self._new(kind, "table row"):
            if kind == "code":
                self._column("code")
                code = self._at("code", "row")
                text = f"code_rows(_S, n, {code}, {day}, first_day, days, code_keys, code_places, "
            elif kind == "payer":
                text = f"payer_rows(_S, n, {payer}, {day}, first_day, days, payers, "
            else:
                discipline = self._at("discipline", "row")
                text = f"threshold_rows(_S, n, {payer}, {discipline}, {day}, first_day, days, "
                text += "payers, "
            rows = self._at(kind, "table row")
            self.before.append(f"{text}{kind}_rows_, {rows})")
            number = LOOK_UPS.index(kind)
            self.before.append(
                f"look_up_all(_S, c, n, {rows}, {kind}_table, {len(ATTACHED_BY[kind])}, "
                f"look_ups, {number})"
            )
        names = ATTACHED_BY[kind]
        place = [names.index(name), _number(self._at(name, "row"))]
        self.look_ups.setdefault(kind, []).append(place)

    def _scalar(self, entry: Fact, how: str) -> None:
        """A fact that is one number per row or group."""
        scope = entry.scope
        numbers, arguments, kinds = self._arguments(entry)
        target = self._at(entry.name, how)
        count = self._count(scope)
        lines = [f"for g in range({count}):"]
        if LIST in kinds:
            starts = self._at(scope.value, "start")
            lines.append(f"    s = _S[_U({starts} + g)]")
            lines.append(f"    m = _S[_U({starts} + g + 1)] - s")
        lines += [f"    {local} = _S[_U({at} + g)]" for local, at in numbers]
        text = None
        if LIST not in kinds and TABLE_KIND not in kinds:
            text = self.texts.expression(entry.function, arguments)  # type: ignore[arg-type]
        if text is not None and "(" not in text.replace("(v_", ""):
            # a plain expression harms nobody where a value is unknown: asked for all, then undone
            lines.append(f"    _S[_U({target} + g)] = {text}")
            lines += [f"unknown_where(_S, {count}, {target}, {at})" for _, at in numbers]
            self.steps.append("\n".join(lines))
            return
        if text is None:
            called = self.texts.call(entry.function, kinds)  # type: ignore[arg-type]
            given = ["_S", "m", *arguments] if LIST in kinds else arguments
            text = f"{called}({', '.join(given)})"
        unknown = " or ".join(f"{local} == UNK" for local, _ in numbers)
        if unknown:
            lines += [f"    if {unknown}:", f"        _S[_U({target} + g)] = UNK", "    else:"]
            lines.append(f"        _S[_U({target} + g)] = {text}")
        else:
            lines.append(f"    _S[_U({target} + g)] = {text}")
        self.steps.append("\n".join(lines))

    def _fill(self, entry: Fact) -> None:
        """A fact that answers for each row of its group."""
        scope = entry.scope
        numbers, arguments, kinds = self._arguments(entry)
        permuted = scope is Scope.EPISODE
        target = self._at(entry.name, "in order" if permuted else "row")
        starts = self._at(scope.value, "start")
        called = self.texts.call(entry.function, [*kinds, LIST])  # type: ignore[arg-type]
        lines = [
            f"for i in range(n):\n    _S[_U({target} + i)] = UNK",
            f"for g in range({self._count(scope)}):",
            f"    s = _S[_U({starts} + g)]",
            f"    m = _S[_U({starts} + g + 1)] - s",
            *(f"    {local} = _S[_U({at} + g)]" for local, at in numbers),
        ]
        call = f"{called}({', '.join(['_S', 'm', *arguments, f'{target} + s'])})"
        known = " and ".join(f"{local} != UNK" for local, _ in numbers)
        lines.append(f"    if {known}:\n        {call}" if known else f"    {call}")
        if permuted:
            row, order = self._at(entry.name, "row"), self._at(scope.value, "order")
            lines.append(f"put(_S, n, {target}, {order}, {row})")
        self.steps.append("\n".join(lines))

    def _arguments(self, entry: Fact) -> tuple[list[tuple[str, str]], list[str], list[str]]:
        """Numbers to load per group, the arguments of the call, and what each of them is."""
        numbers: list[tuple[str, str]] = []
        arguments, kinds = [], []
        for name in entry.needs:
            if name in TABLES:
                arguments.append(name)
                kinds.append(TABLE_KIND)
            elif self.registry.is_one_number(name, entry.scope):
                local = f"v_{name}"
                numbers.append((local, self.one(name, entry.scope)))
                arguments.append(local)
                kinds.append(ONE)
            else:
                arguments.append(f"{self.many(name, entry.scope)} + s")
                kinds.append(LIST)
        return numbers, arguments, kinds

    def _rule(self, rule: Rule) -> None:
        scope, number = rule.scope, self.rules.index(rule)
        conditions = [(name, self.one(name, scope), also) for name, also in rule.applies.when]
        needs = [(name, self.one(name, scope)) for name in rule.needs]
        rests = [self.one(name, scope) for name in rule.rests_on]
        reasons = tuple([name for name, _, _ in conditions] + [name for name, _ in needs])
        self.reasons[rule.id] = reasons
        lines = [f"for g in range({self._count(scope)}):"]
        lines += [f"    v_{name} = _S[_U({at} + g)]" for name, at in needs]
        locals_ = [f"v_{name}" for name in rule.needs]
        text = self.texts.expression(rule.function, locals_)  # type: ignore[arg-type]
        plain = text is not None and "(" not in text.replace("(v_", "")
        if text is None:
            called = self.texts.call(rule.function, [ONE] * len(locals_))  # type: ignore[arg-type]
            text = f"{called}({', '.join(locals_)})"
        if plain:
            lines.append(f"    K[_U({number} * c + g)] = 2 if {text} else 1")
        else:
            known = " and ".join(f"{local} != UNK" for local in locals_)
            lines.append(f"    K[_U({number} * c + g)] = 1\n    if {known}:")
            lines.append(f"        K[_U({number} * c + g)] = 2 if {text} else 1")
        self.steps.append("\n".join(lines))
        self.meta[rule.id] = self._meta(rule, conditions, needs, rests)

    def _meta(
        self,
        rule: Rule,
        conditions: list[tuple[str, str, tuple[int, ...]]],
        needs: list[tuple[str, str]],
        rests: list[str],
    ) -> list[int]:
        """What ``runtime.ask`` wants to know about a rule, as one row of numbers."""
        if (
            len(needs) > MOST_NEEDS
            or len(conditions) > MOST_CONDITIONS
            or len(rests) > MOST_RESTS
            or any(len(values) > MOST_VALUES for _, _, values in conditions)
        ):
            raise NotSmall(f"{rule.id} looks at too many facts")
        since, until = rule.effective
        row = [0] * META_WIDTH
        row[:4] = [
            since.toordinal(),
            until.toordinal() if until else 2**40,
            SEVERITIES.index(rule.severity),
            SEVERITIES.index(rule.runs_as),
        ]
        scope = "rows" if rule.scope is self.row_scope else rule.scope.value
        frames = [frame.value for frame in FRAMES[self.kind]]
        row[49] = 0 if scope == "rows" else 1 + frames.index(scope)
        row[50] = _number(self._at(scope, "first"))
        row[4], row[5] = (_number(self._at(x, "row")) for x in ("date_of_service", "payer"))
        row[6] = len(rests)
        row[7 : 7 + len(rests)] = map(_number, rests)
        row[11] = len(conditions)
        for j, (_, at, values) in enumerate(conditions):
            row[12 + 6 * j : 14 + 6 * j + len(values)] = [_number(at), len(values), *values]
        row[36] = len(needs)
        row[37 : 37 + len(needs)] = [_number(at) for _, at in needs]
        assert len(row) == META_WIDTH
        return row

    # the text

    def _text(self) -> str:
        counts = [f"count_{scope.value}" for scope in FRAMES[self.kind]]
        shared = ["_S", "c", "n", "pos", *counts, *TABLES, "K", "meta", "own"]
        shared += ["cov", "hits", "state"]
        parts = [f"@_jit\n{text}" for text in self.texts.known.values()]
        chunks = [self.steps[at : at + _PER_CHUNK] for at in range(0, len(self.steps), _PER_CHUNK)]
        calls: list[str] = []
        for number, chunk in enumerate(chunks):
            body = _indented("\n".join(chunk))
            used = ", ".join(name for name in shared if re.search(rf"\b{name}\b", body))
            parts.append(f"@_jit\ndef steps_{number}({used}):\n{body}")
            calls.append(f"steps_{number}({used})")
        days = "_S[_U({at} + i)]".format(at=self._at("date_of_service", "row"))
        body = f"""
while pos < end:
    stop = block_end(key_one, key_two, pos, end, target)
    n = stop - pos
    state[0] = pos
    state[1] = n
    if n >= c:
        return GROW
    if len(hits) - state[2] < n * {len(self.rules)}:
        return FLUSH
    load_all(_S, c, pos, n, loads, ones, twos, fours, eights)
{_indented(chr(10).join(self.before))}
    least, most = {days.replace("+ i", "")}, {days.replace("+ i", "")}
    for i in range(1, n):
        least, most = min(least, {days}), max(most, {days})
    state[3], state[4] = least, most
{_indented(chr(10).join(calls))}
    for number in range({len(self.rules)}):
        count = ({", ".join(["n", *counts])})[meta[number, 49]]
        ask(_S, c, K, count, number, pos, meta, own, cov, hits, state)
    pos = stop
state[0] = pos
return DONE"""
        policy = (
            *("first_day", "days", "years", "months", "payers", "code_keys", "code_places"),
            *("code_rows_", "code_table", "payer_rows_", "payer_table"),
            *("threshold_rows_", "threshold_table", "rank_table", "rank_width"),
        )
        head = ["pos", "end", "target", "_S", "c", *TABLES, "K", "meta", "own"]
        head += ["cov", "hits", "state", *policy, "key_one", "key_two", "has_episode"]
        head += ["look_ups", "loads", "ones", "twos", "fours", "eights"]
        main = f"@_cached\ndef run({', '.join(head)}):\n{_indented(body)}"
        return "\n\n".join([*parts, main]) + "\n"


def _number(at: str) -> int:
    """The number of a place."""
    return int(at.split(" ", 1)[0])


def _indented(text: str) -> str:
    return "\n".join("    " + line if line else line for line in text.split("\n"))
