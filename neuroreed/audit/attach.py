"""Policy at the door: dated values of code and payer become columns of the book.

Nothing is looked up while rules run. What policy has no value for stays unknown, so that a
rule which needs it is *not assessed* rather than answered with a guess.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from neuroreed.audit.attached import (
    ATTACHED,
    LIKE_MEDICARE,
    MEDICARE_EDITS,
    MONITORING,
    NEVER,
    NO_EDITS,
    STALE,
    WITH_MODIFIER,
)
from neuroreed.model.columns import (
    DISCIPLINE_OF_MODIFIER,
    DISCIPLINES,
    OT,
    UNIT_METHODS,
    UNKNOWN,
    code_number,
    code_text,
    diagnosis_text,
)
from neuroreed.model.errors import NoParameter
from neuroreed.model.findings import Severity
from neuroreed.model.lines import Book
from neuroreed.policy import codes, edits, icd10, payers, tables
from neuroreed.policy.parameters import Value, as_of, is_told
from neuroreed.policy.payers import Payer
from neuroreed.policy.tables import State

_POOLED: Final = {"T15", "T15_first"}
_SPAN: Final = {"T15": 15, "T30": 30, "T60": 60, "hour": 60, "T120": 2 * 60}
_LISTING: Final = {"payer": 0, "sometimes": 1, "always": 2}
_STATUS: Final = {"payable": 0, "bundled": 1, "invalid": 2, "not_covered": 3}
_EDITS: Final = {"none": NO_EDITS, "like": LIKE_MEDICARE, "medicare": MEDICARE_EDITS}

_SETTINGS: Final = {
    "needs_discipline_modifier": "requires_discipline_modifier",
    "needs_assistant_modifier": "requires_cq_co",
    "daily_unit_cap": "max_timed_units_per_day",
    "kx_applies": "kx",
    "abn_applies": "abn_modifiers",
    "needs_authorization": "requires_auth",
    "needs_96_97": "requires_96_97",
    "filing_days": "timely_filing_days",
    "certification_applies": "certification",
}
_VERIFIED: Final = {
    "unit_method_is_verified": "unit_method",
    "needs_discipline_modifier_is_verified": "requires_discipline_modifier",
    "needs_assistant_modifier_is_verified": "requires_cq_co",
}
_READ: Final = {
    "needs_authorization_was_read": "requires_auth",
    "filing_days_were_read": "timely_filing_days",
}
_PARAMETERS: Final = {
    "either_column_opens": "ncci_modifier_on_either_column",
    "first_alarm_permille": "timely_filing_first_alarm",
    "filing_alarm_permille": "timely_filing_second_alarm",
    "profile_days": "payer_profile_days",
    "discharge_note_days": "discharge_note_days",
    "kx_early_permille": "kx_early_share",
    "review_threshold_cents": "targeted_review_threshold",
    "telehealth_is_allowed": "telehealth_therapy",
    "supervision_required": "assistant_supervision",
    "midpoint_exempts": "assistant_midpoint_exemption",
    "de_minimis_permille": "assistant_de_minimis",
    "least_group": "group_patients",
    "report_due_days": "progress_report_treatment_days",
    "longest_certification_days": "certification_period_days",
    "signature_days": "certification_signature_days",
    "justification_days": "certification_late_justification_days",
    "transmission_days": "plan_transmission_days",
    "order_stands_for_signature": "certification_by_order",
    "supply_days": "rtm_supply_days",
    "short_supply_days": "rtm_short_supply_days",
    "management_span_minutes": "rtm_management_minutes",
    "short_management_minutes": "rtm_short_management_minutes",
}
# Acts give these for a time. Where policy tells the acts of a payer, no act is a *no*: therapists
# may furnish telehealth from the first act to the last (telehealth-therapists#Dates).
_BY_ACT: Final = {"telehealth_therapy"}
_CODE_COLUMNS: Final = (
    *("code_is_listed", "is_timed", "is_untimed", "pool", "family"),
    *("is_first_of_family", "span_minutes", "family_span_minutes", "listing"),
    *("code_disciplines", "required_discipline", "medicare_status", "telehealth_since"),
    *("is_evaluation", "is_reevaluation", "is_group_code", "is_retraining"),
    *("is_caregiver_training", "needs_report", "monitoring"),
    *("mue_units", "mue_indicator", "mue_is_current"),
)
_PAYER_COLUMNS: Final = (
    *("payer_is_known", "is_part_b", "unit_method", "unit_method_is_set", "edits_apply"),
    *_SETTINGS,
    "needs_discipline_modifier_on_evaluations",
    *_VERIFIED,
    *_READ,
    *_PARAMETERS,
    "profile_reviewed_on",
    "yearly_amounts_are_known",
)
_AFTER_THE_LAST: Final = 99


def attach(book: Book) -> Book:
    """The book with the columns and tables of ``audit.attached``; one that has them as it is."""
    if "payer_is_known" in book.lines:
        return book
    lines, intervals = dict(book.lines), dict(book.intervals)
    _attach_codes(lines)
    _attach_payers(lines, book)
    _attach_payers(intervals, book)
    _attach_thresholds(lines, book)
    _attach_diagnoses(lines)
    _attach_ranks(lines, book)
    edit_tables = _attach_edits(lines)
    edit_tables["extra_pairs"] = _extra_pairs(book)
    return replace(book, lines=lines, intervals=intervals, tables={**book.tables, **edit_tables})


def profile_of(name: str, on: date | None = None) -> Payer | None:
    """The profile a payer's name stands for: its id, or the filing code of a claim."""
    try:
        return payers.profile(name, on)
    except NoParameter:
        pass
    if name.startswith("filing "):
        wanted = name.removeprefix("filing ")
        known = [each.id for each in payers.profiles().values() if each.claim_filing_code == wanted]
        if len(known) == 1:
            return payers.profile(known[0], on)
    return None


