"""Appeal packets and answers to requests for records: a letter from facts, and the right pages.

Every sentence of a letter has the place of the fact it states; there is no other sentence. A
fact that nobody recorded leaves its sentence out and stands on the checklist. What the record
contradicts is not appealed: the packet says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from neuroreed.billing import timely
from neuroreed.billing.denials_evidence import Record
from neuroreed.billing.denials_nouns import WorkItem
from neuroreed.billing.timely import Deadline
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.model.findings import Finding
from neuroreed.model.money import dollars
from neuroreed.model.people import Clinic, Coverage, Patient
from neuroreed.policy import codes
from neuroreed.policy.sources import source

PAGES = {
    "timely": ("claim", "acknowledgement"),
    "authorization": ("authorization", "order", "plan_of_care"),
    "coverage": ("eligibility",),
    "duplicate": ("daily", "minutes"),
    "pair": ("daily", "minutes"),
    "mue": ("daily", "minutes", "evaluation", "plan_of_care"),
    "level": ("daily", "minutes", "progress_report", "plan_of_care"),
    "network": ("order",),
    "modifier": ("daily", "plan_of_care"),
    "threshold": ("plan_of_care", "progress_report", "daily", "measures"),
}
"""Which documents answer which cause; any other asks for the whole picture of necessity."""

WHOLE = (
    "order",
    "evaluation",
    "plan_of_care",
    "certification",
    "recertification",
    "progress_report",
    "daily",
    "minutes",
    "measures",
)
_KIND_WORDS = {
    "order": "order or referral",
    "evaluation": "evaluation",
    "plan_of_care": "plan of care",
    "certification": "certification",
    "progress_report": "progress report of the period",
    "daily": "treatment note of the date",
    "minutes": "minute log of the date",
    "measures": "list of outcome measures",
    "authorization": "authorization",
    "eligibility": "eligibility answer of the date",
    "claim": "claim as it was first filed",
    "acknowledgement": "payer's acknowledgement of the first filing",
}
_MUST = frozenset({"daily", "plan_of_care", "acknowledgement", "eligibility", "authorization"})
_OF_THE_DATE = frozenset({"daily", "minutes"})
_MAY_BE_LATER = frozenset({"certification", "acknowledgement", "progress_report"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a letter and the place of the fact it states."""

    text: str
    fact: str


@dataclass(frozen=True, slots=True)
class CitedRule:
    """A rule that the letter rests on, in our words, with its source."""

    says: str
    source: str
    title: str
    link: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the record that may go into a packet; ``kind`` as in the record packet.

    ``is_visit_note``: it is the note of a visit, whatever else it is: an evaluation, or a note
    that is the progress report too.
    """

    id: str
    kind: str
    on: date | None
    title: str
    status: str = ""
    pages: int | None = None
    is_visit_note: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One point of the checklist; ``done`` is ``None`` where only a person can tell."""

    says: str
    done: bool | None


@dataclass(frozen=True, slots=True)
class AppealPacket:
    """All of a packet but the pages themselves.

    ``documents`` go in, in the order of reviewers; ``absent`` were looked for and are not in
    the record. ``may_send`` is false while something that must be there is not; ``against``
    are the sentences of the record that speak against appealing at all.
    """

    title: str
    kind: str
    to: str
    reference: str
    letter: tuple[Sentence, ...]
    rules: tuple[CitedRule, ...]
    documents: tuple[Document, ...]
    absent: tuple[str, ...]
    checklist: tuple[Check, ...]
    against: tuple[str, ...]
    deadline: Deadline | None
    may_send: bool


@dataclass(frozen=True, slots=True)
class RecordsRequest:
    """A payer's request for records: its own number, dates of service, last day, its list."""

    reference: str
    payer_name: str
    first_day: date
    last_day: date
    due_on: date | None
    kinds: tuple[str, ...] = WHOLE
    claim_id: str = ""


