"""Everything that the invented clinic has ever signed, billed week by week through the services.

The payers of ``house`` answer over the folder. What is planted here must be found by the
product and is remembered only to be compared with what it says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from neuroreed.clinic import synthetic
from neuroreed.clinic.models import Claim, EligibilityAsk, Episode, User, Visit
from neuroreed.clinic.services import (
    charges,
    claims,
    corrections,
    eligibility,
    history,
    lifecycle,
    patient_money,
    patients,
    receiving,
    sending,
)
from neuroreed.clinic.services.history import PastActivity, PastVisit
from neuroreed.clinic.synthetic import money
from neuroreed.clinic.synthetic.load import prior_accrual
from neuroreed.clinic.synthetic.people import CASES, FEES
from neuroreed.model.billing import Charge
from neuroreed.model.errors import IncompleteClaim
from tests.clinic.money import house, payer
from tests.clinic.money.desk import FACTS
from tests.clinic.money.house import House
from tests.oracles.payer import files
from tests.oracles.payer.adjudicate import Answer

ZONE = ZoneInfo("America/Chicago")
AT = datetime(2026, 11, 23, 10, 30, tzinfo=ZONE)
SATURDAY, NEXT_SATURDAY, LONG_AGO = date(2026, 11, 7), date(2026, 11, 14), date(2025, 9, 15)
PAID_AFTER = timedelta(days=4)
DEDUCTIBLES = {"Zelkova": 6000, "Viburnum": 15000}
SECONDARY = ("Tamarisk", "Quincewood")
SPARED = ("Alderton", "Birchwell", "Nogalera", *DEDUCTIBLES)
REFUSED_FILES = {2: "TA1", 4: "999"}
TURNED_AWAY = {3: 3, 5: 2}
OWN_METHOD = {
    "cigna": "extends: cigna\nname: Cigna\nunit_method: cms\n",
    "workers_comp_mi": "extends: workers_comp_mi\nname: State fund\nunit_method: cms\n",
}


@dataclass(frozen=True, slots=True)
class Extra:
    """A visit with a fault that the biller lets out on somebody's word, and what will be said."""

    patient: str
    on: date
    lines: tuple[tuple[str, int, tuple[str, ...]], ...]
    carc: str = ""
    line: int = 0
    furnished: str = "therapist"
    hour: int = 9


EXTRAS = (
    Extra("Firbank", SATURDAY, (("97150", 1, ("GP",)), ("97112", 1, ("GP",))), "236", 2),
    Extra("Tamarisk", SATURDAY, (("97140", 1, ("GP",)), ("97124", 1, ("GP",))), "236", 2),
    Extra("Maplestead", SATURDAY, (("97112", 5, ("GP",)), ("97116", 1, ("GP",))), "151", 1),
    Extra("Zelkova", SATURDAY, (("97112", 1, ("GP", "CQ")), ("97116", 1, ("GP", "CQ"))),
          furnished="assistant"),
    Extra("Pinecroft", NEXT_SATURDAY, (("97112", 2, ("GP",)),)),
    Extra("Pinecroft", NEXT_SATURDAY, (("97112", 2, ("GP",)),), "18", 1, hour=14),
    Extra("Firbank", LONG_AGO, (("97116", 2, ("GP",)),), "29", 1),
)  # fmt: skip
KNOWN = {("Alderton", 14): "119", ("Nogalera", 8): "198"}
"""Faults of the invented clinic itself that its payers will not pay."""


@dataclass
class Whole:
    """The clinic, the other side, and what was planted."""

    house: House
    address: str
    denied: dict[tuple[Any, int], str] = field(default_factory=dict)
    taken: list[receiving.Taken] = field(default_factory=list)
    sent: int = 0
    spoiled: receiving.Taken | None = None
    first_paid: date = date.min
    answered: dict[str, tuple[str, Answer]] = field(default_factory=dict)
    cheques: list[tuple[files.Cheque, bytes]] = field(default_factory=list)

    @property
    def biller(self) -> User:
        return User.objects.get(username="bea")

    def collect(self, on: date, hour: int = 12) -> list[receiving.Taken]:
        """Take what waits, and send what waits to go out."""
        at = moment(on, hour)
        got = receiving.collect(self.biller, at=at, address=self.address)
        assert not got.says
        sending.deliver(self.biller, at=at, address=self.address)
        self.taken += got.taken
        return list(got.taken)

    def send(self, wanted: list[Claim], on: date) -> None:
        """One file, sent."""
        claims.file(self.biller, [one.pk for one in wanted], at=moment(on, 9))
        done = sending.deliver(self.biller, at=moment(on, 10), address=self.address)
        assert done.failed == 0 and done.sent
        self.sent += 1


