"""Put a visit on the schedule from the patient's page, and take it off again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from neuroreed.clinic import access
from neuroreed.clinic.services import schedule
from neuroreed.model.errors import BadInput, Refused
from neuroreed.web import clock
from neuroreed.web.pages.door import door
from neuroreed.web.pages.forms import date_field
from neuroreed.web.pages.patients import filled_form

FARTHEST = timedelta(days=366)


class BookingForm(forms.Form):
    """When a visit is, for how long, and with whom."""

    day = date_field(label=gettext_lazy("Day"))
    time = forms.TimeField(
        label=gettext_lazy("Time"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=5, max_value=480)
    clinician = forms.ChoiceField(label=gettext_lazy("With"))

    def __init__(self, *args: Any, clinicians: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["clinician"]
        field.choices = [(str(one.pk), str(one)) for one in clinicians]

    def clean_day(self) -> Any:
        """A day farther than a year away is a slip of the hand."""
        day = self.cleaned_data["day"]
        if abs(day - clock.today()) > FARTHEST:
            raise forms.ValidationError(_("Give a day within a year of today."))
        return day


@door("GET", "POST")
def book(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Book a visit of a course of care with a clinician of its discipline."""
    user = request.user
    episode = access.episode_for(user, episode_id, to="schedule")
    people = access.clinicians(user).filter(discipline=episode.discipline)
    mine = user.pk if people.filter(pk=user.pk).exists() else episode.therapist_id
    begun = {"day": clock.today(), "time": "09:00", "minutes": 45, "clinician": str(mine)}
    form = BookingForm(request.POST or None, clinicians=people, initial=begun)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            visit = schedule.schedule(
                user,
                episode_id=episode_id,
                clinician_id=UUID(given["clinician"]),
                scheduled_at=timezone.make_aware(datetime.combine(given["day"], given["time"])),
                minutes=given["minutes"],
                at=clock.now(),
            )
        except (BadInput, Refused) as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("The visit is booked."))
            return redirect(f"{reverse('day')}?on={visit.date_of_service.isoformat()}")
    return filled_form(
        request,
        {
            "form": form,
            "title": _("Book a visit"),
            "act": _("Book the visit"),
            "back": reverse("patient", args=[episode.patient_id]),
            "back_label": episode.patient.name,
        },
    )


@door("POST")
def cancel(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Take a booked visit off the schedule, or note that the patient did not come."""
    no_show = request.POST.get("why") == "no_show"
    visit = schedule.cancel(request.user, visit_id, reason="", at=clock.now(), no_show=no_show)
    said = _("Noted: the patient did not come.") if no_show else _("The visit is cancelled.")
    messages.success(request, said)
    return redirect(f"{reverse('day')}?on={visit.date_of_service.isoformat()}")
