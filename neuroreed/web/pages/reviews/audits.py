"""Draw a sample of signed visits, and see how far its review is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from neuroreed.bulk import sampling
from neuroreed.clinic import access_reviews
from neuroreed.clinic.services import reviews as service
from neuroreed.web import clock
from neuroreed.web.pages.door import door
from neuroreed.web.pages.forms import date_field

MOST_CHARTS = 500
USUAL_CHARTS = 30
USUAL_DAYS = 90


class DrawForm(forms.Form):
    """What to draw from, how many, and the seed."""

    cpt = forms.RegexField(r"^[0-9A-Z]{5}$", label=gettext_lazy("Code"), initial="97112")
    since = date_field(label=gettext_lazy("From"))
    until = date_field(label=gettext_lazy("To"))
    size = forms.IntegerField(
        label=gettext_lazy("Charts"), min_value=2, max_value=MOST_CHARTS, initial=USUAL_CHARTS
    )
    stratify = forms.ChoiceField(
        label=gettext_lazy("Divide by"),
        required=False,
        choices=[
            ("", gettext_lazy("nothing")),
            ("therapist", gettext_lazy("therapist")),
            ("payer", gettext_lazy("payer")),
            ("month", gettext_lazy("month")),
        ],
    )
    seed = forms.CharField(
        label=gettext_lazy("Seed"),
        max_length=80,
        help_text=gettext_lazy("Any words. The same seed and visits give the same sample."),
    )


def progress(review: Any) -> dict[str, int]:
    """How many charts of an audit are judged."""
    charts = list(review.charts.all())
    done = sum(1 for chart in charts if chart.answers.all())
    return {"done": done, "of": len(charts)}


@door("GET", "POST")
def audits(request: HttpRequest) -> HttpResponse:
    """The audits there are, and the form that draws a new sample."""
    rows = access_reviews.reviews(request.user)
    today = clock.today()
    if request.method == "POST":
        form = DrawForm(request.POST)
        if form.is_valid():
            return redirect("audit", draw(request, form.cleaned_data).pk)
    else:
        form = DrawForm(
            initial={
                "since": today - timedelta(days=USUAL_DAYS),
                "until": today,
                "seed": today.isoformat(),
            }
        )
    return render(
        request,
        "reviews/list.html",
        {"audits": [(row, progress(row)) for row in rows], "form": form},
        status=400 if form.is_bound else 200,
    )


def draw(request: HttpRequest, said: dict[str, Any]) -> Any:
    """Draw the sample that the form asks for and keep it."""
    window = {key: said[key] for key in ("cpt", "since", "until", "stratify")}
    rows = service.frame(request.user, **window)
    units = [sampling.FrameUnit(str(row.visit_id), row.stratum, row.amount_cents) for row in rows]
    # a clinic with fewer visits than asked for is looked at whole
    sample = sampling.draw(units, min(said["size"], len(units)), seed=said["seed"].strip())
    return service.open_review(
        request.user,
        **window,
        title=_("{} from {} to {}").format(said["cpt"], said["since"], said["until"]),
        seed=sample.seed,
        algorithm=sample.algorithm,
        frame_hash=sample.frame_hash,
        drawn_from=rows,
        strata=[
            {
                "name": one.name,
                "frame_size": one.frame_size,
                "amount_cents": one.amount_cents,
                "drawn": list(one.drawn),
            }
            for one in sample.strata
        ],
        at=clock.now(),
    )


@door()
def audit(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """One audit: how it was drawn, and its charts."""
    review = access_reviews.review_for(request.user, review_id)
    charts = service.judged(request.user, review_id)
    return render(
        request,
        "reviews/audit.html",
        {
            "review": review,
            "charts": charts,
            "done": sum(chart.is_judged for chart in charts),
            "next": next((chart for chart in charts if not chart.is_judged), None),
            "strata": [one | {"n": len(one["drawn"])} for one in review.strata],
            "frame_size": sum(one["frame_size"] for one in review.strata),
        },
    )
