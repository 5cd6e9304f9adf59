"""The record of a visit as its pages draw it; no rule stands here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from neuroreed.care import catalogue
from neuroreed.clinic import access
from neuroreed.clinic.services import charges, visits
from neuroreed.model.errors import NeuroReedError
from neuroreed.policy import sources
from neuroreed.web.pages import late
from neuroreed.web.pages.forms import AddendumForm
from neuroreed.web.pages.recording import part, words

CHIPS = {
    "scheduled": "todo",
    "open": "advise",
    "ended": "review",
    "signed": "good",
    "cancelled": "todo",
    "no_show": "todo",
}
MONEY = {"biller", "admin"}


def state_words() -> dict[str, str]:
    """What the states of a visit are called."""
    return {
        "scheduled": _("booked"),
        "open": _("under way"),
        "ended": _("to sign"),
        "signed": _("signed"),
        "cancelled": _("cancelled"),
        "no_show": _("did not come"),
    }


def tap_words() -> dict[str, str]:
    """What the taps of the timer are called."""
    return {
        "start": _("started"),
        "stop": _("stopped"),
        "pause": _("paused"),
        "resume": _("went on"),
        "correct": _("minutes corrected"),
        "withdraw": _("minutes withdrawn"),
        "end": _("session ended"),
    }


def place(user: Any, row: Any) -> tuple[Any, ...]:
    """Where a visit stands: an address name and its arguments."""
    if row.state == "open" and user.treats:
        return ("session", row.id)
    if row.state == "ended" and user.treats:
        return ("visit-review", row.id)
    return ("visit-tab", row.id, "note")


def cited(names: Any) -> list[dict[str, str]]:
    """Source ids as titles with links; an unknown one stays as it is."""
    shown = []
    for name in names or ():
        try:
            source = sources.source(name)
        except NeuroReedError:
            shown.append({"title": str(name), "section": "", "link": "", "mark": ""})
            continue
        mark = "" if source.confidence == "V" else _("not verified in an official text")
        shown.append(
            {"title": source.title, "section": source.section, "link": source.link, "mark": mark}
        )
    return shown


def finding(row: Any) -> dict[str, Any]:
    """A finding, live or stored, with its sources."""
    return {
        "id": getattr(row, "id", None),
        "rule": row.rule,
        "severity": str(row.severity),
        "says": row.says,
        "fix": row.fix,
        "evidence": row.evidence,
        "cites": cited(row.cites),
        "lowered": getattr(row, "lowered", ""),
        "resolved_by": getattr(row, "resolved_by", ""),
        "resolved_reason": getattr(row, "resolved_reason", ""),
    }


def findings(rows: Any) -> list[dict[str, Any]]:
    """Findings, what holds the claim first."""
    weight = {"stop": 0, "review": 1, "advise": 2}
    return sorted(map(finding, rows), key=lambda f: (weight.get(f["severity"], 3), f["rule"]))


# rules that are true of every visit until its note is signed: said once, by the button *Sign*
UNTIL_SIGNED = frozenset({"DOCU-03"})
# what a running session has not recorded yet is no fault: the tiles count it, the review asks
UNTIL_ENDED = frozenset({"DOCU-06", "DOCU-07"})
# the points of the rubric, which are asked as questions before the note is signed
RUBRIC = "RUBR-"


def before_signing(rows: Any, *, running: bool = False) -> list[dict[str, Any]]:
    """Findings while the note can still be signed, but for those that are asked or said once."""
    unsaid = UNTIL_SIGNED | UNTIL_ENDED if running else UNTIL_SIGNED
    return [
        row
        for row in findings(rows)
        if row["rule"] not in unsaid and not row["rule"].startswith(RUBRIC)
    ]


def log(row: Any) -> list[dict[str, Any]]:
    """What was tapped, by the clinic's clock, with what came late."""
    said = tap_words()
    return [
        {
            "at": event.at,
            "cpt": event.activity.cpt if event.activity else "",
            "name": technique_name(event.activity.technique) if event.activity else "",
            "what": said.get(event.kind, event.kind),
            "reason": event.reason,
            "start": event.start,
            "end": event.end,
            "by": event.by.get_full_name(),
            "late_seconds": late.seconds_of(event.token),
        }
        for event in row.timer_events.select_related("activity", "by")
    ]


def technique_name(technique_id: str) -> str:
    """The name of a technique, or nothing."""
    found = catalogue.find_technique(technique_id)
    return found.name if found else ""


