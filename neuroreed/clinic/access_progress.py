"""Who may see progress, teaching and the home programme; absent and forbidden are alike.

The staff that may read an episode may read these. A patient sees the own care and the
summaries of the own signed visits, nothing else.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from neuroreed.clinic import access, events, homes, own_care, proving
from neuroreed.clinic.models import Episode, Event, HomeLink, Patient, Role, User, Visit
from neuroreed.model.errors import NotFound

LANGUAGES = ("en", "es")


def episode_for(user: User, episode_id: UUID | str, to: str = "view") -> Episode:
    """One course of care, to view or to measure in."""
    return access.episode_for(user, episode_id, to=to)


def progress_for(
    user: User, episode_id: UUID | str, *, on: date, voice: str = "payer", language: str = "en"
) -> proving.ProgressView:
    """The progress page of an episode in one voice."""
    episode = access.episode_for(user, episode_id)
    return proving.progress(episode, voice=voice, language=language, on=on)


def home_for(user: User, episode_id: UUID | str, *, at: datetime) -> homes.HomeView:
    """The home programme of an episode with its logs and counts."""
    return homes.view(access.episode_for(user, episode_id), at=at)


def home_link_for(user: User, link_id: UUID | str) -> HomeLink:
    """One code of a home programme, for those who may take it back."""
    row = HomeLink.objects.select_related("episode").filter(pk=link_id).first()
    if row is None:
        raise NotFound(access.NOTHING)
    access.episode_for(user, row.episode_id, to="measure")
    return row


def home_token(user: User, link_id: UUID | str) -> str:
    """The code of a link, to print it once more."""
    return homes.token(home_link_for(user, link_id))


def home_page(address: str, *, at: datetime) -> homes.HomePage:
    """What a code opens, for whoever holds it."""
    return homes.page(homes.opened(address, at=at), at=at)


def home_opened(address: str, *, at: datetime) -> homes.HomePage:
    """The same, with a line in the log that the code was used."""
    link = homes.opened(address, at=at)
    page = homes.page(link, at=at)
    since = at - events.SAME_VIEW
    name = events.subject_of(link)
    if not Event.objects.filter(subject=name, verb="home.opened", at__gt=since).exists():
        events.append(None, "home.opened", link, at=at)
    return page


def own_care_for(user: User, *, at: datetime, language: str | None = None) -> own_care.OwnCare:
    """The own care of the patient who is signed in."""
    if not access.active(user) or user.role != Role.PATIENT or user.patient_id is None:
        raise NotFound(access.NOTHING)
    patient: Patient = user.patient
    events.viewed(user, patient, at=at)
    said = language or patient.language
    return own_care.own_care(patient, language=said if said in LANGUAGES else "en", at=at)


def patient_view_for(
    user: User, patient_id: UUID | str, *, at: datetime, language: str | None = None
) -> own_care.OwnCare:
    """What a patient will see, shown to the staff that treats."""
    patient = access.patient_for(user, patient_id, to="measure")
    events.viewed(user, patient, at=at)
    said = language or patient.language
    return own_care.own_care(patient, language=said if said in LANGUAGES else "en", at=at)


def summary_for(
    user: User, visit_id: UUID | str, *, at: datetime, language: str | None = None
) -> own_care.Summary:
    """The summary of one visit for the person who came."""
    visit: Visit = access.visit_for(user, visit_id)
    said = language or visit.patient.language
    return own_care.summary(visit, language=said if said in LANGUAGES else "en", at=at)
