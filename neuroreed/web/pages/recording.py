"""The session screen as it is drawn: tiles, and the questions beneath the chosen one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from neuroreed.care import catalogue
from neuroreed.web.pages.doses import DOSES
from neuroreed.web.pages.words import CHANGES, Offers, offers

COUNTS = tuple(range(13))
ASSIST = ("independent", "supervision", "contact_guard", "minimal_25", "moderate_50")
POSITIONS = ("lying", "sitting", "kneeling", "standing", "walking")
# what belongs to the dose of an activity, besides the fields of its technique
DOSE_FIELDS = (
    "goal_ids",
    "impairment_categories",
    "body_region",
    "task",
    "position",
    "sets",
    "reps",
    "duration_s",
    "assist_level",
    "guarding",
)
# what the one-line reference of a dose leaves out, because it is said otherwise
UNSAID = frozenset({"goal_ids", "impairment_categories", "sets", "reps", "duration_s", "task"})
# what only a closed list answers
CLOSED = frozenset({"assist_level", "position"})
# what a technique of the catalogue can be aimed at
DEFICITS = (
    "balance",
    "coordination",
    "kinesthetic",
    "posture",
    "proprioception",
    "movement_control",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One button: what it sends, what it says, whether it is the recorded answer."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of the recorder, answered by one tap.

    ``is_free``: it also takes words that no button has, of one of the ``kinds`` where there
    are any; ``value`` is such words that were recorded.
    """

    field: str
    title: str
    choices: tuple[Choice, ...]
    last: str = ""
    is_count: bool = False
    is_free: bool = False
    kinds: tuple[str, ...] = ()
    value: Any = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One activity as its tile shows it; ``asked`` and ``done`` count its questions."""

    id: Any
    cpt: str
    name: str
    seconds: int
    is_running: bool
    asked: int
    done: int


@dataclass(frozen=True, slots=True)
class Recorder:
    """The questions about one activity."""

    id: Any
    cpt: str
    name: str
    asks: tuple[Ask, ...]
    details: tuple[Ask, ...]
    details_open: bool


def words(value: Any) -> str:
    """A stored id as words."""
    return "" if value is None else str(value).replace("_", " ")


def part(facts: Mapping[str, Any], *path: str) -> Any:
    """A fact within facts, or None."""
    value: Any = facts
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def dose_fields(activity: Any) -> tuple[str, ...]:
    """The names of the dose of one activity, as ``record_fact`` takes them."""
    twice = set(DOSE_FIELDS) - {"guarding"}
    own = (f"dosage.{name}" for name in activity.dosage_fields if name not in twice)
    return (*DOSE_FIELDS, *own)


def dose_of(facts: Mapping[str, Any], field: str) -> Any:
    """One dose field of an activity's facts."""
    return part(facts, *field.split("."))


def step(name: str, amount: Any, by: int) -> Any:
    """The next smaller or larger amount that the screen offers, or None at the end."""
    offered = [int(value) for value in DOSES[name]]
    nearer = [v for v in offered if (v < amount if by < 0 else v > amount)]
    return (max(nearer) if by < 0 else min(nearer)) if nearer else None


def doses(activity: Any) -> dict[str, dict[str, Any]]:
    """Whole doses to record by one tap: the last one, and those one step from it."""
    last = {f: dose_of(activity.last_facts, f) for f in dose_fields(activity)}
    last = {field: value for field, value in last.items() if value is not None}
    if not last:
        return {}
    found = {"same": last}
    for name in ("sets", "reps", "duration_s"):
        for by, word in ((-1, "less"), (1, "more")):
            amount = last.get(name)
            if isinstance(amount, int) and (stepped := step(name, amount, by)) is not None:
                found[f"{word}:{name}"] = {**last, name: stepped}
    return found


def dose_said(facts: Mapping[str, Any], fields: Sequence[str]) -> str:
    """A dose in one line, as a reference."""
    said = [amount_said(facts)] if amount_said(facts) else []
    said += [
        words(dose_of(facts, f))
        for f in fields
        if f not in UNSAID and dose_of(facts, f) is not None
    ]
    return ", ".join(dict.fromkeys(said))


def choose(values: Sequence[Any], chosen: Any) -> tuple[Choice, ...]:
    """Buttons for plain values."""
    return tuple(
        Choice(str(value), words(value), chosen is not None and str(value) == str(chosen))
        for value in dict.fromkeys(map(str, values))
    )


def amount_said(dose: Mapping[str, Any]) -> str:
    """Sets and repetitions or seconds of a dose."""
    sets, reps, seconds = dose.get("sets"), dose.get("reps"), dose.get("duration_s")
    parts = (f"{reps}" if reps is not None else "", f"{seconds} s" if seconds is not None else "")
    each = ", ".join(said for said in parts if said)
    return f"{sets} × {each}" if sets is not None and each else each or f"{sets or ''}"


