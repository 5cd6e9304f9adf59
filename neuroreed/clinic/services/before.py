"""What a reviewer would say after the signature, said before it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from neuroreed.care import clones
from neuroreed.care import note as care_note
from neuroreed.clinic import access, convert
from neuroreed.clinic.models import SignedNote, Visit
from neuroreed.clinic.services import charges, notes
from neuroreed.clinic.values_documents import BeforeSigning, Likeness
from neuroreed.model.errors import BadInput

WEIGHT = {"clear": 0, "warn": 1, "flag": 2}


def before(user: Any, visit_id: UUID, *, at: datetime) -> BeforeSigning:
    """Rubric, likeness to the last visits and to other patients of the day, and readings."""
    visit = access.visit_for(user, visit_id)
    time = convert.timed(visit, until=at if visit.state == Visit.State.OPEN else None)
    assessed = charges.assess(visit, time, at=at, signer=user if user.treats else None)
    return of(visit, assessed.facts, assessed.documentation)


def of(visit: Visit, facts: Mapping[str, Any], score: Any) -> BeforeSigning:
    """The same, of facts that are already assessed."""
    likenesses = _likenesses(visit, facts)
    others = len(clones.against_other_patients(facts, _of_the_day(visit), charges.limits()))
    statement = str(facts.get("statement") or "")
    return BeforeSigning(
        score=score,
        likenesses=likenesses,
        other_patients=others,
        readings=tuple(
            reading
            for reading in care_note.readings(facts)
            if reading.reads_as != "97112" or reading.warnings or reading.blocks
        ),
        statement=statement,
        asks_statement=bool(statement)
        or others > 0
        or any(likeness.level == "flag" for likeness in likenesses),
    )


def _likenesses(visit: Visit, facts: Mapping[str, Any]) -> tuple[Likeness, ...]:
    earlier = facts.get("previous_visits") or []
    try:
        found = clones.against_last_visits(facts, charges.limits())
    except BadInput:
        return ()
    mine = care_note.draft(facts, notes.note_type(visit)).text.text
    made = []
    for one in found:
        other = earlier[one.other]
        text = clones.text_likeness(mine, _text(visit, other.get("date_of_service")))
        level = max(one.level, text.level, key=WEIGHT.__getitem__)
        sentence = one.sentence
        if WEIGHT[text.level] > WEIGHT[one.level]:
            # the facts differ: only the words are those of the earlier note
            sentence += f" {text.permille // 10} % of the text stands in that note."
            level = "warn"
        made.append(
            Likeness(
                _day(other.get("date_of_service")), one.permille, text.permille, level, sentence
            )
        )
    return tuple(made)


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def _text(visit: Visit, on: object) -> str:
    """The sealed words of an earlier visit."""
    sealed = (
        SignedNote.objects.filter(
            visit__episode_id=visit.episode_id, visit__date_of_service=on, kind="note"
        )
        .values_list("canonical", flat=True)
        .first()
    )
    if sealed is None:
        return ""
    sections = json.loads(sealed)["body"]["note"].get("sections", [])
    return "\n".join(
        f"{section['title']}\n" + " ".join(one["text"] for one in section["sentences"])
        for section in sections
    )


def _of_the_day(visit: Visit) -> list[dict[str, Any]]:
    """The interventions of the clinician's other patients of the date; nothing that names one."""
    sealed = (
        SignedNote.objects.filter(
            kind="note",
            visit__clinician_id=visit.clinician_id,
            visit__date_of_service=visit.date_of_service,
        )
        .exclude(visit__patient_id=visit.patient_id)
        .values_list("canonical", flat=True)
    )
    return [
        {"interventions": json.loads(text)["body"]["facts"].get("interventions", [])}
        for text in sealed
    ]
