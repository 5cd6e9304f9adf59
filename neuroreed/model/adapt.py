"""Visits and claims, as nouns or as plain data, taken apart into lines and intervals.

Each line becomes one mapping of names to values as given, with the words that say where it
stood. Values of the visit are repeated on its lines; a line's own value wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from neuroreed.model.care import Furnished, TimedActivity, Visit
from neuroreed.model.claims import Claim
from neuroreed.model.errors import BadInput
from neuroreed.model.money import dollars
from neuroreed.model.values import FIRST_YEAR, YEAR_AFTER_LAST, minute_of_day

Rows = list[tuple[dict[str, Any], str]]


class ClaimRow(dict[str, Any]):
    """A line of a claim: what cannot be read in it is unknown and noted, never an exception."""


def rows_of(source: Any) -> tuple[Rows, Rows, tuple[str, ...]]:
    """Lines, intervals, and notes on what could not be used.

    Raises:
        BadInput: the source is neither visits nor claims.
    """
    if isinstance(source, Mapping):
        source = claims_of(source) if "interchanges" in source else [source]
    if isinstance(source, (str, bytes)) or not isinstance(source, Iterable):
        raise BadInput("Give visits or claims as a list.")
    lines: Rows = []
    intervals: Rows = []
    notes: list[str] = []
    for position, item in enumerate(source, start=1):
        if isinstance(item, Visit):
            _noun(item, lines, intervals)
            continue
        data = _plain_claim(item) if isinstance(item, Claim) else item
        if not isinstance(data, Mapping):
            raise BadInput(f"Item {position} of the list is neither a visit nor a claim.")
        if "subscriber" in data or "billing_provider" in data:
            try:
                _claim(data, position, lines, notes)
            except (TypeError, ValueError, AttributeError, LookupError):
                # plain data from a caller: any part may be of another shape
                raise BadInput(
                    f"Claim {position} is not in the shape that read_x12 gives."
                ) from None
        else:
            _visit(data, position, lines, intervals)
    return lines, intervals, tuple(notes)


def claims_of(parsed: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The claims of everything that ``read_x12`` gave."""
    return [
        claim
        for interchange in parsed.get("interchanges", ())
        for group in interchange.get("groups", ())
        for transaction in group.get("transactions", ())
        for claim in transaction.get("claims", ())
    ]


def _visit(data: Mapping[str, Any], position: int, lines: Rows, intervals: Rows) -> None:
    name = data.get("visit_id") or data.get("visit") or data.get("session_id")
    where = f"Visit {name}" if name else f"Visit {position} of the list"
    given = data.get("lines", data.get("activities"))
    if given is None:
        raise BadInput(f"{where}: has no lines.")
    if not isinstance(given, Sequence) or isinstance(given, (str, bytes)):
        raise BadInput(f"{where}: lines is not a list.")
    shared = {
        key: value for key, value in data.items() if key not in {"lines", "activities", "intervals"}
    }
    if "visit_id" in shared and shared.get("claim_id") is not None:
        shared.pop("claim_id")
    times: list[Sequence[Mapping[str, Any]] | None] = []
    for number, line in enumerate(given, start=1):
        if not isinstance(line, Mapping):
            raise BadInput(f"{where}, line {number}: is not a mapping.")
        row = {**shared, **line}
        if row.get("line") is None and row.get("line_number") is None:
            row["line"] = number
        start, end = row.pop("start", None), row.pop("end", None)
        own = row.pop("intervals", None)
        lines.append((row, f"{where}, line {number}"))
        if start is not None or end is not None:
            own = [*(own or ()), {"start": start, "end": end}]
        own = _checked(own, f"{where}, line {number}")
        times.append(own)
        for interval in own or ():
            timed = {
                "one_on_one": row.get("is_one_on_one", row.get("one_on_one", True)),
                "group": row.get("is_group", row.get("group", False)),
                "therapist": row.get("therapist_id", row.get("therapist")),
            }
            intervals.append(
                ({**_identity(shared), **timed, **interval}, f"{where}, line {number}")
            )
    _separate(lines[len(lines) - len(times) :], times)
    for number, interval in enumerate(_checked(data.get("intervals"), where), start=1):
        intervals.append(({**_identity(shared), **interval}, f"{where}, interval {number}"))


def _checked(given: Any, where: str) -> Sequence[Mapping[str, Any]]:
    """Intervals as a list of mappings, or nothing."""
    if given is None:
        return ()
    if not isinstance(given, (list, tuple)) or not all(isinstance(e, Mapping) for e in given):
        raise BadInput(f"{where}: intervals is a list of start and end.")
    return given


