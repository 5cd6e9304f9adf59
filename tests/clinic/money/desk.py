"""The claims desk of the tests: signed visits, released claims, a folder for the exchange."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from neuroreed.clinic.models import Claim, ClaimFile, Visit
from neuroreed.clinic.services import claims, history, receiving, sending
from neuroreed.clinic.services.history import PastActivity, PastVisit
from tests.clinic import world
from tests.clinic.world import TODAY, at

FACTS = {
    "goal_ids": ["G1"],
    "impairment_categories": ["balance"],
    "body_region": "trunk_and_left_leg",
    "task": "weight shift to the left foot",
    "position": "standing",
    "sets": 3,
    "duration_s": 30,
    "assist_level": "contact_guard",
    "guarding": "gait_belt",
    "dosage": {
        "surface": "foam",
        "base_of_support": "semi_tandem",
        "vision": "eyes_open",
        "guarding": "gait_belt",
    },
    "cues": [{"type": "tactile", "content": "left pelvis forward", "error": "trunk lean right"}],
    "error_observed": {"fault": "trunk lean right", "start": 6},
    "response": {"metric": "losses_of_balance", "unit": "count_per_30s", "start": 6, "end": 3},
    "decision": {"value": "progress", "trigger": "losses 3 or fewer in 30 s", "change": "firm"},
}
LATER = at(12)


@dataclass
class Desk:
    """The clinic, its claims and where files go."""

    world: world.World
    address: str
    visits: list[Visit] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    @property
    def biller(self) -> Any:
        return self.world.people["biller"]

    @property
    def folder(self) -> Path:
        """The root of the exchange."""
        return Path(self.address.partition(":")[2])

    def file(self) -> ClaimFile:
        """All claims in one file."""
        return claims.file(self.biller, [claim.pk for claim in self.claims], at=at(11))

    def sent(self) -> ClaimFile:
        """All claims filed and sent."""
        file = self.file()
        done = sending.deliver(self.biller, at=at(11, 5), address=self.address)
        assert (done.sent, done.failed) == (1, 0)
        return file

    def take(self, content: bytes, name: str = "answer.x12", moment: Any = LATER) -> Any:
        """Drop a file on the desk."""
        return receiving.take(self.biller, name, content, at=moment)


def past_visit(made: world.World, days_ago: int) -> Visit:
    """A signed visit of some days ago: 25 minutes of 97112, 15 of 97116."""
    day = TODAY - timedelta(days=days_ago)
    coverage = made.patient.coverages.first()
    note = history.record_signed(
        made.therapist,
        PastVisit(
            episode=made.episode,
            plan=made.plan,
            coverage=coverage,
            clinician=made.therapist,
            scheduled_at=at(9, day=day),
            activities=(
                PastActivity("97112", "static_balance", at(9, day=day), at(9, 25, day=day), FACTS),
                PastActivity("97116", "gait_training", at(9, 25, day=day), at(9, 40, day=day)),
            ),
            ended_at=at(9, 40, day=day),
            facts={"hep": {"items": 3, "reviewed": True}},
        ),
        at=at(10, day=day),
    )
    return note.visit


def make(made: world.World, address: str, count: int = 3) -> Desk:
    """Some signed visits, released."""
    found = Desk(made, address)
    for days_ago in range(count, 0, -1):
        visit = past_visit(made, days_ago)
        found.visits.append(visit)
        found.claims.append(claims.release(made.biller, visit.pk, at=at(10, 30)))
    return found