def packet(
    items: Sequence[WorkItem],
    *,
    clinic: Clinic,
    patient: Patient,
    coverage: Coverage,
    record: Record,
    documents: Iterable[Document],
    findings: Sequence[Finding] = (),
    level: str = "redetermination",
    on: date,
) -> AppealPacket:
    """The packet that appeals the denials of one claim.

    Args:
        items: sorted denials of one claim; they share the letter.
        record: the facts of the visit; what is ``None`` makes no sentence.
        documents: what the record has; the packet takes those that answer the causes.
        findings: of the audit; open ones speak against sending.
        level: of the appeal.
        on: today.

    Raises:
        BadInput: no denial, denials of several claims, or no such level.
    """
    if not items or len({one.denial.claim_id for one in items}) != 1:
        raise BadInput("An appeal is about the denials of one claim.")
    if level not in timely.LEVELS:
        raise BadInput(f"level: choose one of {', '.join(timely.LEVELS)}.")
    first = items[0].denial
    amount = sum(one.denial.amount_cents for one in items)
    deadline = None
    if record.appeal_notice_known:
        deadline = timely.appeal_deadline(
            first.payer, level, notice_on=first.answered_on, on=on, amount_cents=amount
        )
    wanted = list(dict.fromkeys(kind for one in items for kind in PAGES.get(one.cause, WHOLE)))
    days = {one.denial.date_of_service for one in items if one.denial.date_of_service}
    taken, absent = _choose(documents, wanted, days)
    against = [one.says for item in items for one in item.evidence if one.confirmed]
    against += [one.says for one in findings if one.severity == "stop" and one.says not in against]
    checklist = [
        *_checks(wanted, absent),
        Check("The denials are those of the payer's notice.", done=True),
        Check(
            "The last day has not passed." if deadline else "The payer's last day was looked up.",
            done=None if deadline is None else not deadline.has_passed,
        ),
        Check("Nothing in the record speaks against the appeal.", done=not against),
        Check("A clinician has read the letter against the note.", done=None),
        Check("The letter is signed.", done=None),
    ]
    return AppealPacket(
        title=f"Appeal of claim {first.claim_id}",
        kind=level,
        to=coverage.payer_name,
        reference=first.payer_control or first.claim_id,
        letter=_letter(items, clinic, patient, coverage, record, level),
        rules=_rules(items),
        documents=taken,
        absent=absent,
        checklist=tuple(checklist),
        against=tuple(against),
        deadline=deadline,
        may_send=not any(one.done is False for one in checklist),
    )


def records_packet(
    request: RecordsRequest,
    *,
    clinic: Clinic,
    patient: Patient,
    coverage: Coverage,
    documents: Iterable[Document],
    on: date,
) -> AppealPacket:
    """The answer to a request for records: what was asked for, what is there, what is not."""
    taken, absent = _choose(documents, list(request.kinds), set(), request)
    deadline = None
    if request.due_on is not None:
        left = (request.due_on - on).days
        says = f"The payer wants the records by {request.due_on}."
        deadline = Deadline("the records", request.due_on, left, says, (), "V")
    dates = (
        f"on {request.first_day}"
        if request.first_day == request.last_day
        else f"from {request.first_day} to {request.last_day}"
    )
    letter = [
        Sentence(
            f"This answers your request {request.reference} for the records of services {dates}.",
            "request.reference",
        ),
        *_who(clinic, patient, coverage),
        Sentence(f"{len(taken)} documents are enclosed, in the order of the index.", "documents"),
    ]
    checklist = (
        *_checks(request.kinds, absent),
        Check(
            "The last day has not passed." if deadline else "The payer's last day is recorded.",
            done=False if deadline is None else not deadline.has_passed,
        ),
        Check("Only this patient's pages are in the packet.", done=None),
    )
    return AppealPacket(
        title=f"Records for request {request.reference}",
        kind="records",
        to=request.payer_name,
        reference=request.reference,
        letter=tuple(letter),
        rules=(),
        documents=taken,
        absent=absent,
        checklist=checklist,
        against=(),
        deadline=deadline,
        may_send=bool(taken) and not any(one.done is False for one in checklist),
    )


def _choose(
    documents: Iterable[Document],
    wanted: Sequence[str],
    days: set[date],
    request: RecordsRequest | None = None,
) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    """The documents of the wanted kinds, in that order, and what is absent."""
    documents = tuple(documents)
    last = max(days, default=None) if request is None else request.last_day
    found: list[Document] = []
    absent: list[str] = []
    for kind in wanted:
        mine = []
        for one in documents:
            if one.kind != kind and not (kind == "daily" and one.is_visit_note):
                continue
            if kind in _OF_THE_DATE and one.on is not None:
                if request is None and days and one.on not in days:
                    continue
                if request and not request.first_day <= one.on <= request.last_day:
                    continue
            # what was written after the services explains them less than what was before
            is_later = kind not in _OF_THE_DATE and last and one.on and one.on > last
            if is_later and kind not in _MAY_BE_LATER:
                continue
            mine.append(one)
        mine.sort(key=lambda one: (one.on or date.min, one.id))
        found += [one for one in mine if one not in found]
        if not mine:
            absent.append(f"No {_KIND_WORDS.get(kind, kind.replace('_', ' '))} is in the record.")
        dates = {one.on for one in mine}
        if kind == "daily":
            absent += [f"No treatment note of {day}." for day in sorted(days - dates) if mine]
    return tuple(found), tuple(dict.fromkeys(absent))


def _checks(wanted: Sequence[str], absent: Sequence[str]) -> list[Check]:
    found = []
    for kind in wanted:
        words = _KIND_WORDS.get(kind, kind.replace("_", " "))
        lacks = any(f"No {words} " in one for one in absent) or (
            kind == "daily" and any("treatment note" in one for one in absent)
        )
        done = (False if kind in _MUST else None) if lacks else True
        found.append(Check(f"The {words} is enclosed.", done=done))
    return found


