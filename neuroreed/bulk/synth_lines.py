"""The lines of one block of patients: its people, their visits, and the columns of the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from neuroreed.bulk import synth_people, synth_plant
from neuroreed.bulk.synth_library import DISCIPLINES, PAYERS, Array, Library, library, profiles
from neuroreed.bulk.synth_people import FIRST, OT, Patients, Visits
from neuroreed.bulk.synth_plant import ABOVE_REVIEW, FAULT, KX_LEFT_OFF, REPORT_BY_ASSISTANT
from neuroreed.bulk.synth_shapes import CODES, ON
from neuroreed.model.care import MINUTES_OF_A_DAY
from neuroreed.policy.parameters import as_of
from neuroreed.policy.payers import Payer

_EPOCH: Final = FIRST.toordinal() - date(1970, 1, 1).toordinal()
_DIAGNOSES: Final = {
    "PT": ("M54.50", "M25.561", "M17.11", "Z47.1", "R26.81", "R26.89", "I69.351", "G20.A1",
           "M75.101", "H81.11", "G62.9", "M62.81"),
    "OT": ("I69.351", "R27.8", "M62.81", "G20.A1", "G81.91", "M75.101"),
    "SLP": ("R13.12", "R47.01", "I69.320", "S06.0X0D"),
}  # fmt: skip
_HEADING: Final = "M54.5"
# the diagnoses that policy holds begin here
_DIAGNOSES_FROM: Final = date(2025, 10, 1).toordinal() - FIRST.toordinal()
_CLINICS: Final = 997
_SESSIONS_PER_PATIENT: Final = 80
# what payers allow, in permille of Medicare's fee; the others as Medicare
_ALLOWED: Final = {
    "unitedhealthcare": 1_040, "aetna": 1_080, "highmark": 1_060, "texas_medicaid": 720,
    "commercial": 1_100, "county_employees_plan": 1_100,
}  # fmt: skip
_LONG_DAY: Final = MINUTES_OF_A_DAY + 60
_CERTIFIED_DAYS: Final = 90
_CERTIFIED_TOO_LONG: Final = 120


@dataclass(frozen=True, slots=True)
class Plan:
    """One entry per visit: who and when, its shape, its fault (0 for none), its report."""

    made: Visits
    shape: Array
    fault: Array
    reports: Array
    course: Array
    payer: Array
    certified_from: Array
    certified_until: Array

    def only(self, stays: Array) -> Plan:
        """Some of the visits."""
        made = Visits(
            **{each.name: getattr(self.made, each.name)[stays] for each in fields(Visits)}
        )
        own = {each.name: getattr(self, each.name)[stays] for each in fields(self)[1:]}
        return Plan(made, **own)


@dataclass(frozen=True, slots=True)
class Lines:
    """One entry per line: its visit, its place in it, its place among the lines of shapes.

    ``is_found`` says that rules of lines find it.
    """

    visit: Array
    place: Array
    own: Array
    has_kx: Array
    is_found: Array


@dataclass(frozen=True, slots=True)
class Block:
    """Lines as a table in the order of a book; the plan behind them; days that are too long.

    ``session`` are the names of visits, ``long_day`` a number for the day, 0 for most.
    """

    table: pl.DataFrame
    plan: Plan
    lines: Lines
    session: Array
    long_day: Array
    timed_minutes: Array


def make(number: int, seed: int, faults_permille: int, patients: int) -> Block:
    """One block: the same for one number, seed and size, whatever else is made."""
    rng = np.random.default_rng([seed, number])
    shapes, payers = library(), profiles()
    who = synth_people.patients(rng, patients)
    who, course = synth_plant.courses(rng, who, payers, faults_permille)
    made = synth_people.visits(rng, who, synth_plant.weekly(course))
    every = who.reports_every[made.patient]
    reports = made.nth % every == every - 1
    kind, fault = synth_plant.kinds(
        rng, who, made, course, reports, shapes, payers, faults_permille
    )
    payer = who.payer[made.patient]
    shape = synth_plant.draw(rng, shapes, payers, payer, made.discipline, kind)
    plan = _certified(made, shape, fault, reports, course[made.patient], payer)
    plan = _courses_found(_discharged(plan, who, shapes), who, shapes)
    leaves_off = rng.random(len(plan.shape)) * 1000 < 3 * faults_permille
    plan, lines = _lines(plan, who, shapes, leaves_off)
    return _written(rng, number, faults_permille, who, plan, lines, shapes, payers)


def _certified(
    made: Visits, shape: Array, fault: Array, reports: Array, course: Array, payer: Array
) -> Plan:
    """The visits with their certified periods, one after another."""
    again = (made.day - made.began) // _CERTIFIED_DAYS
    again = np.where(course == FAULT["never recertified"], 0, again)
    start = made.began + again * _CERTIFIED_DAYS
    too_long = course == FAULT["certified for too long"]
    days = np.where(too_long, _CERTIFIED_TOO_LONG, _CERTIFIED_DAYS)
    return Plan(made, shape, fault, reports, course, payer, start, start + days - 1)


def _heads(patient: Array) -> Array:
    """For each row the first row of its patient."""
    fresh = np.ones(len(patient), bool)
    fresh[1:] = patient[1:] != patient[:-1]
    return np.asarray(np.flatnonzero(fresh)[np.cumsum(fresh) - 1])


def _accrued(amounts: Array, in_ot: Array, head: Array) -> tuple[Array, Array]:
    """Sums since ``head`` up to and with each row: of occupational therapy, and of the others."""
    both = []
    for chosen in (in_ot, ~in_ot):
        own = np.where(chosen, amounts, 0)
        sums = np.cumsum(own)
        both.append(sums - (sums - own)[head])
    return both[0], both[1]


def _of_part_b(name: str) -> int:
    return as_of(name, ON, payer=PAYERS[0]).value


def _discharged(plan: Plan, who: Patients, shapes: Library) -> Plan:
    """Without the dates on which patients would pass the amount at which records are asked for.

    A date stays or goes as a whole, so that what stands beside each other stays so.
    """
    made = plan.made
    amounts = np.where(plan.payer == 0, shapes.fee_cents[plan.shape], 0)
    in_ot = made.discipline == OT
    sums = _accrued(amounts, in_ot, _heads(made.patient))
    together = np.zeros(len(amounts), bool)
    together[:-1] = (made.patient[1:] == made.patient[:-1]) & (made.day[1:] == made.day[:-1])
    at_end = [np.where(together, np.append(each[1:], 0), each) for each in sums]
    total = np.where(in_ot, *at_end) + who.prior_cents[made.patient]
    stays = total <= _of_part_b("targeted_review_threshold")
    stays |= plan.course == FAULT[ABOVE_REVIEW]
    return plan.only(stays)


def _courses_found(plan: Plan, who: Patients, shapes: Library) -> Plan:
    """The faults of whole courses, at the visits on which they are found."""
    made, fault = plan.made, plan.fault.copy()
    every = who.reports_every[made.patient]
    left_out = plan.course == FAULT["a progress report left out"]
    left_out &= made.discipline == who.discipline[made.patient]
    overdue = (made.nth >= _of_part_b("progress_report_treatment_days")) & (made.nth < 2 * every)
    shows = {
        "a progress report left out": left_out & overdue,
        "never recertified": made.day > plan.certified_until,
        "no unit method chosen": shapes.timed_units[plan.shape] > 0,
    }
    for name in synth_plant.COURSES:
        fault[(plan.course == FAULT[name]) & shows.get(name, True)] = FAULT[name]
    # the diagnoses of earlier dates are unknown, and so is whether one is a heading
    fault[(fault == FAULT["a heading as diagnosis"]) & (made.day < _DIAGNOSES_FROM)] = 0
    reports = plan.reports & ~(left_out & (made.nth < every))
    return replace(plan, fault=fault, reports=reports)


def _lines(plan: Plan, who: Patients, shapes: Library, leaves_off: Array) -> tuple[Plan, Lines]:
    """The lines of the visits, with KX above the yearly amount; ``leaves_off`` would forget it."""
    count = shapes.lines[plan.shape]
    visit = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(visit)) - np.repeat(np.cumsum(count) - count, count)
    own = np.repeat(shapes.first_line[plan.shape], count) + place
    billed = shapes.units[own] > 0
    above, near = _above(plan, who, visit, shapes.line_fee_cents[own])
    above &= billed
    fault, early, off = plan.fault.copy(), FAULT["KX from the beginning"], FAULT[KX_LEFT_OFF]
    fault[(fault == early) & near] = 0
    needs = np.zeros(len(fault), bool)
    needs[visit[above]] = True
    fault[needs & leaves_off & (fault == 0) & (plan.course == 0)] = off
    _told_apart(fault, above, np.cumsum(count) - count)
    of_line = fault[visit]
    whole = np.zeros(len(FAULT) + 1, bool)
    whole[[early, FAULT["a heading as diagnosis"], FAULT[ABOVE_REVIEW]]] = True
    spoilt = shapes.is_found[own] & (of_line > 0)
    found = np.where(of_line == off, above, spoilt | (whole[of_line] & billed))
    found |= (of_line == FAULT["a charge below the fee"]) & (place == 0)
    has_kx = np.where(of_line == early, billed, above & (of_line != off))
    return replace(plan, fault=fault), Lines(visit, place, own, has_kx, found)


def _told_apart(fault: Array, above: Array, first: Array) -> None:
    """A line and its double are two lines where the yearly amount is reached between them."""
    twice = np.flatnonzero(fault == FAULT["a line twice"])
    apart = above[first[twice]] != above[first[twice] + 1]
    fault[twice[apart]] = 0


def _above(plan: Plan, who: Patients, visit: Array, fee: Array) -> tuple[Array, Array]:
    """Lines at which the yearly amount is reached, and visits that are not far below it."""
    above, near = np.zeros(len(visit), bool), np.zeros(len(plan.fault), bool)
    rows = np.flatnonzero(plan.payer[visit] == 0)
    visit, fee = visit[rows], fee[rows]
    in_ot = plan.made.discipline[visit] == OT
    patient = plan.made.patient[visit]
    with_line = np.where(in_ot, *_accrued(fee, in_ot, _heads(patient))) + who.prior_cents[patient]
    threshold = np.where(in_ot, *map(_of_part_b, ("kx_threshold_ot", "kx_threshold_pt_slp")))
    above[rows] = (with_line > threshold) | (with_line - fee >= threshold)
    near[visit[with_line * 1000 >= threshold * _of_part_b("kx_early_share")]] = True
    return above, near


def _days_too_long(
    rng: np.random.Generator, who: Patients, plan: Plan, minutes: Array, permille: int
) -> Array:
    """A number above 0 for the visits of some clinic's day that one person signed for alone."""
    day = synth_people.clinic_days(who, plan.made)
    total = np.bincount(day, weights=minutes)
    fit = np.flatnonzero(total > _LONG_DAY)
    chosen = np.zeros(len(total), np.int64)
    if len(fit) and permille:
        some = fit[rng.random(len(fit)) * 1000 < permille / 8]
        chosen[some] = some + 1
        # one among the first clinics, for few lines to have it too
        longest = total[: synth_people.NEIGHBOURS * synth_people.DAYS].argmax()
        chosen[longest] = longest + 1
    return chosen[day]


