"""Random visits at their worst: every given column, payer and scope, ties and what cannot be.

``hostile`` builds on the visits of the audit's tests. Patients come back on one date in
several sessions, sessions reach over dates and disciplines, lines stand twice, therapists see
many patients at once. ``spoilt`` puts values into a table that nobody can read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any, Final

import polars as pl

from neuroreed.audit.kernel import AuditResult
from neuroreed.audit.kernel import audit as interpreted
from neuroreed.model.findings import RuleCoverage
from neuroreed.model.lines import to_book
from neuroreed.policy.payers import profiles
from tests.audit.books import visits

# none of these is a number, a date, a code, a diagnosis, a modifier, a choice or a yes or no
CANNOT_BE: Final = ("-5", "1e99", "2025-13-45", "9" * 20, "1.5", "?", "∞")
_NAMES: Final = {"patient_id", "visit_id", "payer", "therapist_id", "episode_id", "line"}
WINDOW: Final = 90


def hostile(
    random: Random, patients: int, start: date, place: str = "", known: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """Visits of so many patients within ninety days; ``place`` sets their names apart."""
    known = known or tuple(sorted(profiles()))
    found: list[dict[str, Any]] = []
    by: dict[str, timedelta] = {}
    for visit in visits(random, patients):
        patient = visit["patient_id"]
        if patient not in by:
            by[patient] = start - visit["date_of_service"] + timedelta(random.randrange(40))
        visit = _moved(visit, by[patient], place)
        if random.random() < 0.5:
            visit["payer"] = random.choice(known)
        visit["episode_id"] = random.choice((None, f"E{place}{patient}", f"E{place}{patient} b"))
        visit["documentation_score"] = random.choice((None, 40, 79, 80, 100))
        if found and found[-1]["patient_id"] == visit["patient_id"] and random.random() < 0.15:
            visit["visit_id"] = found[-1]["visit_id"]
        for line in visit["lines"]:
            line["is_telehealth"] = random.choice((None, False, True))
        if random.random() < 0.1:
            visit["lines"].append({**random.choice(visit["lines"])})
        found.append(visit)
    _impossible_day(found, f"T0{place}")
    random.shuffle(found)
    return found


def _impossible_day(visits: list[dict[str, Any]], therapist: str) -> None:
    """The busiest date becomes one that nobody can have worked, over patients of all payers."""
    busiest = Counter(visit["date_of_service"] for visit in visits).most_common(1)[0][0]
    for visit in visits:
        if visit["date_of_service"] == busiest:
            visit["therapist_id"] = therapist
            for line in visit["lines"]:
                line |= {"minutes": 60, "units": 4}


def _moved(visit: dict[str, Any], by: timedelta, place: str) -> dict[str, Any]:
    moved = {
        name: value + by if isinstance(value, date) else value for name, value in visit.items()
    }
    moved["lines"] = [
        {name: value + by if isinstance(value, date) else value for name, value in line.items()}
        for line in visit["lines"]
    ]
    for name in ("patient_id", "visit_id", "therapist_id"):
        if moved[name] is not None:
            moved[name] = f"{moved[name]}{place}"
    return moved


def windows(random: Random, visits_wanted: int, first: date) -> Iterator[list[dict[str, Any]]]:
    """Books that share no patient, therapist or date: judged apart they are judged together."""
    made, number = 0, 0
    while made < visits_wanted:
        start = first + timedelta(number % 27 * WINDOW)
        place = f"/{number}" if number < 27 else f"/{number}!"
        book = hostile(random, 900, start, place)
        yield book
        made, number = made + len(book), number + 1


def spoilt(
    random: Random, lines: pl.DataFrame, share: float = 0.02
) -> tuple[pl.DataFrame, pl.DataFrame, int, int]:
    """A table of texts with values that cannot be, the same with nothing in their place, how
    many they are, and how many rows have lost their date by it.
    """
    columns: dict[str, list[str | None]] = {}
    clean: dict[str, list[str | None]] = {}
    count = 0
    for name in lines.columns:
        texts = lines[name].cast(pl.String).to_list()
        columns[name], clean[name] = texts, list(texts)
        if name in _NAMES:
            continue
        for row in range(len(texts)):
            if random.random() < share:
                columns[name][row] = random.choice(CANNOT_BE)
                clean[name][row] = None
                count += 1
    lost = sum(day is None for day in clean["date_of_service"])
    return pl.DataFrame(columns), pl.DataFrame(clean), count, lost


def judged(visits: list[dict[str, Any]]) -> AuditResult:
    """What the interpreted run says."""
    return interpreted(to_book(visits))


def of_rows(lines: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows as visits of one line; a row without a date can stand nowhere."""
    return [{**row, "lines": [row]} for row in lines.to_dicts() if row["date_of_service"]]


def together(results: Iterator[AuditResult]) -> tuple[set[tuple[str, str, str]], Any]:
    """Findings and coverage of several books as one."""
    found: set[tuple[str, str, str]] = set()
    coverage: dict[str, RuleCoverage] = {}
    for result in results:
        found |= {(f.rule, f.subject, f.severity.value) for f in result.findings}
        for rule, own in result.coverage.items():
            whole = coverage.setdefault(rule, RuleCoverage(rule, 0, 0, 0))
            whole.assessed += own.assessed
            whole.not_assessed += own.not_assessed
            whole.not_applicable += own.not_applicable
            for name, times in own.why_not.items():
                whole.why_not[name] = whole.why_not.get(name, 0) + times
    return found, coverage