def severities_of(book: Book) -> dict[int, Mapping[str, Severity | str]]:
    """By payer of the book, the severities that its profile gives to rules."""
    found = {}
    for number, name in enumerate(book.names.get("payer", ())):
        payer = profile_of(name)
        if payer is not None and payer.severities:
            found[number] = payer.severities
    return found


def _day(number: int) -> date:
    return date.fromordinal(number)


def _attach_codes(lines: dict[str, list[int]]) -> None:
    known = lines.get("code") or [UNKNOWN] * len(lines["visit"])
    state = tables.state()
    found = [
        _code_values(code, day, state)
        for code, day in zip(known, lines["date_of_service"], strict=True)
    ]
    for place, name in enumerate(_CODE_COLUMNS):
        lines[name] = [values[place] for values in found]


@lru_cache(maxsize=8192)
def _code_values(code: int, day: int, _state: State) -> tuple[int, ...]:
    if code == UNKNOWN:
        return (UNKNOWN,) * len(_CODE_COLUMNS)
    cpt, on = code_text(code), _day(day)
    limit = edits.mue(cpt, on)
    mue = (UNKNOWN,) * 3 if limit is None else (limit.units, limit.mai, int(not limit.stale))
    therapy = codes.get(cpt)
    if therapy is None:
        listed = (0, *((UNKNOWN,) * (len(_CODE_COLUMNS) - len(mue) - 1)))
        return (*listed, *mue)
    groups = _groups().get(cpt, frozenset())
    root = codes.get(therapy.family) if therapy.family else None
    # an added code of a month may follow a first code of another day
    adds_to = therapy.family if therapy.timing.startswith("T") else None
    family = code_number(adds_to) if adds_to else 0
    timing = root.timing if root is not None else therapy.timing
    required = DISCIPLINE_OF_MODIFIER.get(therapy.required_modifier or "", 0)
    since = therapy.telehealth_since.toordinal() if therapy.telehealth_since else 0
    if not therapy.telehealth_is_told:
        since = UNKNOWN
    monitoring = max((MONITORING[group] for group in groups if group in MONITORING), default=0)
    return (
        int(therapy.exists(on)),
        int(timing in _POOLED),
        int(therapy.timing == "untimed"),
        family or code,
        family,
        int(therapy.timing.endswith("_first")),
        _SPAN.get(therapy.timing.partition("_")[0], 0),
        _SPAN.get(timing.partition("_")[0], 0),
        _LISTING[therapy.listing],
        sum(1 << DISCIPLINES[each] for each in therapy.disciplines),
        required,
        _STATUS[therapy.medicare],
        since,
        int(therapy.is_evaluation and "re_evaluation" not in groups),
        int("re_evaluation" in groups),
        int("group_treatment" in groups),
        int("retraining" in groups),
        int("caregiver_training" in groups),
        int("report" in groups),
        monitoring,
        *mue,
    )


