"""What was done, activity by activity, in the order a clinician tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neuroreed.care.catalogue import find_technique
from neuroreed.care.documentation_facts import (
    clock_seconds,
    filled,
    listed,
    mapping,
    number,
    text,
)
from neuroreed.care.note.nouns import Sentence
from neuroreed.care.note.words import (
    capital,
    dosage_phrase,
    figure,
    joined,
    quoted,
    unit_words,
    words,
)

DECIDED = {
    "progress": "Progressed",
    "regress": "Made easier",
    "hold": "Held at this dose",
    "modify": "Modified",
    "stop": "Stopped",
}
ASSISTANCE = {
    "independent": "independent",
    "modified_independent": "modified independent",
    "supervision": "supervision",
    "contact_guard": "contact guard",
    "minimal_25": "minimal assistance",
    "moderate_50": "moderate assistance",
    "maximal_75": "maximal assistance",
    "total": "total assistance",
}


class Teller:
    """Collects sentences about one group of facts, with their paths."""

    def __init__(self, facts: Mapping[str, Any], path: str) -> None:
        self.facts, self.path = facts, path
        self.sentences: list[Sentence] = []

    def has(self, name: str) -> bool:
        """Whether a fact was given."""
        return filled(self.facts.get(name))

    def say(self, sentence: str, *names: str) -> None:
        """One sentence and the facts it came from."""
        ending = "" if sentence.endswith((".", "!", "?", ".”")) else "."
        paths = tuple(f"{self.path}.{name}" if self.path else name for name in names)
        self.sentences.append(Sentence(capital(sentence) + ending, paths))


def _clock(value: object, path: str) -> str:
    seconds = clock_seconds(value, path)
    return "" if seconds is None else f"{seconds // 3600:02}:{seconds // 60 % 60:02}"


def tell_activity(facts: Mapping[str, Any], path: str) -> list[Sentence]:
    """The sentences of one intervention; a fact that is absent makes none."""
    teller = Teller(facts, path)
    _head(teller)
    _dose(teller)
    _support(teller)
    _fault(teller)
    _cues(teller)
    _response(teller)
    _decision(teller)
    if teller.has("code_rationale") and teller.has("cpt"):
        teller.say(
            f"Billed as {text(facts['cpt'])} because {words(facts['code_rationale'])}",
            "cpt",
            "code_rationale",
        )
    return teller.sentences


def _head(teller: Teller) -> None:
    facts, names = teller.facts, []
    lead = ""
    if teller.has("cpt"):
        lead, names = text(facts["cpt"]), ["cpt"]
    timing: list[str] = []
    if teller.has("minutes"):
        timing.append(f"{words(facts['minutes'])} min")
        names.append("minutes")
    if teller.has("start") and teller.has("end"):
        start = _clock(facts["start"], f"{teller.path}.start")
        end = _clock(facts["end"], f"{teller.path}.end")
        bouts = listed(facts.get("bouts"), f"{teller.path}.bouts")
        several = f" in {len(bouts)} bouts" if len(bouts) > 1 else ""
        timing.append(f"{start} to {end}{several}")
        names += ["start", "end"] + (["bouts"] if several else [])
    if facts.get("one_on_one") is True:
        timing.append("one-on-one")
        names.append("one_on_one")
    elif facts.get("one_on_one") is False:
        timing.append("not one-on-one")
        names.append("one_on_one")
    if timing:
        lead = f"{lead} ({', '.join(timing)})".strip()
    what = ""
    if teller.has("technique"):
        technique = find_technique(facts["technique"])
        name = technique_name(technique.name) if technique else words(facts["technique"])
        # an abbreviation keeps its capitals
        what = name if name[:2].isupper() else name[:1].lower() + name[1:]
        names.append("technique")
    if teller.has("task"):
        what = f"{what}, {words(facts['task'])}" if what else words(facts["task"])
        names.append("task")
    if teller.has("position") and what:
        position = words(facts["position"])
        if not (position == "walking" and ("walk" in what or "gait" in what)):
            what += f", in {position}"
            names.append("position")
    if teller.has("body_region") and what:
        what += f" ({words(facts['body_region'])})"
        names.append("body_region")
    if lead or what:
        teller.say(": ".join(part for part in (lead, what) if part), *names)


def _dose(teller: Teller) -> None:
    facts, names, parts = teller.facts, [], []
    sets, reps, seconds = (number(facts.get(name)) for name in ("sets", "reps", "duration_s"))
    each: list[str] = []
    if reps is not None:
        each.append(f"{figure(reps)} repetition{'' if reps == 1 else 's'}")
        names.append("reps")
    if seconds is not None:
        each.append(f"{figure(seconds)} s")
        names.append("duration_s")
    if sets is not None:
        names.append("sets")
        count = f"{figure(sets)} set{'' if sets == 1 else 's'}"
        parts.append(f"{count} of {' of '.join(each)}" if each else count)
    elif each:
        parts.append(" of ".join(each))
    dosage = mapping(facts.get("dosage"), f"{teller.path}.dosage")
    for name, value in dosage.items():
        repeated = name == "guarding" and value == facts.get("guarding")
        if filled(value) and not repeated:
            parts.append(dosage_phrase(str(name), value))
            names.append(f"dosage.{name}")
    if parts:
        teller.say(f"Dose: {', '.join(parts)}", *names)


def _support(teller: Teller) -> None:
    facts = teller.facts
    level = ASSISTANCE.get(text(facts.get("assist_level")), words(facts.get("assist_level") or ""))
    if level and teller.has("guarding"):
        teller.say(
            f"Assistance: {level}, guarded by {words(facts['guarding'])}",
            "assist_level",
            "guarding",
        )
    elif level:
        teller.say(f"Assistance: {level}", "assist_level")
    elif teller.has("guarding"):
        teller.say(f"Guarded by {words(facts['guarding'])}", "guarding")


def _fault(teller: Teller) -> None:
    fault = mapping(teller.facts.get("error_observed"), f"{teller.path}.error_observed")
    if not filled(fault.get("fault")):
        return
    if number(fault.get("start")) is not None:
        response = mapping(teller.facts.get("response"), f"{teller.path}.response")
        names = ["error_observed.fault", "error_observed.start"]
        counted = ""
        if filled(response.get("metric")) and number(response.get("start")) == number(
            fault["start"]
        ):
            counted = f" {words(response['metric'])}"
            names.append("response.metric")
        many = f"with {words(fault['start'])}{counted}" if counted else words(fault["start"])
        teller.say(f"{words(fault['fault'])} seen, {many} at the start", *names)
    else:
        teller.say(f"{words(fault['fault'])} seen", "error_observed.fault")


def _cues(teller: Teller) -> None:
    for i, entry in enumerate(listed(teller.facts.get("cues"), f"{teller.path}.cues")):
        cue = mapping(entry, f"{teller.path}.cues[{i}]")
        if not filled(cue.get("content")):
            continue
        names = [f"cues[{i}].content"]
        kind = ""
        if filled(cue.get("type")):
            kind = f"{words(cue['type'])} "
            names.append(f"cues[{i}].type")
        sentence = f"{kind}cue {quoted(cue['content'])}"
        if filled(cue.get("error")):
            sentence += f" for {words(cue['error'])}"
            names.append(f"cues[{i}].error")
        teller.say(sentence, *names)


def _response(teller: Teller) -> None:
    response = mapping(teller.facts.get("response"), f"{teller.path}.response")
    start, end = number(response.get("start")), number(response.get("end"))
    if not filled(response.get("metric")) or (start is None and end is None):
        return
    metric, names = words(response["metric"]), ["response.metric"]
    unit = unit_words(response.get("unit"))
    if unit:
        names.append("response.unit")
        unit = f" {unit}"
    if start is not None and end is not None:
        names += ["response.start", "response.end"]
        if start == end:
            told = f"{metric}: {figure(start)}{unit} at the start and at the end"
        else:
            moved = "from {} down to {}" if end < start else "from {} up to {}"
            told = f"{metric}: {moved.format(figure(start), figure(end))}{unit}"
    elif start is not None:
        names.append("response.start")
        told = f"{metric}: {figure(start)}{unit} at the start"
    else:
        names.append("response.end")
        told = f"{metric}: {words(response['end'])}{unit} at the end"
    teller.say(told, *names)


def _decision(teller: Teller) -> None:
    decision = mapping(teller.facts.get("decision"), f"{teller.path}.decision")
    if not filled(decision.get("value")):
        return
    names = ["decision.value"]
    sentence = DECIDED.get(text(decision["value"]), words(decision["value"]))
    if filled(decision.get("trigger")):
        sentence += f" because {words(decision['trigger'])}"
        names.append("decision.trigger")
    if filled(decision.get("change")):
        sentence += f": {words(decision['change'])}"
        names.append("decision.change")
    teller.say(sentence, *names)


def technique_name(name: str) -> str:
    """A technique as a note says it, without the catalogue's remark."""
    return name.partition(" (")[0]


def activity_name(facts: Mapping[str, Any]) -> str:
    """A short name of an intervention; empty when it has none."""
    technique = find_technique(facts.get("technique"))
    if technique:
        return technique_name(technique.name)
    for name in ("technique", "task"):
        if filled(facts.get(name)):
            return words(facts[name])
    return ""


__all__ = ["Teller", "activity_name", "joined", "tell_activity"]