def moment(on: date, hour: int) -> datetime:
    """A full hour on the clinic's clock."""
    return datetime.combine(on, time(hour), ZONE)


def make(root: Path, monkeypatch: Any) -> Whole:
    """The invented clinic, nothing of it billed; its contracts, payers and planted visits."""
    folder = root / "payers"
    folder.mkdir()
    for name, text in OWN_METHOD.items():
        (folder / f"{name}.yaml").write_text(text)
    monkeypatch.setenv("NEUROREED_PAYERS", str(folder))
    monkeypatch.setattr(money, "file_older", lambda making: None)
    assert synthetic.load(at=AT)
    exchange = root / "exchange"
    (exchange / "in").mkdir(parents=True)
    biller = User.objects.get(username="bea")
    began = moment(date(2026, 10, 3), 9)
    for name, text in house.CONTRACTS.items():
        patient_money.load_schedule(biller, name, text, at=began)
    members = {
        visit.patient.last_name: visit.coverage
        for visit in Visit.objects.select_related("patient", "coverage")
    }
    found = Whole(
        House(
            exchange,
            Random(11),
            house.payers(Random(7), date(2026, 11, 23)),
            frozenset(members[name].member_id for name in SPARED),
        ),
        f"folder:{exchange}",
    )
    for one in found.house.payers.values():
        one.spared = found.house.spared
    medicare = found.house.payers["MCRB1"]
    (case,) = [one for one in CASES if one.last_name == "Alderton"]
    first = Visit.objects.filter(patient__last_name="Alderton").earliest("scheduled_at")
    medicare.used[members["Alderton"].member_id] = (
        Decimal(prior_accrual(case, [first.scheduled_at])) / 100
    )
    _ask(found, members, began)
    for name in SECONDARY:
        patients.add_coverage(
            User.objects.get(username="fred"), members[name].patient_id, payer="commercial",
            payer_name="Supplement", payer_id="SUPP1", member_id=f"SUP{name[:4].upper()}",
            sequence="S", at=began,
        )  # fmt: skip
    for extra in EXTRAS:
        _record(found, extra)
    for (name, number), carc in KNOWN.items():
        visits = Visit.objects.filter(patient__last_name=name).order_by("scheduled_at")
        visit = visits.filter(state="signed")[number - 1]
        found.denied[visit.pk, 1] = carc
    return found


def _ask(found: Whole, members: dict[str, Any], began: datetime) -> None:
    """Two patients' payers are asked by 270 and answer by 271 what is left of the deductible."""
    keys = [members[name].pk for name in DEDUCTIBLES]
    eligibility.ask(found.biller, keys, at=began)
    sending.deliver(found.biller, at=began, address=found.address)
    for name, left in DEDUCTIBLES.items():
        ask = EligibilityAsk.objects.get(coverage=members[name])
        content = payer.benefits(ask.trace, deductible_left=left, control=found.house.following())
        found.house.drop(f"{name}.271", content)
        medicare = found.house.payers["MCRB1"]
        medicare.deductible[members[name].member_id] = Decimal(left) / 100
    found.collect(began.date())


