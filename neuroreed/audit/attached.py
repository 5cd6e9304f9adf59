"""Columns that policy adds to a book: dated values as whole numbers, one per line."""

from __future__ import annotations

from typing import Final

from neuroreed.model.columns import Column
from neuroreed.model.findings import Scope

PAYABLE, BUNDLED, INVALID, NOT_COVERED = 0, 1, 2, 3
BY_PAYER, SOMETIMES, ALWAYS = 0, 1, 2
NO_EDITS, LIKE_MEDICARE, MEDICARE_EDITS = 0, 1, 2
MONITORING: Final = {
    "none": 0,
    "supply_2_to_15_days": 1,
    "supply_16_to_30_days": 2,
    "management_10_to_19_minutes": 3,
    "management_first_20_minutes": 4,
    "management_further_20_minutes": 5,
}

_LINE = (Scope.LINE,)
_VISIT = (Scope.VISIT, Scope.LINE, Scope.INTERVAL)


def _line(name: str, unit: str, means: str) -> Column:
    return Column(name, unit, means, same_in=_LINE, given=False)


def _visit(name: str, unit: str, means: str) -> Column:
    return Column(name, unit, means, same_in=_VISIT, given=False, tables=("lines", "intervals"))


_CODE = (
    _line("code_index", "number", "Place of the code in the edit table of this book."),
    _line("edit_period", "number", "Period of the edit table that the date of service lies in."),
    _line("edits_valid_to", "day", "Last day of the newest code edits begun by the date."),
    _line("code_is_listed", "yes/no", "The code is in the therapy code set on the date."),
    _line("is_timed", "yes/no", "Units of the code are quarters of an hour that are pooled."),
    _line("is_untimed", "yes/no", "The code is a service whatever the minutes."),
    _line("pool", "code", "The code whose minutes it shares; mostly the code itself."),
    _line("family", "code", "The code that must be billed before this added code; 0 for none."),
    _line("is_first_of_family", "yes/no", "An added code follows this one."),
    _line("span_minutes", "minutes", "Minutes of one unit of the code; 0 where it has none."),
    _line("family_span_minutes", "minutes", "Minutes of the first unit of its family."),
    _line("listing", "number", "2 always therapy, 1 sometimes therapy, 0 by payer."),
    _line("code_disciplines", "set", "Disciplines that may bill the code, as bits."),
    _line("required_discipline", "discipline", "The only discipline of the code; 0 for any."),
    _line("medicare_status", "number", "0 payable, 1 bundled, 2 invalid, 3 not covered."),
    _line("telehealth_since", "day", "First day on the telehealth list; 0 when never on it."),
    _line("is_evaluation", "yes/no", "The code is an evaluation."),
    _line("is_reevaluation", "yes/no", "The code is a re-evaluation."),
    _line("is_group_code", "yes/no", "The code is group treatment."),
    _line("is_retraining", "yes/no", "The code is neuromuscular re-education."),
    _line("is_caregiver_training", "yes/no", "The code is training of a caregiver."),
    _line("needs_report", "yes/no", "The code needs a written report."),
    _line("monitoring", "number", "Kind of remote monitoring: 1, 2 supply; 3 to 5 management."),
    _line("mue_units", "units", "Most units of the code for one patient and date."),
    _line(
        "mue_indicator", "number", "1 by line, 2 absolute by date, 3 by date on clinical grounds."
    ),
    _line("mue_is_current", "yes/no", "The limit is of the quarter of the date of service."),
    _line("diagnosis_is_billable", "yes/no", "The diagnosis is a billable code on the date."),
    *(
        _line(f"modifier_rank_{place}", "place", f"Place the payer gives modifier {place}.")
        for place in (1, 2, 3, 4)
    ),
)

