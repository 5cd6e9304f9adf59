"""What a payer says of a coverage: asked by file (270), read from one (271), or by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.billing import eligibility
from neuroreed.billing.eligibility import Eligibility
from neuroreed.clinic import access_money, convert, events, profile
from neuroreed.clinic.models import (
    Coverage,
    EligibilityAnswer,
    EligibilityAsk,
    Outgoing,
    PriorAccrual,
    ReceivedFile,
    User,
)
from neuroreed.clinic.plain import plain
from neuroreed.clinic.services import numbers, sending
from neuroreed.exchange.x12 import write_270
from neuroreed.model.errors import BadInput

BUCKETS = {"pt_slp": "PT_SLP", "ot": "OT"}
USAGE = {True: "T", False: "P"}
MOST = 500


def ask(user: User, coverage_ids: Sequence[UUID], *, at: datetime) -> Outgoing:
    """Write one 270 that asks about these coverages; it goes out with the next files."""
    access_money.patient_money(user)
    wanted = list(dict.fromkeys(coverage_ids))
    if not 1 <= len(wanted) <= MOST:
        raise BadInput(f"Ask about 1 to {MOST} coverages at a time.")
    with transaction.atomic():
        clinic = profile.profile()
        control = numbers.following("interchange")
        on = profile.local_date(at)
        asked, traces = [], []
        for number, coverage_id in enumerate(wanted, 1):
            coverage = access_money.coverage_for(user, coverage_id)
            trace = f"NR{control:09d}{number:04d}"
            traces.append((coverage, trace))
            asked.append(
                eligibility.inquiry(
                    convert.patient(coverage.patient),
                    convert.coverage(coverage),
                    convert.clinic(clinic),
                    on=on,
                    trace=trace,
                )
            )
        content = write_270(
            asked,
            made=at.astimezone(profile.zone()),
            sender_id=clinic.submitter_id or clinic.npi,
            receiver_id=clinic.receiver_id or asked[0]["source"]["id"],
            interchange_control=control,
            group_control=control,
            usage=USAGE[clinic.is_demo],
        )
        name = f"neuroreed-{control:09d}.270"
        file = sending.queue("270", name, by=user, at=at, content=content)
        for coverage, trace in traces:
            EligibilityAsk(coverage=coverage, trace=trace, outgoing=file, at=at, by=user).save(
                force_insert=True
            )
            events.append(user, "eligibility.asked", coverage, {"trace": trace}, at=at)
    return file


def answers(row: ReceivedFile, read: dict[str, Any], *, by: User, at: datetime) -> tuple[str, ...]:
    """Keep what a 271 says of each coverage that we asked about, by our trace number."""
    kept, strange = 0, 0
    for interchange in read["interchanges"]:
        for group in interchange["groups"]:
            for one in group["transactions"]:
                for person in one.get("people", ()) if one["type"] == "271" else ():
                    coverage = _coverage_of(person)
                    if coverage is None:
                        strange += 1
                        continue
                    found = eligibility.read(person, on=profile.local_date(at))
                    _keep(coverage, found, "271", by, at, row)
                    kept += 1
    said = [f"{kept} answers about coverage were kept."]
    if strange:
        said.append(f"{strange} answers bear no trace number of ours and were not used.")
    return tuple(said)


def _coverage_of(person: Mapping[str, Any]) -> Coverage | None:
    for trace in person.get("traces") or ():
        ask = EligibilityAsk.objects.select_related("coverage").filter(trace=trace[1]).first()
        if ask is not None:
            return ask.coverage
    return None


def by_hand(user: User, coverage_id: UUID, *, at: datetime, **said: Any) -> EligibilityAnswer:
    """Write down what the payer said by telephone or portal; the names are those of the answer."""
    with transaction.atomic():
        coverage = access_money.coverage_for(user, coverage_id)
        found = eligibility.manual(on=profile.local_date(at), by=user.get_full_name(), **said)
        return _keep(coverage, found, "by hand", user, at, None)


def _keep(
    coverage: Coverage,
    found: Eligibility,
    origin: str,
    by: User,
    at: datetime,
    received: ReceivedFile | None,
) -> EligibilityAnswer:
    row = EligibilityAnswer(
        coverage=coverage, origin=origin, received=received, body=plain(found), at=at, by=by
    )
    row.save(force_insert=True)
    if found.deductible_left_cents is not None:
        coverage.deductible_left_cents = found.deductible_left_cents
        coverage.deductible_asked_on = found.checked_on
        coverage.save(update_fields=["deductible_left_cents", "deductible_asked_on"])
    for name, cents in found.therapy_used_cents.items():
        PriorAccrual.objects.create(
            patient=coverage.patient,
            year=found.checked_on.year,
            bucket=BUCKETS.get(name, name.upper()),
            allowed_cents=_of_others(coverage, BUCKETS.get(name, name.upper()), cents, found),
            entered_by=by,
            at=at,
        )
    events.append(by, "eligibility.answered", coverage, {"by": origin}, at=at)
    return row


def _of_others(coverage: Coverage, bucket: str, told_cents: int, found: Eligibility) -> int:
    """What other providers used: the payer's year less what it allowed us in that year."""
    from neuroreed.clinic.models import Comparison

    disciplines = ("OT",) if bucket == "OT" else ("PT", "SLP")
    ours = Comparison.objects.filter(
        claim__patient=coverage.patient,
        claim__visit__discipline__in=disciplines,
        claim__visit__date_of_service__year=found.checked_on.year,
        allowed_cents__gt=0,
    ).values_list("allowed_cents", flat=True)
    return max(0, told_cents - sum(ours))


def latest(coverage: Coverage) -> Eligibility | None:
    """The last answer about a coverage."""
    row = coverage.eligibility.order_by("-at").first()
    return None if row is None else from_body(row.body)


def from_body(body: Mapping[str, Any]) -> Eligibility:
    """An answer as it was kept."""
    values: dict[str, Any] = {
        one.name: body[one.name] for one in fields(Eligibility) if one.name in body
    }
    for name in ("checked_on", "covered_from", "covered_until"):
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    for name in ("other_insurance", "says", "rejections"):
        values[name] = tuple(values.get(name) or ())
    return Eligibility(**values)
