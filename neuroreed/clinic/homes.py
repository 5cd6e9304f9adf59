"""The home programme of an episode: what is in force, what was logged, what opens it.

Reads only. An address is signed and carries the day it ends; nothing in it names a person.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer

from neuroreed.care.education import monitoring
from neuroreed.care.education.handouts import HomeDose
from neuroreed.care.education.programme import (
    Adherence,
    Barrier,
    Done,
    HomeProgramme,
    IfThen,
    LogEntry,
    PrescribedExercise,
    adherence,
    days_done,
)
from neuroreed.clinic import profile
from neuroreed.clinic.models import Episode, HomeLink, HomeLog, HomeProgrammeRow
from neuroreed.model.errors import NoParameter, NotFound, Refused

SIGNER = Signer(salt="neuroreed.home.address", sep=".")
ENDED = "This code is no longer open. Ask the clinic for a new one."
PERIOD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class HomePage:
    """What the patient's page shows: no name, no date of birth, no diagnosis."""

    programme: HomeProgramme
    version: int
    goal: str
    phone: str
    until: date
    today: date
    days: tuple[bool, ...]
    language: str


@dataclass(frozen=True, slots=True)
class HomeView:
    """What the clinician sees of the home programme of an episode."""

    episode: Episode
    row: HomeProgrammeRow | None
    programme: HomeProgramme | None
    adherence: Adherence | None
    days: tuple[bool, ...]
    logs: tuple[HomeLog, ...]
    set_aside: tuple[HomeLog, ...]
    links: tuple[HomeLink, ...]
    supply: monitoring.Monitoring | None
    management: monitoring.Monitoring | None
    setup: monitoring.Supported | monitoring.NotYet | None
    contacts: tuple[Any, ...]
    gap: str


def token(link: HomeLink) -> str:
    """The end of the address that a QR code holds."""
    name = base64.urlsafe_b64encode(link.pk.bytes).decode().rstrip("=")
    return SIGNER.sign(f"{name}-{link.expires_on.toordinal():x}")


def opened(address: str, *, at: datetime) -> HomeLink:
    """The link of an address.

    Raises:
        NotFound: the address was altered, or never made here.
        Refused: it expired or was taken back.
    """
    try:
        body = SIGNER.unsign(address)
        name, expires = body[:22], body[23:]
        key = UUID(bytes=base64.urlsafe_b64decode(name + "=="))
        last = date.fromordinal(int(expires, 16))
    except (BadSignature, ValueError, OverflowError, binascii.Error):
        raise NotFound("There is no such page.") from None
    if profile.local_date(at) > last:
        raise Refused(ENDED)
    link = HomeLink.objects.select_related("episode__patient").filter(pk=key).first()
    if link is None:
        raise NotFound("There is no such page.")
    if hasattr(link, "closed") or profile.local_date(at) > link.expires_on:
        raise Refused(ENDED)
    return link


def latest(episode: Episode) -> HomeProgrammeRow | None:
    """The programme in force."""
    return episode.home_programmes.order_by("-version").first()


def programme(row: HomeProgrammeRow) -> HomeProgramme:
    """A row as the library knows it."""
    return HomeProgramme(
        id=str(row.pk),
        starts_on=row.starts_on,
        items=tuple(PrescribedExercise(i["id"], HomeDose(**i["dose"])) for i in row.items),
        language=row.language,
        plan=IfThen(row.cue, row.action, row.place) if row.cue else None,
        confidence=row.confidence,
        barriers=tuple(Barrier(name) for name in row.barriers),
        goal=row.goal,
    )


def entries(episode: Episode, until: datetime | None = None) -> tuple[LogEntry, ...]:
    """What counts of the logs of an episode, as received up to a moment."""
    rows = HomeLog.objects.filter(link__episode=episode, set_aside="")
    if until is not None:
        rows = rows.filter(received_at__lte=until)
    return tuple(
        LogEntry(
            row.key,
            row.exercise,
            row.on,
            Done(row.done),
            row.pain,
            Barrier(row.reason) if row.reason else None,
        )
        for row in rows
    )


def page(link: HomeLink, *, at: datetime) -> HomePage:
    """What a link opens.

    Raises:
        Refused: there is no programme behind it yet.
    """
    row = latest(link.episode)
    if row is None:
        raise Refused("There is no home programme yet. Ask the clinic.")
    goals = [goal.activity for plan in link.episode.plans.all() for goal in plan.goals.all()]
    today = profile.local_date(at)
    return HomePage(
        programme=programme(row),
        version=row.version,
        goal=row.goal or (goals[-1] if goals and row.language == "en" else ""),
        phone=profile.profile().phone,
        until=link.expires_on,
        today=today,
        days=days_done(entries(link.episode), until=today),
        language=row.language,
    )


def fact(episode: Episode, on: date, at: datetime) -> dict[str, Any]:
    """The home programme as facts of a visit: how many items, and how much was done.

    Empty when no programme was in force on the day.
    """
    row = episode.home_programmes.filter(starts_on__lte=on).order_by("-version").first()
    if row is None:
        return {}
    plan = programme(row)
    logged = entries(episode, at)
    found = adherence(plan, logged, until=on)
    made: dict[str, Any] = {"items": len(plan.items)}
    if found.percent is None:
        return made
    first = on - timedelta(days=6)
    pains = [entry.pain for entry in logged if entry.pain is not None and first <= entry.on <= on]
    made["adherence"] = {
        "prescribed": found.prescribed,
        "done": found.done,
        "partly": found.partly,
        "percent": found.percent,
        "days": (on - max(plan.starts_on, first)).days + 1,
        "days_with_data": found.days_with_data,
        "pain_most": max(pains, default=None),
    }
    return made


def view(episode: Episode, *, at: datetime) -> HomeView:
    """The programme, what was logged, and what the counts would support."""
    row, today = latest(episode), profile.local_date(at)
    plan = programme(row) if row else None
    logged = entries(episode)
    rows = tuple(HomeLog.objects.filter(link__episode=episode).order_by("-device_at"))
    supply = management = setup = None
    gap = ""
    first = episode.home_programmes.order_by("version").first()
    contacts = tuple(episode.contacts.all())
    if first is not None:
        try:
            days = {entry.on for entry in logged}
            begun = first.starts_on + PERIOD * max(0, (today - first.starts_on) // PERIOD)
            supply = monitoring.supply(days, starts_on=begun)
            management = monitoring.management(
                [monitoring.Contact(c.on, c.minutes, c.interactive) for c in contacts],
                year=today.year,
                month=today.month,
            )
            setup = monitoring.setup(taught_on=first.starts_on, days=days, done_before=False)
        except NoParameter as missing:
            gap = str(missing)
    return HomeView(
        episode=episode,
        row=row,
        programme=plan,
        adherence=adherence(plan, logged, until=today) if plan else None,
        days=days_done(logged, until=today),
        logs=tuple(entry for entry in rows if not entry.set_aside)[:60],
        set_aside=tuple(entry for entry in rows if entry.set_aside)[:60],
        links=tuple(episode.home_links.filter(closed=None, expires_on__gte=today)),
        supply=supply,
        management=management,
        setup=setup,
        contacts=contacts,
        gap=gap,
    )
