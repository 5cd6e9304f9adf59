"""Denials as work: what the payer said, what our record says, and one act for all of a kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.billing import denials as billing
from neuroreed.billing import timely
from neuroreed.billing.denials import Denial, Record, WorkItem
from neuroreed.billing.ledger import Account, make_patient_owe, write_off
from neuroreed.clinic import access_money, boards, books, convert, events, profile, treatment
from neuroreed.clinic.models import Claim, Coverage, DenialAct, DenialRow, Packet, User, Visit
from neuroreed.clinic.services import corrections, ledgers
from neuroreed.clinic.services.remittance import close_if_settled
from neuroreed.exchange.x12 import claim_from_plain
from neuroreed.model.errors import BadInput, NeuroReedError, NoParameter
from neuroreed.model.findings import Finding, Severity
from neuroreed.model.people import Discipline
from neuroreed.policy import parameters

THRESHOLDS = {"PT": "kx_threshold_pt_slp", "SLP": "kx_threshold_pt_slp", "OT": "kx_threshold_ot"}
ACTS = frozenset({"corrected", "appealed", "records_sent", "written_off", "patient", "noted"})
SETTLED = frozenset({"corrected", "written_off", "patient"})
"""Acts after which nothing more is to be done; after the others the payer's word is waited for."""
REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Open:
    """One open denial: its row and what is to be done."""

    row: DenialRow
    item: WorkItem

    @property
    def visit_id(self) -> UUID:
        """The visit it is about."""
        key: UUID = self.row.claim.visit_id
        return key


@dataclass(frozen=True, slots=True)
class Done:
    """What an act for several denials did; ``refused`` are sentences for the others."""

    done: int
    refused: tuple[str, ...]


def denial_of(row: DenialRow) -> Denial:
    """The denial as it was kept."""
    body: dict[str, Any] = dict(row.body)
    for name in ("date_of_service", "answered_on"):
        body[name] = date.fromisoformat(body[name]) if body.get(name) else None
    body["units"] = Decimal(body["units"]) if body.get("units") is not None else None
    body["modifiers"], body["remarks"] = tuple(body["modifiers"]), tuple(body["remarks"])
    return Denial(**body)


def findings_of(claim: Claim) -> tuple[Finding, ...]:
    """The open findings of the charges that the claim went out with."""
    return tuple(
        Finding(
            rule=row.rule,
            severity=Severity(row.severity),
            subject=row.subject,
            says=row.says,
            fix=row.fix,
            cites=tuple(row.cites),
        )
        for row in claim.charge_version.findings.filter(resolutions=None)
    )


def record_of(claim: Claim) -> Record:
    """The facts of a claim's visit that may show the cause of a denial."""
    visit: Visit = claim.visit
    plan, authorization = visit.plan, visit.authorization
    period = convert.certified(plan, visit.date_of_service)
    time = convert.timed(visit)
    zone = profile.zone()
    bouts: dict[str, list[tuple[datetime, datetime]]] = {}
    minutes: dict[str, int | None] = {
        line.cpt: line.minutes for line in claim.charge_version.lines.all()
    }
    for bout in time.bouts:
        # the letter says the times as the note does: by the clinic's clock
        bouts.setdefault(bout.cpt, []).append(
            (bout.start.astimezone(zone), bout.end.astimezone(zone))
        )
    try:
        limit = parameters.as_of(THRESHOLDS[visit.discipline], visit.date_of_service).value
    except NoParameter:
        limit = None
    files = [entry.file.at for entry in claim.file_entries.select_related("file")]
    took = claim.steps.filter(state="acknowledged").order_by("at").first()
    appeals = list(claim.packets.filter(kind="appeal").values_list("level", flat=True))
    return Record(
        visit_id=str(visit.pk),
        discipline=Discipline(visit.discipline),
        minutes=minutes,
        bouts={code: tuple(found) for code, found in bouts.items()},
        day_lines=_day_lines(claim),
        diagnoses=tuple(chain(*treatment.diagnoses(visit))),
        accrued_cents=books.accrued_cents(visit),
        threshold_cents=limit,
        kx_attested=bool(plan and plan.kx_attested_at),
        certified_from=period.since if period else None,
        certified_until=period.until if period else None,
        plan_signed_on=period.signed_on if period else None,
        authorization=authorization.number if authorization else None,
        authorization_from=authorization.since if authorization else None,
        authorization_until=authorization.until if authorization else None,
        first_filed_on=min(files).astimezone(zone).date() if files else None,
        accepted_on=took.at.astimezone(zone).date() if took else None,
        referring_npi=plan.physician_npi or None if plan else None,
        coverage_from=visit.coverage.since,
        coverage_until=visit.coverage.until,
        authorization_visits_left=_visits_left(visit),
        other_payer=_other_payer(visit),
        duplicate_of=_twin(claim),
        records_sent_on=_records_sent_on(claim),
        appeal_level=_next_level(appeals),
    )