def dose_ask(activity: Any) -> Ask:
    """The dose of last time, or one step less or more; anything else stands field by field."""
    now = {f: dose_of(activity.facts, f) for f in dose_fields(activity)}
    now = {field: value for field, value in now.items() if value is not None}
    labels = {"same": _("Same"), "less": _("Less: {}"), "more": _("More: {}")}
    choices = tuple(
        Choice(value, labels[value.split(":")[0]].format(amount_said(dose)), dose == now)
        for value, dose in doses(activity).items()
    )
    return Ask("dose", _("Dose"), choices, dose_said(activity.last_facts, dose_fields(activity)))


def fault_ask(activity: Any, offered: Offers) -> Ask:
    """The fault that was seen."""
    last = part(activity.last_facts, "error_observed", "fault")
    chosen = part(activity.facts, "error_observed", "fault")
    listed = [v for v in (last, *map(str, offered.faults), chosen) if v]
    return Ask("fault", _("Fault seen"), choose(listed, chosen), words(last), is_free=True)


def cue_ask(activity: Any, offered: Offers) -> Ask:
    """The cue that was given against it; its type and its content in one tap."""
    cues = activity.facts.get("cues") or []
    given = {(cue.get("type"), cue.get("content")) for cue in cues}
    last = [(c.get("type"), c.get("content")) for c in activity.last_facts.get("cues") or []]
    listed = dict.fromkeys(
        [*last, *((kind, str(content)) for kind, content in offered.cues), *given]
    )
    buttons = tuple(
        Choice(f"{kind}|{content}", f"{words(kind)}: {content}", (kind, content) in given)
        for kind, content in listed
    )
    said = "; ".join(f"{words(k)}: {c}" for k, c in last)
    kinds = catalogue.vocabulary().cue_types
    return Ask("cue", _("Cue against it"), buttons, said, is_free=True, kinds=kinds)


def count_asks(activity: Any, offered: Offers) -> tuple[Ask, ...]:
    """What was counted in the first set and in the last."""
    count = counted(activity, offered)
    rows = []
    for field, title, at in (
        ("start", _("first set"), "start"),
        ("end", _("last set"), "end"),
    ):
        chosen = part(activity.facts, "response", at)
        rows.append(
            Ask(
                f"response.{field}",
                f"{count[2]}: {title}",
                choose(COUNTS, chosen),
                words(part(activity.last_facts, "response", at)),
                is_count=True,
                is_free=True,
                value=None if chosen in COUNTS else chosen,
            )
        )
    return tuple(rows)


def counted(activity: Any, offered: Offers) -> tuple[str, str, str]:
    """Metric, unit and title of the count: that of the last visit, else that of the technique."""
    metric = part(activity.last_facts, "response", "metric")
    unit = part(activity.last_facts, "response", "unit")
    if metric and unit:
        return metric, unit, f"{words(metric).capitalize()}, {words(unit)}"
    return offered.count.metric, offered.count.unit, str(offered.count.title)


def decision_ask(activity: Any) -> Ask:
    """Hold, stop, a step of the technique's own ladder up or down, or the same level otherwise."""
    technique = catalogue.find_technique(activity.technique)
    value = part(activity.facts, "decision", "value")
    change = part(activity.facts, "decision", "change")
    ladder = [("progress", step) for step in (technique.progression if technique else ())]
    back = [("regress", step) for step in (technique.regression if technique else ())]
    said = {
        "progress": _("Progress to: {}"),
        "regress": _("Go back to: {}"),
        "modify": _("Modify: {}"),
    }
    other = [("modify", str(step)) for step in CHANGES]
    stepped = tuple(
        Choice(f"{kind}|{step}", said[kind].format(step), (value, change) == (kind, step))
        for kind, step in (*ladder, *back, *other)
    )
    plain = (
        Choice("hold|", _("Hold"), value == "hold"),
        Choice("stop|", _("Stop"), value == "stop"),
    )
    title = _("Decision")
    if response := response_said(activity.facts):
        title = _("Decision, given {}").format(response)
    last = part(activity.last_facts, "decision", "value")
    return Ask("decision", title, (*plain, *stepped), words(last))


def response_said(facts: Mapping[str, Any]) -> str:
    """The counted response in words: what a decision rests on."""
    start, end = part(facts, "response", "start"), part(facts, "response", "end")
    metric = words(part(facts, "response", "metric"))
    if start is None or end is None:
        return ""
    if start == end:
        return _("{metric} stayed at {end}").format(metric=metric, end=end)
    return _("{metric} went from {start} to {end}").format(metric=metric, start=start, end=end)


def listed_ask(field: str, now: Any, last: Any, goals: Sequence[Any]) -> Ask:
    """The goals an activity serves, or the deficits it works on: each a switch."""
    chosen = set(now or ())
    if field == "goal_ids":
        pairs = [(goal.label, f"{goal.label} {goal.activity}") for goal in goals]
        title = _("Goal it serves")
    else:
        pairs = [(deficit, words(deficit)) for deficit in DEFICITS]
        title = _("Deficit it works on")
    choices = tuple(Choice(value, label, value in chosen) for value, label in pairs)
    return Ask(field, title, choices, ", ".join(map(words, last or ())))


