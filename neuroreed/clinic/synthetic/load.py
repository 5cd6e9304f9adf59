"""Make the invented clinic, in the order in which things would have happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from neuroreed.clinic.models import (
    Authorization,
    ClinicProfile,
    Coverage,
    Episode,
    Patient,
    PlanOfCare,
    User,
)
from neuroreed.clinic.services import accounts, clinic, patients, plans
from neuroreed.clinic.synthetic import course, money, progress, today
from neuroreed.clinic.synthetic.people import (
    AUTHORIZED_VISITS,
    CASES,
    CLINIC,
    PATIENT_ACCOUNT,
    PAYERS,
    PHYSICIANS,
    STAFF,
    Case,
    npi,
)
from neuroreed.clinic.synthetic.visits import past_visit
from neuroreed.model.errors import NoParameter

PASSWORD = "invented-clinic"  # noqa: S105  (of the demonstration, printed at its start)
SEED = 97112
OPENING = time(8, 0)
SLOT = timedelta(minutes=60)
PLAN_DAYS = 60
LATE_DAYS = 45
LATE = "Elmsworth"
WEEKDAYS = ((0, 2, 4), (1, 3), (0, 3), (1, 4))
ONCE_A_WEEK = (1,)
EARLY_HOURS = timedelta(hours=9)


@dataclass(slots=True)
class Course:
    """One patient's course while it is being made."""

    case: Case
    days: list[datetime]
    patient: Patient
    coverage: Coverage
    authorization: Authorization | None
    episode: Episode
    plan: PlanOfCare
    chance: Random
    made: list[object] = field(default_factory=list)


@dataclass(slots=True)
class Making:
    """What the making of the clinic needs at hand."""

    at: datetime
    zone: ZoneInfo
    people: dict[str, User]
    courses: dict[str, Course] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The clinic's date."""
        return self.at.astimezone(self.zone).date()

    def local(self, day: date, clock: time) -> datetime:
        """A wall-clock moment of the clinic."""
        return datetime.combine(day, clock, self.zone)


def load(*, at: datetime, seed: int = SEED) -> bool:
    """Make the invented clinic as of ``at``; nothing happens where there are people already."""
    if User.objects.exists():
        return False
    with transaction.atomic():
        making = _open(at)
        calendar = _calendar(making)
        acts: list[tuple[datetime, int, Callable[[], None]]] = []
        for number, (case, days) in enumerate(zip(CASES, calendar, strict=True)):
            _plan_acts(making, number, case, days, acts, Random(f"{seed}:{number}"))  # noqa: S311
        for _, _, act in sorted(acts, key=lambda entry: entry[:2]):
            act()
        money.file_older(making)
        today.make(making)
        progress.make(making)
        User.objects.update(password=make_password(PASSWORD))
    return True


def _open(at: datetime) -> Making:
    zone = ZoneInfo(settings.TIME_ZONE)
    began = at - timedelta(days=200)
    people: dict[str, User] = {}
    admin = STAFF[0]
    people[admin.username] = accounts.open_account(
        None,
        username=admin.username,
        role=admin.role,
        first_name=admin.first_name,
        last_name=admin.last_name,
        password=None,
        at=began,
    )
    for number, person in enumerate(STAFF[1:], start=1):
        treats = person.role in {"therapist", "assistant"}
        people[person.username] = accounts.open_account(
            people["ada"],
            username=person.username,
            role=person.role,
            first_name=person.first_name,
            last_name=person.last_name,
            password=None,
            at=began,
            discipline=person.discipline,
            profession=person.profession,
            credential=person.credential,
            taxonomy=person.taxonomy,
            npi=npi(f"1999900{number:02d}") if person.role == "therapist" else "",
            licence=f"INV-{number:04d}" if treats else "",
            licensed=treats,
            supervisor=people.get(person.supervisor),
        )
    clinic.describe(
        people["ada"],
        at=began,
        npi=npi("199990000"),
        time_zone=settings.TIME_ZONE,
        **{key: value for key, value in CLINIC.items() if key != "is_demo"},
    )
    ClinicProfile.objects.update(is_demo=True)
    return Making(at, zone, people)


