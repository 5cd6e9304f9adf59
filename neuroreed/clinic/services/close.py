"""The close of a month: visits = notes = charges = claims = answers, with every gap named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from neuroreed.billing import ledger as books
from neuroreed.billing import timely
from neuroreed.billing.ledger import Account
from neuroreed.clinic import access_money, events, profile, showing
from neuroreed.clinic.models import (
    Claim,
    Comparison,
    HeldAnswer,
    LedgerEntry,
    MonthClosed,
    Outgoing,
    Remittance,
    User,
    Visit,
)
from neuroreed.clinic.plain import plain
from neuroreed.clinic.services import ledgers, lifecycle
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.policy import parameters

SILENT_DAYS = 5
UNANSWERED_DAYS = 30


@dataclass(frozen=True, slots=True)
class Gap:
    """One place where the chain is broken. ``kind`` says between which links."""

    kind: str
    says: str
    patient_name: str
    on: date
    visit_id: UUID | None = None
    claim_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """A month: how many of each link, money by account in cents, gaps, faults of the books."""

    month: str
    visits: int
    notes: int
    charges: int
    claims: int
    answers: int
    cents: dict[str, int]
    payments_cents: int
    held_cents: int
    gaps: tuple[Gap, ...]
    faults: tuple[str, ...]
    closed_at: datetime | None = None
    closed_by: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is open between a visit and its answer."""
        return not self.gaps and not self.faults


@dataclass(frozen=True, slots=True)
class Clock:
    """How much of a payer's filing limit a visit has used. ``state``: half, urgent or late."""

    claim_id: UUID | None
    visit_id: UUID
    patient_name: str
    payer_name: str
    clock: timely.FilingClock