def _record(found: Whole, extra: Extra) -> None:
    episode = Episode.objects.select_related("patient", "therapist").get(
        patient__last_name=extra.patient
    )
    plan = episode.plans.order_by("established_on").first()
    start = moment(extra.on, extra.hour)
    activities, billed = [], []
    for number, (code, units, modifiers) in enumerate(extra.lines, 1):
        end = start + timedelta(minutes=15 * min(units, 4))
        activities.append(PastActivity(code, "", start, end, FACTS, extra.furnished))
        start = end
        fee = FEES.get(code, 5000) * units
        billed.append(Charge("", number, code, units, modifiers, fee, extra.on, 15 * min(units, 4)))
    note = history.record_signed(
        episode.therapist,
        PastVisit(
            episode=episode,
            plan=plan,
            coverage=episode.patient.coverages.get(sequence="P"),
            clinician=episode.therapist,
            scheduled_at=moment(extra.on, extra.hour),
            activities=activities,
            ended_at=start,
            facts={"hep": {"items": 3, "reviewed": True}},
        ),
        at=moment(extra.on, 17),
        billed=tuple(billed),
    )
    if extra.carc:
        found.denied[note.visit.pk, extra.line] = extra.carc


def release(found: Whole, visit: Visit, on: date) -> Claim:
    """The claim of a visit; what stops it is answered on the therapist's word."""
    version = visit.charge_versions.order_by("-version").first()
    assert version is not None
    for finding in version.findings.filter(severity="stop", resolutions=None):
        reason = "The therapist stands by the record; send it."
        charges.resolve(found.biller, finding.pk, reason=reason, at=moment(on, 8))
    try:
        return claims.release(found.biller, visit.pk, at=moment(on, 8))
    except IncompleteClaim:
        # what another system billed cannot go out: our own charges take its place
        charges.reassess(found.biller, visit.pk, at=moment(on, 8))
        return claims.release(found.biller, visit.pk, at=moment(on, 8))


def weeks() -> list[tuple[date, list[Visit]]]:
    """The signed visits by the Monday after them."""
    found: dict[date, list[Visit]] = {}
    signed = Visit.objects.filter(state=Visit.State.SIGNED).order_by(
        "scheduled_at", "patient__last_name"
    )
    for visit in signed:
        day = max(visit.date_of_service, date(2026, 9, 29))
        found.setdefault(day + timedelta(days=7 - day.weekday()), []).append(visit)
    return sorted(found.items())


def bill(found: Whole) -> None:
    """Every week: release, file, send; the front end answers; refused goes again; cheques."""
    for number, (monday, visits) in enumerate(weeks(), 1):
        batch = [release(found, visit, monday) for visit in visits]
        found.send(batch, monday)
        refuse, rejects = REFUSED_FILES.get(number, ""), TURNED_AWAY.get(number, 0)
        found.house.collects(monday + timedelta(days=1), refuse=refuse, rejects=rejects)
        found.collect(monday + timedelta(days=1))
        if again := rejected(found, monday + timedelta(days=2)):
            found.send(again, monday + timedelta(days=2))
            found.house.collects(monday + timedelta(days=3))
            found.collect(monday + timedelta(days=3))
        pay(found, monday + PAID_AFTER)


def rejected(found: Whole, on: date) -> list[Claim]:
    """New claims in the place of those that the front end turned away."""
    return [
        corrections.replace(found.biller, claim.pk, reason="sent again", at=moment(on, 8))
        for claim in Claim.objects.order_by("number")
        if lifecycle.state(claim) == "rejected"
    ]


def pay(found: Whole, on: date) -> None:
    """Each payer decides what it has and sends a cheque."""
    for payer_id in sorted(found.house.pending):
        answers = found.house.decide(payer_id)
        for answer in answers:
            found.answered[answer.asked.number] = (payer_id, answer)
        cheque = found.house.cheque(payer_id, answers)
        if not found.cheques:
            # the first file has a cent too much somewhere, then the payer sends the right one
            spoiled = cheque.write(on, found.house.following(), plant=(answers[0].asked.number, 1))
            found.house.drop("spoiled.835", spoiled)
            (found.spoiled,) = found.collect(on)
            found.first_paid = on
        deliver(found, cheque, on)
    found.collect(on)


def deliver(found: Whole, cheque: files.Cheque, on: date) -> bytes:
    """A cheque's file into the folder; its bytes, for whoever sends them again."""
    number = found.house.following()
    content = cheque.write(on, number)
    found.house.drop(f"{number}.835", content)
    found.cheques.append((cheque, content))
    return content
