"""Facts of one line, from its own columns and the values policy gave it."""

from __future__ import annotations

from neuroreed.audit.registry import fact
from neuroreed.model.columns import MODIFIER_BITS, OT, PT, SLP
from neuroreed.model.findings import Scope

GP, GO, GN = MODIFIER_BITS["GP"], MODIFIER_BITS["GO"], MODIFIER_BITS["GN"]
CQ, CO, KX = MODIFIER_BITS["CQ"], MODIFIER_BITS["CO"], MODIFIER_BITS["KX"]
M59, XE = MODIFIER_BITS["59"], MODIFIER_BITS["XE"]
XP, XS, XU = MODIFIER_BITS["XP"], MODIFIER_BITS["XS"], MODIFIER_BITS["XU"]
GA, GX = MODIFIER_BITS["GA"], MODIFIER_BITS["GX"]
GY, GZ = MODIFIER_BITS["GY"], MODIFIER_BITS["GZ"]
M95, M93, GT = MODIFIER_BITS["95"], MODIFIER_BITS["93"], MODIFIER_BITS["GT"]
M25, M22, M52, M53 = (MODIFIER_BITS[name] for name in ("25", "22", "52", "53"))
M76, M77, M50 = (MODIFIER_BITS[name] for name in ("76", "77", "50"))
M96, M97 = MODIFIER_BITS["96"], MODIFIER_BITS["97"]

DISTINCT = M59 | XE | XP | XS | XU
NOTICE = GA | GX | GY | GZ
TELEHEALTH = M95 | M93 | GT


@fact(Scope.LINE, "yes/no", "The line is billed: it has at least one unit.")
def is_billed(billed_units):
    return billed_units > 0


@fact(Scope.LINE, "count", "How many of GP, GO and GN the line has.")
def discipline_modifiers(modifiers):
    count = 0
    if modifiers & GP > 0:
        count += 1
    if modifiers & GO > 0:
        count += 1
    if modifiers & GN > 0:
        count += 1
    return count


@fact(Scope.LINE, "yes/no", "The payer wants GP, GO or GN on a line of this kind.")
def discipline_modifier_is_wanted(
    needs_discipline_modifier,
    needs_discipline_modifier_on_evaluations,
    is_evaluation,
    is_reevaluation,
):
    if is_evaluation or is_reevaluation:
        return needs_discipline_modifier_on_evaluations
    return needs_discipline_modifier


@fact(Scope.LINE, "discipline", "The discipline that GP, GO or GN names; any where none does.")
def discipline_of_modifier(modifiers):
    if modifiers & GP > 0:
        return PT
    if modifiers & GO > 0:
        return OT
    if modifiers & GN > 0:
        return SLP
    return 0


@fact(Scope.LINE, "yes/no", "The line has CQ or CO.")
def has_assistant_modifier(modifiers):
    return modifiers & (CQ | CO) > 0


@fact(Scope.LINE, "yes/no", "The line has CQ.")
def has_cq(modifiers):
    return modifiers & CQ > 0


@fact(Scope.LINE, "yes/no", "The line has CO.")
def has_co(modifiers):
    return modifiers & CO > 0


@fact(Scope.LINE, "yes/no", "The line has KX.")
def has_kx(modifiers):
    return modifiers & KX > 0


@fact(Scope.LINE, "yes/no", "The line has 59, XE, XP, XS or XU.")
def has_distinct_modifier(modifiers):
    return modifiers & DISTINCT > 0


@fact(Scope.LINE, "yes/no", "The line has XE: another encounter on the same day.")
def has_separate_encounter(modifiers):
    return modifiers & XE > 0


@fact(Scope.LINE, "yes/no", "The line has GA: notice of non-coverage required and on file.")
def has_ga(modifiers):
    return modifiers & GA > 0


@fact(Scope.LINE, "yes/no", "The line has GX: voluntary notice on file.")
def has_gx(modifiers):
    return modifiers & GX > 0


@fact(Scope.LINE, "yes/no", "The line has GY: excluded by law.")
def has_gy(modifiers):
    return modifiers & GY > 0


@fact(Scope.LINE, "yes/no", "The line has GZ: expected denial, no notice.")
def has_gz(modifiers):
    return modifiers & GZ > 0


@fact(Scope.LINE, "yes/no", "The line has GA, GX, GY or GZ.")
def has_notice_modifier(modifiers):
    return modifiers & NOTICE > 0


@fact(Scope.LINE, "yes/no", "The line has 95, 93 or GT.")
def has_telehealth_modifier(modifiers):
    return modifiers & TELEHEALTH > 0


@fact(Scope.LINE, "yes/no", "The line has 25.")
def has_25(modifiers):
    return modifiers & M25 > 0


@fact(Scope.LINE, "yes/no", "The line has 22.")
def has_22(modifiers):
    return modifiers & M22 > 0


@fact(Scope.LINE, "yes/no", "The line has 52.")
def has_52(modifiers):
    return modifiers & M52 > 0


@fact(Scope.LINE, "yes/no", "The line has 53.")
def has_53(modifiers):
    return modifiers & M53 > 0


@fact(Scope.LINE, "yes/no", "The line has 50.")
def has_50(modifiers):
    return modifiers & M50 > 0


@fact(Scope.LINE, "yes/no", "The line has 76 or 77.")
def has_repeat_modifier(modifiers):
    return modifiers & (M76 | M77) > 0


@fact(Scope.LINE, "count", "How many of 96 and 97 the line has.")
def habilitation_modifiers(modifiers):
    count = 0
    if modifiers & M96 > 0:
        count += 1
    if modifiers & M97 > 0:
        count += 1
    return count


@fact(Scope.LINE, "yes/no", "The modifiers stand in the order the payer prefers.")
def modifiers_are_in_order(modifier_rank_1, modifier_rank_2, modifier_rank_3, modifier_rank_4):
    return modifier_rank_1 <= modifier_rank_2 <= modifier_rank_3 <= modifier_rank_4


@fact(Scope.LINE, "yes/no", "The discipline that the modifier names may bill the code.")
def code_fits_discipline(code_disciplines, discipline_of_modifier):
    return discipline_of_modifier == 0 or code_disciplines & (1 << discipline_of_modifier) > 0


@fact(Scope.LINE, "yes/no", "The line is a timed code and billed.")
def is_timed_and_billed(is_timed, is_billed):
    return is_timed and is_billed


@fact(Scope.LINE, "yes/no", "The line is a service whatever the minutes, and billed.")
def is_untimed_and_billed(is_untimed, is_billed):
    return is_untimed and is_billed


@fact(Scope.LINE, "elements", "How many of deficit, technique and skill the note shows.")
def retraining_elements_shown(deficit_shown, technique_shown, skill_shown):
    return deficit_shown + technique_shown + skill_shown


@fact(
    Scope.LINE, "elements", "How many of deficit, technique, skill, response and goal are missing."
)
def retraining_elements_missing(retraining_elements_shown, response_shown, goal_shown):
    return 5 - retraining_elements_shown - response_shown - goal_shown


@fact(Scope.LINE, "yes/no", "The place of service is one of telehealth.")
def is_place_of_telehealth(place_of_service):
    return place_of_service in (2, 10)


@fact(Scope.LINE, "yes/no", "Place or modifier say that the line was given by telehealth.")
def is_by_telehealth(is_place_of_telehealth, has_telehealth_modifier):
    return is_place_of_telehealth or has_telehealth_modifier
