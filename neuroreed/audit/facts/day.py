"""Facts of a day: one patient, one date, whatever the discipline."""

from __future__ import annotations

from neuroreed.audit.attached import NEVER, STALE, WITH_MODIFIER
from neuroreed.audit.facts.helpers import add_on_first
from neuroreed.audit.registry import fact
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.findings import Scope


def edit_between(edit_table, edit_codes, period, column1, column2):
    """The entry of the edit table for two codes; 0 where there is no edit."""
    if period == UNKNOWN or column1 == UNKNOWN or column2 == UNKNOWN:
        return UNKNOWN
    return edit_table[(period * edit_codes[0] + column1) * edit_codes[0] + column2]


def kind_of_edit(entry):
    """1 for never together, 2 for with a modifier, whether the file is current or not."""
    return entry & (NEVER | WITH_MODIFIER)


@fact(
    Scope.DAY,
    "number",
    "Whether any two billed codes of the day have an edit: 0 none has, 1 some may have.",
)
def edits_of_the_day(code_index, edit_period, is_billed, edit_table, edit_codes):
    # most days have none, and then nothing else about pairs need be looked up line by line
    for i in range(len(code_index)):
        if is_billed[i] == UNKNOWN or edit_period[i] == UNKNOWN or code_index[i] == UNKNOWN:
            return 1
        for j in range(len(code_index)):
            if (
                j != i
                and code_index[j] != UNKNOWN
                and edit_between(
                    edit_table, edit_codes, edit_period[i], code_index[j], code_index[i]
                )
                != 0
            ):
                return 1
    return 0


@fact(
    Scope.DAY,
    "number",
    "Edit that makes this line the unpaid one of two codes: 0 none, 1 never, 2 with a modifier.",
)
def pair_edit(code_index, edit_period, is_billed, edits_of_the_day, edit_table, edit_codes, answer):
    for i in range(len(code_index)):
        if is_billed[i] == UNKNOWN:
            continue
        worst, doubtful = 0, 0
        if is_billed[i] == 1 and edits_of_the_day == 1:
            for j in range(len(code_index)):
                if j == i or is_billed[j] == 0:
                    continue
                entry = edit_between(
                    edit_table, edit_codes, edit_period[i], code_index[j], code_index[i]
                )
                if entry == UNKNOWN or (is_billed[j] == UNKNOWN and entry != 0):
                    doubtful = 1
                elif entry != 0 and (worst == 0 or kind_of_edit(entry) == NEVER):
                    worst = kind_of_edit(entry)
        if doubtful == 0 or worst == NEVER:
            answer[i] = worst


@fact(Scope.DAY, "code", "The code that is paid instead of this one; none where no edit applies.")
def pair_partner(
    code_index, code, edit_period, pair_edit, is_billed, edit_table, edit_codes, answer
):
    for i in range(len(code_index)):
        if pair_edit[i] == UNKNOWN:
            continue
        answer[i] = 0
        for j in range(len(code_index)):
            if pair_edit[i] != 0 and j != i and is_billed[j] == 1 and answer[i] == 0:
                entry = edit_between(
                    edit_table, edit_codes, edit_period[i], code_index[j], code_index[i]
                )
                if entry != UNKNOWN and kind_of_edit(entry) == pair_edit[i]:
                    answer[i] = code[j]


@fact(Scope.DAY, "yes/no", "The edit is of the quarter of the date of service.")
def pair_is_current(
    code_index,
    edit_period,
    pair_edit,
    is_billed,
    edits_of_the_day,
    edit_table,
    edit_codes,
    answer,
):
    for i in range(len(code_index)):
        if pair_edit[i] == UNKNOWN:
            continue
        answer[i] = 1
        if edits_of_the_day == 0:
            continue
        for j in range(len(code_index)):
            if j != i and is_billed[j] == 1:
                entry = edit_between(
                    edit_table, edit_codes, edit_period[i], code_index[j], code_index[i]
                )
                if entry == UNKNOWN or (kind_of_edit(entry) == pair_edit[i] and entry & STALE > 0):
                    answer[i] = 0


@fact(Scope.DAY, "yes/no", "The line or the one that is paid instead has 59 or an X modifier.")
def pair_is_opened(
    code_index,
    edit_period,
    is_billed,
    has_distinct_modifier,
    either_column_opens,
    edits_of_the_day,
    edit_table,
    edit_codes,
    answer,
):
    for i in range(len(code_index)):
        if has_distinct_modifier[i] != 0:
            answer[i] = has_distinct_modifier[i]
            continue
        closed, doubtful = 0, 0
        if edits_of_the_day == 0:
            answer[i] = 1
            continue
        for j in range(len(code_index)):
            if j == i or is_billed[j] == 0:
                continue
            entry = edit_between(
                edit_table, edit_codes, edit_period[i], code_index[j], code_index[i]
            )
            if (
                entry == UNKNOWN
                or (entry != 0 and has_distinct_modifier[j] == UNKNOWN)
                or (entry != 0 and either_column_opens[i] == UNKNOWN)
            ):
                doubtful = 1
            elif entry != 0 and (has_distinct_modifier[j] == 0 or either_column_opens[i] == 0):
                closed = 1
        if closed == 1:
            answer[i] = 0
        elif doubtful == 0:
            answer[i] = 1


