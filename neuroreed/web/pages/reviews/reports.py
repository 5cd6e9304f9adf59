"""The report of an audit, as a page and as a PDF of the same figures."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from neuroreed.bulk import estimates
from neuroreed.bulk.estimates import AuditedChart, Estimate, FrameStratum
from neuroreed.clinic import access_reviews
from neuroreed.clinic.services import reviews as service
from neuroreed.exchange.pdf.review import review_pdf
from neuroreed.model.errors import Refused
from neuroreed.web import clock
from neuroreed.web.pages.door import door
from neuroreed.web.pages.reviews.charts import causes
from neuroreed.web.templatetags.neuroreed import cents

# an estimate depends on nothing but its charts and its frame
_estimate = lru_cache(maxsize=32)(estimates.estimate)


def percent(share: float) -> str:
    """A share with one decimal."""
    return f"{share * 100:.1f} %"


def gathered(request: HttpRequest, review_id: UUID) -> dict[str, Any]:
    """All texts of a report.

    Raises:
        Refused: a chart waits for its answer; a part of a sample is not a sample.
    """
    review = access_reviews.review_for(request.user, review_id)
    charts = service.judged(request.user, review_id)
    waiting = sum(not chart.is_judged for chart in charts)
    if waiting:
        raise Refused(_("{} charts are not judged yet: judge them first.").format(waiting))
    names = causes()
    found = _estimate(
        tuple(
            FrameStratum(one["name"], one["frame_size"], one["amount_cents"])
            for one in review.strata
        ),
        tuple(
            AuditedChart(
                str(chart.id),
                chart.stratum,
                chart.is_error,
                chart.amount_cents,
                chart.correct_cents,
                names.get(chart.cause, ""),
                chart.provider,
            )
            for chart in charts
        ),
    )
    return {"review": review, "charts": charts} | texts(found, review)


def texts(found: Estimate, review: Any) -> dict[str, Any]:
    """The figures of an estimate as they are printed."""
    rate = found.rate
    words = {"difference": _("Difference"), "ratio": _("Ratio")}
    return {
        "rate": percent(rate.rate),
        "rate_says": _(
            "{} of {} charts would not be paid in full. The {} interval ({}) runs from {} to {}."
        ).format(
            rate.errors,
            rate.charts,
            f"{rate.confidence * 100:.0f} %",
            rate.method,
            percent(rate.lower),
            percent(rate.upper),
        ),
        "sample_overpaid": cents(found.sample_overpaid_cents),
        "strata": [
            (name or _("all"), one.charts, one.errors, percent(one.rate),
             f"{percent(one.lower)} – {percent(one.upper)}")
            for name, one in found.by_stratum
        ],
        "dollars": [
            (
                words[one.estimator],
                one.distribution,
                cents(one.point_cents),
                cents(one.standard_error_cents),
                f"{cents(one.lower_cents)} – {cents(one.upper_cents)}",
                cents(one.demand_cents),
                percent(one.coverage),
            )
            for one in found.extrapolations
        ],
        "causes": [(g.name, g.errors, cents(g.overpaid_cents)) for g in found.causes],
        "providers": [
            (g.name, g.charts, g.errors, cents(g.overpaid_cents), g.caution)
            for g in found.providers
        ],
        "cautions": [
            *found.cautions,
            _("Amounts are what the payer is expected to allow for the code, before deductible "
              "and coinsurance; they are not payments."),
        ],
        "gaps": found.gaps,
        "drawn": [
            (_("Code"), review.cpt),
            (_("Dates of service"), f"{review.since} – {review.until}"),
            (_("Visits in the frame"), str(sum(one["frame_size"] for one in review.strata))),
            (_("Charts drawn"), str(rate.charts)),
            (_("Divided by"), review.stratify or _("nothing")),
            (_("Seed"), review.seed),
            (_("Algorithm"), review.algorithm),
            (_("Hash of the frame"), review.frame_hash),
        ],
    }  # fmt: skip


@door()
def report(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Rate, interval, dollars, causes, providers, and how the sample was drawn."""
    return render(request, "reviews/report.html", gathered(request, review_id))


@door()
def pdf(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """The same report as a tagged PDF."""
    found = gathered(request, review_id)
    made = review_pdf(found | {"title": _("Chart audit"), "prepared_at": clock.now()})
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="chart-audit.pdf"'},
    )
