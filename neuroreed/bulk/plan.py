"""From the registry to the text of a kernel: which values, in which order, at which place.

The plan follows the interpreted run value for value: a value as one number per group, as the
list over the lines of a group, or on every row. Each gets its own place in the block. A step
makes one value; it is run for a block only where a rule needs it there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from neuroreed.audit.attached import ATTACHED, TABLES
from neuroreed.audit.registry import Fact, Registry, Rule
from neuroreed.bulk.plan_frames import (
    ALWAYS,
    APART,
    ATTACHED_BY,
    CALENDAR,
    DAYS,
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
    Joins,
    columns_behind,
    handed_bytes,
    is_handed_on,
    joins_of,
    names_of,
    rules_of,
    source_of,
)
from neuroreed.bulk.plan_text import gated, text_of_plan
from neuroreed.bulk.small_python import LIST, ONE, NotSmall, Texts
from neuroreed.bulk.small_python import TABLE as TABLE_KIND
from neuroreed.model.findings import Scope


@dataclass(frozen=True, slots=True)
class Step:
    """How one value of a block comes about.

    ``reads`` are the places it looks at; where one of ``gates`` is unknown throughout, so is the
    value at ``writes``. A step over the lists of groups has a ``loop``; ``text`` is then what is
    done for each, between ``before`` and ``after``, and ``count`` how many entries it writes.
    """

    text: str
    reads: tuple[int, ...]
    gates: tuple[int, ...]
    writes: int
    loop: str = ""
    before: str = ""
    after: str = ""
    count: str = ""


@dataclass(slots=True)
class Plan:
    """A kernel as text, and what its caller has to know.

    ``items``: the steps behind each condition and fact of a rule, in their order, and behind
    what it rests on. ``root``: the place on the rows that a value of groups was taken from.
    ``behind``: the given columns and attached values that each rule looks at. ``takes``: values
    of lines that a kernel of days has from that of the lines, which ``hands`` on name, place
    and bytes, made of ``behind_hands``. ``joins``: what may be put together before.
    """

    kind: str
    rules: tuple[Rule, ...]
    columns: tuple[str, ...]
    reasons: dict[str, tuple[str, ...]]
    offsets: dict[tuple[str, str], int]
    values: int
    text: str = ""
    meta: dict[str, list[int]] = field(default_factory=dict)
    look_ups: list[list[int]] = field(default_factory=list)
    steps: tuple[Step, ...] = ()
    items: dict[str, list[list[int]]] = field(default_factory=dict)
    root: tuple[int, ...] = ()
    behind: tuple[frozenset[str], ...] = ()
    takes: tuple[str, ...] = ()
    hands: tuple[tuple[str, int, int], ...] = ()
    behind_hands: frozenset[str] = frozenset()
    joins: Joins = APART


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
        self.steps: list[Step] = []
        self.makers: dict[int, int] = {}
        self.root: dict[int, int] = {}
        self.answers: list[str] = []
        self.reasons: dict[str, tuple[str, ...]] = {}
        self.meta: dict[str, list[int]] = {}
        self.items: dict[str, list[list[int]]] = {}
        self.takes: list[str] = []
        self.hands: list[tuple[str, int, int]] = []

    def plan(self) -> Plan:
        """The whole plan; its text is complete but for the runtime in front."""
        for name in ALWAYS[self.kind]:
            self._column(name)
        if self.kind == LINES:
            self._visits()
        for scope, keys in FRAMES[self.kind].items():
            if scope is not Scope.VISIT:
                self._frame(scope, keys)
        self.before.append(f"identity(_S, n, {self.at('rows', 'first')})")
        self._place("rows", "run")
        for number, rule in enumerate(self.rules):
            self._rule(number, rule)
        if self.kind == LINES:
            taken = Planner(self.registry, DAYS).plan().takes
            self.hands = [(n, self.row(n), handed_bytes(self.registry, n)) for n in taken]
        return Plan(
            self.kind,
            self.rules,
            tuple(self.columns),
            self.reasons,
            self.offsets,
            len(self.offsets),
            text_of_plan(self),
            self.meta,
            [
                [LOOK_UPS.index(kind), *place]
                for kind, places in self.look_ups.items()
                for place in places
            ],
            tuple(self.steps),
            self.items,
            tuple(self.root.get(place, place) for place in range(len(self.offsets))),
            tuple(columns_behind(self.registry, names_of(rule)) for rule in self.rules),
            tuple(self.takes),
            tuple(self.hands),
            columns_behind(self.registry, [name for name, _, _ in self.hands]),
            joins_of(self.registry, self.rules, {name for name, _ in self.offsets} - {*self.takes}),
        )

    def _place(self, name: str, how: str) -> int:
        """The place of a value among the values of a block."""
        return self.offsets.setdefault((name, how), len(self.offsets))

    def at(self, name: str, how: str) -> str:
        """Where a value begins, in the text."""
        return f"{self._place(name, how)} * c"

    def _new(self, name: str, how: str) -> bool:
        return (name, how) not in self.offsets

    def _step(
        self, text: str, writes: int, reads: tuple[int, ...], gates: tuple[int, ...] | None = None
    ) -> int:
        """Add a step; gates are all it reads unless told."""
        self.makers[writes] = len(self.steps)
        self.steps.append(Step(text, reads, reads if gates is None else gates, writes))
        return writes

    def _loop(
        self, scope: Scope, lines: list[str], target: int, reads: tuple[int, ...],
        gates: tuple[int, ...], before: str, after: str, count: str,
    ) -> int:  # fmt: skip
        """Add a step over the lists of the groups of a scope."""
        self.makers[target] = len(self.steps)
        text = "\n".join(line.removeprefix("    ") for line in "\n".join(lines).split("\n"))
        step = Step(text, reads, gates, target, scope.value, before, after, count)
        self.steps.append(step)
        return target

    def behind(self, place: int) -> list[int]:
        """All steps that a value rests on, in their order."""
        found: set[int] = set()
        open_places = [place]
        while open_places:
            maker = self.makers.get(open_places.pop())
            if maker is not None and maker not in found:
                found.add(maker)
                open_places += self.steps[maker].reads
        return sorted(found)

    # columns and groups

    def _column(self, name: str) -> None:
        """A given column; the runtime loads all that are there."""
        if self._new(name, "row"):
            self._place(name, "row")
            self.columns.append(name)

    def _visits(self) -> None:
        self._column("episode")
        episode, discipline = self._place("episode", "row"), self._place("discipline", "row")
        self.before.append(
            f"if has_episode == 0:\n    copy(_S, c, n, st, uni, {discipline}, {episode})"
        )
        self._frame(Scope.VISIT, FRAMES[LINES][Scope.VISIT])
        visit = self._place("visit", "row")
        self.before.append(f"take_all(_S, n, {self.at('visit', 'of')}, {visit} * c)")
        self.before.append(f"st[{visit}] = 1")
        starts, session = self.at("visit", "start"), self._place("session", "row")
        self.before.append(
            f"unify_all(_S, c, n, count_visit, {starts}, {self.at('visit', 'of')}, {session}, "
            "loads, given, st, uni)"
        )
        year, month = (self._place(name, "row") for name in CALENDAR)
        day = self.at("date_of_service", "row")
        self.before.append(
            f"calendar(_S, n, {day}, first_day, years, months, {year} * c, {month} * c)"
        )
        self.before.append(f"st[{year}], st[{month}] = 1, 1")

    def _frame(self, scope: Scope, keys: tuple[str, str, str]) -> None:
        name = scope.value
        one, two, three = (self.at(key, "row") for key in keys)
        starts, group_of = self.at(name, "start"), self.at(name, "of")
        if scope is Scope.EPISODE:
            order = self.at(name, "order")
            sorted_one, sorted_two = self.at("patient", name), self.at("episode", name)
            self.before += [
                f"order_by(_S, n, {one}, {two}, {order})",
                f"take(_S, n, {one}, {order}, {sorted_one})",
                f"take(_S, n, {two}, {order}, {sorted_two})",
            ]
            one, two, three = sorted_one, sorted_two, sorted_two
        self.before.append(
            f"count_{name} = group_by(_S, n, {one}, {two}, {three}, {starts}, {group_of})"
        )
        first = self.at(name, "first")
        if scope is Scope.EPISODE:
            self.before.append(f"take(_S, count_{name}, {order}, {starts}, {first})")
        else:
            self.before.append(f"take_all(_S, count_{name}, {starts}, {first})")

    # values as the interpreted run knows them

    def row(self, name: str) -> int:
        """The place of a value on every row."""
        if not self._new(name, "row"):
            return self._place(name, "row")
        entry = self.registry.facts.get(name)
        if self.kind == DAYS and is_handed_on(self.registry, name):
            self._column(name)
            self.takes.append(name)
            return self._place(name, "row")
        if entry is None:
            if name in ATTACHED:
                self._attached(name)
            else:
                self._column(name)
            return self._place(name, "row")
        if entry.fills:
            return self._fill(entry)
        if entry.scope is self.row_scope:
            return self._scalar(entry, "row")
        source = self.one(name, entry.scope)
        return self._moved(source, self._of(entry.scope), "n", self._place(name, "row"))

    def _moved(self, source: int, places: str, count: str, target: int, how: str = "move") -> int:
        """A step that takes values at given rows, or puts them there."""
        text = f"{how}(_S, c, {count}, st, uni, {source}, {places}, {target})"
        return self._step(text, target, (source,))

    def _of(self, scope: Scope) -> str:
        if scope is not Scope.EPISODE:
            return self.at(scope.value, "of")
        if self._new("episode", "of row"):
            source, order = self.at("episode", "of"), self.at("episode", "order")
            target = self.at("episode", "of row")
            self.before.append(f"put(_S, n, {source}, {order}, {target})")
        return self.at("episode", "of row")

    def one(self, name: str, scope: Scope) -> int:
        """The place of a value as one number per group of a scope."""
        if scope is self.row_scope:
            return self.row(name)
        how = f"one {scope.value}"
        if not self._new(name, how):
            return self._place(name, how)
        entry = self.registry.facts.get(name)
        if entry is not None and entry.scope is scope and not entry.fills:
            return self._scalar(entry, how)
        source, target = self.row(name), self._place(name, how)
        self.root[target] = self.root.get(source, source)
        return self._moved(source, self.at(scope.value, "first"), self._count(scope), target)

    def many(self, name: str, scope: Scope) -> int:
        """The place of a value of the rows in the order of the groups of a scope."""
        source = self.row(name)
        if scope is not Scope.EPISODE:
            return source
        how = f"many {scope.value}"
        if not self._new(name, how):
            return self._place(name, how)
        order, target = self.at(scope.value, "order"), self._place(name, how)
        return self._moved(source, order, "n", target)

    def _count(self, scope: Scope) -> str:
        return "n" if scope is self.row_scope else f"count_{scope.value}"

    def _attached(self, name: str) -> None:
        kind = source_of(name)
        if kind == "diagnosis":
            self._column(name)
            return
        day, payer = (self.at(each, "row") for each in ("date_of_service", "payer"))
        if kind == "rank":
            modifier = f"modifier_{name[-1]}"
            self._column(modifier)
            at, mark = self._place(name, "row"), self._place(modifier, "row")
            self._step(
                f"ranks(_S, c, n, st, {payer}, {mark}, payers, rank_table, rank_width, {at})",
                at,
                (),
                (mark,),
            )
            return
        rows = (kind, "table row")
        if rows not in self.offsets:
            if kind == "code":
                self._column("code")
                code = self.at("code", "row")
                text = f"code_rows(_S, n, {code}, {day}, first_day, days, code_keys, code_places, "
            elif kind == "payer":
                text = f"payer_rows(_S, n, {payer}, {day}, first_day, days, payers, "
            else:
                discipline = self.at("discipline", "row")
                text = f"threshold_rows(_S, n, {payer}, {discipline}, {day}, first_day, days, "
                text += "payers, "
            self.before.append(f"{text}{kind}_rows_, {self.at(*rows)})")
            number, width = LOOK_UPS.index(kind), len(ATTACHED_BY[kind])
            self.before.append(
                f"look_up_all(_S, c, n, st, uni, {self.at(*rows)}, {kind}_table, {width}, "
                f"look_ups, wanted, {number})"
            )
        at, column = self._place(name, "row"), ATTACHED_BY[kind].index(name)
        self.look_ups.setdefault(kind, []).append([column, at])
        self._step(
            f"look_up(_S, c, n, st, uni, {self.at(*rows)}, {kind}_table, {len(ATTACHED_BY[kind])}, "
            f"{column}, {at})",
            at,
            (),
        )

    def _scalar(self, entry: Fact, how: str) -> int:
        """A fact that is one number per row or group."""
        scope = entry.scope
        numbers, arguments, kinds, reads = self._arguments(entry)
        target, count = self._place(entry.name, how), self._count(scope)
        gates = tuple(at for _, at in numbers)
        lines = [f"for g in range({count}):"]
        lines += [f"    {local} = _S[{at} * c + g]" for local, at in numbers]
        store = f"_S[{target} * c + g]"
        text = None
        if LIST not in kinds and TABLE_KIND not in kinds:
            text = self.texts.expression(entry.function, arguments)  # type: ignore[arg-type]
        if text is not None and "(" not in text.replace("(v_", ""):
            # a plain expression harms nobody where a value is unknown: asked for all, then undone
            lines.append(f"    {store} = {text}")
            lines.append(f"st[{target}] = 1")
            lines += [f"unknown_where(_S, c, {count}, st, {target}, {at})" for at in gates]
        else:
            if text is None:
                called = self.texts.call(entry.function, kinds)  # type: ignore[arg-type]
                given = ["_S", "m", *arguments] if LIST in kinds else arguments
                text = f"{called}({', '.join(given)})"
            unknown = " or ".join(f"{local} == UNK" for local, _ in numbers)
            if unknown:
                lines += [f"    if {unknown}:", f"        {store} = UNK", "    else:"]
                lines.append(f"        {store} = {text}")
            else:
                lines.append(f"    {store} = {text}")
            after = f"bound(_S, c, {count}, st, {target})"
            if LIST in kinds:
                return self._loop(scope, lines[1:], target, reads, gates, "", after, count)
            lines.append(after)
        return self._step(gated("\n".join(lines), gates, count, target), target, reads, gates)

    def _fill(self, entry: Fact) -> int:
        """A fact that answers for each row of its group."""
        scope = entry.scope
        numbers, arguments, kinds, reads = self._arguments(entry)
        gates = tuple(at for _, at in numbers)
        permuted = scope is Scope.EPISODE
        target = self._place(entry.name, "in order" if permuted else "row")
        called = self.texts.call(entry.function, [*kinds, LIST])  # type: ignore[arg-type]
        lines = [f"    {local} = _S[{at} * c + g]" for local, at in numbers]
        call = f"{called}({', '.join(['_S', 'm', *arguments, f'{target} * c + s'])})"
        known = " and ".join(f"{local} != UNK" for local, _ in numbers)
        lines.append(f"    if {known}:\n        {call}" if known else f"    {call}")
        before = f"fill(_S, c, n, {target}, int64(UNK))"
        after = f"bound(_S, c, n, st, {target})"
        self._loop(scope, lines, target, reads, gates, before, after, "n")
        if not permuted:
            return target
        order = self.at(scope.value, "order")
        return self._moved(target, order, "n", self._place(entry.name, "row"), "unmove")

    def _arguments(
        self, entry: Fact
    ) -> tuple[list[tuple[str, int]], list[str], list[str], tuple[int, ...]]:
        """Numbers to load per group, the arguments of the call, what each is, and all places."""
        numbers: list[tuple[str, int]] = []
        arguments, kinds, reads = [], [], []
        for name in entry.needs:
            if name in TABLES:
                arguments.append(f"{name}, {name}_n")
                kinds.append(TABLE_KIND)
            elif self.registry.is_one_number(name, entry.scope):
                local = f"v_{name}"
                reads.append(self.one(name, entry.scope))
                numbers.append((local, reads[-1]))
                arguments.append(local)
                kinds.append(ONE)
            else:
                reads.append(self.many(name, entry.scope))
                arguments.append(f"{reads[-1]} * c + s")
                kinds.append(LIST)
        return numbers, arguments, kinds, tuple(reads)

    def _rule(self, number: int, rule: Rule) -> None:
        scope = rule.scope
        conditions = [(name, self.one(name, scope), also) for name, also in rule.applies.when]
        needs = [(name, self.one(name, scope)) for name in rule.needs]
        rests = [self.one(name, scope) for name in rule.rests_on]
        reasons = tuple([name for name, _, _ in conditions] + [name for name, _ in needs])
        self.reasons[rule.id] = reasons
        lines = [f"for g in range({self._count(scope)}):"]
        lines += [f"    v_{name} = _S[{at} * c + g]" for name, at in needs]
        locals_ = [f"v_{name}" for name in rule.needs]
        text = self.texts.expression(rule.function, locals_)  # type: ignore[arg-type]
        plain = text is not None and "(" not in text.replace("(v_", "")
        if text is None:
            called = self.texts.call(rule.function, [ONE] * len(locals_))  # type: ignore[arg-type]
            text = f"{called}({', '.join(locals_)})"
        if plain:
            lines.append(f"    K[{number} * c + g] = 2 if {text} else 1")
        else:
            known = " and ".join(f"{local} != UNK" for local in locals_)
            lines.append(f"    K[{number} * c + g] = 1\n    if {known}:")
            lines.append(f"        K[{number} * c + g] = 2 if {text} else 1")
        self.answers.append("\n".join(lines))
        self.meta[rule.id] = self._meta(rule, conditions, needs, rests)
        self.items[rule.id] = [
            *(self.behind(at) for _, at, _ in conditions),
            *(self.behind(at) for _, at in needs),
            sorted({step for at in rests for step in self.behind(at)}),
        ]

    def _meta(
        self,
        rule: Rule,
        conditions: list[tuple[str, int, tuple[int, ...]]],
        needs: list[tuple[str, int]],
        rests: list[int],
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
        row[50] = self._place(scope, "first")
        row[4], row[5] = (self._place(x, "row") for x in ("date_of_service", "payer"))
        row[6] = len(rests)
        row[7 : 7 + len(rests)] = rests
        row[11] = len(conditions)
        for j, (_, at, values) in enumerate(conditions):
            row[12 + 6 * j : 14 + 6 * j + len(values)] = [at, len(values), *values]
        row[36] = len(needs)
        row[37 : 37 + len(needs)] = [at for _, at in needs]
        assert len(row) == META_WIDTH
        return row
