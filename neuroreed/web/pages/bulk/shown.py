"""A bulk run as its pages draw it; no rule stands here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from neuroreed.audit import registry
from neuroreed.clinic import access_bulk
from neuroreed.exchange.bars import Bar, bars_svg
from neuroreed.policy import payers
from neuroreed.web.templatetags.neuroreed import cents

DIMENSIONS = ("rule", "payer", "therapist", "clinic", "month")
MOST_BARS = 8
MOST_ROWS = 200
_SUMS = ("findings", "stop", "review", "advise", "amount_cents", "without_amount")
_VISIT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
EXTRA = ("polars", "numba")


def extra_is_missing() -> bool:
    """Whether bulk runs cannot be done here."""
    return any(find_spec(name) is None for name in EXTRA)


def results_of(run: Any) -> Any:
    """The results of a finished run, of its own days only."""
    from neuroreed.bulk.results import Results

    return Results(access_bulk.results_of(run), run.since, run.until)


def dimension_words() -> dict[str, str]:
    """What findings are counted by."""
    return {
        "rule": _("By rule"),
        "payer": _("By payer"),
        "therapist": _("By therapist"),
        "clinic": _("By clinic"),
        "month": _("By month"),
    }


def state_words(state: str) -> tuple[str, str]:
    """The sign and the word of a run's state."""
    return {
        "waiting": ("todo", _("waiting")),
        "running": ("advise", _("running")),
        "stopping": ("review", _("stopping")),
        "done": ("good", _("finished")),
        "failed": ("stop", _("failed")),
        "cancelled": ("todo", _("stopped")),
    }[state]


def duration(seconds: int | None) -> str:
    """Seconds in words."""
    if seconds is None:
        return _("not known yet")
    if seconds < 90:
        return ngettext("{} second", "{} seconds", seconds).format(seconds)
    minutes = round(seconds / 60)
    return ngettext("{} minute", "{} minutes", minutes).format(minutes)


def visit_address(run: Any, visit: str | None, tab: str) -> str:
    """Where a visit of the clinic's own is shown; nothing for lines of files."""
    found = None if run.since is None else _VISIT.search(visit or "")
    return reverse("visit-tab", args=[found[0], tab]) if found else ""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one rule, payer, therapist, clinic or month; ``n`` is its place in the list."""

    n: int
    name: str | None
    label: str
    findings: int
    stop: int
    review: int
    advise: int
    amount_cents: int | None
    without_amount: int


class Labels:
    """Names of rules, payers and people, looked up once for a page."""

    def __init__(self, people: dict[str, str]) -> None:
        self._people = people
        self._titles = {rule.id: rule.title for rule in registry.rules()}
        self._payers = {name: each.name for name, each in payers.profiles().items()}

    def of(self, by: str, name: str | None) -> str:
        """What a person calls one of a group."""
        if name is None:
            return _("not given")
        if by == "rule":
            return f"{name} {self._titles.get(name, '')}".strip()
        if by == "payer":
            return self._payers.get(name, name)
        if by == "therapist":
            return self._people.get(name, name)
        if by == "month":
            return date_format(date.fromisoformat(name[:10]), "F Y")
        return name


def groups(results: Any, by: str, labels: Labels) -> list[Group]:
    """The groups of one kind, the largest first; months in their order."""
    found: dict[str | None, dict[str, int]] = {}
    for row in results.by(by):
        sums = found.setdefault(row["name"], dict.fromkeys(_SUMS, 0))
        sums[row["severity"]] += row["findings"]
        for name in ("findings", "amount_cents", "without_amount"):
            sums[name] += row[name]
    if by == "month":
        order = sorted(found, key=lambda name: name or "")
    else:
        order = sorted(found, key=lambda name: (-found[name]["findings"], name or ""))
    made = []
    for n, name in enumerate(order):
        sums: dict[str, Any] = found[name]
        if sums["without_amount"] == sums["findings"]:
            sums |= {"amount_cents": None}
        made.append(Group(n, name, labels.of(by, name), **sums))
    return made


def chart(run: Any, by: str, listed: list[Group]) -> str:
    """The largest groups as bars that lead to their lines."""
    address = reverse("bulk-findings", args=[run.pk])
    shown = listed[-MOST_BARS:] if by == "month" else listed[:MOST_BARS]
    return bars_svg(
        dimension_words()[by],
        [
            Bar(
                each.label,
                each.findings,
                "" if each.amount_cents is None else cents(each.amount_cents),
                f"{address}?by={by}&n={each.n}",
            )
            for each in shown
        ],
    )


def facts(evidence: Any) -> list[dict[str, Any]]:
    """A tree of facts with their values as words."""
    from neuroreed.audit.evidence import text

    spoken = {"yes/no", "cents", "day", "code", "diagnosis", "modifiers", "modifier",
              "discipline", "level", "time"}  # fmt: skip
    return [
        {
            "name": one.name,
            "means": one.means,
            "unit": "" if one.unit in spoken else one.unit,
            "value": text(one.unit, one.value),
            "because": facts(one.because),
        }
        for one in evidence
    ]