_PAYER = (
    _visit("payer_is_known", "yes/no", "A payer profile is at hand."),
    _visit("is_part_b", "yes/no", "The payer is Medicare Part B or follows it in full."),
    _visit("unit_method", "method", "How the payer turns minutes into units: 1 CMS, 2 AMA."),
    _visit("unit_method_is_set", "yes/no", "The clinic has said how the payer counts units."),
    _visit("unit_method_is_verified", "yes/no", "The payer's unit method is verified."),
    _visit("needs_discipline_modifier", "yes/no", "The payer requires GP, GO or GN."),
    _visit(
        "needs_discipline_modifier_on_evaluations", "yes/no", "It requires it on evaluations too."
    ),
    _visit("needs_discipline_modifier_is_verified", "yes/no", "That requirement is verified."),
    _visit("needs_assistant_modifier", "yes/no", "The payer requires CQ or CO."),
    _visit("needs_assistant_modifier_is_verified", "yes/no", "That requirement is verified."),
    _visit("daily_unit_cap", "units", "Most timed units a day the payer pays."),
    _visit("kx_applies", "yes/no", "The payer has the yearly threshold."),
    _visit("abn_applies", "yes/no", "The payer knows GA, GX, GY and GZ."),
    _visit("edits_apply", "number", "0 no code edits, 1 edits like Medicare's, 2 Medicare's."),
    _visit("needs_authorization", "yes/no", "The payer requires an authorisation."),
    _visit("needs_authorization_was_read", "yes/no", "Somebody read that duty in a source."),
    _visit("needs_96_97", "yes/no", "The payer requires modifier 96 or 97."),
    _visit("profile_reviewed_on", "day", "Day somebody last looked at the payer's profile."),
    _visit("profile_days", "days", "Days for which a payer's profile is taken as it stands."),
    _visit("yearly_amounts_are_known", "yes/no", "Policy has the yearly amounts of the date."),
    _visit("filing_days", "days", "Days from the date of service within which to file."),
    _visit("filing_days_were_read", "yes/no", "Somebody read the filing limit in a source."),
    _visit("either_column_opens", "yes/no", "59 or X is accepted on either line of a pair."),
    _visit("first_alarm_permille", "permille", "Share of the filing limit that is told of."),
    _visit("filing_alarm_permille", "permille", "Share of the filing limit that calls for haste."),
    _visit("discharge_note_days", "days", "Days after the last visit for the discharge note."),
    _visit("certification_applies", "yes/no", "The payer asks for a certified plan of care."),
    _line("kx_threshold_cents", "cents", "Yearly amount above which the line needs KX."),
    _line("kx_threshold_is_verified", "yes/no", "Somebody read the yearly amount in a source."),
    _visit("kx_early_permille", "permille", "Share of the threshold below which KX is early."),
    _visit("review_threshold_cents", "cents", "Yearly amount above which review is targeted."),
    _visit("telehealth_is_allowed", "yes/no", "Therapists may furnish telehealth on the date."),
    _visit(
        "supervision_required", "level", "Supervision of assistants on the date: general or direct."
    ),
    _visit("midpoint_exempts", "yes/no", "The therapist's eighth minute exempts a last unit."),
    _visit("de_minimis_permille", "permille", "Share up to which the assistant is disregarded."),
    _visit("least_group", "patients", "Fewest patients that make a group."),
    _visit("report_due_days", "days", "Treatment days within which a progress report is due."),
    _visit("longest_certification_days", "days", "Longest certified period."),
    _visit("signature_days", "days", "Days within which the plan is to be signed."),
    _visit("justification_days", "days", "Days of delay after which a reason is needed."),
    _visit("transmission_days", "days", "Days within which the plan is to be sent."),
    _visit("order_stands_for_signature", "yes/no", "A signed order may stand for the signature."),
    _visit("supply_days", "days", "Days with data for the long monitoring supply."),
    _visit("short_supply_days", "days", "Days with data for the short monitoring supply."),
    _visit("management_span_minutes", "minutes", "Minutes of one monitoring management unit."),
    _visit("short_management_minutes", "minutes", "Minutes for the short management code."),
)

ATTACHED: Final[dict[str, Column]] = {column.name: column for column in (*_CODE, *_PAYER)}

# Flat lists of a book, the same for every line: period x codes x codes + a x codes + b, where
# b is the column 2 code. An entry is 0 for no edit, NEVER or WITH_MODIFIER for an edit, with
# STALE added where the file is not of the quarter, UNKNOWN where no file speaks for a code.
NEVER, WITH_MODIFIER, STALE = 1, 2, 4
TABLES: Final = {
    "edit_table": "Code edits in force, by period and pair of codes.",
    "edit_codes": "How many codes the edit table has.",
    "extra_pairs": "Pairs that a payer keeps beyond the official ones: payer, code, code.",
}