def deficit_said(deficit: str) -> str:
    """A deficit as a sentence says it."""
    return _("kinesthetic sense") if deficit == "kinesthetic" else words(deficit)


def offered_for(activity: Any, name: str, goals: Sequence[Any]) -> Sequence[str]:
    """The words offered for one field of the dose; the goals' own activities are tasks."""
    if name == "assist_level":
        return activity.assist_levels or ASSIST
    if name == "position":
        return POSITIONS
    if name == "task":
        technique = catalogue.find_technique(activity.technique)
        usual = offers(technique.category if technique else "").tasks
        return tuple(dict.fromkeys([*(goal.activity for goal in goals), *map(str, usual)]))
    return DOSES.get(name, ())


def rationale_ask(activity: Any) -> tuple[Ask, ...]:
    """Why this code, where the technique usually falls under another; what the code stands for."""
    technique = catalogue.find_technique(activity.technique)
    if technique is None or activity.cpt not in technique.sometimes_codes:
        return ()
    chosen = part(activity.facts, "code_rationale")
    last = part(activity.last_facts, "code_rationale")
    if activity.cpt == "97112":
        # a deficit is what makes a drill 97112; there is none to choose by default
        trained = [_("retrained {}, with cues").format(deficit_said(one)) for one in DEFICITS]
    else:
        meaning = catalogue.vocabulary().code_meanings.get(activity.cpt, "")
        trained = [_("trained {}").format(one) for one in meaning.split(", ") if one]
    listed = [value for value in (*trained, last, chosen) if value]
    usual = " / ".join(technique.usual_codes)
    title = _("Why {code}, and not {usual}, today").format(code=activity.cpt, usual=usual)
    return (Ask("code_rationale", title, choose(listed, chosen), last or "", is_free=True),)


def details(activity: Any, goals: Sequence[Any] = ()) -> tuple[Ask, ...]:
    """The dose field by field: buttons where the words are few, a field where they are free."""
    rows = []
    for field in dose_fields(activity):
        name = field.removeprefix("dosage.")
        now, last = dose_of(activity.facts, field), dose_of(activity.last_facts, field)
        if field == "dosage.guarding":
            continue  # asked once, recorded with the guarding of the activity
        if field in {"goal_ids", "impairment_categories"}:
            rows.append(listed_ask(field, now, last, goals))
            continue
        offered = offered_for(activity, name, goals)
        listed = [v for v in (last, now) if v is not None and str(v) not in offered]
        rows.append(
            Ask(
                field,
                words(name).capitalize(),
                choose([*listed, *offered], now),
                words(last),
                is_free=name not in CLOSED,
                value=now if now is not None and str(now) not in offered else None,
            )
        )
    return tuple(rows)


def recorder(activity: Any, goals: Sequence[Any] = ()) -> Recorder:
    """All questions about one activity; there is no answer *normal*."""
    technique = catalogue.find_technique(activity.technique)
    offered = offers(technique.category if technique else "")
    has_last = bool(doses(activity))
    asks = (
        *((dose_ask(activity),) if has_last else ()),
        fault_ask(activity, offered),
        cue_ask(activity, offered),
        *count_asks(activity, offered),
        decision_ask(activity),
        *rationale_ask(activity),
    )
    name = activity.technique_name or activity.code_label
    lines = details(activity, goals)
    has_dose = any(dose_of(activity.facts, f) is not None for f in dose_fields(activity))
    return Recorder(activity.id, activity.cpt, name, asks, lines, not has_last and not has_dose)


def teaching_asks(facts: Mapping[str, Any]) -> tuple[Ask, ...]:
    """What was taught, what the patient showed back, and the home programme."""
    taught = facts.get("education") or []
    chosen = {(entry.get("topic"), entry.get("teach_back")) for entry in taught}
    topic = "home program"
    shown = (
        ("correct", _("Shown back correctly")),
        ("corrected", _("Shown back after correction")),
        ("incorrect", _("Not yet")),
    )
    return (
        Ask(
            "teach",
            _("Home programme taught"),
            tuple(Choice(value, label, (topic, value) in chosen) for value, label in shown),
        ),
        Ask(
            "hep",
            _("Home programme reviewed"),
            (Choice("yes", _("Reviewed today"), part(facts, "hep", "reviewed") is True),),
        ),
    )


def answered(ask: Ask) -> bool:
    """Whether a question has its answer."""
    return any(choice.is_chosen for choice in ask.choices)


def tile(activity: Any) -> Tile:
    """One activity as its tile shows it."""
    asks = recorder(activity).asks if activity.technique else ()
    return Tile(
        id=activity.id,
        cpt=activity.cpt,
        name=activity.technique_name or activity.code_label,
        seconds=activity.seconds,
        is_running=activity.running and not activity.paused,
        asked=len(asks),
        done=sum(answered(ask) for ask in asks),
    )