def _separate(rows: Rows, times: Sequence[Sequence[Mapping[str, Any]] | None]) -> None:
    """Tell each line whether its times are its own, where every line has times and none tells."""
    if any(row.get("has_separate_time") is not None for row, _ in rows):
        return
    try:
        known = [
            [(minute_of_day(each["start"]), minute_of_day(each["end"])) for each in own or ()]
            for own in times
        ]
    except (KeyError, TypeError, ValueError):
        return
    if not all(known):
        return
    for i, (row, _) in enumerate(rows):
        row["has_separate_time"] = not any(
            start < other_end and other_start < end
            for j, others in enumerate(known)
            if j != i
            for other_start, other_end in others
            for start, end in known[i]
        )


_IDENTITY = (
    *("patient", "patient_id", "visit", "visit_id", "claim_id", "session_id"),
    *("date_of_service", "date", "discipline", "payer", "payer_id", "therapist"),
    *("therapist_id", "clinician_id", "episode", "episode_id", "plan_of_care_id"),
)


def _identity(shared: Mapping[str, Any]) -> dict[str, Any]:
    return {key: shared[key] for key in _IDENTITY if key in shared}


def _noun(visit: Visit, lines: Rows, intervals: Rows) -> None:
    shared: dict[str, Any] = {
        **visit.facts,
        "patient_id": visit.patient_id,
        "visit_id": visit.id,
        "date_of_service": visit.date_of_service,
        "payer": visit.payer,
        "discipline": visit.discipline,
        "therapist_id": visit.clinician_id,
        "place_of_service": visit.place_of_service,
        "episode_id": visit.plan_of_care_id,
    }
    if visit.started_at is not None and visit.ended_at is not None:
        elapsed = visit.ended_at - visit.started_at
        shared.setdefault("session_minutes", int(elapsed.total_seconds()) // 60)
    for number, activity in enumerate(visit.activities, start=1):
        where = f"Visit {visit.id}, line {number}"
        lines.append(
            (
                {
                    **shared,
                    "cpt": activity.cpt,
                    "minutes": activity.minutes,
                    "therapist_minutes": activity.therapist_minutes,
                    "assistant_minutes": activity.assistant_minutes,
                    "line": number,
                    **activity.facts,
                },
                where,
            )
        )
        _bouts(activity, _identity(shared), where, intervals)


def _bouts(
    activity: TimedActivity, identity: Mapping[str, Any], where: str, intervals: Rows
) -> None:
    for bout in activity.bouts:
        midnight = bout.start.replace(hour=0, minute=0, second=0, microsecond=0)
        length = int((bout.end - bout.start).total_seconds()) // 60
        start = int((bout.start - midnight).total_seconds()) // 60
        intervals.append(
            (
                {
                    **identity,
                    "date_of_service": bout.start.date(),
                    "therapist_id": bout.clinician_id,
                    "start": start,
                    "end": start + length,
                    "one_on_one": bout.one_on_one and bout.furnished is not Furnished.STUDENT,
                    "group": not bout.one_on_one,
                },
                where,
            )
        )


def _plain_claim(claim: Claim) -> dict[str, Any]:
    """The parts of a claim noun that a book looks at, in the shape of a claim read from X12."""
    person = claim.patient
    return {
        "claim_id": claim.claim_id,
        "place_of_service": claim.place_of_service,
        "assignment": claim.assignment,
        "subscriber": {
            "payer_id": claim.subscriber.payer.id,
            "member_id": claim.subscriber.member_id,
            "last": claim.subscriber.last,
            "first": claim.subscriber.first,
            "filing": claim.subscriber.filing,
        },
        "patient": {"last": person.last, "first": person.first} if person else None,
        "diagnoses": claim.diagnoses,
        "refs": claim.refs,
        "dates": claim.dates,
        "providers": [{"entity": each.entity, "id": each.id} for each in claim.providers],
        "lines": [
            {
                "procedure": {"code": line.procedure.code, "modifiers": line.procedure.modifiers},
                "line": line.line_number,
                "charge": str(dollars(line.charge_cents)),
                "unit_basis": line.unit_basis,
                "units": format(line.units, "f"),
                "place_of_service": line.place_of_service,
                "pointers": [str(pointer) for pointer in line.pointers],
                "dates": _line_dates(line.date_of_service, line.date_of_service_until),
                "providers": [{"entity": each.entity, "id": each.id} for each in line.providers],
            }
            for line in claim.lines
        ],
    }


def _line_dates(first: date | None, last: date | None) -> list[tuple[str, str, str]]:
    if first is None:
        return []
    if last is None or last == first:
        return [("472", "D8", f"{first:%Y%m%d}")]
    return [("472", "RD8", f"{first:%Y%m%d}-{last:%Y%m%d}")]


def _claim(data: Mapping[str, Any], position: int, lines: Rows, notes: list[str]) -> None:
    claim_id = str(data.get("claim_id") or f"claim {position}")
    subscriber = data.get("subscriber") or {}
    person = data.get("patient") or {}
    patient = "|".join(
        str(part or "")
        for part in (
            subscriber.get("payer_id"),
            subscriber.get("member_id"),
            person.get("last") or subscriber.get("last"),
            person.get("first") or subscriber.get("first"),
            person.get("birth_date") or subscriber.get("birth_date"),
        )
    )
    authorised = any(str(ref[0]) == "G1" for ref in data.get("refs") or () if ref)
    filing = subscriber.get("filing")
    diagnoses = [
        str(pair[1]) if str(pair[0]) in {"ABK", "ABF"} else None
        for pair in data.get("diagnoses") or ()
        if len(pair) > 1
    ]
    for number, line in enumerate(data.get("lines") or (), start=1):
        where = f"Claim {claim_id}, line {line.get('line') or number}"
        served, last = _dates(line.get("dates") or data.get("dates") or ())
        procedure = line.get("procedure") or {}
        if served is None:
            notes.append(f"{where}: has no date of service that can be; not audited.")
            continue
        code = str(procedure.get("code") or "").upper()
        if len(code) != 5 or not code.isalnum():
            notes.append(f"{where}: its procedure is not a five-character code; not audited.")
            continue
        row = ClaimRow(
            {
                "patient": patient,
                "session": claim_id,
                "line": number,
                "date_of_service": served,
                "last_date": last,
                "payer": data.get("payer") or (f"filing {filing}" if filing else None),
                "code": code,
                "modifiers": _modifiers(procedure.get("modifiers") or (), where, notes),
                "charge": _charge(line.get("charge"), where, notes),
                "place_of_service": _whole(
                    line.get("place_of_service") or data.get("place_of_service")
                ),
                "billed_units": _whole(line.get("units"))
                if line.get("unit_basis") == "UN"
                else None,
                "therapist": _rendering(line.get("providers") or ())
                or _rendering(data.get("providers") or ()),
                "is_participating": {"A": True, "C": False}.get(str(data.get("assignment"))),
                "authorization_on_file": authorised,
            }
        )
        if row["billed_units"] is None and line.get("units") is not None:
            notes.append(f"{where}: units are not whole service units; rules on units skip it.")
        if row["place_of_service"] is not None and row["place_of_service"] > 99:
            row["place_of_service"] = None
        pointer = _whole((line.get("pointers") or ["1"])[0])
        if pointer is not None and 1 <= pointer <= len(diagnoses):
            row["diagnosis"] = diagnoses[pointer - 1]
        lines.append((row, where))


def _modifiers(given: Sequence[Any], where: str, notes: list[str]) -> list[str]:
    texts = [str(each).strip().upper() for each in given if each]
    kept = [each for each in texts if len(each) == 2 and each.isascii() and each.isalnum()]
    if len(kept) < len(texts):
        notes.append(f"{where}: a modifier that is not two letters or digits was left out.")
    return kept


def _charge(given: Any, where: str, notes: list[str]) -> str | None:
    text = str(given if given is not None else "").strip()
    whole, _, fraction = text.partition(".")
    if text and (whole + fraction).isascii() and (whole + fraction).isdigit():
        return text
    if text:
        notes.append(f"{where}: the charge is not an amount; rules on charges skip it.")
    return None


def _dates(dates: Sequence[Sequence[str]]) -> tuple[date | None, date | None]:
    for parts in dates:
        if len(parts) > 2 and parts[0] == "472":
            first, _, last = str(parts[2]).partition("-")
            try:
                start = date.fromisoformat(first)
                end = date.fromisoformat(last) if last else start
            except ValueError:
                return None, None
            usable = start.year >= FIRST_YEAR and end.year < YEAR_AFTER_LAST
            return (start, end) if usable else (None, None)
    return None, None


def _whole(value: Any) -> int | None:
    text = str(value or "").strip()
    if text.endswith((".0", ".00")):
        text = text.partition(".")[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _rendering(providers: Sequence[Mapping[str, Any]]) -> str | None:
    for provider in providers:
        if provider.get("entity") == "82":
            return str(provider.get("id") or "") or None
    return None
