"""The invented people and the visit that the tests of the record speak of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from neuroreed.clinic.models import Episode, Patient, PlanOfCare, SignedNote, User, Visit
from neuroreed.clinic.services import accounts, clinic, notes, patients, plans, visits
from neuroreed.clinic.synthetic.people import CLINIC, npi

ZONE = ZoneInfo("America/Chicago")
TODAY = date(2026, 10, 14)
PASSWORD = "a-long-invented-word"
PEOPLE: dict[str, dict[str, Any]] = {
    "therapist": {"role": "therapist", "discipline": "PT", "profession": "PT", "credential": "PT"},
    "colleague": {"role": "therapist", "discipline": "PT", "profession": "PT", "credential": "PT"},
    "ot": {"role": "therapist", "discipline": "OT", "profession": "OT", "credential": "OTR/L"},
    "assistant": {
        "role": "assistant",
        "discipline": "PT",
        "profession": "PTA",
        "credential": "PTA",
    },
    "biller": {"role": "biller"},
    "compliance": {"role": "compliance"},
    "front_desk": {"role": "front_desk"},
}
FACTS: dict[str, Any] = {
    "goal_ids": ["G1"],
    "impairment_categories": ["balance"],
    "body_region": "trunk_and_left_leg",
    "task": "weight shift to the left foot",
    "position": "standing",
    "sets": 3,
    "duration_s": 30,
    "assist_level": "contact_guard",
    "guarding": "gait_belt",
    "dosage.surface": "foam",
    "dosage.base_of_support": "semi_tandem",
    "dosage.vision": "eyes_open",
    "dosage.guarding": "gait_belt",
    "cues": [{"type": "tactile", "content": "left pelvis forward", "error": "trunk lean right"}],
    "error_observed.fault": "trunk lean right",
    "error_observed.start": 6,
    "response.metric": "losses_of_balance",
    "response.unit": "count_per_30s",
    "response.start": 6,
    "response.end": 3,
    "decision.value": "progress",
    "decision.trigger": "losses 3 or fewer in 30 s",
    "decision.change": "firm floor, eyes closed",
}


def at(hour: int, minute: int = 0, second: int = 0, *, day: date = TODAY) -> datetime:
    """A moment on the clinic's clock."""
    return datetime.combine(day, time(hour, minute, second), ZONE)


@dataclass
class World:
    """Who and what there is."""

    people: dict[str, User]
    patient: Patient
    other_patient: Patient
    episode: Episode
    plan: PlanOfCare
    visit: Visit
    note: SignedNote | None = None

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def state(self, moment: datetime | None = None) -> Any:
        """The session screen at a moment."""
        return visits.state(self.therapist, self.visit.pk, at=moment or at(9))


def make() -> World:
    """A clinic with its people, two patients and one visit at nine."""
    began = at(8, day=TODAY - timedelta(days=40))
    admin = accounts.open_account(
        None, username="admin", role="admin", first_name="Ada", last_name="Keysworth",
        password=PASSWORD, at=began,
    )  # fmt: skip
    people = {"admin": admin}
    for number, (username, given) in enumerate(PEOPLE.items()):
        treats = given["role"] in {"therapist", "assistant"}
        people[username] = accounts.open_account(
            admin,
            username=username,
            first_name="Invented",
            last_name=username.title(),
            password=PASSWORD,
            at=began,
            licensed=treats,
            npi=npi(f"1234000{number:02d}") if given["role"] == "therapist" else "",
            **given,
        )
    described = {key: value for key, value in CLINIC.items() if key != "is_demo"}
    clinic.describe(admin, at=began, npi=npi("123400099"), time_zone=ZONE.key, **described)
    first, second = (patient(people["front_desk"], name, began) for name in ("Fixture", "Stranger"))
    people["patient"] = accounts.open_account(
        admin, username="patient", role="patient", first_name="Sample", last_name="Fixture",
        password=PASSWORD, at=began, patient=first,
    )  # fmt: skip
    episode, plan = treated(people["therapist"], first, began)
    visit = visits.schedule(
        people["front_desk"],
        episode_id=episode.pk,
        clinician_id=people["therapist"].pk,
        scheduled_at=at(9),
        at=began,
    )
    return World(people, first, second, episode, plan, visit)