def bounds(month: str) -> tuple[date, date]:
    """The first day of a month and of the next; ``month`` is like 2026-11."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise BadInput("A month is written like 2026-11.") from None
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)


def look(user: User, month: str, *, at: datetime) -> Close:
    """The figures of a month by date of service, and every gap by name."""
    access_money.readers(user)
    first, following = bounds(month)
    today = profile.local_date(at)
    visits = list(
        Visit.objects.filter(
            date_of_service__gte=first, date_of_service__lt=min(following, _next(today))
        )
        .exclude(state__in=[Visit.State.CANCELLED, Visit.State.NO_SHOW])
        # what is booked for today or later may still be given
        .exclude(state=Visit.State.SCHEDULED, date_of_service__gte=today)
        .select_related("patient", "coverage")
        .prefetch_related("charge_versions", "claims__steps", "claims__secondary_of", "notes")
        .order_by("date_of_service", "scheduled_at")
    )
    gaps: list[Gap] = []
    notes, charged, claimed, answered = 0, 0, 0, 0
    current: list[Claim] = []
    for visit in visits:
        has_note = any(note.kind == "note" for note in visit.notes.all())
        versions = list(visit.charge_versions.all())
        claim = _current(visit)
        notes += has_note
        charged += bool(versions)
        state = showing.claim_state(claim) if claim else ""
        if claim is not None and state not in {"released", "held", "rejected"}:
            claimed += 1
        if claim is not None:
            current.append(claim)
            answered += state in {"adjudicated", "closed"}
        gaps += _gaps(visit, has_note, versions, claim, state, today)
    numbers = [ledgers.number_of(claim) for claim in current]
    found = ledgers.load(numbers)
    cents = {account.value: 0 for account in Account if account is not Account.CHARGED}
    faults: list[str] = []
    for claim in current:
        ledger = found.get(ledgers.number_of(claim)) or ledgers.of(claim)
        for account in cents:
            cents[account] += ledger.balance(Account(account))
        faults += [f"Claim {claim.number}: {said}" for said in books.check(ledger)]
    gaps += _money_gaps(first, following)
    paid = Remittance.objects.filter(payment_date__gte=first, payment_date__lt=following)
    held = HeldAnswer.objects.filter(decision=None).aggregate(n=Sum("paid_cents"))["n"] or 0
    done = MonthClosed.objects.filter(month=month).select_related("by").last()
    return Close(
        month,
        len(visits),
        notes,
        charged,
        claimed,
        answered,
        cents,
        paid.aggregate(n=Sum("payment_cents"))["n"] or 0,
        held,
        tuple(gaps),
        tuple(faults),
        done.at if done else None,
        done.by.get_full_name() if done else "",
    )


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _current(visit: Visit) -> Claim | None:
    """The claim to the first payer that counts: the last that no other replaced."""
    claims = sorted(visit.claims.all(), key=lambda one: (one.at, one.number))
    first = [one for one in claims if not hasattr(one, "secondary_of")]
    standing = [
        one
        for one in first
        if one.frequency != ledgers.VOID and showing.claim_state(one) != "replaced"
    ]
    return standing[-1] if standing else None


def _gaps(
    visit: Visit,
    has_note: bool,
    versions: list[Any],
    claim: Claim | None,
    state: str,
    today: date,
) -> Iterator[Gap]:
    def gap(kind: str, says: str) -> Gap:
        return Gap(
            kind,
            says,
            visit.patient.name,
            visit.date_of_service,
            visit.pk,
            claim.pk if claim else None,
        )

    if visit.state == Visit.State.SCHEDULED:
        if visit.date_of_service < today:
            yield gap("visit", "Booked, and neither given nor cancelled.")
        return
    if not has_note:
        yield gap("note", "Given, and the note is not signed.")
        return
    if not versions:
        yield gap("charge", "Signed, and without charges.")
        return
    if claim is None:
        stops = [
            one.says for one in versions[-1].findings.filter(severity="stop", resolutions=None)
        ]
        if visit.claims.all():
            yield gap("claim", "The claim was taken back: nothing is billed.")
            return
        body = versions[-1].body
        because = stops or ([] if versions[-1].charge_cents else body["gaps"])
        yield gap("claim", f"No claim: {because[0]}" if because else "No claim was released.")
        return
    if state in {"released", "held", "rejected"}:
        yield gap("claim", f"Claim {claim.number} is {state}.")
        return
    last = max(claim.steps.all(), key=lambda step: step.sequence)
    days = (today - profile.local_date(last.at)).days
    if state == "filed":
        yield gap("answer", f"Claim {claim.number} is in a file that was not sent.")
    elif state == "sent" and days > SILENT_DAYS:
        yield gap("answer", f"Claim {claim.number} was sent {days} days ago; nobody confirmed it.")
    elif state in {"sent", "acknowledged"}:
        late = "" if days <= UNANSWERED_DAYS else f", for {days} days: ask the payer"
        yield gap("answer", f"Claim {claim.number} waits for the payer{late}.")


def _money_gaps(first: date, following: date) -> Iterator[Gap]:
    waiting = HeldAnswer.objects.filter(decision=None).select_related("remittance")
    for row in waiting:
        on = row.remittance.payment_date or first
        if on < following:
            says = f"An answer of cheque {row.remittance.trace_number} is not posted: {row.says}"
            yield Gap("posting", says, "", on)


def close(user: User, month: str, *, at: datetime) -> MonthClosed:
    """Keep the figures and the gaps of a month as they are known now."""
    access_money.desk(user)
    with transaction.atomic():
        found = look(user, month, at=at)
        row = MonthClosed(
            month=month,
            figures=plain(
                {
                    name: getattr(found, name)
                    for name in ("visits", "notes", "charges", "claims", "answers", "cents")
                }
            ),
            gaps=[
                {"kind": gap.kind, "says": gap.says, "on": str(gap.on), "visit": str(gap.visit_id)}
                for gap in found.gaps
            ],
            at=at,
            by=user,
        )
        row.save(force_insert=True)
        events.append(user, "month.closed", row, {"month": month, "gaps": len(found.gaps)}, at=at)
    return row


def clocks(user: User, *, at: datetime) -> list[Clock]:
    """Visits whose claim is not with the payer and has used half of the filing limit, or more."""
    access_money.readers(user)
    on = profile.local_date(at)
    found = []
    # what a payer has answered was filed in time, whatever became of it
    signed = (
        Visit.objects.filter(state=Visit.State.SIGNED)
        .exclude(claims__steps__state__in=["adjudicated", "closed"])
        .select_related("patient", "coverage")
        .prefetch_related("claims__steps", "claims__secondary_of")
    )
    for visit in signed:
        claim = _current(visit)
        if claim is not None and showing.claim_state(claim) in lifecycle.AWAY - {"filed"}:
            continue
        used = timely.clock(visit.coverage.payer, [visit.date_of_service], on=on)
        if used.state in {"half", "urgent", "late"}:
            found.append(
                Clock(
                    claim.pk if claim else None,
                    visit.pk,
                    visit.patient.name,
                    visit.coverage.payer_name,
                    used,
                )
            )
    return sorted(found, key=lambda one: one.clock.last_day or date.max)


def differences(user: User, verdict: str) -> list[Comparison]:
    """Lines paid below or above what was expected, most money first, of answers that stand."""
    access_money.readers(user)
    order = "off_by_cents" if verdict == "underpaid" else "-off_by_cents"
    rows = (
        Comparison.objects.filter(verdict=verdict)
        .select_related("claim__patient", "claim__visit__coverage", "remittance")
        .order_by(order)
    )
    standing = ledgers.load({ledgers.number_of(row.claim) for row in rows})
    kept = []
    for row in rows:
        ledger = standing.get(ledgers.number_of(row.claim))
        if ledger and any(
            not one.undone_by and one.key.startswith(row.remittance.cheque)
            for one in ledger.answers
        ):
            kept.append(row)
    return kept


def return_by(row: Comparison) -> date | None:
    """The day by which an overpayment is to be reported and returned, from its posting on."""
    on = profile.local_date(row.remittance.at)
    for payer in (row.claim.payer, None):
        try:
            named = {"payer": payer} if payer else {}
            limit = parameters.as_of("overpayment_report_days", on, **named)
        except NoParameter:
            continue
        return on + timedelta(days=limit.value)
    return None


def ledger_entries(user: User, claim: Claim) -> list[LedgerEntry]:
    """The entries of a claim's ledger in the order they were made."""
    access_money.readers(user)
    return list(LedgerEntry.objects.filter(number=ledgers.number_of(claim)).order_by("sequence"))


def files_waiting(user: User) -> int:
    """How many files are not sent."""
    access_money.readers(user)
    return Outgoing.objects.exclude(steps__state="sent").count()
