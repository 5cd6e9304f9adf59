"""The faults that the invented clinic holds on purpose, and where they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One planted fault. ``patient`` is a last name; ``visit`` counts the patient's visits

    from 1, the evaluation first; 0 means the plan or the whole course. ``shows_in`` says
    where it must be found: findings, documentation, day_board or session.
    """

    id: str
    what: str
    patient: str
    visit: int
    shows_in: str


FAULTS = (
    Fault("overlap", "one therapist, two patients, the same minutes", "Dogwoods", 6, "findings"),
    Fault(
        "units_over_minutes", "more units billed than the minutes support", "Firbank", 7, "findings"
    ),
    Fault(
        "missing_gp", "a therapy line without its discipline modifier", "Birchwell", 8, "findings"
    ),
    Fault("needless_59", "59 on a code that no pair bundles", "Maplestead", 7, "findings"),
    Fault("missing_cq", "an assistant's units without CQ", "Pinecroft", 6, "findings"),
    Fault(
        "kx_unattested",
        "the visit crosses the yearly threshold, no statement",
        "Alderton",
        14,
        "findings",
    ),
    Fault(
        "late_certification",
        "treated after the 30th day while the plan was not signed",
        "Elmsworth",
        6,
        "findings",
    ),
    Fault(
        "report_overdue",
        "more than ten treatment days without a progress report",
        "Willowby",
        12,
        "findings",
    ),
    Fault(
        "authorization_used_up", "one visit more than the payer allowed", "Nogalera", 8, "findings"
    ),
    Fault("cloned", "the same facts as the visits before", "Lindenova", 6, "documentation"),
    Fault(
        "no_cue", "a 97112 activity without a cue or a decision", "Cedarholt", 8, "documentation"
    ),
    Fault(
        "goal_within_error",
        "a target closer to the start than the measure can tell",
        "Kapokson",
        0,
        "documentation",
    ),
    Fault("unsigned", "a note unsigned for more than a week", "Gumtree", 5, "day_board"),
    Fault("left_running", "a clock left running since yesterday", "Hawthornby", 8, "session"),
)


def of(patient: str, visit: int) -> frozenset[str]:
    """The faults of one visit of one patient."""
    return frozenset(f.id for f in FAULTS if f.patient == patient and f.visit == visit)


# honest visits whose dose was held: the visit with this number repeats the one before, and says why
STEADY = {
    "Oakhurst": (5, "Dose held steady: dizzy after a new medicine, so nothing was made harder."),
    "Sequoyan": (5, "Same dose as last time after a hot weekend with more fatigue."),
    "Tamarisk": (6, "Knee swollen after a long walk: held at the last dose until it settles."),
}