@cache
def _groups() -> dict[str, frozenset[str]]:
    """Codes that one rule is about, by code."""
    found: dict[str, frozenset[str]] = {}
    with Path(__file__).with_name("code_groups.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["code"]] = found.get(row["code"], frozenset()) | {row["group"]}
    return found


def _attach_payers(columns: dict[str, list[int]], book: Book) -> None:
    names, state = book.names.get("payer", ()), tables.state()
    known: dict[tuple[int, int], tuple[int, ...]] = {}
    found = []
    for payer, day in zip(columns["payer"], columns["date_of_service"], strict=True):
        key = (payer, day)
        if key not in known:
            known[key] = _payer_values(names[payer] if payer != UNKNOWN else "", day, state)
        found.append(known[key])
    for place, name in enumerate(_PAYER_COLUMNS):
        columns[name] = [values[place] for values in found]


_KEPT: dict[tuple[str, int], tuple[Payer, State, tuple[int, ...]]] = {}
_KEPT_AT_MOST: Final = 2**13


def _payer_values(name: str, day: int, state: State) -> tuple[int, ...]:
    on = _day(day)
    payer = profile_of(name, on) if name else None
    if payer is None:
        return (0, *((UNKNOWN,) * (len(_PAYER_COLUMNS) - 1)))
    kept = _KEPT.get((name, day))
    if kept is not None and kept[0] is payer and kept[1] == state:
        return kept[2]
    method = payer.unit_method
    values = (
        1,
        int(payer.id == "medicare_part_b"),
        UNKNOWN if method is None else UNIT_METHODS[method],
        int(method is not None),
        UNKNOWN if payer.ncci is None else _EDITS[payer.ncci],
        *(
            _filing_days(payer, on) if name == "filing_days" else _number(getattr(payer, setting))
            for name, setting in _SETTINGS.items()
        ),
        _on_evaluations(payer),
        *(_is_not_in(payer.unverified, setting, payer) for setting in _VERIFIED.values()),
        *(_is_not_in(payer.unread, setting, payer) for setting in _READ.values()),
        *(_parameter(parameter, on, payer.id) for parameter in _PARAMETERS.values()),
        UNKNOWN if payer.reviewed_on is None else payer.reviewed_on.toordinal(),
        int(_value("kx_threshold_pt_slp", on, payer.id) is not None) if payer.kx else UNKNOWN,
    )
    if len(_KEPT) >= _KEPT_AT_MOST:
        _KEPT.clear()
    _KEPT[name, day] = (payer, state, values)
    return values


def _filing_days(payer: Payer, on: date) -> int:
    """Days to file; a calendar year where the payer's rule is one, a leap day included."""
    days = payer.timely_filing_days
    months = _value("timely_filing_months", on, payer.id)
    whole = _value("timely_filing_days", on, payer.id)
    if days is None or months is None or whole is None or days != whole.value:
        return _number(days)
    years, rest = divmod(on.month - 1 + months.value, 12)
    year, month = on.year + years, rest + 1
    last = date(year, month, min(on.day, monthrange(year, month)[1]))
    return (last - on).days


def _on_evaluations(payer: Payer) -> int:
    """Whether evaluations carry GP, GO or GN; like all other lines where the profile is silent."""
    own = payer.evaluations_need_discipline_modifier
    return _number(payer.requires_discipline_modifier if own is None else own)


def _is_not_in(doubtful: frozenset[str], setting: str, payer: Payer) -> int:
    """Whether a setting is beyond the doubt; of one that nobody made, nobody knows."""
    return UNKNOWN if getattr(payer, setting) is None else int(setting not in doubtful)


def _number(value: int | None) -> int:
    return UNKNOWN if value is None else int(value)


def _parameter(name: str, on: date, payer: str) -> int:
    value = _value(name, on, payer)
    if value is not None:
        return value.value
    return 0 if name in _BY_ACT and is_told(name, payer) else UNKNOWN


def _value(name: str, on: date, payer: str) -> Value | None:
    try:
        return as_of(name, on, payer=payer)
    except NoParameter:
        return None


def _attach_thresholds(lines: dict[str, list[int]], book: Book) -> None:
    """The yearly amount of the bucket of the line: occupational therapy, or the other two."""
    names = book.names.get("payer", ())
    amounts, verified = [], []
    known: dict[tuple[int, int, bool], Value | None] = {}
    columns = ("payer", "date_of_service", "discipline")
    for payer, day, discipline in zip(*(lines[name] for name in columns), strict=True):
        value = None
        if payer != UNKNOWN and discipline != UNKNOWN:
            key = (payer, day, discipline == OT)
            if key not in known:
                bucket = "ot" if discipline == OT else "pt_slp"
                profile = profile_of(names[payer])
                if profile is not None:
                    value = _value(f"kx_threshold_{bucket}", _day(day), profile.id)
                known[key] = value
            value = known[key]
        amounts.append(UNKNOWN if value is None else value.value)
        verified.append(UNKNOWN if value is None else int(value.confidence != "K"))
    lines["kx_threshold_cents"], lines["kx_threshold_is_verified"] = amounts, verified


def _attach_diagnoses(lines: dict[str, list[int]]) -> None:
    if "diagnosis" not in lines:
        return
    days = lines["date_of_service"]
    lines["diagnosis_is_billable"] = [
        UNKNOWN if number == UNKNOWN else _is_billable(number, day)
        for number, day in zip(lines["diagnosis"], days, strict=True)
    ]


def _is_billable(number: int, day: int) -> int:
    known = icd10.diagnosis(diagnosis_text(number), _day(day))
    if known is None or known.billable is None:
        return UNKNOWN
    return int(known.billable)


def _attach_ranks(lines: dict[str, list[int]], book: Book) -> None:
    if "modifier_1" not in lines:
        return
    orders = [
        payer.modifier_order if (payer := profile_of(name)) is not None else ()
        for name in book.names.get("payer", ())
    ]
    for place in (1, 2, 3, 4):
        lines[f"modifier_rank_{place}"] = [
            _rank(number, orders[payer]) if payer != UNKNOWN and number != UNKNOWN else UNKNOWN
            for number, payer in zip(lines[f"modifier_{place}"], lines["payer"], strict=True)
        ]


@lru_cache(maxsize=1024)
def _rank(number: int, order: tuple[str, ...]) -> int:
    """The place of a modifier in the payer's order; what the order does not name goes last."""
    if not order:
        return UNKNOWN
    if number == 0:
        return _AFTER_THE_LAST
    known = codes.modifiers().get(code_text(number)[-2:])
    if known is None or known.category not in order:
        return len(order)
    return order.index(known.category)


def _attach_edits(lines: dict[str, list[int]]) -> dict[str, list[int]]:
    """The edit table of this book: one period for each date on which codes meet."""
    known = lines.get("code") or [UNKNOWN] * len(lines["visit"])
    numbers = sorted({code for code in known if code != UNKNOWN})
    index = {code: place for place, code in enumerate(numbers)}
    lines["code_index"] = [index.get(code, UNKNOWN) for code in known]
    met: dict[int, set[int]] = {}
    days = lines["date_of_service"]
    for code, day in zip(known, days, strict=True):
        if code != UNKNOWN:
            met.setdefault(day, set()).add(code)
    state = tables.state()
    period_of: dict[tuple[tuple[int, int], ...], int] = {}
    periods: dict[int, int] = {}
    for day, among in met.items():
        rows = _edit_rows(tuple(sorted(among)), day, state)
        entries = tuple((index[a] * len(numbers) + index[b], entry) for a, b, entry in rows)
        periods[day] = period_of.setdefault(entries, len(period_of))
    square = len(numbers) * len(numbers)
    table = [0] * (square * len(period_of))
    for entries, period in period_of.items():
        for place, entry in entries:
            table[period * square + place] = entry
    until = {day: _edits_valid_to(day, state) for day in met}
    lines["edits_valid_to"] = [until.get(day, UNKNOWN) for day in days]
    lines["edit_period"] = [periods.get(day, UNKNOWN) for day in days]
    return {"edit_table": table, "edit_codes": [len(numbers)]}


@lru_cache(maxsize=4096)
def _edits_valid_to(day: int, _state: State) -> int:
    """The last day of the newest edit file that had begun by then."""
    begun = [each for each in tables.releases("ptp") if each.effective_from.toordinal() <= day]
    return max((each.effective_to.toordinal() for each in begun), default=UNKNOWN)


@lru_cache(maxsize=4096)
def _edit_rows(among: tuple[int, ...], day: int, _state: State) -> tuple[tuple[int, int, int], ...]:
    """Edits among the codes of a date: code 1, code 2, entry; unknown where no file speaks."""
    texts = {code: code_text(code) for code in among}
    rows = []
    for pair in edits.pairs_among(texts.values(), _day(day)):
        entry = (WITH_MODIFIER if pair.indicator else NEVER) + (STALE if pair.stale else 0)
        rows.append((code_number(pair.column1), code_number(pair.column2), entry))
    for code, text in texts.items():
        if not edits.covered(text):
            rows.extend((other, code, UNKNOWN) for other in among if other != code)
    return tuple(rows)


def _extra_pairs(book: Book) -> list[int]:
    flat: list[int] = []
    for number, name in enumerate(book.names.get("payer", ())):
        payer = profile_of(name)
        for column1, column2, _ in payer.extra_pairs if payer is not None else ():
            flat += [number, code_number(column1), code_number(column2)]
    return flat


__all__ = ["ATTACHED", "attach", "profile_of", "severities_of"]
