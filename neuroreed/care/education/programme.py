"""The home programme: two to four exercises, an if-then plan, and how much of it is done.

Nobody is called non-compliant: a day is done, partly done, not done or not able, with a
reason that leads to a tip.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from neuroreed.care.education.handouts import (
    FEWEST_EXERCISES,
    MOST_EXERCISES,
    HomeDose,
    exercises,
)
from neuroreed.care.readability import language_of
from neuroreed.model.errors import BadInput

CONFIDENT = 7
WINDOW_DAYS = 7
BOOSTER_WEEKS = (4, 12)


class Barrier(StrEnum):
    """What stands in the way."""

    PAIN = "pain"
    TIME = "time"
    FEAR = "fear"
    MEMORY = "memory"
    SPACE = "no_space"
    MOOD = "low_mood"
    COST = "cost"


TIPS: Mapping[Barrier, Mapping[str, str]] = {
    Barrier.PAIN: {
        "en": "Do half today. Call us if pain stays over 5 out of 10.",
        "es": "Haga la mitad hoy. Llame si el dolor sigue en más de 5 en 10.",
    },
    Barrier.TIME: {
        "en": "Do one exercise after each meal.",
        "es": "Haga un ejercicio después de cada comida.",
    },
    Barrier.FEAR: {
        "en": "Hold the counter and have someone near you.",
        "es": "Tome la mesa y tenga a alguien cerca.",
    },
    Barrier.MEMORY: {
        "en": "Put the sheet by your toothbrush and set an alarm.",
        "es": "Ponga la hoja junto al cepillo de dientes y una alarma.",
    },
    Barrier.SPACE: {
        "en": "A counter and a chair are enough.",
        "es": "Una mesa y una silla bastan.",
    },
    Barrier.MOOD: {
        "en": "Start with one minute. Tell us how you feel.",
        "es": "Empiece con un minuto. Díganos cómo se siente.",
    },
    Barrier.COST: {
        "en": "You need nothing to buy. Ask us about visits and cost.",
        "es": "No tiene que comprar nada. Pregunte por las citas y el costo.",
    },
}
TALK_FIRST = frozenset({Barrier.MOOD, Barrier.FEAR})


@dataclass(frozen=True, slots=True)
class IfThen:
    """When, what and where: After breakfast I stand at the sink."""

    cue: str
    action: str
    place: str

    def __post_init__(self) -> None:
        if not (self.cue.strip() and self.action.strip() and self.place.strip()):
            raise BadInput("An if-then plan names a cue, an action and a place.")


@dataclass(frozen=True, slots=True)
class PrescribedExercise:
    """One exercise of the library with the dose for this patient."""

    id: str
    dose: HomeDose


@dataclass(frozen=True, slots=True)
class HomeProgramme:
    """What a patient does at home. ``confidence`` is 0 to 10, ``None`` when not asked."""

    id: str
    starts_on: date
    items: tuple[PrescribedExercise, ...]
    language: str = "en"
    plan: IfThen | None = None
    confidence: int | None = None
    barriers: tuple[Barrier, ...] = ()
    goal: str = ""

    def __post_init__(self) -> None:
        ids = [item.id for item in self.items]
        unknown = [id for id in ids if id not in exercises()]
        if unknown:
            raise BadInput(f"There is no exercise {unknown[0]!r} in the library.")
        if len(set(ids)) != len(ids):
            raise BadInput("An exercise is in the programme twice.")
        if not FEWEST_EXERCISES <= len(ids) <= MOST_EXERCISES:
            raise BadInput(
                f"A home programme has {FEWEST_EXERCISES} to {MOST_EXERCISES} exercises, "
                f"not {len(ids)}: fewer are done more often."
            )
        if self.confidence is not None and (
            isinstance(self.confidence, bool) or not 0 <= self.confidence <= 10
        ):
            raise BadInput(f"Confidence is 0 to 10, not {self.confidence!r}.")
        language_of(self.language)


def programme(
    id: str, exercise_ids: Sequence[str], *, starts_on: date, language: str = "en"
) -> HomeProgramme:
    """A programme with the doses of the library."""
    unknown = [key for key in exercise_ids if key not in exercises()]
    if unknown:
        raise BadInput(f"There is no exercise {unknown[0]!r} in the library.")
    items = tuple(PrescribedExercise(key, exercises()[key].dose) for key in exercise_ids)
    return HomeProgramme(id, starts_on, items, language)


def half(dose: HomeDose) -> HomeDose:
    """The dose of a day with more pain: half, never zero."""
    return replace(dose, count=max(1, dose.count // 2))


def advice(plan: HomeProgramme) -> tuple[str, ...]:
    """What the clinician should look at: low confidence, no plan, barriers with their tips."""
    said = []
    if plan.confidence is None:
        said.append("Confidence was not asked: ask for 0 to 10.")
    elif plan.confidence < CONFIDENT:
        said.append(f"Confidence is {plan.confidence}, under {CONFIDENT}: make the plan smaller.")
    if plan.plan is None:
        said.append("There is no if-then plan yet: ask when and where.")
    for barrier in plan.barriers:
        said.append(f"{barrier.value.replace('_', ' ')}: {TIPS[barrier]['en']}")
        if barrier in TALK_FIRST:
            said.append(f"{barrier.value.replace('_', ' ')} is tied to doing less: talk about it.")
    return tuple(said)


class Done(StrEnum):
    """What was done of one dose."""

    DONE = "done"
    PARTLY = "partly"
    NOT_DONE = "not_done"
    NOT_ABLE = "not_able"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One dose of one exercise on one day, as the patient logged it.

    ``key`` is made by the phone once per tap; the same key sent twice is one entry.
    ``pain`` is 0 to 10, ``None`` when not given.
    """

    key: str
    exercise: str
    on: date
    done: Done
    pain: int | None = None
    reason: Barrier | None = None

    def __post_init__(self) -> None:
        if not self.key:
            raise BadInput("A log entry has a key, so that it counts once.")
        if self.pain is not None and (isinstance(self.pain, bool) or not 0 <= self.pain <= 10):
            raise BadInput(f"Pain is 0 to 10, not {self.pain!r}.")


