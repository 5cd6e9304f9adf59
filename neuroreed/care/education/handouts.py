"""Handouts as blocks of sentences, put together from the catalogue and the exercise library.

The dose of an exercise is kept once, as numbers; both languages are said from it, so that
they cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from neuroreed.care import catalogue
from neuroreed.care.readability import language_of, sentences_of
from neuroreed.model.errors import BadInput

BLOCKS = ("key", "why", "do", "how_much", "stop", "expect", "plan", "log")
UNITS = ("reps", "seconds", "minutes", "steps", "tries")
EFFORTS = ("easy", "medium", "hard")
BLANK = "__________"
FEWEST_EXERCISES, MOST_EXERCISES = 2, 4


@dataclass(frozen=True, slots=True)
class HomeDose:
    """How many, how often, how hard. ``sides`` is ``each`` when both sides are done."""

    unit: str
    count: int
    sets: int
    per_day: int
    days: int
    effort: str
    sides: str | None = None

    def __post_init__(self) -> None:
        if self.unit not in UNITS or self.effort not in EFFORTS:
            raise BadInput(f"A dose in {self.unit!r}, effort {self.effort!r} is not known.")
        if min(self.count, self.sets, self.per_day) < 1 or not 1 <= self.days <= 7:
            raise BadInput("A dose has counts from 1 on and 1 to 7 days a week.")

    @property
    def doses_per_week(self) -> int:
        """How often in a week the exercise is to be done."""
        return self.per_day * self.days


@dataclass(frozen=True, slots=True)
class HomeExercise:
    """One exercise of the library, texts by language."""

    id: str
    figure: str
    dose: HomeDose
    stop_rule: str
    name: Mapping[str, str]
    steps: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a handout: its id, heading and lines."""

    id: str
    heading: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as they are read."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class ExerciseText:
    """One exercise as printed: what, how many, how often, how hard, when to stop, a picture."""

    id: str
    name: str
    steps: tuple[str, ...]
    how_many: tuple[str, ...]
    how_often: str
    how_hard: str
    stop: str
    figure: str


@dataclass(frozen=True, slots=True)
class HandoutText:
    """A whole handout in one language, before it is printed."""

    topic: str
    kind: str
    language: str
    title: str
    blocks: tuple[Block, ...]
    exercises: tuple[ExerciseText, ...]
    expectation: Mapping[str, str]
    version: str
    read_on: str
    phone: str
    emergency: str

    def block(self, id: str) -> Block:
        """The block with this id."""
        return next(block for block in self.blocks if block.id == id)


@cache
def _yaml(name: str) -> Mapping[str, Any]:
    data = resources.files("neuroreed.care").joinpath("handouts", f"{name}.yaml")
    return dict(yaml.safe_load(data.read_text("utf-8")))


def phrases() -> Mapping[str, Any]:
    """The sentences every handout shares, by language."""
    return _yaml("phrases")


@cache
def exercises() -> Mapping[str, HomeExercise]:
    """The exercise library by id."""
    found = {}
    for entry in _yaml("exercises")["exercises"]:
        dose = HomeDose(
            entry["unit"],
            entry["count"],
            entry["sets"],
            entry["per_day"],
            entry["days"],
            entry["effort"],
            entry.get("sides"),
        )
        found[entry["id"]] = HomeExercise(
            entry["id"],
            entry["figure"],
            dose,
            entry["stop"],
            {code: entry[code]["name"] for code in ("en", "es")},
            {code: tuple(entry[code]["steps"]) for code in ("en", "es")},
        )
    return found


@cache
def _topics() -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    """Topic id to kind and entry. A condition may share its id with no technique."""
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for name, kind in (
        ("techniques", "technique"),
        ("conditions", "condition"),
        ("samples", "sample"),
    ):
        for entry in _yaml(name)["topics"]:
            if entry["id"] in found:
                raise BadInput(f"Two handouts are called {entry['id']}.")
            found[entry["id"]] = (kind, entry)
    return found


def topics() -> Mapping[str, str]:
    """Every handout: topic id to kind (technique, condition, sample)."""
    return {topic: kind for topic, (kind, _) in _topics().items()}


def topic_title(topic: str, language: str = "en") -> str:
    """The title of a handout."""
    return str(_topic(topic)[1][language_of(language)]["title"])


def version() -> str:
    """Version and date of the shipped texts."""
    meta = _yaml("exercises")["meta"]
    return str(meta["version"])


def version_date() -> str:
    """The day the shipped texts were last changed."""
    return str(_yaml("exercises")["meta"]["date"])


def topic_id(name: str) -> str:
    """The id of a handout; the samples answer to their short names too (H1 to H6).

    Raises:
        BadInput: there is no such handout.
    """
    if isinstance(name, str):
        wanted = name.strip().casefold()
        for known in _topics():
            if wanted in (known, known.split("_")[0] if _topics()[known][0] == "sample" else known):
                return known
    raise BadInput(f"There is no handout {name!r}. Known: {', '.join(sorted(_topics()))}.")


