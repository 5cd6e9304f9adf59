"""The treatment days of an episode and its reports, as the clocks of care count them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from neuroreed.care import progress
from neuroreed.clinic.models import Episode, Role, SignedNote, Visit
from neuroreed.policy import icd10

GIVEN = (Visit.State.SIGNED, Visit.State.ENDED, Visit.State.OPEN)


def days(
    episode_id: Any, until: date, *, states: tuple[str, ...] = GIVEN
) -> list[progress.TreatmentDay]:
    """The dates of service of an episode, each with whether a therapist treated."""
    rows = Visit.objects.filter(
        episode_id=episode_id, date_of_service__lte=until, state__in=states
    ).values_list("date_of_service", "clinician__role")
    return [progress.TreatmentDay(on, role == Role.THERAPIST) for on, role in rows]


def reports(episode_id: Any, until: date) -> list[date]:
    """The dates on which a progress report was written."""
    rows = Visit.objects.filter(
        episode_id=episode_id, date_of_service__lte=until, has_progress_report=True
    )
    return list(rows.values_list("date_of_service", flat=True))


def number_in_period(visit: Visit) -> int:
    """Which treatment day since the last progress report a visit is, from 1."""
    on = visit.date_of_service
    every = [*days(visit.episode_id, on), progress.TreatmentDay(on)]
    return progress.ordinals(every, reports(visit.episode_id, on))[on]


def payer_of(episode: Episode, on: date) -> str:
    """The profile that judges the episode: of its last visit, else of the first coverage."""
    visit = (
        Visit.objects.filter(episode=episode, date_of_service__lte=on)
        .select_related("coverage")
        .order_by("-scheduled_at")
        .first()
    )
    if visit is not None:
        return str(visit.coverage.payer)
    first = episode.patient.coverages.order_by("sequence").first()
    return str(first.payer) if first else ""


def status(episode: Episode, on: date) -> progress.ProgressStatus:
    """What a visit on a day would mean for the progress report."""
    return progress.status(
        days(episode.pk, on), reports(episode.pk, on), on, payer=payer_of(episode, on)
    )


def cosigner(visit: Visit) -> dict[str, Any] | None:
    """Who co-signed the note of a visit, from the seal."""
    sealed = (
        SignedNote.objects.filter(visit=visit, kind="cosignature").select_related("signer").first()
    )
    if sealed is None:
        return None
    return {
        "credential": sealed.credential,
        "licensed": sealed.signer.licensed,
        "signed_at": sealed.at.date().isoformat(),
    }


def diagnoses(visit: Visit) -> tuple[list[str], list[str]]:
    """The medical and the treatment diagnoses of a visit: those it was signed with.

    Where one of these is known not to be billable on the date of service, those of the
    episode as it stands: that is what a correction is for.
    """
    now = (list(visit.episode.medical_diagnoses), list(visit.episode.treatment_diagnoses))
    if visit.state != Visit.State.SIGNED:
        return now
    sealed = SignedNote.objects.filter(visit=visit, kind="note").first()
    if sealed is None:
        return now
    dx = json.loads(sealed.canonical)["body"]["facts"].get("dx") or {}
    kept = (list(dx.get("medical") or ()), list(dx.get("treatment") or ()))
    found = [icd10.diagnosis(code, visit.date_of_service) for code in (*kept[0], *kept[1])]
    if not all(kept) or any(one is not None and one.billable is False for one in found):
        return now
    return kept