@dataclass(frozen=True, slots=True)
class Adherence:
    """Logged against prescribed doses in the seven days up to ``until``.

    ``percent`` is ``None`` when nothing was prescribed in that time; no log at all is 0 of
    so many, said as ``nothing_logged``. ``set_aside`` counts entries of unknown exercises or
    of days that cannot be (in the future, before the programme).
    """

    until: date
    prescribed: int
    done: int
    partly: int
    percent: int | None
    days_with_data: int
    set_aside: int
    nothing_logged: bool
    sentence: str


def adherence(plan: HomeProgramme, log: Iterable[LogEntry], *, until: date) -> Adherence:
    """How much of the programme was done in seven days.

    A partly done dose counts half; more than was prescribed counts as all of it. Days before
    the start of the programme are not prescribed.
    """
    first = max(plan.starts_on, until - timedelta(days=WINDOW_DAYS - 1))
    days = max(0, (until - first).days + 1)
    known = {item.id: item.dose for item in plan.items}
    entries = {entry.key: entry for entry in log}
    inside = []
    aside = 0
    for entry in entries.values():
        if entry.exercise not in known or entry.on > until or entry.on < plan.starts_on:
            aside += 1
        elif entry.on >= first:
            inside.append(entry)
    prescribed = done = partly = 0
    halves = 0
    for id, dose in known.items():
        asked = -(-dose.doses_per_week * days // WINDOW_DAYS)
        mine = [entry.done for entry in inside if entry.exercise == id]
        full = min(asked, mine.count(Done.DONE))
        some = min(asked - full, mine.count(Done.PARTLY))
        prescribed, done, partly = prescribed + asked, done + full, partly + some
        halves += 2 * full + some
    percent = None if prescribed == 0 else (100 * halves + prescribed) // (2 * prescribed)
    with_data = len({entry.on for entry in inside})
    nothing = not inside
    if percent is None:
        sentence = "Nothing was prescribed in these days."
    elif nothing:
        sentence = f"Home programme: no log in {days} days ({prescribed} doses prescribed)."
    else:
        sentence = (
            f"Home programme: {done} of {prescribed} doses done"
            f"{f', {partly} in part' if partly else ''} in {days} days ({percent} %), "
            f"logged on {with_data} days."
        )
    return Adherence(until, prescribed, done, partly, percent, with_data, aside, nothing, sentence)


def days_done(log: Iterable[LogEntry], *, until: date) -> tuple[bool, ...]:
    """Whether anything was done on each of the last seven days, oldest first; no streaks."""
    active = {entry.on for entry in log if entry.done in (Done.DONE, Done.PARTLY)}
    return tuple(until - timedelta(days=back) in active for back in range(WINDOW_DAYS - 1, -1, -1))


def booster_dates(discharged_on: date) -> tuple[date, ...]:
    """When to call after discharge."""
    return tuple(discharged_on + timedelta(weeks=weeks) for weeks in BOOSTER_WEEKS)