def _who(clinic: Clinic, patient: Patient, coverage: Coverage) -> list[Sentence]:
    return [
        Sentence(
            f"Patient: {patient.first_name} {patient.last_name}, born {patient.birth_date}, "
            f"member number {coverage.member_id}.",
            "patient",
        ),
        Sentence(f"Provider: {clinic.name}, NPI {clinic.npi}.", "clinic"),
    ]


def _letter(
    items: Sequence[WorkItem],
    clinic: Clinic,
    patient: Patient,
    coverage: Coverage,
    record: Record,
    level: str,
) -> tuple[Sentence, ...]:
    first = items[0].denial
    number = f" (your number {first.payer_control})" if first.payer_control else ""
    what = "a redetermination" if level == "redetermination" else f"the next level ({level})"
    found = [
        Sentence(
            f"We ask for {what} of claim {first.claim_id}{number}, decided on {first.answered_on}.",
            "remittance",
        ),
        *_who(clinic, patient, coverage),
    ]
    for one in items:
        denial = one.denial
        where = (
            "the claim"
            if denial.line_number is None
            else f"line {denial.line_number}, {denial.cpt} {' '.join(denial.modifiers)}".rstrip()
        )
        service = f" of {denial.date_of_service}" if denial.date_of_service else ""
        remarks = f", remark {', '.join(denial.remarks)}" if denial.remarks else ""
        found.append(
            Sentence(
                f"You did not pay {dollars(denial.amount_cents)} for {where}{service}: "
                f"{denial.group} {denial.carc}{remarks}.",
                f"remittance.{denial.claim_id}.{denial.line_number or 'claim'}",
            )
        )
        found += [
            Sentence(each.says, each.where) for each in one.evidence if each.confirmed is False
        ]
    return (*found, *_facts(items, record))


def _facts(items: Sequence[WorkItem], record: Record) -> list[Sentence]:
    """What the record says about the service; nothing for what it does not say."""
    found = []
    for cpt in dict.fromkeys(one.denial.cpt for one in items if one.denial.cpt):
        minutes, code = record.minutes.get(cpt), codes.get(cpt)
        label = f"{cpt} ({code.label})" if code else cpt
        if minutes is not None:
            text = f"The note records {minutes} minutes of {label}."
            found.append(Sentence(text, f"visit.minutes.{cpt}"))
        for start, end in record.bouts.get(cpt, ()):
            text = f"{cpt} was furnished from {start:%H:%M} to {end:%H:%M}."
            found.append(Sentence(text, f"visit.bouts.{cpt}"))
    if record.certified_until is not None:
        begin = f" from {record.certified_from}" if record.certified_from else ""
        text = f"The plan of care is certified{begin} until {record.certified_until}."
        found.append(Sentence(text, "plan_of_care.certified_until"))
    if record.plan_signed_on is not None:
        text = f"It was signed on {record.plan_signed_on}."
        found.append(Sentence(text, "plan_of_care.signed_on"))
    if record.authorization:
        text = f"Authorization {record.authorization}"
        if record.authorization_until:
            text += f", valid until {record.authorization_until}"
        found.append(Sentence(f"{text}.", "authorization"))
    if record.first_filed_on is not None:
        text = f"The claim was first filed on {record.first_filed_on}."
        found.append(Sentence(text, "claim.filed"))
    if record.accepted_on is not None:
        text = f"It was acknowledged on {record.accepted_on}."
        found.append(Sentence(text, "claim.acknowledged"))
    if record.kx_attested:
        text = "The clinician has stated that services above the threshold were necessary."
        found.append(Sentence(text, "plan_of_care.necessity"))
    return found


_GROUNDS = {
    "timely": ("cfr-424-44#One calendar year", "A claim is filed in time within the limit."),
    "level": ("cms-clm104-c05#20.2", "Units follow from the total timed minutes of the day."),
    "mue": ("cms-mue#Practitioner services", "Units above the list are payable with records."),
    "pair": ("cms-modifier-59#Separate time", "Two services of separate times are both payable."),
    "necessity": ("cms-bp102-c15#220.2", "Skilled therapy is covered where it is needed."),
    "threshold": ("ssa-1833g#KX threshold", "Above the threshold, necessity is attested by KX."),
    "modifier": ("cms-clm104-c05#20.1", "A line names its discipline by modifier."),
}


def _rules(items: Sequence[WorkItem]) -> tuple[CitedRule, ...]:
    found = []
    for cause in dict.fromkeys(one.cause for one in items):
        if cause in _GROUNDS:
            cite, says = _GROUNDS[cause]
            found.append(_cited(cite, says))
    for one in items:
        for each in one.evidence:
            if each.confirmed is False:
                found += [_cited(cite, "") for cite in each.cites]
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _cited(cite: str, says: str) -> CitedRule | None:
    name, _, section = cite.partition("#")
    try:
        known = source(name)
    except (NoParameter, KeyError):
        return None
    title = f"{known.title}, {section}" if section else known.title
    return CitedRule(says, cite, title, known.link, known.confidence)
