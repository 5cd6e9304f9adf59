"""A clinic small enough to be made in a moment: two patients, one past visit, two of today.

The first visit of today is booked, the second one open.

Everybody is invented. The past visit of the first patient is signed, so that the session
screen has a last time to refer to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from neuroreed.clinic.models import ClinicProfile, Patient, User, Visit
from neuroreed.clinic.services import accounts, clinic, history, patients, plans, visits
from neuroreed.clinic.services.history import PastActivity, PastVisit
from neuroreed.clinic.synthetic.people import CLINIC, npi

ZONE = ZoneInfo("America/Chicago")
TODAY = date(2026, 10, 13)
PASSWORD = "a-long-invented-word"
ROLES = ("therapist", "assistant", "biller", "compliance", "front_desk", "patient")


def at(hour: int, minute: int = 0, day: date = TODAY) -> datetime:
    """A moment on the clinic's clock."""
    return datetime.combine(day, time(hour, minute), ZONE)


@dataclass
class SmallClinic:
    """The people and records that tests speak of."""

    people: dict[str, User]
    patients: list[Patient] = field(default_factory=list)
    today: list[Visit] = field(default_factory=list)
    past: Visit | None = None

    @property
    def visit(self) -> Visit:
        """The first patient's visit of today."""
        return self.today[0]

    @property
    def open_visit(self) -> Visit:
        """The second patient's visit of today, under way and not yet timed."""
        return self.today[1]


BALANCE_FACTS: dict[str, Any] = {
    "goal_ids": ["G1"],
    "impairment_categories": ["balance"],
    "body_region": "trunk_and_left_leg",
    "task": "weight shift to the left foot",
    "position": "standing",
    "sets": 3,
    "duration_s": 20,
    "assist_level": "contact_guard",
    "guarding": "gait_belt",
    "dosage": {
        "surface": "firm",
        "base_of_support": "feet_together",
        "vision": "eyes_closed",
        "guarding": "gait_belt",
    },
    "cues": [{"type": "verbal", "content": "look at the far mark", "error": "head down"}],
    "error_observed": {"fault": "head down", "start": 8},
    "response": {
        "metric": "losses_of_balance",
        "unit": "count_per_30s",
        "start": 8,
        "end": 5,
    },
    "decision": {"value": "hold", "trigger": "losses over 4"},
}


def make() -> SmallClinic:
    """Make it, as of eight in the morning of its day."""
    began = at(8, day=TODAY - timedelta(days=40))
    people = staff(began)
    made = SmallClinic(people)
    clinic.describe(
        people["admin"],
        at=began,
        npi=npi("199990000"),
        time_zone=str(ZONE),
        **{key: value for key, value in CLINIC.items() if key != "is_demo"},
    )
    ClinicProfile.objects.update(is_demo=True)
    for number, (first, last) in enumerate((("Sample", "Aldertree"), ("Fixture", "Birchhill"))):
        made.patients.append(care(made, number, first, last, began))
    accounts.open_account(
        people["admin"],
        username="pat",
        role="patient",
        first_name="Sample",
        last_name="Aldertree",
        password=PASSWORD,
        at=began,
        patient=made.patients[0],
    )
    people["patient"] = User.objects.get(username="pat")
    visits.open_visit(people["therapist"], made.today[1].pk, at=at(8, 55))
    return made


def staff(began: datetime) -> dict[str, User]:
    """One person for each role, and a second therapist."""
    people = {
        "admin": accounts.open_account(
            None,
            username="ada",
            role="admin",
            first_name="Ada",
            last_name="Keys",
            password=PASSWORD,
            at=began,
        )
    }
    treating = {"discipline": "PT", "licensed": True, "licence": "INV-1"}
    for name, role, more in (
        ("therapist", "therapist", {"profession": "PT", "credential": "PT", **treating}),
        ("theo", "therapist", {"profession": "PT", "credential": "PT", **treating}),
        ("assistant", "assistant", {"profession": "PTA", "credential": "PTA", **treating}),
        ("biller", "biller", {}),
        ("compliance", "compliance", {}),
        ("front_desk", "front_desk", {}),
    ):
        if role == "therapist":
            more = {**more, "npi": npi(f"1999900{len(people):02d}"), "taxonomy": "225100000X"}
        people[name] = accounts.open_account(
            people["admin"],
            username=name,
            role=role,
            first_name=name.replace("_", " ").title(),
            last_name="Invented",
            password=PASSWORD,
            at=began,
            **more,
        )
    return people


