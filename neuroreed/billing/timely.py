"""Clocks of money: until when a claim may be filed, corrected, reopened or appealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.model.money import dollars
from neuroreed.policy.parameters import as_of
from neuroreed.policy.payers import profile

LEVELS = ("redetermination", "reconsideration", "hearing", "council", "court")
"""Levels of a Medicare appeal; a payer with its own levels has its limits in its contract."""

_WORDS = {
    "redetermination": "the first level of appeal (redetermination)",
    "reconsideration": "the second level of appeal (reconsideration)",
    "hearing": "a hearing before an administrative law judge",
    "council": "review by the Appeals Council",
    "court": "federal court",
}
_WITH_AMOUNT = frozenset({"hearing", "court"})


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for something. ``days_left`` is below zero when it has passed.

    ``confidence`` is V, S or K: how sure the limit is; only V was read in official text.
    """

    what: str
    last_day: date
    days_left: int
    says: str
    cites: tuple[str, ...]
    confidence: str

    @property
    def has_passed(self) -> bool:
        """Whether the last day is over."""
        return self.days_left < 0


@dataclass(frozen=True, slots=True)
class FilingClock:
    """How much of the filing limit is used.

    ``state``: open, half (first alarm), urgent (second alarm), late, or unknown when nobody
    has said the payer's limit. ``verified`` is false where the limit is not from official text.
    """

    state: str
    says: str
    used_days: int
    limit_days: int | None = None
    left_days: int | None = None
    last_day: date | None = None
    verified: bool = False


def clock(
    payer: str,
    dates_of_service: Iterable[date],
    *,
    on: date,
    limit_days: int | None = None,
) -> FilingClock:
    """The filing clock of a claim; its earliest date of service counts.

    Args:
        payer: id of a payer profile.
        dates_of_service: of the lines; at least one.
        on: the day of the question, or the day of filing.
        limit_days: of the clinic's own contract, instead of the profile's.

    Raises:
        BadInput: no date of service.

    Source: rule DENY-3.
    """
    days = sorted(dates_of_service)
    if not days:
        raise BadInput("A filing clock needs a date of service.")
    first = days[0]
    used = (on - first).days
    who = profile(payer, first)
    limit = limit_days if limit_days is not None else who.timely_filing_days
    if limit is None:
        says = f"{used} days since {first}. The filing limit of {who.name} is not in its profile."
        return FilingClock("unknown", says, used)
    last, left = first + timedelta(days=limit), limit - used
    share = used * 10**3
    first_alarm = as_of("timely_filing_first_alarm", on, payer=payer).value
    second_alarm = as_of("timely_filing_second_alarm", on, payer=payer).value
    verified = limit_days is not None or "timely_filing_days" not in who.unverified
    if used > limit:
        state, says = (
            "late",
            f"Too late since {last + timedelta(days=1)}: the limit is {limit} days.",
        )
    elif share >= limit * second_alarm:
        state, says = "urgent", f"{left} days left of {limit}: file by {last}."
    elif share >= limit * first_alarm:
        state, says = "half", f"{left} days left of {limit}: file by {last}."
    else:
        state, says = "open", f"{left} days left of {limit}, until {last}."
    if not verified:
        says += " The limit is not verified."
    return FilingClock(state, says, used, limit, left, last, verified)


def is_original_medicare(payer: str, on: date) -> bool:
    """Whether the levels of appeal and the reopening of Medicare are this payer's."""
    return profile(payer, on).claim_filing_code == "MB"


def _deadline(
    what: str, last: date, on: date, because: str, cite: str, confidence: str
) -> Deadline:
    left = (last - on).days
    when = f"{left} days left" if left >= 0 else f"passed {-left} days ago"
    return Deadline(what, last, left, f"{because} Last day {last}: {when}.", (cite,), confidence)


def appeal_deadline(
    payer: str,
    level: str,
    *,
    notice_on: date,
    on: date,
    amount_cents: int | None = None,
) -> Deadline | None:
    """The last day of one level of appeal, or ``None`` when nobody has said the payer's limit.

    The notice counts as received some days after its date (rule DENY-2). Where a level needs
    a least amount in controversy and ``amount_cents`` is lower, the sentence says so.

    Raises:
        BadInput: no level of that name.
    """
    if level not in LEVELS:
        raise BadInput(f"level: choose one of {', '.join(LEVELS)}.")
    if not is_original_medicare(payer, notice_on):
        return None
    try:
        limit = as_of(f"appeal_{level}_days", notice_on, payer=payer)
        receipt = as_of("appeal_receipt_days", notice_on, payer=payer)
    except NoParameter:
        return None
    last = notice_on + timedelta(days=receipt.value + limit.value)
    because = (
        f"{limit.value} days for {_WORDS[level]}, from receipt; the notice of {notice_on} "
        f"counts as received {receipt.value} days later."
    )
    if level in _WITH_AMOUNT and amount_cents is not None:
        try:
            least = as_of(f"appeal_{level}_amount", on, payer=payer)
        except NoParameter:
            because += " The least amount in controversy is not known for this year."
        else:
            if amount_cents < least.value:
                because += (
                    f" At least {dollars(least.value)} must be in controversy; "
                    f"this is {dollars(amount_cents)}: join claims or stop here."
                )
    return _deadline(_WORDS[level], last, on, because, limit.cite, limit.confidence)


def correction_deadline(
    payer: str, *, dates_of_service: Iterable[date], answered_on: date, on: date
) -> Deadline | None:
    """The last day for a corrected claim, counted from the answer; ``None`` when unknown."""
    days = sorted(dates_of_service)
    who = profile(payer, days[0] if days else answered_on)
    if who.corrected_claim_days is None:
        return None
    verified = "corrected_claim_days" not in who.unverified
    return _deadline(
        "a corrected claim",
        answered_on + timedelta(days=who.corrected_claim_days),
        on,
        f"{who.corrected_claim_days} days from the answer for a corrected claim.",
        f"payer:{who.id}#corrected_claim_days",
        "V" if verified else "K",
    )


def reopening_deadline(payer: str, *, answered_on: date, on: date) -> Deadline | None:
    """The last day to have a clerical error reopened; ``None`` where the payer has no such way."""
    if not is_original_medicare(payer, answered_on):
        return None
    try:
        limit = as_of("reopening_days", answered_on, payer=payer)
    except NoParameter:
        return None
    return _deadline(
        "reopening for a clerical error",
        answered_on + timedelta(days=limit.value),
        on,
        f"{limit.value} days from the answer to have a clerical error reopened.",
        limit.cite,
        limit.confidence,
    )


def filing_deadline(payer: str, *, dates_of_service: Iterable[date], on: date) -> Deadline | None:
    """The last day to file, for a denied claim that has to be sent anew."""
    found = clock(payer, dates_of_service, on=on)
    if found.last_day is None or found.left_days is None:
        return None
    return Deadline(
        "a new claim",
        found.last_day,
        found.left_days,
        found.says,
        (f"payer:{payer}#timely_filing_days",),
        "V" if found.verified else "K",
    )