def fact_said(name: str, value: Any) -> str:
    """One fact of an activity in words."""
    if name == "cues":
        said = _("{type}: {content}, against {error}")
        return "; ".join(
            said.format(
                type=words(cue.get("type")),
                content=cue.get("content") or "–",
                error=cue.get("error") or "–",
            )
            for cue in value
        )
    if name == "response":
        start, end = value.get("start", "–"), value.get("end", "–")
        said = _("{metric} {start} to {end}, {unit}")
        metric, unit = words(value.get("metric")), words(value.get("unit"))
        return said.format(metric=metric, start=start, end=end, unit=unit)
    if name == "error_observed":
        said = _("{fault}, {start} at the start")
        return said.format(fault=value.get("fault") or "–", start=value.get("start", "–"))
    if name == "decision":
        return "; ".join(words(value[k]) for k in ("value", "trigger", "change") if value.get(k))
    if isinstance(value, Mapping):
        return ", ".join(f"{words(key)} {words(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(words, value))
    return words(value)


def fact_lines(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The facts of an activity as lines to read."""
    return [
        (words(name).capitalize(), fact_said(name, value))
        for name, value in facts.items()
        if value not in (None, "", [], {})
    ]


def activity_lines(state: Any) -> list[dict[str, Any]]:
    """The activities of a visit with their minutes and facts."""
    return [
        {
            "id": a.id,
            "cpt": a.cpt,
            "name": a.technique_name or a.code_label,
            "minutes": a.minutes,
            "minutes_said": _("{} minutes").format(a.minutes)
            if a.minutes is not None
            else _("minutes not settled"),
            "bouts": [{"start": start, "end": end} for start, end in a.bouts],
            "facts": fact_lines(a.facts),
        }
        for a in state.activities
    ]


def where(path: str | None, state: Any) -> str:
    """The activity that a question is about, for its link into the session."""
    head = (path or "").split(".")[0]
    if head.startswith("interventions[") and head[14:-1].isdecimal():
        index = int(head[14:-1])
        if index < len(state.activities):
            return str(state.activities[index].id)
    return ""


# facts that are recorded by a tap on the session screen
TAPPABLE = ("interventions", "education", "hep")


def questions(score: Any, state: Any) -> list[dict[str, Any]]:
    """The failed points of the rubric as questions, those about one activity together."""
    if score is None:
        return []
    names = {str(a.id): f"{a.cpt} {a.technique_name or a.code_label}" for a in state.activities}
    titles = {point.id: point.title for point in score.points}
    groups: dict[tuple[str, bool], dict[str, Any]] = {}
    for point_id, failure in score.questions:
        if point_id in score.answered:
            continue
        activity = where(failure.path, state)
        is_tappable = (failure.path or "").startswith(TAPPABLE)
        group = groups.setdefault(
            (activity, is_tappable),
            {
                "activity": activity,
                "name": names.get(activity, _("This visit") if is_tappable else _("The record")),
                "is_tappable": is_tappable,
                "questions": [],
            },
        )
        asked = {"id": point_id, "title": titles.get(point_id, ""), "says": failure.question}
        group["questions"].append(asked)
    return list(groups.values())


def proposal(row: Any, codes: Mapping[int, str], accepted: Any) -> dict[str, Any]:
    """One proposed modifier with its evidence."""
    cpt = codes.get(row.line_number, "")
    return {
        "cpt": cpt,
        "modifier": row.modifier,
        "because": row.because,
        "facts": [f"{name}: {value}" for name, value in row.facts],
        "cites": cited([row.source]) if row.source else [],
        "needs_acceptance": row.needs_acceptance,
        "is_accepted": (cpt, row.modifier) in accepted,
    }


def required(proposed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Modifiers that the record alone demands, each with all the codes it goes on."""
    rows: dict[str, dict[str, Any]] = {}
    for row in proposed:
        if not row["needs_acceptance"]:
            kept = rows.setdefault(row["modifier"], {**row, "cpts": [], "reasons": []})
            kept["cpts"].append(row["cpt"])
            kept["reasons"].append(row["because"])
    return list(rows.values())


def review(user: Any, row: Any, draft: Any, preview: Any) -> dict[str, Any]:
    """What the review page shows."""
    state = visits.state(user, row.id, at=row.ended_at)
    codes = {line.line_number: line.cpt for line in preview.charges}
    proposed = [proposal(p, codes, preview.accepted) for p in preview.proposals]
    return {
        "visit": row,
        "patient_name": state.patient_name,
        "note": draft.note,
        "missing": draft.missing,
        "questions": questions(preview.documentation, state),
        "score": preview.documentation,
        "proposals": [p for p in proposed if p["needs_acceptance"]],
        "required": required(proposed),
        "refusals": [
            {"cpt": codes.get(r.line_number, ""), "modifier": r.modifier, "missing": r.missing}
            for r in preview.refusals
        ],
        "proof": preview.proof,
        "findings": before_signing(preview.findings),
        "gaps": preview.gaps,
        "activities": activity_lines(state),
        "problems": [p.sentence for p in preview.problems],
        "may_sign": state.may_sign,
        "student": {"by": True, **row.facts.get("student", {})}
        if any(one.furnished == "student" for one in row.timer_events.all())
        else None,
        "signing_words": _("You sign as {name}. The note is sealed and never changes.").format(
            name=str(user)
        ),
    }


def tab_labels() -> dict[str, str]:
    """What the tabs are called."""
    return {
        "note": _("Note"),
        "minutes": _("Minutes"),
        "charges": _("Charges"),
        "findings": _("Findings"),
        "history": _("History"),
    }


def record(user: Any, row: Any, name: str, *, at: datetime) -> dict[str, Any]:
    """What one tab of the record shows, with what all tabs share."""
    fill: dict[str, Callable[..., dict[str, Any]]] = {
        "note": note_tab,
        "minutes": minutes_tab,
        "charges": charges_tab,
        "findings": findings_tab,
        "history": history_tab,
    }
    if name not in fill:
        raise Http404
    stored = charges.latest(user, row.id)
    said = state_words()
    values = {
        "visit": row,
        "patient_name": row.patient.name,
        "clinician_name": str(row.clinician),
        "coverage_name": row.coverage.payer_name,
        "chips": [(CHIPS.get(row.state, "todo"), said.get(row.state, row.state))],
        "current": name,
        "tabs": [
            {
                "id": id_,
                "label": label,
                "count": len(stored.findings) if stored and id_ == "findings" else None,
            }
            for id_, label in tab_labels().items()
        ],
        "can_begin": row.state == "scheduled" and user.treats,
        "can_cancel": row.state == "scheduled" and user.treats,
        "can_release": can_release(user, row, stored),
        "stored": stored,
    }
    return values | fill[name](user, row, stored, at)


def can_release(user: Any, row: Any, stored: Any) -> bool:
    """Whether to offer the release; the service decides."""
    if user.role not in MONEY or row.state != "signed" or row.claims.exists():
        return False
    return stored is None or not any(f.is_open and f.severity == "stop" for f in stored.findings)


def note_tab(user: Any, row: Any, stored: Any, at: datetime) -> dict[str, Any]:
    """The sealed note and what was added to it."""
    sealed = access.notes_for(user, row.id)
    signed = sealed[0] if sealed else None
    return {
        "signed": signed,
        "sections": [section_lines(s) for s in signed.sections] if signed else (),
        "addenda": sealed[1:],
        "can_add": bool(signed) and user.treats,
        "addendum_form": AddendumForm(),
        "before_words": state_words().get(row.state, ""),
    }


def section_lines(section: Mapping[str, Any]) -> dict[str, Any]:
    """A sealed section, the sentences about one activity in one paragraph."""
    paragraphs: list[tuple[str, list[str]]] = []
    for sentence in section["sentences"]:
        about = (sentence["facts"] or [""])[0].split(".")[0]
        if not paragraphs or paragraphs[-1][0] != about:
            paragraphs.append((about, []))
        paragraphs[-1][1].append(sentence["text"])
    return {
        "title": section["title"],
        "paragraphs": [" ".join(sentences) for _about, sentences in paragraphs],
    }


def minutes_tab(user: Any, row: Any, stored: Any, at: datetime) -> dict[str, Any]:
    """Bouts, units and taps."""
    state = visits.state(user, row.id, at=at)
    proof = stored.proof if stored else None
    return {
        "activities": activity_lines(state),
        "timed_minutes": state.timed_minutes,
        "log": log(row),
        "problems": [p.sentence for p in state.problems],
        "proof": proof,
    }


def charges_tab(user: Any, row: Any, stored: Any, at: datetime) -> dict[str, Any]:
    """Billed, allowed and expected, each with its steps."""
    if stored is None:
        return {"lines": (), "gaps": ()}
    overtaken = charges.overtaken(user, row.id)
    expected = stored.expected or {}
    by_line = expected.get("lines") or []
    lines = [
        {
            "line_number": line.line_number,
            "cpt": line.cpt,
            "modifiers": line.modifiers,
            "minutes": line.minutes,
            "units": line.units,
            "charge_cents": line.charge_cents,
            "allowed_cents": line.allowed_cents,
            "steps": part(by_line[i], "steps") if i < len(by_line) else (),
            "because": part(by_line[i], "because") if i < len(by_line) else "",
        }
        for i, line in enumerate(stored.lines)
    ]
    return {
        "lines": lines,
        "overtaken": overtaken,
        "judged_again": stored.reason if stored.version > 1 else "",
        "billed_cents": stored.charge_cents,
        "allowed": expected.get("allowed"),
        "payer_pays": expected.get("payer_pays"),
        "patient_pays": expected.get("patient"),
        "steps": expected.get("steps") or (),
        "caveats": expected.get("caveats") or (),
        "policy": stored.policy,
        "proof": stored.proof,
        "gaps": stored.gaps,
    }


def findings_tab(user: Any, row: Any, stored: Any, at: datetime) -> dict[str, Any]:
    """The stored findings and the answers to them."""
    return {
        "findings": findings(stored.findings) if stored else [],
        "can_resolve": user.role in {"therapist", "biller", "compliance", "admin"},
    }


def history_tab(user: Any, row: Any, stored: Any, at: datetime) -> dict[str, Any]:
    """Every act and every look."""
    return {"events": access.events_for(user, f"visit:{row.id}")}