def _next_level(made: Sequence[str]) -> str:
    """The level that comes after those that were asked; the last one has none above it."""
    place = max((timely.LEVELS.index(one) + 1 for one in made if one in timely.LEVELS), default=0)
    return timely.LEVELS[min(place, len(timely.LEVELS) - 1)]


def _visits_left(visit: Visit) -> int | None:
    """What the authorisation had left after this visit; below zero it was one too many."""
    row = visit.authorization
    if row is None or row.visits is None:
        return None
    until = boards.row_visits(row).filter(date_of_service__lte=visit.date_of_service)
    return int(row.visits) - until.count()


def _other_payer(visit: Visit) -> str | None:
    """Another insurance of the patient that is on file for that day."""
    others = Coverage.objects.filter(patient_id=visit.patient_id).exclude(pk=visit.coverage_id)
    for row in others.order_by("sequence"):
        day = visit.date_of_service
        if (row.since is None or row.since <= day) and (row.until is None or day <= row.until):
            return str(row.payer_name)
    return None


def _twin(claim: Claim) -> str | None:
    """An earlier claim for the same code and day that went out, and that this one repeats."""
    codes = set(claim.charge_version.lines.values_list("cpt", flat=True))
    earlier = (
        Claim.objects.filter(
            patient_id=claim.patient_id,
            visit__date_of_service=claim.visit.date_of_service,
            visit__discipline=claim.visit.discipline,
            payer=claim.payer,
            number__lt=claim.number,
            frequency="1",
            secondary_of=None,
        )
        .exclude(pk=claim.replaces_id)
        .exclude(file_entries=None)
        .order_by("number")
    )
    for one in earlier:
        if codes & set(one.charge_version.lines.values_list("cpt", flat=True)):
            last = one.steps.order_by("-sequence").first()
            if last is not None and last.state not in {"rejected", "replaced"}:
                return str(one.number)
    return None


def _records_sent_on(claim: Claim) -> date | None:
    """The day on which records were last put together for this claim."""
    row = claim.packets.filter(kind="records").order_by("-at").first()
    return profile.local_date(row.at) if row else None


def _day_lines(claim: Claim) -> tuple[tuple[str, tuple[str, ...], int], ...]:
    same = Claim.objects.filter(
        patient_id=claim.patient_id, visit__date_of_service=claim.visit.date_of_service
    ).exclude(file_entries=None)
    newest: dict[Any, Claim] = {one.visit_id: one for one in same.order_by("at")}
    return tuple(
        (line.cpt, tuple(line.modifiers), line.units)
        for one in newest.values()
        for line in one.charge_version.lines.all()
    )


def is_settled(row: DenialRow) -> bool:
    """Whether somebody has decided it for good."""
    return any(one.act in SETTLED for one in row.acts.all())


def _rows(*, with_done: bool) -> list[DenialRow]:
    rows = DenialRow.objects.select_related(
        "claim__visit__episode",
        "claim__visit__plan",
        "claim__visit__coverage",
        "claim__visit__authorization",
        "claim__patient",
        "claim__charge_version",
    ).prefetch_related("acts", "claim__steps")
    found = list(rows if with_done else rows.exclude(acts__act__in=SETTLED))
    standing = ledgers.load({ledgers.number_of(row.claim) for row in found})
    return [
        row
        for row in found
        if any(
            one.key == row.answer_key and (with_done or not one.undone_by)
            for one in standing[ledgers.number_of(row.claim)].answers
        )
        or with_done
    ]


def open_denials(user: User, *, at: datetime) -> list[Open]:
    """Every denial that nobody has done anything about, with its cause and what to do."""
    access_money.readers(user)
    return [Open(row, _sorted(row, at)) for row in _rows(with_done=False) if not row.acts.all()]


def under_way(user: User) -> list[tuple[DenialRow, DenialAct]]:
    """Denials that were appealed and wait for the payer's word, the longest waiting first."""
    access_money.readers(user)
    found = [(row, list(row.acts.all())[-1]) for row in _rows(with_done=False) if row.acts.all()]
    return sorted(found, key=lambda one: one[1].at)


