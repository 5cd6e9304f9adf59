"""The forms people fill: labels a person would use, errors that say what to write instead."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as now_text
from django.utils.translation import gettext_lazy as _

from neuroreed.care import catalogue
from neuroreed.policy import payers

NPI_DIGITS = 10
CODES_MOST = 12


def date_field(**words: Any) -> forms.DateField:
    """A date, with the device's own calendar."""
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **words
    )


def wide(widget: forms.Widget) -> forms.Widget:
    """A field that takes the whole row."""
    widget.attrs["wide"] = "yes"
    return widget


class SpacedList(forms.CharField):
    """Words separated by commas, as a list."""

    def to_python(self, value: Any) -> Any:
        """The words, trimmed, in capitals where they are codes."""
        text = super().to_python(value)
        return [word.strip() for word in text.replace(";", ",").split(",") if word.strip()]

    def prepare_value(self, value: Any) -> Any:
        """The list as it was written."""
        return ", ".join(value) if isinstance(value, list | tuple) else value


class CorrectionForm(forms.Form):
    """The times that were meant, and why the taps are not them."""

    start = forms.TimeField(
        label=_("Started at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    end = forms.TimeField(
        label=_("Stopped at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: forgot to stop; the patient rested from 9:20."),
    )

    def clean(self) -> dict[str, Any]:
        """The end lies after the start."""
        values = super().clean() or {}
        start, end = values.get("start"), values.get("end")
        if start and end and end <= start:
            self.add_error("end", now_text("Give a time after the start."))
        return values


class AddendumForm(forms.Form):
    """What is added to a signed note, and whether it was forgotten then or learned since."""

    kind = forms.ChoiceField(
        label=_("What it is"),
        required=False,
        choices=[
            ("addendum", _("Addendum: learned or noticed later")),
            ("late_entry", _("Late entry: known then, not written")),
        ],
    )
    text = forms.CharField(
        label=_("What to add"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    reason = forms.CharField(label=_("Why it is added now"), max_length=300)

    def clean_kind(self) -> str:
        """An addition that nobody named is an addendum."""
        return str(self.cleaned_data["kind"] or "addendum")


class HoldForm(forms.Form):
    """Why a claim waits."""

    reason = forms.CharField(label=_("Why it waits"), max_length=500)


class CertifyForm(forms.Form):
    """A physician's signature under a plan."""

    signed_on = date_field(label=_("Signed on"))
    npi = forms.RegexField(
        rf"^\d{{{NPI_DIGITS}}}$",
        label=_("Physician's NPI"),
        error_messages={"invalid": _("An NPI has ten digits.")},
    )


class DiagnosesForm(forms.Form):
    """The diagnoses of a course of care, from now on."""

    medical_diagnoses = SpacedList(
        label=_("Medical diagnoses"), help_text=_("ICD-10-CM, separated by commas: I69.354")
    )
    treatment_diagnoses = SpacedList(
        label=_("Treatment diagnoses"), help_text=_("What therapy treats: R26.81")
    )


class AttestForm(forms.Form):
    """Why care above the yearly threshold is needed: the ground of KX."""

    statement = forms.CharField(
        label=_("Why care above the threshold is needed"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PatientForm(forms.Form):
    """Who the patient is and where they live."""

    last_name = forms.CharField(label=_("Last name"), max_length=60)
    first_name = forms.CharField(label=_("First name"), max_length=35)
    birth_date = date_field(label=_("Born on"))
    sex = forms.ChoiceField(
        label=_("Sex, as the payer asks"),
        choices=[("F", _("Female")), ("M", _("Male")), ("U", _("Not told"))],
    )
    line1 = forms.CharField(label=_("Street and number"), max_length=55)
    line2 = forms.CharField(label=_("Apartment"), max_length=55, required=False)
    city = forms.CharField(label=_("City"), max_length=30)
    state = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=_("State"),
        error_messages={"invalid": _("Two letters, such as TX.")},
    )
    postal_code = forms.RegexField(
        r"^\d{5}(-?\d{4})?$",
        label=_("ZIP code"),
        error_messages={"invalid": _("Five or nine digits.")},
    )
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("en", _("English")), ("es", _("Spanish"))]
    )
    precautions = SpacedList(
        label=_("Precautions"),
        required=False,
        help_text=_("Separated by commas. They stand at the top of every session."),
        widget=wide(forms.TextInput()),
    )


class CoverageForm(forms.Form):
    """One insurance of a patient."""

    payer = forms.ChoiceField(label=_("Rules of"), help_text=_("The payer profile to judge by."))
    payer_name = forms.CharField(label=_("Name of the payer"), max_length=60)
    payer_id = forms.CharField(label=_("Payer number"), max_length=30)
    member_id = forms.CharField(label=_("Member number"), max_length=40)
    group_number = forms.CharField(label=_("Group number"), max_length=40, required=False)
    sequence = forms.ChoiceField(
        label=_("Rank"),
        choices=[("P", _("Primary")), ("S", _("Secondary")), ("T", _("Tertiary"))],
    )
    since = date_field(label=_("Since"), required=False)
    deductible_left = forms.DecimalField(
        label=_("Deductible left, in dollars"),
        required=False,
        min_value=0,
        max_digits=8,
        decimal_places=2,
        help_text=_("Leave empty when nobody asked the payer: that is not zero."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer"].choices = [  # type: ignore[attr-defined]
            (key, profile.name) for key, profile in sorted(payers.profiles().items())
        ]


class PlanForm(forms.Form):
    """A plan of care: how often, how long, with what, and who is asked to certify it."""

    established_on = date_field(label=_("Established on"))
    first_treatment_on = date_field(label=_("First treatment on"))
    duration_days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=365)
    visits_per_week = forms.IntegerField(label=_("Visits a week"), min_value=1, max_value=7)
    planned_cpt = SpacedList(
        label=_("Codes"), help_text=_("Separated by commas, in the order of a usual visit.")
    )
    planned_techniques = forms.MultipleChoiceField(
        label=_("Techniques"), widget=wide(forms.SelectMultiple(attrs={"size": 8}))
    )
    physician_last = forms.CharField(
        label=_("Physician's last name"), max_length=60, required=False
    )
    physician_first = forms.CharField(
        label=_("Physician's first name"), max_length=35, required=False
    )
    physician_npi = forms.RegexField(
        rf"^\d{{{NPI_DIGITS}}}$",
        label=_("Physician's NPI"),
        required=False,
        error_messages={"invalid": _("An NPI has ten digits.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["planned_techniques"].choices = [  # type: ignore[attr-defined]
            (technique.id, technique.name) for technique in catalogue.techniques()
        ]


class GoalForm(forms.Form):
    """One measurable goal."""

    activity = forms.CharField(
        label=_("To be able to"), max_length=200, widget=wide(forms.TextInput())
    )
    measure = forms.CharField(label=_("Measured by"), max_length=60)
    population = forms.CharField(label=_("Population"), max_length=60, required=False)
    baseline = forms.RegexField(
        r"^-?\d+(\.\d+)?$",
        label=_("From"),
        error_messages={"invalid": _("A number, so that change can be shown.")},
    )
    target = forms.RegexField(
        r"^-?\d+(\.\d+)?$",
        label=_("To"),
        error_messages={"invalid": _("A number, so that change can be shown.")},
    )
    target_date = date_field(label=_("By"))


GoalForms = forms.formset_factory(GoalForm, extra=3, max_num=CODES_MOST)