def care(made: SmallClinic, number: int, first: str, last: str, began: datetime) -> Patient:
    """A patient with coverage, plan and a visit today; the first one with a signed past."""
    desk, therapist = made.people["front_desk"], made.people["therapist"]
    patient = patients.register(
        desk,
        at=began,
        first_name=first,
        last_name=last,
        birth_date=date(1950 + number, 3, 4),
        sex="F",
        line1=f"{number + 1} Nowhere Street",
        city="Chicago",
        state="IL",
        postal_code="60611",
        precautions=["falls"] if number == 0 else [],
    )
    coverage = patients.add_coverage(
        desk,
        patient.pk,
        payer="medicare_part_b",
        payer_name="Medicare Part B Invented",
        payer_id="INVMB",
        member_id=f"1EG4TE5MK7{number}",
        deductible_left_cents=0,
        since=date(2026, 1, 1),
        at=began,
    )
    patients.prior_accrual(
        desk, patient.pk, year=TODAY.year, bucket="PT_SLP", allowed_cents=0, at=began
    )
    episode = plans.open_episode(
        therapist,
        patient.pk,
        discipline="PT",
        condition="stroke",
        medical_diagnoses=["I69.354"],
        treatment_diagnoses=["R26.81"],
        started_on=began.date(),
        onset_date=began.date() - timedelta(days=30),
        why_now="new_event",
        at=began,
    )
    plans.add_limitation(
        therapist,
        episode.pk,
        activity="stand at the sink to wash dishes",
        value=3,
        unit="min",
        prior_level=20,
        at=began,
    )
    plans.add_impairment(
        therapist,
        episode.pk,
        category="balance",
        measure="berg",
        value=38,
        date=TODAY - timedelta(days=6),
        at=at(8),
    )
    plan = plans.write(
        therapist,
        episode.pk,
        established_on=began.date(),
        first_treatment_on=began.date(),
        duration_days=60,
        visits_per_week=2,
        planned_cpt=["97112", "97116", "97110"],
        planned_techniques=["static_balance", "gait_training", "hold_relax"],
        goals=[
            {
                "activity": "stand at the sink for 15 minutes",
                "measure": "berg",
                "population": "stroke_subacute",
                "baseline": "33",
                "target": "41",
                "target_date": TODAY + timedelta(days=30),
                "mdc": "6",
                "limitation": "FL1",
            }
        ],
        physician_last="Signwell",
        physician_first="Sidney",
        physician_npi=npi("188880000"),
        at=began,
    )
    plans.sign_plan(therapist, plan.pk, at=began)
    plans.certify(
        made.people["front_desk"],
        plan.pk,
        signed_on=began.date() + timedelta(days=4),
        npi=plan.physician_npi,
        at=began + timedelta(days=5),
    )
    if number == 0:
        made.past = past_visit(made, episode, plan, coverage)
    made.today.append(
        visits.schedule(
            desk,
            episode_id=episode.pk,
            clinician_id=therapist.pk,
            scheduled_at=at(9 + number),
            at=began,
        )
    )
    return patient


def past_visit(made: SmallClinic, episode: Any, plan: Any, coverage: Any) -> Visit:
    """A signed visit of the week before."""
    day = TODAY - timedelta(days=5)
    therapist = made.people["therapist"]
    note = history.record_signed(
        therapist,
        PastVisit(
            episode=episode,
            plan=plan,
            coverage=coverage,
            clinician=therapist,
            scheduled_at=at(9, day=day),
            activities=(
                PastActivity(
                    "97112", "static_balance", at(9, day=day), at(9, 25, day=day), BALANCE_FACTS
                ),
                PastActivity("97116", "gait_training", at(9, 25, day=day), at(9, 40, day=day)),
                PastActivity("97110", "hold_relax", at(9, 40, day=day), at(9, 55, day=day)),
            ),
            ended_at=at(9, 55, day=day),
            facts={"hep": {"items": 3, "reviewed": True}},
        ),
        at=at(10, day=day),
    )
    return note.visit