def _calendar(making: Making) -> list[list[datetime]]:
    """Past visit times of each case: two or three weekdays a week, each therapist one at a time."""
    taken: dict[tuple[str, date], int] = {}
    made = []
    for number, case in enumerate(CASES):
        pattern = WEEKDAYS[number % len(WEEKDAYS)]
        if case.last_name == LATE:
            pattern = ONCE_A_WEEK
        days: list[date] = []
        day = making.today - timedelta(days=1)
        while len(days) < case.visits:
            if day.weekday() in pattern:
                days.append(day)
            day -= timedelta(days=1)
        times = []
        for day in reversed(days):
            slot = taken.get((case.therapist, day), 0)
            taken[case.therapist, day] = slot + 1
            times.append(making.local(day, OPENING) + slot * SLOT)
        made.append(times)
    return made


def _plan_acts(
    making: Making,
    number: int,
    case: Case,
    days: list[datetime],
    acts: list[tuple[datetime, int, Callable[[], None]]],
    chance: Random,
) -> None:
    intake = days[0] - EARLY_HOURS

    def register() -> None:
        making.courses[case.last_name] = _register(making, number, case, days, intake, chance)

    acts.append((intake, number, register))
    for index, begins in enumerate(days, start=1):

        def visit(index: int = index, begins: datetime = begins) -> None:
            past_visit(making, making.courses[case.last_name], index, begins)

        acts.append((begins + timedelta(minutes=55), number, visit))
    _certify_acts(making, number, case, days, acts)


def _certify_acts(
    making: Making,
    number: int,
    case: Case,
    days: list[datetime],
    acts: list[tuple[datetime, int, Callable[[], None]]],
) -> None:
    wait = LATE_DAYS if case.last_name == LATE else 3 + number % 9
    signed = (days[0] + timedelta(days=wait)).date()
    if signed >= making.today:
        return
    moment = making.local(signed, time(18, 0))
    reason = "" if wait != LATE_DAYS else "sent three times by fax, returned late"

    def certify() -> None:
        made = making.courses[case.last_name]
        plans.certify(
            making.people["fred"],
            made.plan.pk,
            signed_on=signed,
            npi=made.plan.physician_npi,
            delayed_reason=reason,
            at=moment,
        )

    acts.append((moment, number, certify))


def _register(
    making: Making, number: int, case: Case, days: list[datetime], at: datetime, chance: Random
) -> Course:
    desk, therapist = making.people["fred"], making.people[case.therapist]
    patient = patients.register(
        desk,
        at=at,
        first_name=case.first_name,
        last_name=case.last_name,
        birth_date=date(case.born, 1 + number % 12, 1 + number),
        sex=case.sex,
        line1=f"{100 + number} Nowhere Street",
        city="Birmingham",
        state="AL",
        postal_code="35203",
        phone=f"205555{100 + number:04d}",
        language=case.language,
        precautions=case.precautions,
    )
    if case.last_name == CASES[0].last_name:
        accounts.open_account(
            making.people["ada"],
            username=PATIENT_ACCOUNT,
            role="patient",
            first_name=case.first_name,
            last_name=case.last_name,
            password=None,
            at=at,
            patient=patient,
        )
    name, payer_id = PAYERS[case.payer]
    coverage = patients.add_coverage(
        desk,
        patient.pk,
        payer=case.payer,
        payer_name=name,
        payer_id=payer_id,
        member_id=f"1EG4TE5MK{number:02d}"
        if case.payer == "medicare_part_b"
        else f"INV{70000 + number}",
        since=date(days[0].year, 1, 1),
        deductible_left_cents=0 if case.payer == "medicare_part_b" else None,
        at=at,
    )
    authorization = _authorize(desk, case, coverage, days, at)
    if case.payer == "medicare_part_b":
        _accrue(making, case, patient, days, at)
    episode = _episode(therapist, case, patient, days[0].date(), at)
    plan = _plan(desk, therapist, number, case, episode, days[0].date(), at)
    return Course(case, days, patient, coverage, authorization, episode, plan, chance)