def patient(desk: User, last_name: str, moment: datetime) -> Patient:
    """An invented patient with Medicare."""
    made = patients.register(
        desk, first_name="Sample", last_name=last_name, birth_date=date(1950, 2, 3), sex="F",
        line1="1 Nowhere Street", city="Birmingham", state="AL", postal_code="35203", at=moment,
    )  # fmt: skip
    patients.add_coverage(
        desk, made.pk, payer="medicare_part_b", payer_name="Medicare Part B", payer_id="MCRB1",
        member_id="1EG4TE5MK73", deductible_left_cents=0, at=moment,
    )  # fmt: skip
    return made


def treated(therapist: User, who: Patient, moment: datetime) -> tuple[Episode, PlanOfCare]:
    """An episode after a stroke with a certified plan."""
    on = moment.date() + timedelta(days=20)
    later = at(8, day=on)
    episode = plans.open_episode(
        therapist, who.pk, discipline="PT", condition="stroke", medical_diagnoses=["I69.354"],
        treatment_diagnoses=["R26.81"], started_on=on, onset_date=on - timedelta(days=30),
        why_now="new_event", at=later,
    )  # fmt: skip
    plans.add_limitation(
        therapist, episode.pk, activity="stand at the sink", value=3, unit="min", prior_level=20,
        at=later,
    )  # fmt: skip
    plans.add_impairment(
        therapist, episode.pk, category="balance", measure="berg", value=38, date=on, at=later
    )
    plan = plans.write(
        therapist, episode.pk, established_on=on, first_treatment_on=on, duration_days=60,
        visits_per_week=2, planned_cpt=["97112", "97116"],
        planned_techniques=["static_balance", "gait_training"],
        goals=[{
            "activity": "stand at the sink", "measure": "berg", "population": "stroke_subacute",
            "baseline": 33, "target": 41, "target_date": on + timedelta(days=60), "mdc": 6,
            "limitation": "FL1",
        }],
        physician_last="Referral", physician_first="Robin", physician_npi=npi("123400088"),
        order_signed_on=on, at=later,
    )  # fmt: skip
    plans.sign_plan(therapist, plan.pk, at=later)
    plans.sent(therapist, plan.pk, on=on, by="fax", at=later)
    plans.certify(
        therapist, plan.pk, signed_on=on, npi=npi("123400088"), at=later + timedelta(hours=4)
    )
    return episode, PlanOfCare.objects.get(pk=plan.pk)


def tap(world: World, kind: str, number: int, moment: datetime, token: str, **more: Any) -> Any:
    """One tap on the tile with this number, from 0."""
    tiles = list(world.visit.activities.order_by("order"))
    return visits.add_timer_event(
        world.therapist,
        world.visit.pk,
        kind=kind,
        activity_id=tiles[number].pk,
        at=moment,
        token=token,
        **more,
    )


def time_the_visit(world: World) -> None:
    """25 minutes of 97112, then 15 of 97116, with the facts of a good note."""
    who, key = world.therapist, world.visit.pk
    visits.open_visit(who, key, at=at(9))
    tap(world, "start", 0, at(9), "a")
    tap(world, "start", 1, at(9, 25), "b")
    for activity in world.visit.activities.order_by("order"):
        facts = {
            field: value
            for field, value in FACTS.items()
            if activity.cpt == "97112" or not field.startswith("dosage")
        }
        visits.record_facts(who, key, activity.pk, facts=facts, at=at(9, 38))
    visits.end(who, key, at=at(9, 40))


def sign(world: World, moment: datetime | None = None) -> SignedNote:
    """The therapist signs the visit."""
    world.note = notes.sign(world.therapist, world.visit.pk, at=moment or at(9, 45))
    world.visit.refresh_from_db()
    return world.note
