"""What was paid beside what should have been, line by line.

The comparison is of the allowed amount, because a deductible moves money between payer and
patient without making either wrong. Medicare's lines are priced with all lines of the
patient's day, whatever claims they stand on, for the multiple procedure reduction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from neuroreed.billing import fees
from neuroreed.billing.contract import Schedule
from neuroreed.billing.expectation import ExpectedLine
from neuroreed.billing.payment import share_of
from neuroreed.billing.remittance_adjustments import PATIENT_SHARE, Effect, effect
from neuroreed.billing.remittance_match import Match, sequence_of
from neuroreed.billing.remittance_sent import SentClaim
from neuroreed.model.claims import ClaimLine
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.model.money import cents, dollars
from neuroreed.model.remittance import Adjustment, RemittanceLine
from neuroreed.policy.parameters import as_of

SEQUESTRATION = "253"
MULTIPLE_PROCEDURE = "59"
LineKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class LineDifference:
    """One paid line beside its expectation; amounts in cents, ``None`` where unknown.

    ``verdict``: as_expected, underpaid, overpaid, patient_share_differs, denied, or unknown.
    ``allowed_cents`` is what payer, patient, assistant cut and sequestration make together.
    ``off_by_cents`` is allowed less expected: below zero is underpaid.
    """

    claim_id: str
    line_number: int
    cpt: str
    units: Decimal
    payer: str
    date_of_service: date | None
    verdict: str
    paid_cents: int
    allowed_cents: int
    expected_cents: int | None
    expected_paid_cents: int | None
    off_by_cents: int | None
    tolerance_cents: int
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overpayment:
    """Money that is not ours: to be reported and returned by a last day."""

    difference: LineDifference
    amount_cents: int
    identified_on: date
    report_by: date
    says: str
    cite: str
    confidence: str


def expect_claims(
    sent: Iterable[SentClaim],
    *,
    mac: str | None = None,
    locality: str | None = None,
    zip5: str | None = None,
    participating: bool = True,
    schedules: Mapping[str, Schedule] | None = None,
    deductible_left_cents: Mapping[str, int | None] | None = None,
    without: Collection[LineKey] = (),
) -> dict[LineKey, ExpectedLine]:
    """What each line of some claims should bring, by claim number and line number.

    Claims of one patient, date, payer and billing provider are priced together. A line that
    cannot be priced is there with its reason in ``because``.

    Args:
        sent: give every claim of the patients' days; a missing one changes the reduction.
        mac: contract and locality of the fee schedule, or ``zip5``; where its year has no
            table the prices are national, and say so.
        participating: the clinic takes part in Medicare.
        schedules: the terms of contracts, by payer.
        deductible_left_cents: by patient; what was left before the first of these claims,
            used up date by date.
        without: lines that the payer denied: they neither use a deductible nor take the
            unit that the reduction leaves whole.
    """
    days: dict[tuple[str, str, str, date], list[tuple[SentClaim, ClaimLine]]] = defaultdict(list)
    found: dict[LineKey, ExpectedLine] = {}
    for one in sent:
        who = one.patient_id or one.claim.subscriber.member_id
        for line in one.claim.lines:
            if (one.claim_id, line.line_number) in without:
                continue
            if line.date_of_service is None or line.units != line.units.to_integral_value():
                found[(one.claim_id, line.line_number)] = _unpriced(
                    line, "The line has no date of service or no whole units"
                )
                continue
            npi = one.claim.billing_provider.npi
            days[(one.payer, who, npi, line.date_of_service)].append((one, line))
    left = dict(deductible_left_cents or {})
    for (payer, who, _, day), lines in sorted(days.items(), key=lambda each: each[0][3]):
        # what is paid once a day stands on the same claim whichever of them is answered first
        lines.sort(key=lambda each: (each[0].claim_id, each[1].line_number))
        try:
            paid, caveat = _priced(
                lines,
                day,
                payer,
                places=((mac, locality, zip5), (None, None, None)),
                participating=participating,
                schedule=(schedules or {}).get(payer),
                deductible_left=_left(left, who),
            )
        except (NoParameter, BadInput) as error:
            for one, line in lines:
                found[(one.claim_id, line.line_number)] = _unpriced(line, str(error))
            continue
        used = paid.deductible
        before = left.get(who)
        if used is not None and before is not None:
            left[who] = max(0, before - cents(used))
        for (one, line), expected in zip(lines, paid.lines, strict=True):
            found[(one.claim_id, line.line_number)] = replace(expected, caveat=caveat)
    return found


def _priced(
    lines: Sequence[tuple[SentClaim, ClaimLine]],
    day: date,
    payer: str,
    *,
    places: Sequence[tuple[str | None, str | None, str | None]],
    participating: bool,
    schedule: Schedule | None,
    deductible_left: Decimal | None,
) -> tuple[fees.ExpectedPayment, str]:
    """The payment of a day at the first place that has a table, and what that leaves open."""
    caveat = ""
    for place, (mac, locality, zip5) in enumerate(places, 1):
        try:
            return fees.expected(
                [
                    (line.procedure.code, int(line.units), line.procedure.modifiers)
                    for _, line in lines
                ],
                on=day,
                payer=payer,
                mac=mac,
                locality=locality,
                zip5=zip5,
                participating=participating,
                charges=[dollars(line.charge_cents) for _, line in lines],
                schedule=schedule,
                deductible_left=deductible_left,
            ), caveat
        except NoParameter as error:
            if place == len(places) or (mac, zip5) == (None, None):
                raise
            caveat = f"{error} The expectation is the national price, not the local one."
    raise AssertionError("one place at least was given")


def _left(left: Mapping[str, int | None], who: str) -> Decimal | None:
    if who not in left:
        return Decimal(0)
    amount = left[who]
    return None if amount is None else dollars(amount)


def _unpriced(line: ClaimLine, because: str) -> ExpectedLine:
    units = int(line.units) if line.units == line.units.to_integral_value() else 0
    return ExpectedLine(line.procedure.code, units, line.procedure.modifiers, because=because)


def compare(
    match: Match, expected: Mapping[LineKey, ExpectedLine], *, on: date
) -> tuple[LineDifference, ...]:
    """Each answered line beside its expectation.

    Lines of a reversal are not compared, nor those of a later payer or without a match.
    Several parts of one line count together.

    Args:
        match: a matched answer.
        expected: by claim number and line number, from ``expect_claims``.
        on: the day of the answer, for the tolerance of rounding (rule PAY-7).
    """
    sent = match.sent
    if sent is None or match.answer.is_reversal or sequence_of(match.answer, sent) != "P":
        return ()
    parts: dict[int, list[RemittanceLine]] = defaultdict(list)
    for place, line in zip(match.lines, match.answer.lines, strict=True):
        if place.line_number is not None:
            parts[place.line_number].append(line)
    found = []
    for number, lines in parts.items():
        ours = sent.line(number)
        if ours is not None:
            found.append(_difference(sent, ours, lines, expected.get((sent.claim_id, number)), on))
    together = {
        number
        for number in parts
        if (one := expected.get((sent.claim_id, number))) is not None and one.together
    }
    return _pooled(found, together)


def _pooled(found: list[LineDifference], together: Collection[int]) -> tuple[LineDifference, ...]:
    """Lines that are paid as one differ only by their sum, which is told on the first of them."""
    pool = [one for one in found if one.line_number in together and one.off_by_cents is not None]
    if not pool:
        return tuple(found)
    off = sum(one.off_by_cents or 0 for one in pool)
    tolerance = sum(one.tolerance_cents for one in pool)
    verdict = "as_expected" if abs(off) <= tolerance else "underpaid" if off < 0 else "overpaid"
    because: tuple[str, ...] = ()
    if verdict != "as_expected":
        whole = dollars(sum(one.expected_cents or 0 for one in pool))
        because = (f"The contract allows {whole} for these lines together.",)
    first = replace(
        pool[0], verdict=verdict, off_by_cents=off, tolerance_cents=tolerance, because=because
    )
    rest = {
        one.line_number: replace(one, verdict="as_expected", off_by_cents=0, because=())
        for one in pool[1:]
    }
    return tuple(first if one is pool[0] else rest.get(one.line_number, one) for one in found)


def _difference(
    sent: SentClaim,
    ours: ClaimLine,
    lines: Sequence[RemittanceLine],
    expected: ExpectedLine | None,
    on: date,
) -> LineDifference:
    adjustments = [one for line in lines for one in line.adjustments]
    paid = sum(line.paid_cents or 0 for line in lines)
    shared = _sum(one for one in adjustments if one.group == "PR" and one.carc in PATIENT_SHARE)
    held = _sum(one for one in adjustments if one.carc == SEQUESTRATION)
    denied = _sum(
        one for one in adjustments if effect(one) in (Effect.DENIED, Effect.PATIENT_TO_CHECK)
    )
    allowed = paid + shared + held
    ours_day = ours.date_of_service or on
    each = as_of("remittance_tolerance", on, payer=sent.payer).value
    tolerance = int(each * max(ours.units, Decimal(1)))
    want = None if expected is None or expected.allowed is None else cents(expected.allowed)
    cut = 0
    if want is not None and expected is not None and expected.assistant_cut:
        # told as an ordinary contract adjustment; it is taken off what the patient's share leaves
        share = max(0, want - shared)
        cut = share - share_of(share, as_of("assistant_payment", ours_day).value)
    pays = None if expected is None or expected.payer_pays is None else cents(expected.payer_pays)
    off: int | None = None
    because: list[str] = []
    if denied:
        verdict = "denied"
        because.append(f"{dollars(denied)} were denied.")
    elif want is None or expected is None:
        verdict = "unknown"
        because.append(expected.because if expected and expected.because else "No expectation.")
    else:
        off = allowed + cut - want
        verdict = "as_expected"
        if abs(off) > tolerance:
            verdict = "underpaid" if off < 0 else "overpaid"
            because += _why(expected, adjustments, off, tolerance)
            because += [expected.caveat] if expected.caveat else []
        elif pays is not None and abs(paid - pays) > tolerance:
            verdict = "patient_share_differs"
            because.append(
                f"Allowed as expected; the payer pays {dollars(paid)} and not {dollars(pays)}, "
                f"the patient's share is {dollars(shared)}."
            )
    return LineDifference(
        claim_id=sent.claim_id,
        line_number=ours.line_number,
        cpt=ours.procedure.code,
        units=ours.units,
        payer=sent.payer,
        date_of_service=ours.date_of_service,
        verdict=verdict,
        paid_cents=paid,
        allowed_cents=allowed,
        expected_cents=want,
        expected_paid_cents=pays,
        off_by_cents=off,
        tolerance_cents=tolerance,
        because=tuple(because),
    )


def _sum(adjustments: Iterable[Adjustment]) -> int:
    return sum(one.amount_cents for one in adjustments)


def _why(
    expected: ExpectedLine, adjustments: Sequence[Adjustment], off: int, tolerance: int
) -> list[str]:
    """What may explain a difference: each is a calculation that meets the amount."""
    found = []
    full, reduced = expected.unit_fee, expected.reduced_unit_fee
    if full is not None and reduced is not None and full != reduced:
        step = cents(full) - cents(reduced)
        times = round(off / step)
        if times and abs(off - times * step) <= tolerance and abs(times) <= expected.units:
            units = "one unit" if abs(times) == 1 else f"{abs(times)} units"
            found.append(
                f"As if {units} {'more' if times < 0 else 'fewer'} had been reduced by the "
                "multiple procedure rule."
            )
    if full is not None:
        per_unit = cents(full if expected.units_in_full else reduced or full)
        times = round(off / per_unit) if per_unit else 0
        if times and abs(off - times * per_unit) <= tolerance:
            found.append(f"As if {abs(times)} units {'fewer' if times < 0 else 'more'} were paid.")
    cut = expected.assistant_cut
    if cut is not None and cut and abs(abs(off) - cents(cut)) <= tolerance:
        found.append("The difference is the cut for an assistant.")
    if off < 0 and any(one.carc == MULTIPLE_PROCEDURE for one in adjustments) and not found:
        found.append("The payer reduced it under the multiple procedure rule.")
    return found or [f"{dollars(abs(off))} that no reduction we know explains."]


def underpayments(differences: Iterable[LineDifference]) -> tuple[LineDifference, ...]:
    """Underpaid lines, most money first."""
    found = [one for one in differences if one.verdict == "underpaid"]
    return tuple(sorted(found, key=lambda one: (one.off_by_cents or 0, one.claim_id)))


def overpayments(
    differences: Iterable[LineDifference], *, identified_on: date
) -> tuple[Overpayment, ...]:
    """Overpaid lines with the day by which they are to be reported and returned, most first.

    A payer without a limit of its own is given the one of Medicare, which is the shortest known.
    """
    found = []
    for one in differences:
        if one.verdict != "overpaid" or one.off_by_cents is None:
            continue
        try:
            limit = as_of("overpayment_report_days", identified_on, payer=one.payer)
        except NoParameter:
            limit = as_of("overpayment_report_days", identified_on)
        last = identified_on + timedelta(days=limit.value)
        says = (
            f"{dollars(one.off_by_cents)} more than expected: look, and return it by {last} "
            f"({limit.value} days from {identified_on}) if it is an overpayment."
        )
        found.append(
            Overpayment(
                one, one.off_by_cents, identified_on, last, says, limit.cite, limit.confidence
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.amount_cents, one.difference.claim_id)))