def _written(
    rng: np.random.Generator,
    number: int,
    permille: int,
    who: Patients,
    plan: Plan,
    lines: Lines,
    shapes: Library,
    payers: tuple[Payer | None, ...],
) -> Block:
    """The columns of the lines."""
    made, visits, patients = plan.made, len(plan.shape), len(who.visits)
    timed, service = shapes.timed_minutes[plan.shape], shapes.service_minutes[plan.shape]
    less = shapes.session_less[plan.shape]
    session = service + np.where(less > 0, -less, rng.integers(0, 11, visits))
    long_day = _days_too_long(rng, who, plan, timed, permille)
    therapist = synth_people.therapists(rng, who, made, session, long_day > 0)
    offset = number * patients
    factor = 155 + 5 * (np.arange(max(who.clinic) + 1) * 7 % 19)
    allowed_permille = np.array([_ALLOWED.get(name, 1_000) for name in PAYERS])[plan.payer]
    fee = shapes.line_fee_cents[lines.own]
    allowed = fee * allowed_permille[lines.visit] // 1_000
    # whole dollars, as fee lists have them
    charge = -(-fee * factor[who.clinic[made.patient]][lines.visit] // 10_000) * 100
    below = (plan.fault == FAULT["a charge below the fee"])[lines.visit] & lines.is_found
    charge = np.where(below, allowed - 300, charge)
    clinics = pl.Series([f"C{k:03d}" for k in range(_CLINICS)])
    clinic = (number * (max(who.clinic) + 1) + who.clinic[made.patient]) % _CLINICS
    minutes, assistant = shapes.minutes[lines.own], shapes.assistant_minutes[lines.own]
    text = shapes.modifiers[lines.own] + lines.has_kx * (len(shapes.modifier_texts) // 2)
    names = offset * _SESSIONS_PER_PATIENT + made.number

    def each(values: Array) -> Array:
        return np.asarray(values[lines.visit])

    table = pl.DataFrame(
        {
            "patient_id": each(offset + made.patient),
            "visit_id": each(names),
            "line": (lines.place + 1).astype(np.int16),
            "date_of_service": _dates(each(made.day)),
            "payer": _texts(PAYERS, each(plan.payer)),
            "discipline": _texts(DISCIPLINES, each(made.discipline)),
            "therapist_id": each(offset + therapist),
            "clinic": clinics[each(clinic)],
            "cpt": _texts(CODES, shapes.code[lines.own]),
            "modifiers": _texts(shapes.modifier_texts, text),
            "units": shapes.units[lines.own],
            "minutes": minutes,
            "therapist_minutes": minutes - assistant,
            "assistant_minutes": assistant,
            "charge_cents": charge,
            "allowed_cents": allowed,
            "prior_accrued_cents": each(who.prior_cents[made.patient].astype(np.int32)),
            "place_of_service": np.full(len(lines.visit), 11, np.int8),
            "session_minutes": each(session.astype(np.int16)),
            "noted_timed_minutes": each((timed + shapes.noted_more[plan.shape]).astype(np.int16)),
            "note_is_signed": each(plan.fault != FAULT["an unsigned note"]),
            "plan_on_file": each(plan.fault != FAULT["no plan of care"]),
            "is_progress_report": each(plan.reports),
            "report_by_therapist": each(plan.fault != FAULT[REPORT_BY_ASSISTANT]),
            "first_treatment_on": _dates(each(made.began)),
            "diagnosis": _diagnoses(rng, who, plan, lines),
            "certified_from": _dates(each(plan.certified_from)),
            "certified_until": _dates(each(plan.certified_until)),
            "authorization_on_file": each(_authorized(plan, payers)),
            "submitted_on": _dates(each(made.day + _filed_after(rng, plan, payers))),
        }
    )
    return Block(table, plan, lines, names, long_day, timed)


def _texts(texts: Sequence[str], places: Array) -> pl.Series:
    return pl.Series(texts)[places.astype(np.int64)]


def _dates(days: Array) -> pl.Series:
    return pl.Series((days + _EPOCH).astype(np.int32)).cast(pl.Date)


def _diagnoses(rng: np.random.Generator, who: Patients, plan: Plan, lines: Lines) -> pl.Series:
    """The first diagnosis of an episode; a heading where that is planted."""
    texts = [code for name in DISCIPLINES for code in _DIAGNOSES[name]]
    counts = np.array([len(_DIAGNOSES[name]) for name in DISCIPLINES])
    start, discipline = np.cumsum(counts) - counts, plan.made.discipline
    chance = rng.random(len(who.visits))[plan.made.patient]
    place = start[discipline] + (chance * counts[discipline]).astype(np.int64)
    place[plan.fault == FAULT["a heading as diagnosis"]] = len(texts)
    return _texts([*texts, _HEADING], place[lines.visit])


def _authorized(plan: Plan, payers: tuple[Payer | None, ...]) -> Array:
    """Whether an authorisation is on file: where payers ask for one."""
    asks = np.array([payer is not None and payer.requires_auth is True for payer in payers])
    return np.asarray(asks[plan.payer] & (plan.fault != FAULT["no authorisation"]))


def _filed_after(rng: np.random.Generator, plan: Plan, payers: tuple[Payer | None, ...]) -> Array:
    """Days until the payer had the claim: within two weeks, or late as planted."""
    limits = [payer.timely_filing_days if payer is not None else None for payer in payers]
    limit = np.array([days or 0 for days in limits])[plan.payer]
    days = rng.integers(2, 16, len(plan.payer))
    for name, percent in (
        ("filed too late", 103), ("filed at the last moment", 92), ("a claim left lying", 62),
    ):  # fmt: skip
        days = np.where(plan.fault == FAULT[name], limit * percent // 100, days)
    return np.asarray(days)
