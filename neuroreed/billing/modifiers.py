"""Modifiers: what the record supports is proposed, what it does not is refused with the reason.

Nothing is added silently. ``propose`` answers for the lines of one visit; ``put_in_order``
brings what was accepted into the payer's order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from neuroreed.billing import separate_time
from neuroreed.billing.assistants import MODIFIERS as ASSISTANT_MODIFIERS
from neuroreed.billing.proposals import (
    Answer,
    BilledLine,
    ModifierContext,
    ModifierProposals,
    Proposal,
    Refusal,
    propose_on,
    refuse_on,
)
from neuroreed.billing.thresholds import needs_kx, threshold
from neuroreed.billing.timing import is_timed_15
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.model.money import dollars
from neuroreed.model.people import Discipline
from neuroreed.policy import codes
from neuroreed.policy.parameters import as_of
from neuroreed.policy.payers import Payer, profile

__all__ = [
    "BilledLine",
    "ModifierContext",
    "ModifierProposals",
    "Proposal",
    "Refusal",
    "propose",
    "put_in_order",
]

DISCIPLINE_MODIFIERS = {Discipline.PT: "GP", Discipline.OT: "GO", Discipline.SLP: "GN"}
TELEHEALTH = {"video": "95", "audio": "93"}
LIABILITY = ("not_necessary", "statutory")
RULES = "practice-knowledge"
WRONG_ON_ANY_LINE = {
    "25": "25 belongs to evaluation and management, never to a therapy line",
    "53": "53 is for a procedure that had to be stopped; say so in the note and bill by hand",
    "76": "a second session of a timed code is added to the first, not billed as a repeat",
    "77": "a second session of a timed code is added to the first, not billed as a repeat",
}
WRONG_ON_TIMED_LINES = {
    "22": "a timed code shows more work by more minutes, not by 22",
    "50": "a timed code is not billed by side",
    "52": "52 is no way to bill minutes that do not earn a unit",
    "LT": "a timed code is not billed by side",
    "RT": "a timed code is not billed by side",
}


def propose(lines: Sequence[BilledLine], context: ModifierContext) -> ModifierProposals:
    """The modifiers of the lines of one visit.

    Args:
        lines: in the order of the claim; a code is on two lines where CQ or CO splits it.
        context: date, discipline, payer, accrual, notices and what a person accepted.

    Raises:
        NoParameter: a payer without a profile.
        BadInput: a telehealth or liability word that does not exist.

    Source: rules MODS-1 to MODS-11.
    """
    payer = profile(context.payer, context.on)
    if context.telehealth is not None and context.telehealth not in TELEHEALTH:
        raise BadInput(f"Telehealth is video or audio, not {context.telehealth!r}.")
    for word in context.liability.values():
        if word not in LIABILITY:
            raise BadInput(f"A denial is expected as {' or '.join(LIABILITY)}, not {word!r}.")
    answers: list[Answer] = []
    for line in lines:
        answers += _discipline(line, context, payer)
        answers += _assistant(line, context, payer)
        answers += _telehealth(line, context)
        answers += _liability(line, context, payer)
        answers += _habilitative(line, context, payer)
    answers += separate_time.answers(lines, context, payer)
    answers += _threshold(lines, context, payer)
    answers += _unsupported(lines, context, answers)
    answers.sort(key=lambda answer: answer.line_number)
    return ModifierProposals(
        tuple(answer for answer in answers if isinstance(answer, Proposal)),
        tuple(answer for answer in answers if isinstance(answer, Refusal)),
    )


def put_in_order(modifiers: Iterable[str], payer: Payer) -> tuple[str, ...]:
    """Modifiers in the order the payer prefers, each once; the unknown ones last.

    Source: rule MODS-11.
    """
    groups = {group: place for place, group in enumerate(payer.modifier_order)}
    known = codes.modifiers()

    def place(modifier: str) -> int:
        group = known[modifier].category if modifier in known else ""
        return groups.get(group, len(groups))

    return tuple(sorted(dict.fromkeys(modifiers), key=place))


def most_modifiers(on: date) -> int:
    """How many modifiers a line holds."""
    return as_of("modifiers_per_line", on).value


def _discipline(line: BilledLine, context: ModifierContext, payer: Payer) -> list[Answer]:
    modifier = DISCIPLINE_MODIFIERS[context.discipline]
    code = codes.get(line.cpt)
    if payer.requires_discipline_modifier is False or code is None:
        return []
    if payer.requires_discipline_modifier is None:
        missing = f"Nobody has said whether {payer.name} wants {modifier}: set it in its profile."
        return [refuse_on(line, modifier, missing, f"payer profile {payer.id}")]
    if code.required_modifier not in (None, modifier):
        missing = (
            f"{line.cpt} may only carry {code.required_modifier}, "
            f"and this visit belongs to a plan of {context.discipline}."
        )
        return [refuse_on(line, modifier, missing, "cms-therapy-services#CODES-4")]
    if context.discipline.value not in code.disciplines:
        missing = f"{line.cpt} does not belong to {context.discipline}."
        return [refuse_on(line, modifier, missing, "cms-therapy-services")]
    if not context.under_plan and code.listing != "always":
        missing = f"{line.cpt} takes {modifier} only under a therapy plan of care; there is none."
        return [refuse_on(line, modifier, missing, "cms-clm104-c05#20.1")]
    because = (
        f"{line.cpt} was furnished under a {context.discipline} plan of care."
        if context.under_plan
        else f"{line.cpt} is always therapy and was furnished in {context.discipline}; "
        "no plan of care is named."
    )
    return [
        propose_on(
            line,
            modifier,
            because,
            "cms-clm104-c05#20.1",
            needs_acceptance=False,
            discipline=context.discipline,
            listing=code.listing,
        )
    ]


def _assistant(line: BilledLine, context: ModifierContext, payer: Payer) -> list[Answer]:
    modifier = ASSISTANT_MODIFIERS[context.discipline]
    if modifier is None or line.by_assistant is False:
        return []
    if line.by_assistant is None:
        if not payer.requires_cq_co:
            return []
        missing = f"Who furnished the minutes of {line.cpt}, therapist or assistant, is missing."
        return [refuse_on(line, modifier, missing, "ssa-1834v")]
    if payer.requires_cq_co is None:
        missing = f"Nobody has said whether {payer.name} wants {modifier}: set it in its profile."
        return [refuse_on(line, modifier, missing, f"payer profile {payer.id}")]
    if payer.requires_cq_co is False:
        return []
    code = codes.get(line.cpt)
    if code is not None and code.is_evaluation:
        missing = f"{line.cpt} is an evaluation, and assistants do not evaluate."
        return [refuse_on(line, modifier, missing, "cms-bp102-c15#230")]
    return [
        propose_on(
            line,
            modifier,
            f"An assistant furnished more than a tenth of {line.units} "
            f"{'unit' if line.units == 1 else 'units'} of {line.cpt}: therapist "
            f"{line.therapist_minutes}, assistant {line.assistant_minutes} minutes.",
            "ssa-1834v",
            needs_acceptance=False,
            therapist_minutes=line.therapist_minutes,
            assistant_minutes=line.assistant_minutes,
        )
    ]


def _telehealth(line: BilledLine, context: ModifierContext) -> list[Answer]:
    if context.telehealth is None:
        return []
    modifier = TELEHEALTH[context.telehealth]
    try:
        allowed = as_of("telehealth_therapy", context.on, payer=context.payer)
    except NoParameter:
        missing = f"No rule at hand lets {context.payer} pay telehealth on {context.on}."
        return [refuse_on(line, modifier, missing, "telehealth-therapists")]
    code = codes.get(line.cpt)
    if code is None or code.telehealth_since is None or code.telehealth_since > context.on:
        told = "is not" if code is None or code.telehealth_is_told else "may or may not be"
        missing = f"{line.cpt} {told} on the telehealth list on {context.on}."
        return [refuse_on(line, modifier, missing, allowed.cite)]
    return [
        propose_on(
            line,
            modifier,
            f"{line.cpt} was furnished by live {context.telehealth}; place of service 10 at home, "
            "else 02.",
            allowed.cite,
            needs_acceptance=False,
            telehealth=context.telehealth,
        )
    ]


def _liability(line: BilledLine, context: ModifierContext, payer: Payer) -> list[Answer]:
    expected = context.liability.get(line.cpt)
    if expected is None:
        return []
    signed = context.abn_signed_on
    in_time = signed is not None and signed <= context.on
    modifier = "GY" if expected == "statutory" else "GA" if signed is not None else "GZ"
    source = "ngs-abn"
    if not payer.abn_modifiers:
        missing = f"{payer.name} does not use notices of Original Medicare."
        return [refuse_on(line, modifier, missing, source)]
    if expected == "statutory":
        because = f"The law excludes {line.cpt} here; the patient is liable."
        found: list[Answer] = [
            propose_on(line, "GY", because, source, needs_acceptance=True, expected=expected)
        ]
        if in_time:
            because = f"The patient signed a voluntary notice on {signed}."
            found.append(propose_on(line, "GX", because, source, needs_acceptance=True, abn=signed))
        return found
    if signed is not None and not in_time:
        missing = f"The notice was signed on {signed}, after the service; it must come before."
        return [refuse_on(line, "GA", missing, source)]
    if in_time:
        because = f"A denial of {line.cpt} is expected and the patient signed a notice on {signed}."
    else:
        because = f"A denial of {line.cpt} is expected and no notice is on file; we are liable."
    return [propose_on(line, modifier, because, source, needs_acceptance=True, expected=expected)]


def _habilitative(line: BilledLine, context: ModifierContext, payer: Payer) -> list[Answer]:
    if not payer.requires_96_97:
        return []
    source = f"payer profile {payer.id}"
    if context.habilitative is None:
        missing = "Whether a skill is learned (96) or regained (97) is not recorded."
        return [refuse_on(line, "97", missing, source)]
    modifier = "96" if context.habilitative else "97"
    because = "A skill is learned anew." if context.habilitative else "A lost skill is regained."
    return [propose_on(line, modifier, because, source, needs_acceptance=True)]


def _threshold(lines: Sequence[BilledLine], context: ModifierContext, payer: Payer) -> list[Answer]:
    """KX on the line that crosses the threshold and on every later one, with attestation."""
    wanted = {code for code, modifier in context.accepted if modifier == "KX"}
    if not payer.kx:
        told = "does not use the threshold" if payer.kx is False else "has no word on the threshold"
        return [
            refuse_on(line, "KX", f"{payer.name} {told}.", "ssa-1833g")
            for line in lines
            if line.cpt in wanted
        ]
    if not lines:
        return []
    try:
        limit = threshold(context.on, context.discipline)
    except NoParameter as gap:
        missing = f"The threshold of {context.on.year} is not at hand. {gap.closes_with}".strip()
        return [refuse_on(lines[0], "KX", missing, "ssa-1833g")]
    found: list[Answer] = []
    so_far = context.accrued_cents
    if so_far is None:
        missing = "What has accrued this year is not known: ask the payer and enter it."
        found.append(refuse_on(lines[0], "KX", missing, limit.cite))
    for line in lines:
        if so_far is None:
            break
        if line.allowed_cents is None:
            if so_far >= limit.value:
                found.append(_kx(line, context, so_far, limit.value, limit.cite))
            elif _accrues(line):
                missing = f"The allowed amount of {line.cpt} is not known, so the accrual is not."
                found.append(refuse_on(line, "KX", missing, limit.cite))
                so_far = None
            continue
        if needs_kx(so_far, line.allowed_cents, limit.value):
            found.append(_kx(line, context, so_far, limit.value, limit.cite))
        elif line.cpt in wanted:
            missing = (
                f"${dollars(so_far):,} of ${dollars(limit.value):,} has accrued; "
                f"{line.cpt} does not reach the threshold."
            )
            found.append(refuse_on(line, "KX", missing, limit.cite))
        so_far += line.allowed_cents
    return found


def _accrues(line: BilledLine) -> bool:
    """Whether a line without an amount may have one that nobody knows."""
    code = codes.get(line.cpt)
    return code is None or code.medicare == "payable"


def _kx(line: BilledLine, context: ModifierContext, so_far: int, limit: int, source: str) -> Answer:
    told = f"${dollars(so_far):,} accrued before {line.cpt}, threshold ${dollars(limit):,}"
    if context.liability.get(line.cpt) == "not_necessary":
        missing = "KX says necessary and GA or GZ says not: they contradict each other."
        return refuse_on(line, "KX", missing, "ngs-abn")
    if not context.attested_kx:
        missing = f"{told}: the clinician's statement why care is still necessary is missing."
        return refuse_on(line, "KX", missing, source)
    return propose_on(
        line,
        "KX",
        f"{told}, and the clinician states that care is necessary.",
        source,
        needs_acceptance=True,
        accrued=dollars(so_far),
        threshold=dollars(limit),
    )


def _unsupported(
    lines: Sequence[BilledLine], context: ModifierContext, answers: Sequence[Answer]
) -> list[Answer]:
    """A refusal for what a person asked for and nothing supports."""
    answered = {(answer.line_number, answer.modifier) for answer in answers}
    found: list[Answer] = []
    for line in lines:
        for code, modifier in sorted(context.accepted):
            if code != line.cpt or (line.line_number, modifier) in answered:
                continue
            found.append(refuse_on(line, modifier, _why_not(line, modifier), RULES))
    return found


def _why_not(line: BilledLine, modifier: str) -> str:
    if modifier in separate_time.BYPASS:
        return f"Separate times of one visit are shown by 59; nothing here supports {modifier}."
    if modifier in WRONG_ON_ANY_LINE:
        return f"{WRONG_ON_ANY_LINE[modifier]}."
    if modifier in WRONG_ON_TIMED_LINES and is_timed_15(line.cpt):
        return f"{WRONG_ON_TIMED_LINES[modifier]}."
    return f"Nothing in the record supports {modifier} on {line.cpt}."
