"""The panel before signing: score, likeness, readings, and every point with its place."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from neuroreed.clinic.services import before
from neuroreed.web.pages.documentation.evaluation import words_of
from neuroreed.web.pages.documentation.forms import WordsForm

SIGNS = {"passed": "good", "failed": "review", "not_applicable": "todo"}
LEVELS = {"clear": "good", "warn": "advise", "flag": "review"}
BANDS = {"ready": "good", "fix": "review", "not_ready": "review", "blocked": "stop"}


def band_words() -> dict[str, str]:
    """What the bands of the rubric are called."""
    return {
        "ready": _("ready"),
        "fix": _("to be fixed"),
        "not_ready": _("not ready"),
        "blocked": _("blocked: the claim would wait"),
    }


def place(path: str | None, visit: Any) -> str:
    """The page on which a fact of the record is recorded; none for those of the session."""
    head = (path or "").split(".")[0].split("[")[0]
    if head == "dx":
        return reverse("diagnoses", args=[visit.episode_id])
    if head in {"functional_limitations", "impairments"}:
        return reverse("evaluation", args=[visit.pk])
    if head == "onset":
        return reverse("patient", args=[visit.patient_id])
    if head in {"goals", "poc"}:
        if visit.plan_id:
            return reverse("certification", args=[visit.plan_id])
        return reverse("plan-new", args=[visit.episode_id])
    if head == "progress":
        return reverse("report", args=[str(visit.episode_id), "progress-report"])
    return ""


def panel(visit: Any, facts: Any, score: Any) -> dict[str, Any]:
    """What the panel shows."""
    found = before.of(visit, facts, score)
    entries = facts.get("interventions", [])
    weight = {"failed": 0, "passed": 1, "not_applicable": 2}
    return {
        "before": {
            "score": score,
            "band": band_words()[str(score.band)],
            "sign": BANDS[str(score.band)],
            "likenesses": [
                {
                    "row": like,
                    "sign": LEVELS[like.level],
                    "facts": like.permille // 10,
                    "text": like.text_permille // 10,
                }
                for like in found.likenesses
            ],
            "other_patients": found.other_patients,
            "readings": [
                {"row": one, "name": entries[one.index].get("cpt", "")} for one in found.readings
            ],
            "statement": found.statement,
            "asks_statement": found.asks_statement,
            "points": [
                {
                    "row": point,
                    "sign": SIGNS[str(point.status)],
                    "href": place(point.path, visit),
                }
                for point in sorted(score.points, key=lambda p: weight[str(p.status)])
            ],
        },
        "words_form": WordsForm(initial=words_of(visit), kind=visit.kind),
    }