def _topic(topic: str) -> tuple[str, Mapping[str, Any]]:
    return _topics()[topic_id(topic)]


def handout_text(
    topic: str,
    language: str = "en",
    *,
    exercise_ids: Sequence[str] | None = None,
    doses: Mapping[str, HomeDose] | None = None,
    phone: str = BLANK,
    emergency: str = "911",
    read_on: str | None = None,
) -> HandoutText:
    """A handout for a technique, a condition or one of the samples.

    Args:
        topic: id of a technique or condition of the catalogue, or of a sample (h1_... h6_...).
        exercise_ids: other exercises of the library, two to four.
        doses: other doses by exercise id, as in the patient's home programme.
        read_on: the reading date as it is printed, by default the day of the texts.

    Raises:
        BadInput: unknown topic, exercise or language, or not two to four exercises.
    """
    code = language_of(language)
    topic = topic_id(topic)
    kind, entry = _topic(topic)
    chosen = _chosen(tuple(exercise_ids or entry["exercises"]))
    texts = tuple(
        exercise_text(item, code, (doses or {}).get(item.id, item.dose)) for item in chosen
    )
    own = entry[code]
    expectation = _expectation(topic, kind, entry, code)
    say = phrases()
    lines: dict[str, tuple[str, ...]] = {
        "why": tuple(own.get("why") or _sentences(catalogue.technique(topic).purpose[code])),
        "do": tuple(line for text in texts for line in (f"{text.name}.", *text.steps)),
        "how_much": tuple(line for text in texts for line in dose_lines(text)),
        "stop": (
            *own.get("stop", ()),
            *say["general_stop"][code],
            say["call"]["clinic"][code].format(phone=phone),
            say["call"]["emergency"][code].format(emergency=emergency),
        ),
        "expect": tuple(line for part in expectation.values() for line in _sentences(part)),
        "plan": (
            own.get("cue") or say["plan"]["cue"][code],
            say["plan"]["place"][code],
            say["plan"]["sure"][code],
            say["plan"]["shrink"][code],
            say["plan"]["flare"][code],
        ),
        "log": (say["log"]["ask"][code], *own.get("log", ()), say["log"]["pain"][code]),
    }
    lines["key"] = (
        lines["why"][0],
        say["key"]["dose"][code].format(n=len(texts)),
        say["key"]["stop"][code],
        say["key"]["log"][code],
    )
    return HandoutText(
        topic,
        kind,
        code,
        own["title"],
        tuple(Block(id, say["blocks"][id][code], lines[id]) for id in BLOCKS),
        texts,
        expectation,
        version(),
        read_on or version_date(),
        phone,
        emergency,
    )


def _chosen(ids: tuple[str, ...]) -> tuple[HomeExercise, ...]:
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
    return tuple(exercises()[id] for id in ids)


def exercise_text(item: HomeExercise, language: str, dose: HomeDose | None = None) -> ExerciseText:
    """One exercise said in one language with a dose."""
    say, code, amount = phrases(), language_of(language), dose or item.dose
    key = "minutes_one" if (amount.unit, amount.count) == ("minutes", 1) else amount.unit
    many = [say["dose"][key][code].format(n=amount.count)]
    if amount.sides == "each":
        many.append(say["dose"]["each"][code])
    if amount.sets > 1:
        many.append(say["dose"]["sets"][code].format(n=amount.sets))
    often = say["dose"]["often_once" if amount.per_day == 1 else "often"][code]
    return ExerciseText(
        item.id,
        item.name[code],
        item.steps[code],
        tuple(many),
        often.format(per_day=amount.per_day, days=amount.days),
        say["effort"][amount.effort][code],
        say["stop_rules"][item.stop_rule][code],
        item.figure,
    )


def dose_lines(text: ExerciseText) -> tuple[str, ...]:
    """The lines of an exercise in the block *how much*."""
    return (f"{text.name}:", *text.how_many, text.how_often, text.how_hard, text.stop)


def _expectation(topic: str, kind: str, entry: Mapping[str, Any], code: str) -> dict[str, str]:
    """What to expect: the change, the window, what is normal, what speeds and slows it."""
    say, own = phrases()["expect"], entry[code]
    if own.get("expect"):
        change = " ".join(own["expect"])
    elif kind == "condition":
        known = catalogue.condition(topic).expectations
        change = " ".join(
            f"{window}: {item.text[code]}"
            for window, item in zip(own["windows"], known, strict=True)
        )
    else:
        change = catalogue.technique(topic).expectation[code]
    return {
        "change": change,
        "window": say["window"][code].format(weeks=entry["weeks"]),
        "normal": say["normal"][code],
        "speeds": say["speeds"][code],
        "slows": say["slows"][code],
    }


def _sentences(text: str) -> tuple[str, ...]:

    return tuple(sentences_of(text))