def one(user: User, denial_id: UUID, *, at: datetime) -> Open:
    """One denial with its cause."""
    row = access_money.denial_for(user, denial_id)
    return Open(row, _sorted(row, at))


def record_for(row: DenialRow) -> Record:
    """The facts of a denial's claim; the time of a further appeal runs from a letter."""
    was_appealed = any(one.act == "appealed" for one in row.acts.all())
    return replace(record_of(row.claim), appeal_notice_known=not was_appealed)


def _sorted(row: DenialRow, at: datetime) -> WorkItem:
    claim = row.claim
    return billing.sort(
        denial_of(row),
        record=record_for(row),
        findings=findings_of(claim),
        on=profile.local_date(at),
    )


def groups(user: User, *, at: datetime) -> tuple[tuple[billing.WorkGroup, tuple[Open, ...]], ...]:
    """Open denials of a kind together, the nearest last day first."""
    found = open_denials(user, at=at)
    return tuple(
        (group, tuple(each for each in found if each.item.key == group.key))
        for group in billing.group(each.item for each in found)
    )


def trends(user: User, *, by: str, at: datetime) -> tuple[billing.Trend, ...]:
    """All denials ever, by payer, code, therapist, cause or month."""
    access_money.readers(user)
    return billing.trends([_sorted(row, at) for row in _rows(with_done=True)], by=by)


def act(
    user: User, denial_ids: Sequence[UUID], *, act: str, reason: str = "", at: datetime
) -> Done:
    """One act for all of these denials; one that is refused does not hold up the others.

    ``act``: written_off and patient move the denied amount in the ledger, corrected makes a
    replacement of the claim, noted only keeps the reason.
    """
    access_money.desk(user)
    said = reason.strip()
    if act not in ACTS:
        raise BadInput("There is no such act.")
    if len(said) > REASON_LENGTH or (act != "corrected" and not said):
        raise BadInput(f"Give the reason in 1 to {REASON_LENGTH} characters.")
    done, refused, replaced = 0, [], set()
    for denial_id in dict.fromkeys(denial_ids):
        try:
            with transaction.atomic():
                events.lock_chain()
                row = access_money.denial_for(user, denial_id)
                if is_settled(row):
                    continue
                if act == "corrected":
                    if row.claim_id not in replaced:
                        corrections.replace(user, row.claim_id, reason=said, at=at)
                        replaced.add(row.claim_id)
                elif act in {"written_off", "patient"}:
                    _move(row, act, said, user, at)
                note(row, act, said, user, at)
            done += 1
        except NeuroReedError as error:
            refused.append(f"Claim {row.claim.number}: {error}")
    return Done(done, tuple(dict.fromkeys(refused)))


def note(
    row: DenialRow, act: str, reason: str, user: User, at: datetime, packet: Packet | None = None
) -> DenialAct:
    """Keep what a person did about a denial, in the caller's transaction."""
    made = DenialAct(denial=row, act=act, reason=reason, packet=packet, at=at, by=user)
    made.save(force_insert=True)
    events.append(user, f"denial.{act}", row, {"number": row.claim.number}, at=at)
    return made


def _move(row: DenialRow, act: str, reason: str, user: User, at: datetime) -> None:
    claim = row.claim
    number = ledgers.number_of(claim)
    ledger = ledgers.of(claim)
    line = row.body["line_number"]
    on = profile.local_date(at)
    key = f"{act}:{row.pk}"
    if act == "patient":
        after = make_patient_owe(
            ledger,
            claim_from_plain(claim.body),
            line_number=line,
            amount_cents=row.amount_cents,
            at=on,
            key=key,
            because=reason,
        )
    else:
        # a share that the payer put on the patient stands there, not among the denied
        stands = ledger.balance(Account.DENIED, line)
        source = Account.DENIED if stands >= row.amount_cents else Account.PATIENT
        after = write_off(
            ledger,
            line_number=line,
            amount_cents=row.amount_cents,
            at=on,
            key=key,
            because=reason,
            source=source,
        )
    ledgers.save({number: after}, at=at)
    close_if_settled(claim, after, user, at)


def rows_of(user: User, denial_ids: Iterable[UUID]) -> list[DenialRow]:
    """The rows of some denials."""
    return [access_money.denial_for(user, key) for key in dict.fromkeys(denial_ids)]