def _authorize(
    desk: User, case: Case, coverage: Coverage, days: list[datetime], at: datetime
) -> Authorization | None:
    allowed = AUTHORIZED_VISITS.get(case.payer)
    if allowed is None:
        return None
    if case.last_name == "Nogalera":
        allowed = case.visits - 1
    return patients.add_authorization(
        desk,
        coverage.pk,
        number=f"AUTH{coverage.member_id[-4:]}",
        since=days[0].date(),
        until=days[0].date() + timedelta(days=120),
        visits=allowed,
        at=at,
    )


def _accrue(
    making: Making, case: Case, patient: Patient, days: list[datetime], at: datetime
) -> None:
    """What other providers used this year; nobody near the threshold but the planted one."""
    bucket = "OT" if making.people[case.therapist].discipline == "OT" else "PT_SLP"
    patients.prior_accrual(
        making.people["fred"],
        patient.pk,
        year=days[0].year,
        bucket=bucket,
        allowed_cents=prior_accrual(case, days),
        at=at,
    )


def prior_accrual(case: Case, days: list[datetime]) -> int:
    """Cents that others used before; one patient is to cross the threshold on the last visit."""
    if case.last_name != "Alderton":
        return 0
    from neuroreed.policy import parameters

    # an evaluation and the visits before the last bring it just below the threshold
    try:
        limit = parameters.as_of("kx_threshold_pt_slp", days[0].date()).value
    except NoParameter:  # a year of which nobody knows the amount has nobody near it
        return 0
    return int(limit) - sum((15_000, *([7_900] * (case.visits - 3))))


def _episode(therapist: User, case: Case, patient: Patient, started: date, at: datetime) -> Episode:
    medical, treatment = course.DIAGNOSES[case.condition]
    episode = plans.open_episode(
        therapist,
        patient.pk,
        discipline=therapist.discipline,
        condition=case.condition,
        medical_diagnoses=[medical],
        treatment_diagnoses=[treatment],
        started_on=started,
        onset_date=started - timedelta(days=35),
        why_now="new_event",
        history="Invented history: seen by the physician, referred for therapy.",
        prior_level="Lived alone and managed without help.",
        at=at,
    )
    kind = course.kind_of(case.condition, therapist.discipline)
    activity, unit, now, before = course.LIMITATION[kind]
    plans.add_limitation(
        therapist, episode.pk, activity=activity, value=now, unit=unit, prior_level=before, at=at
    )
    return episode


def _plan(
    desk: User,
    therapist: User,
    number: int,
    case: Case,
    episode: Episode,
    started: date,
    at: datetime,
) -> PlanOfCare:
    last, first = PHYSICIANS[number % len(PHYSICIANS)]
    used = course.activities(case.condition, therapist.discipline)
    goals = []
    for template in course.goals(case.condition, therapist.discipline):
        aim = course.AIMS[template.measure]
        target = aim.target
        if case.last_name == "Kapokson":
            target = "41"
        goals.append(
            {
                "activity": course.OWN_ACTIVITY if "{" in template.activity else template.activity,
                "measure": template.measure,
                "population": template.population,
                "baseline": aim.baseline,
                "target": target,
                "target_date": started + timedelta(days=7 * template.weeks_default + 60),
                "mdc": "10" if case.last_name == "Kapokson" else aim.mdc,
                "mdc_unknown": aim.mdc is None and case.last_name != "Kapokson",
                "limitation": "FL1",
            }
        )
    plan = plans.write(
        therapist,
        episode.pk,
        established_on=started,
        first_treatment_on=started,
        duration_days=PLAN_DAYS,
        visits_per_week=2,
        planned_cpt=[course.EVALUATION[therapist.discipline], *dict.fromkeys(c for c, _ in used)],
        planned_techniques=list(dict.fromkeys(technique for _, technique in used)),
        goals=goals,
        physician_last=last,
        physician_first=first,
        physician_npi=npi(f"18888000{number % len(PHYSICIANS)}"),
        order_signed_on=None if case.last_name == LATE else started - timedelta(days=5),
        at=at,
    )
    plans.sign_plan(therapist, plan.pk, at=at + EARLY_HOURS)
    plans.sent(desk, plan.pk, on=started, by="fax", at=at + EARLY_HOURS)
    return PlanOfCare.objects.get(pk=plan.pk)
