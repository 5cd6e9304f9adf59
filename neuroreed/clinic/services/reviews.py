"""Audits of drawn charts: the frame, the charts with their machine facts, the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from neuroreed.clinic import access_reviews, events
from neuroreed.clinic.models import (
    ChargeVersion,
    ChartAnswer,
    ChartReview,
    ReviewedChart,
    User,
    Visit,
)
from neuroreed.model.errors import BadInput, Refused
from neuroreed.policy import codes

QUESTIONS = ("need", "skill", "minutes", "progress")
SAID = ("yes", "no", "unclear")
PAYS = ("yes", "part", "no")
STRATIFY = ("", "therapist", "payer", "month")
REMARK_LENGTH = 500
LONGEST_DAYS = 3 * 366


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One signed visit with the code. ``amount_cents`` is what is expected to be allowed."""

    visit_id: UUID
    stratum: str
    amount_cents: int | None
    units: int
    provider: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One chart with the answer that counts, as an estimate needs it.

    ``correct_cents`` is what the record supports, ``None`` where the amount is unknown.
    ``cause`` is the first question that was not answered yes, or ``other``.
    """

    id: UUID
    order: int
    stratum: str
    provider: str
    amount_cents: int | None
    is_judged: bool
    is_error: bool
    correct_cents: int | None
    cause: str


def frame(
    user: User, *, cpt: str, since: date, until: date, stratify: str = ""
) -> tuple[FrameRow, ...]:
    """The signed visits of a range of dates whose charges hold the code.

    Raises:
        BadInput: an unknown code or stratum, or an impossible range.
    """
    access_reviews.reviewer(user)
    codes.lookup(cpt)
    if stratify not in STRATIFY:
        raise BadInput("Divide by therapist, payer or month, or not at all.")
    if until < since or (until - since).days > LONGEST_DAYS:
        raise BadInput("Give a first day, and a last day not before it and within three years.")
    return tuple(
        FrameRow(
            visit.pk,
            _stratum(visit, stratify),
            _amount(version, cpt),
            sum(line.units for line in version.lines.all() if line.cpt == cpt),
            visit.clinician.get_full_name(),
        )
        for visit, version in _charged(since, until)
        if any(line.cpt == cpt and line.units for line in version.lines.all())
    )


def _charged(since: date, until: date) -> list[tuple[Visit, ChargeVersion]]:
    """Signed visits with the version of the charges that counts."""
    newest: dict[UUID, ChargeVersion] = {}
    rows = (
        ChargeVersion.objects.filter(
            visit__state=Visit.State.SIGNED,
            visit__date_of_service__gte=since,
            visit__date_of_service__lte=until,
        )
        .select_related("visit__clinician", "visit__coverage")
        .prefetch_related("lines")
        .order_by("visit_id", "version")
    )
    for version in rows:
        newest[version.visit_id] = version
    return [(version.visit, version) for version in newest.values()]


def _stratum(visit: Visit, stratify: str) -> str:
    return {
        "": "",
        "therapist": visit.clinician.get_full_name(),
        "payer": visit.coverage.payer_name,
        "month": f"{visit.date_of_service:%Y-%m}",
    }[stratify]


def _amount(version: ChargeVersion, cpt: str) -> int | None:
    total = 0
    for line in version.lines.all():
        if line.cpt == cpt:
            if line.allowed_cents is None:
                return None
            total += line.allowed_cents
    return total


def plain_frame(rows: Sequence[FrameRow]) -> list[list[Any]]:
    """A frame as it is kept: visit, stratum and cents, sorted by visit."""
    return sorted([str(row.visit_id), row.stratum, row.amount_cents] for row in rows)


def open_review(
    user: User,
    *,
    title: str,
    cpt: str,
    since: date,
    until: date,
    stratify: str,
    seed: str,
    algorithm: str,
    frame_hash: str,
    drawn_from: Sequence[FrameRow],
    strata: Sequence[Mapping[str, Any]],
    at: datetime,
) -> ChartReview:
    """Keep a drawn sample and lay its charts before the reviewer.

    Args:
        drawn_from: the frame as ``frame`` gave it; it must still be the clinic's.
        strata: ``{name, frame_size, amount_cents, drawn: [visit ids]}`` in order.

    Raises:
        Refused: the frame has changed since the draw.
        BadInput: a title or seed that is empty or too long, or a visit outside the frame.
    """
    said, chosen = title.strip(), seed.strip()
    if not 1 <= len(said) <= 80 or not 1 <= len(chosen) <= 80:
        raise BadInput("Give the audit a name and a seed, each of 1 to 80 characters.")
    with transaction.atomic():
        events.lock_chain()
        now = frame(user, cpt=cpt, since=since, until=until, stratify=stratify)
        if plain_frame(now) != plain_frame(drawn_from):
            raise Refused("The visits of this range changed meanwhile: draw again.")
        rows = {str(row.visit_id): row for row in now}
        drawn = [key for stratum in strata for key in stratum["drawn"]]
        if not drawn or len(set(drawn)) != len(drawn) or not set(drawn) <= set(rows):
            raise BadInput("The drawn visits are not those of the frame.")
        review = ChartReview(
            title=said,
            cpt=cpt,
            since=since,
            until=until,
            stratify=stratify,
            seed=chosen,
            algorithm=algorithm,
            frame_hash=frame_hash,
            frame=plain_frame(now),
            strata=[dict(stratum) for stratum in strata],
            at=at,
            by=user,
        )
        review.save(force_insert=True)
        versions = {str(v.pk): version for v, version in _charged(since, until)}
        ReviewedChart.objects.bulk_create(
            ReviewedChart(
                id=uuid4(),
                review=review,
                visit_id=rows[key].visit_id,
                order=order,
                stratum=rows[key].stratum,
                units=rows[key].units,
                amount_cents=rows[key].amount_cents,
                machine=_machine(versions[key]),
            )
            for order, key in enumerate(drawn, 1)
        )
        detail = {"frame": frame_hash, "charts": len(drawn), "cpt": cpt}
        events.append(user, "review.opened", review, detail, at=at)
    return review


def _machine(version: ChargeVersion) -> dict[str, Any]:
    """What the rules and the rubric said of a visit, as it was stored."""
    return {
        "version": version.version,
        "lines": [
            {"cpt": line.cpt, "units": line.units, "minutes": line.minutes,
             "modifiers": line.modifiers}
            for line in version.lines.all()
        ],
        "documentation": version.body.get("documentation") or {},
        "findings": [
            {"rule": row.rule, "severity": row.severity, "says": row.says, "fix": row.fix}
            for row in version.findings.all()
        ],
    }  # fmt: skip


def answer(
    user: User,
    chart_id: UUID,
    *,
    said: Mapping[str, str],
    pay: str,
    supported_units: int | None = None,
    remark: str = "",
    at: datetime,
) -> ChartAnswer:
    """Keep a reviewer's answers about one chart; the same answers twice are one.

    Args:
        said: an answer of ``SAID`` for each of ``QUESTIONS``.

    Raises:
        BadInput: a question without an answer; a part without its units; a refusal that no
            answer explains and no remark.
    """
    with transaction.atomic():
        events.lock_chain()
        chart = access_reviews.chart_for(user, chart_id)
        given = {name: said.get(name, "") for name in QUESTIONS}
        if any(one not in SAID for one in given.values()) or pay not in PAYS:
            raise BadInput("Answer all five questions.")
        words = remark.strip()
        if len(words) > REMARK_LENGTH:
            raise BadInput(f"Keep the remark within {REMARK_LENGTH} characters.")
        if pay == "part":
            if supported_units is None or not 0 < supported_units < chart.units:
                raise BadInput(
                    "For a part, give the units that the record supports: more than none and "
                    f"fewer than the {chart.units} billed."
                )
        else:
            supported_units = None
        if pay != "yes" and not words and set(given.values()) == {"yes"}:
            raise BadInput("Say in the remark why it would not be paid in full.")
        kept: dict[str, Any] = given | {
            "pay": pay, "supported_units": supported_units, "remark": words
        }  # fmt: skip
        last = chart.answers.order_by("-sequence").first()
        if last and last.by_id == user.pk and all(getattr(last, k) == v for k, v in kept.items()):
            return last
        row = ChartAnswer(
            chart=chart, sequence=last.sequence + 1 if last else 1, at=at, by=user, **kept
        )
        row.save(force_insert=True)
        detail = {"pay": pay, "sequence": row.sequence, "review": str(chart.review_id)}
        events.append(
            user, "chart.judged", chart, detail, at=at, patient=str(chart.visit.patient_id)
        )
    return row


def judged(user: User, review_id: UUID) -> tuple[Judged, ...]:
    """Every chart of an audit with the answer that counts, in the order of the draw."""
    review = access_reviews.review_for(user, review_id)
    rows = review.charts.select_related("visit__clinician").prefetch_related("answers")
    return tuple(_judged(row) for row in rows)


def _judged(row: ReviewedChart) -> Judged:
    answers = list(row.answers.all())
    last = answers[-1] if answers else None
    is_error = last is not None and last.pay != "yes"
    correct = row.amount_cents
    if last is not None and correct is not None and is_error:
        share = Decimal(last.supported_units or 0) / row.units
        correct = int((correct * share).quantize(Decimal(1), ROUND_HALF_UP))
    causes = [name for name in QUESTIONS if last and getattr(last, name) != "yes"]
    return Judged(
        id=row.pk,
        order=row.order,
        stratum=row.stratum,
        provider=row.visit.clinician.get_full_name(),
        amount_cents=row.amount_cents,
        is_judged=last is not None,
        is_error=is_error,
        correct_cents=correct,
        cause=(causes[0] if causes else "other") if is_error else "",
    )
