"""Reading the record: visits and claims, by the same permissions as the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from neuroreed.clinic import access
from neuroreed.clinic.plain import plain
from neuroreed.clinic.services import charges, visits
from neuroreed.web import clock

router = Router(tags=["record"])


@router.get("visits/{visit_id}", summary="One visit: minutes, units, charges, findings")
def visit(request: HttpRequest, visit_id: UUID) -> Any:
    """The state of a visit and, once it is signed, its charges."""
    state = visits.state(request.user, visit_id, at=clock.now())
    stored = charges.latest(request.user, visit_id)
    return {
        "id": str(visit_id),
        "state": state.state,
        "date_of_service": state.date_of_service.isoformat(),
        "timed_minutes": state.timed_minutes,
        "units": plain(state.units),
        "activities": [
            {"cpt": a.cpt, "technique": a.technique, "minutes": a.minutes, "facts": plain(a.facts)}
            for a in state.activities
        ],
        "charges": plain(stored.lines) if stored else [],
        "findings": plain(stored.findings if stored else state.findings),
    }


@router.get("claims", summary="The claim queue")
def claims(request: HttpRequest, state: str = "") -> Any:
    """Rows of the queue; people are named by their ids only."""
    return [
        {name: value for name, value in plain(row).items() if name not in {"patient_name"}}
        for row in access.claims(request.user, state=state)
    ]


@router.get("claims/{claim_id}", summary="One claim")
def claim(request: HttpRequest, claim_id: UUID) -> Any:
    """A claim as it was assembled, in the shape that ``read_x12`` gives."""
    view = access.claim_view(request.user, claim_id)
    return {"state": view.row.state, "number": view.row.number, "claim": plain(view.body)}
