"""Write a home programme, open it to a phone without an account, take in what it logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.care.education.handouts import HomeDose, exercises
from neuroreed.care.education.monitoring import Contact
from neuroreed.care.education.programme import (
    Barrier,
    Done,
    HomeProgramme,
    IfThen,
    PrescribedExercise,
)
from neuroreed.clinic import access, access_progress, events, homes, profile
from neuroreed.clinic.models import (
    HomeLink,
    HomeLinkClosed,
    HomeLog,
    HomeProgrammeRow,
    MonitoringContact,
    User,
)
from neuroreed.clinic.services.patients import checked
from neuroreed.model.errors import BadInput, Refused

LINK_DAYS, LONGEST_LINK_DAYS = 90, 180
MOST_ENTRIES = 200
MOST_ENTRIES_A_DAY = 300
KEY_LENGTH = 64
# a phone's clock within this is taken as right; sending takes a moment too
CLOCK_SLACK = timedelta(minutes=2)
OLDEST = timedelta(days=60)


def write(
    user: User,
    episode_id: UUID | str,
    *,
    items: Sequence[tuple[str, HomeDose]],
    starts_on: date,
    at: datetime,
    language: str = "en",
    cue: str = "",
    action: str = "",
    place: str = "",
    confidence: int | None = None,
    barriers: Sequence[str] = (),
    goal: str = "",
) -> HomeProgrammeRow:
    """Agree on two to four exercises with their doses; a change is a new version.

    Raises:
        BadInput: not two to four exercises of the library, a confidence outside 0 to 10, an
            if-then plan that names only a part.
    """
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="measure")
        parts = [text.strip() for text in (cue, action, place)]
        plan = IfThen(*parts) if any(parts) else None
        made = HomeProgramme(
            id="new",
            starts_on=starts_on,
            items=tuple(PrescribedExercise(key, dose) for key, dose in items),
            language=language,
            plan=plan,
            confidence=confidence,
            barriers=tuple(_barrier(name) for name in barriers),
            goal=goal.strip(),
        )
        last = homes.latest(episode)
        row = HomeProgrammeRow(
            episode=episode,
            version=last.version + 1 if last else 1,
            starts_on=starts_on,
            language=made.language,
            items=[{"id": item.id, "dose": asdict(item.dose)} for item in made.items],
            cue=parts[0],
            action=parts[1],
            place=parts[2],
            confidence=confidence,
            barriers=[barrier.value for barrier in made.barriers],
            goal=made.goal,
            by=user,
            at=at,
        )
        checked(row)
        row.save(force_insert=True)
        detail = {"version": row.version, "exercises": [item.id for item in made.items]}
        events.append(user, "home.agreed", episode, detail, at=at)
    return row


def library_dose(exercise: str) -> HomeDose:
    """The dose an exercise of the library starts from."""
    if exercise not in exercises():
        raise BadInput("There is no such exercise in the library.")
    return exercises()[exercise].dose


def _barrier(name: str) -> Barrier:
    try:
        return Barrier(name)
    except ValueError:
        raise BadInput(f"{name!r} is not one of the barriers.") from None


def share(
    user: User, episode_id: UUID | str, *, at: datetime, days: int = LINK_DAYS
) -> tuple[HomeLink, str]:
    """Open the programme to whoever holds the code, for some days; gives the code too."""
    if not 1 <= days <= LONGEST_LINK_DAYS:
        raise BadInput(f"A code is open for 1 to {LONGEST_LINK_DAYS} days.")
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="measure")
        if homes.latest(episode) is None:
            raise Refused("Write the home programme first: the code opens it.")
        expires = profile.local_date(at) + timedelta(days=days)
        link = HomeLink(episode=episode, expires_on=expires, by=user, at=at)
        link.save(force_insert=True)
        events.append(user, "home.shared", episode, {"link": link.pk, "until": expires}, at=at)
    return link, homes.token(link)


def close(user: User, link_id: UUID | str, *, at: datetime) -> None:
    """Take a code back: it opens nothing from now on. Twice is once."""
    with transaction.atomic():
        link = access_progress.home_link_for(user, link_id)
        if hasattr(link, "closed"):
            return
        HomeLinkClosed(link=link, by=user, at=at).save(force_insert=True)
        events.append(user, "home.closed", link.episode, {"link": link.pk}, at=at)


@dataclass(frozen=True, slots=True)
class Logged:
    """What became of a parcel of logs; ``known`` were sent before."""

    kept: tuple[str, ...]
    known: tuple[str, ...]
    set_aside: tuple[str, ...]
    refused: tuple[str, ...]
    clock_off_seconds: int

    @property
    def settled(self) -> tuple[str, ...]:
        """The keys that a phone need not keep any longer."""
        return (*self.kept, *self.known, *self.set_aside, *self.refused)


def log(
    address: str, *, entries: Sequence[Mapping[str, Any]], sent_at_ms: int, at: datetime
) -> Logged:
    """Take in what a phone logged, each entry once, dated by our clock.

    ``entries`` hold key, exercise, done, at_ms, and pain or reason where given; times are
    milliseconds of the phone's clock. The phone's clock is compared with ours at the moment of
    sending; when it is off, the entries are moved by as much, and say so. An entry that cannot
    be dated, or lies before the programme, is kept and set aside; it does not count. One that
    makes no sense is refused without hindering the others.
    """
    link = homes.opened(address, at=at)
    if len(entries) > MOST_ENTRIES:
        raise BadInput(f"A phone sends at most {MOST_ENTRIES} entries at once.")
    off = _moment(sent_at_ms) - at
    off = timedelta(0) if abs(off) <= CLOCK_SLACK else off
    kept: list[str] = []
    known: list[str] = []
    aside: list[str] = []
    refused: list[str] = []
    with transaction.atomic():
        # one parcel at a time for a link, so that the same one sent twice at once is one
        HomeLink.objects.select_for_update().get(pk=link.pk)
        today = HomeLog.objects.filter(link=link, received_at__gt=at - timedelta(days=1)).count()
        seen = set(HomeLog.objects.filter(link__episode=link.episode).values_list("key", flat=True))
        for entry in entries:
            key = str(entry.get("key") or "")[:KEY_LENGTH]
            if key in seen:
                known.append(key)
                continue
            try:
                if today >= MOST_ENTRIES_A_DAY:
                    raise Refused("Too many entries for one day.")
                row = _entry(link, key, entry, off, _moment(sent_at_ms), at)
            except (BadInput, Refused, KeyError, TypeError, ValueError, OverflowError):
                refused.append(key)
                continue
            row.save(force_insert=True)
            seen.add(key)
            today += 1
            (aside if row.set_aside else kept).append(key)
        if kept or aside:
            detail = {"kept": len(kept), "set_aside": len(aside), "link": link.pk}
            events.append(None, "home.logged", link.episode, detail, at=at)
    return Logged(
        tuple(kept), tuple(known), tuple(aside), tuple(refused), round(off.total_seconds())
    )


def _moment(milliseconds: object) -> datetime:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int):
        raise BadInput("A time is whole milliseconds.")
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        raise BadInput("This is no time.") from None


def _entry(
    link: HomeLink,
    key: str,
    given: Mapping[str, Any],
    off: timedelta,
    sent: datetime,
    at: datetime,
) -> HomeLog:
    if not key:
        raise BadInput("An entry has a key.")
    tapped = _moment(given["at_ms"])
    moved = tapped - off
    on = profile.local_date(moved)
    done = Done(given["done"])
    pain = given.get("pain")
    if pain is not None and (
        isinstance(pain, bool) or not isinstance(pain, int) or not 0 <= pain <= 10
    ):
        raise BadInput("Pain is 0 to 10.")
    exercise = str(given["exercise"])[:60]
    rows = list(link.episode.home_programmes.order_by("version"))
    if not rows:
        raise Refused("There is no programme.")
    in_force = [row for row in rows if row.starts_on <= on] or rows[:1]
    row = next(
        (r for r in reversed(in_force) if exercise in {item["id"] for item in r.items}), None
    )
    aside = ""
    if tapped > sent + CLOCK_SLACK or moved > at + CLOCK_SLACK:
        aside = "clock unclear: the tap lies after the sending"
    elif row is None:
        aside = "not an exercise of the programme"
    elif on < rows[0].starts_on:
        aside = "before the programme began"
    elif moved < at - OLDEST:
        aside = "older than sixty days"
    return HomeLog(
        programme=row or in_force[-1],
        link=link,
        key=key,
        exercise=exercise,
        on=on,
        done=done.value,
        pain=pain,
        reason=_barrier(given["reason"]).value if given.get("reason") else "",
        device_at=tapped,
        received_at=at,
        clock_off_seconds=max(-(2**31), min(2**31 - 1, round(off.total_seconds()))),
        set_aside=aside,
    )


def contact(
    user: User,
    episode_id: UUID | str,
    *,
    on: date,
    minutes: int,
    interactive: bool,
    at: datetime,
) -> MonitoringContact:
    """Note minutes of remote monitoring, and whether it was a live talk."""
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="measure")
        if on > profile.local_date(at):
            raise BadInput("Minutes are noted after they were given.")
        if on < episode.started_on:
            raise BadInput("This day lies before the episode began.")
        Contact(on, minutes, interactive)
        row = MonitoringContact(
            episode=episode, on=on, minutes=minutes, interactive=interactive, by=user, at=at
        )
        row.save(force_insert=True)
        events.append(user, "home.contact", episode, {"minutes": minutes}, at=at)
    return row
