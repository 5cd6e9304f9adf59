"""Verdicts, courses and charts as the pages draw them; no rule stands here."""

from __future__ import annotations

import re
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from neuroreed.care.outcomes.library import measure, measures
from neuroreed.care.outcomes.proof import Proof
from neuroreed.exchange.charts import svg, table
from neuroreed.exchange.pdf.handout import qr_svg
from neuroreed.exchange.pdf.progress import progress_charts


def verdict_chip(verdict: str) -> tuple[str, str]:
    """The sign and the words of a verdict."""
    return {
        "beyond_mcid": ("good", _("important gain")),
        "beyond_mdc": ("good", _("more than error")),
        "within_error": ("advise", _("within error")),
        "worse": ("stop", _("worse")),
        "indeterminate": ("todo", _("no verdict")),
        "not_comparable": ("review", _("not comparable")),
    }[verdict]


def course_chip(course: str) -> tuple[str, str]:
    """The sign and the words of a course."""
    return {
        "too_few": ("todo", _("one measurement")),
        "improving": ("good", _("improving")),
        "plateau": ("review", _("plateau")),
        "regression": ("stop", _("losing ground")),
        "unclear": ("todo", _("too soon to tell")),
    }[course]


def status_chip(status: str | None) -> tuple[str, str]:
    """The sign and the words of a goal's status."""
    return {
        "met": ("good", _("met")),
        "improving": ("good", _("improving")),
        "no_change": ("advise", _("no change beyond error")),
        "worse": ("stop", _("worse")),
        "uncertain": ("todo", _("no verdict")),
        "not_comparable": ("review", _("not comparable")),
        "not_measured": ("todo", _("not measured yet")),
        None: ("todo", _("not judged by data")),
    }[status]


def choice_words() -> dict[str, str]:
    """What the measurements leave to choose."""
    return {
        "continue": _("Continue the plan"),
        "change_plan": _("Change the plan"),
        "maintenance_with_justification": _("Skilled maintenance, with its justification"),
        "discharge": _("Discharge to a home programme"),
        "look_for_cause": _("Look for the cause of the decline"),
        "measure_again": _("Measure again under the same conditions"),
    }


def drawn(markup: str) -> SafeString:
    """A drawing made by our own code, which escapes every text in it."""
    return mark_safe(markup)  # noqa: S308  (exchange.charts escapes; tests hold it to that)


def code(address: str) -> SafeString:
    """A QR code that fills its place, quiet zone and all."""
    sized = re.sub(
        r'width="(\d+)" height="(\d+)"', r'viewBox="0 0 \1 \2"', qr_svg(address), count=1
    )
    return drawn(sized)


def charts(proof: Proof) -> list[dict[str, Any]]:
    """Each measure of a page: its chart, the table twin, the sentence and its grounds."""
    made = []
    for number, (chart, item) in enumerate(
        zip(
            progress_charts(proof, with_path=proof.voice != "patient"), proof.measures, strict=True
        ),
        start=1,
    ):
        made.append(
            {
                "id": f"chart-{number}",
                "title": chart.title,
                "svg": drawn(svg(chart, id=f"chart-{number}")),
                "table": table(chart),
                "sentence": item.change.sentence,
                "notes": item.change.notes,
                "sources": item.change.sources,
                "course": item.course.because,
                "verdict": verdict_chip(item.change.verdict.value),
                "course_chip": course_chip(item.course.course.value),
                "measure": item.history.measure,
            }
        )
    return made


def measure_choices() -> list[tuple[str, str]]:
    """Every measure by name, for a list to choose from."""
    named = [(one.id, f"{one.name} ({one.abbreviation})") for one in measures().values()]
    return sorted(named, key=lambda pair: pair[1].casefold())


def measure_name(name: str) -> str:
    """A measure as it is called."""
    found = measure(name)
    return f"{found.name} ({found.abbreviation})"