@fact(Scope.DAY, "yes/no", "The line's code has an edit with another billed code of the day.")
def is_in_pair(
    code_index, edit_period, is_billed, edits_of_the_day, edit_table, edit_codes, answer
):
    for i in range(len(code_index)):
        found, doubtful = 0, 0
        if edits_of_the_day == 0:
            answer[i] = 0
            continue
        for j in range(len(code_index)):
            if j == i or is_billed[j] == 0:
                continue
            one = edit_between(edit_table, edit_codes, edit_period[i], code_index[j], code_index[i])
            two = edit_between(edit_table, edit_codes, edit_period[i], code_index[i], code_index[j])
            if one == UNKNOWN or two == UNKNOWN or is_billed[j] == UNKNOWN:
                doubtful = 1
            elif one != 0 or two != 0:
                found = 1
        if found == 1 or doubtful == 0:
            answer[i] = found


@fact(Scope.DAY, "code", "The other code of a pair that the payer itself keeps; none without one.")
def payer_pair_partner(code, payer, payer_is_known, is_billed, extra_pairs, answer):
    for i in range(len(code)):
        if code[i] == UNKNOWN or is_billed[i] == UNKNOWN:
            continue
        found, doubtful = 0, 0
        for j in range(len(code)):
            if j == i or is_billed[j] == 0 or is_billed[i] == 0:
                continue
            if code[j] == UNKNOWN or payer_is_known[i] != 1 or is_billed[j] == UNKNOWN:
                doubtful = 1
                continue
            for k in range(0, len(extra_pairs), 3):
                if (
                    extra_pairs[k] == payer[i]
                    and extra_pairs[k + 1] == code[j]
                    and extra_pairs[k + 2] == code[i]
                ):
                    found = code[j]
        if found != 0 or doubtful == 0:
            answer[i] = found


@fact(Scope.DAY, "yes/no", "The line is in a pair that the payer itself keeps.")
def is_in_payer_pair(code, payer_pair_partner, answer):
    for i in range(len(code)):
        found, doubtful = 0, 0
        if payer_pair_partner[i] == UNKNOWN:
            doubtful = 1
        elif payer_pair_partner[i] != 0:
            found = 1
        for j in range(len(code)):
            if payer_pair_partner[j] == UNKNOWN:
                doubtful = 1
            elif payer_pair_partner[j] == code[i] and payer_pair_partner[j] != 0:
                found = 1
        if found == 1 or doubtful == 0:
            answer[i] = found


@fact(Scope.DAY, "yes/no", "This line or the other of the payer's own pair has 59 or X.")
def payer_pair_is_opened(code, payer_pair_partner, has_distinct_modifier, answer):
    for i in range(len(code)):
        answer[i] = has_distinct_modifier[i]
        if has_distinct_modifier[i] == 0 and payer_pair_partner[i] != UNKNOWN:
            for j in range(len(code)):
                if code[j] == payer_pair_partner[i] and has_distinct_modifier[j] != 0:
                    answer[i] = has_distinct_modifier[j]


@fact(Scope.DAY, "units", "Units of the code on the date, on its first billed line; else 0.")
def code_units_of_day(code, billed_units, is_billed, answer):
    add_on_first(code, billed_units, is_billed, answer)


@fact(Scope.DAY, "lines", "Earlier lines of the same claim with the same code and modifiers.")
def same_lines_before(code, modifiers, modifier_count, session, discipline, is_billed, answer):
    for i in range(len(code)):
        if code[i] == UNKNOWN or modifiers[i] == UNKNOWN or is_billed[i] == UNKNOWN:
            continue
        answer[i] = 0
        for j in range(i):
            if (
                is_billed[i] == 1
                and is_billed[j] == 1
                and code[j] == code[i]
                and modifiers[j] == modifiers[i]
                and modifier_count[j] == modifier_count[i]
                and session[j] == session[i]
                and discipline[j] == discipline[i]
            ):
                answer[i] += 1


@fact(Scope.DAY, "lines", "Lines of another claim of the day with the same code and modifiers.")
def same_lines_elsewhere(code, modifiers, session, discipline, is_billed, answer):
    for i in range(len(code)):
        if code[i] == UNKNOWN or modifiers[i] == UNKNOWN or is_billed[i] == UNKNOWN:
            continue
        answer[i] = 0
        for j in range(len(code)):
            if (
                is_billed[i] == 1
                and is_billed[j] == 1
                and code[j] == code[i]
                and modifiers[j] == modifiers[i]
                and session[j] != session[i]
                and discipline[j] == discipline[i]
            ):
                answer[i] += 1
