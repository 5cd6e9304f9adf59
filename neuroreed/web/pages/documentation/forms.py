"""The forms of evaluations, plans, reports and signatures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as now_text
from django.utils.translation import gettext_lazy as _

from neuroreed.care import catalogue
from neuroreed.care.note.words import measure_name
from neuroreed.care.outcomes import library
from neuroreed.web.pages.forms import (
    NPI_DIGITS,
    GoalForm,
    PlanForm,
    SpacedList,
    date_field,
    wide,
)

NUMBER = r"^-?\d+(\.\d+)?$"
MOST_GOALS = 12
LONGEST_MEASURE = 60


def lines(label: Any, *, required: bool = False, rows: int = 3, **more: Any) -> forms.CharField:
    """A text of some lines that takes the whole row."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=4000,
        widget=wide(forms.Textarea(attrs={"rows": rows})),
        **more,
    )


def why_now() -> list[tuple[str, Any]]:
    """Why care is needed now, as the rubric knows it."""
    return [
        ("new_event", _("A new event")),
        ("exacerbation", _("An exacerbation")),
        ("post_op", _("Surgery")),
        ("decline_measured", _("A measured decline")),
        ("new_goal", _("A new goal")),
    ]


class EvaluationForm(forms.Form):
    """What an evaluation begins with: the condition, its diagnoses, and why now."""

    condition = forms.ChoiceField(label=_("Condition"))
    medical_diagnoses = SpacedList(
        label=_("Medical diagnoses"),
        help_text=_("ICD-10 codes valid today, separated by commas, such as I69.354."),
    )
    treatment_diagnoses = SpacedList(
        label=_("Treatment diagnoses"), help_text=_("What is treated, such as R26.81.")
    )
    onset_date = date_field(label=_("Onset"))
    why_now = forms.ChoiceField(label=_("Why care is needed now"), choices=why_now)
    code = forms.ChoiceField(label=_("Evaluation code"))
    history = lines(_("History"))
    prior_level = lines(_("Level before"), rows=2)

    def __init__(self, *args: Any, codes: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["condition"].choices = [(c.id, c.name) for c in catalogue.conditions()]
        fields["code"].choices = [(code, code) for code in codes]
        if not codes:
            del self.fields["code"]


class LimitationForm(forms.Form):
    """What the person cannot do, as a number, and what they could before."""

    activity = forms.CharField(label=_("Activity"), max_length=200, widget=wide(forms.TextInput()))
    value = forms.DecimalField(label=_("Now"), max_digits=9, decimal_places=2)
    unit = forms.CharField(label=_("Unit"), max_length=30, help_text=_("min, m, times a day"))
    prior_level = forms.DecimalField(label=_("Before"), max_digits=9, decimal_places=2)


class FunctionForm(forms.Form):
    """What the person can do now of an activity that was limited."""

    label = forms.CharField(max_length=10, widget=forms.HiddenInput())
    value = forms.DecimalField(label=_("Now"), max_digits=9, decimal_places=2)


class FindingForm(forms.Form):
    """One deficit with its measure."""

    category = forms.ChoiceField(label=_("Deficit"))
    measure = forms.CharField(label=_("Measure"), max_length=60)
    value = forms.DecimalField(label=_("Value"), max_digits=9, decimal_places=2)

    def __init__(self, *args: Any, measures: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        found = dict.fromkeys(c for known in catalogue.conditions() for c in known.impairments)
        fields["category"].choices = [(c, c.replace("_", " ")) for c in found]
        if measures:
            choices = [(m, measure_name(m)) for m in measures]
            self.fields["measure"] = forms.ChoiceField(label=_("Measure"), choices=choices)


class WordsForm(forms.Form):
    """What the patient says and what the clinician adds in own words; never required."""

    report = forms.CharField(
        label=_("The patient reports"),
        max_length=300,
        required=False,
        widget=wide(forms.TextInput()),
    )
    pain = forms.IntegerField(label=_("Pain, 0 to 10"), min_value=0, max_value=10, required=False)
    falls = forms.IntegerField(
        label=_("Falls since the last visit"), min_value=0, max_value=99, required=False
    )
    reason = forms.CharField(
        label=_("Reason for the re-evaluation"),
        max_length=300,
        required=False,
        widget=wide(forms.TextInput()),
    )
    free_text = lines(_("In your own words"), rows=2)

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != "reevaluation":
            del self.fields["reason"]


class StatementForm(forms.Form):
    """What differed, or why the dose was held steady."""

    statement = forms.CharField(
        label=_("What differed, or why it was held steady"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CarePlanForm(PlanForm):
    """A plan of care with amount, order and outlook."""

    minutes_per_visit = forms.IntegerField(
        label=_("Minutes a visit"), min_value=5, max_value=240, required=False
    )
    order_signed_on = date_field(
        label=_("Order signed on"),
        required=False,
        help_text=_("Only when a signed and dated order for this discipline is on file."),
    )
    prognosis = forms.CharField(
        label=_("Prognosis"), max_length=300, required=False, widget=wide(forms.TextInput())
    )
    discharge_plan = forms.CharField(
        label=_("Plan for discharge"),
        max_length=300,
        required=False,
        widget=wide(forms.TextInput()),
    )


class CareGoalForm(GoalForm):
    """A goal with its limitation and the error of its measure."""

    limitation = forms.CharField(
        label=_("Serves limitation"), max_length=10, required=False, help_text=_("FL1, FL2 …")
    )
    mdc = forms.RegexField(
        NUMBER,
        label=_("Measurement error"),
        required=False,
        error_messages={"invalid": _("A number, or nothing when it is not known.")},
    )
    mdc_unknown = forms.BooleanField(label=_("The error is not known"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = {str(self.initial.get("measure") or ""), self.data.get(self.add_prefix("measure"))}
        known = dict.fromkeys([*sorted(library.measures()), *sorted(filter(None, given))])
        choices = [("", "–"), *((name, measure_name(name)) for name in known)]
        self.fields["measure"] = forms.ChoiceField(label=_("Measured by"), choices=choices)

    def clean(self) -> dict[str, Any]:
        """A target beyond the error of its measure."""
        from neuroreed.clinic.reporting import within_error

        values = super().clean() or {}
        if len(values.get("measure") or "") > LONGEST_MEASURE:
            self.add_error("measure", now_text("Choose one of the measures."))
        for sentence in within_error([values]) if values.get("target") else ():
            self.add_error("target", sentence.split(": ", 1)[1])
        if values and not values.get("mdc") and not values.get("mdc_unknown"):
            values["mdc_unknown"] = False
        return values


CareGoalForms = forms.formset_factory(CareGoalForm, extra=0, min_num=1, max_num=MOST_GOALS)


class SentForm(forms.Form):
    """When and how a plan went to the physician."""

    on = date_field(label=_("Sent on"))
    by = forms.CharField(
        label=_("By, with the receipt"), max_length=30, help_text=_("fax 2055550100, portal …")
    )


class OrderForm(forms.Form):
    """A signed and dated order."""

    signed_on = date_field(label=_("Order signed on"))


class VerbalForm(forms.Form):
    """A certification by word."""

    on = date_field(label=_("Certified by word on"))
    by = forms.CharField(label=_("Taken by, from whom"), max_length=120)


class SignatureForm(forms.Form):
    """The physician's signature, with the reason where it is late."""

    signed_on = date_field(label=_("Signed on"))
    npi = forms.RegexField(
        rf"^\d{{{NPI_DIGITS}}}$",
        label=_("Physician's NPI"),
        error_messages={"invalid": _("An NPI has ten digits.")},
    )
    delayed_reason = forms.CharField(
        label=_("Why it came late"),
        max_length=1000,
        required=False,
        widget=wide(forms.TextInput()),
        help_text=_("Wanted after the last day in time: what was done to get it."),
    )


class PacketForm(forms.Form):
    """Which part of the record, for whom."""

    kind = forms.ChoiceField(
        label=_("Packet"),
        choices=[
            ("record", _("Record packet")),
            ("targeted_review", _("Targeted medical review")),
        ],
    )
    since = date_field(label=_("From"))
    until = date_field(label=_("To"))
    prepared_for = forms.CharField(label=_("Prepared for"), max_length=120, required=False)
    reference = forms.CharField(label=_("Number of the request"), max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", now_text("Give a day not before the first."))
        return values


class RulesForm(forms.Form):
    """The clinic's own rules for notes."""

    unsigned_after_days = forms.IntegerField(
        label=_("Sign notes within how many days"), min_value=0, max_value=60
    )
    assistant_cosign = forms.BooleanField(
        label=_("A therapist co-signs the notes of assistants"), required=False
    )
    assistant_supervision = forms.ChoiceField(
        label=_("How assistants are supervised"),
        choices=[
            ("general", _("General: reachable")),
            ("direct", _("Direct: in the building")),
            ("personal", _("Personal: in the room")),
        ],
    )


class ReportForm(forms.Form):
    """A report between visits; its fields follow its kind and the goals of the plan."""

    def __init__(self, *args: Any, report: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report = report
        made: Any = self.fields
        if report.kind in {"progress_report", "recertification", "discharge"}:
            for goal in report.goals:
                made[f"value_{goal.label}"] = forms.RegexField(
                    NUMBER,
                    label=_("{} now").format(goal.label),
                    required=False,
                    error_messages={"invalid": _("A number, so that change can be shown.")},
                )
                if goal.recorded:
                    made[f"again_{goal.label}"] = forms.BooleanField(
                        label=_("{} was measured again today, with the same value").format(
                            goal.label
                        ),
                        required=False,
                    )
            for one in report.function:
                made[f"function_{one.label}"] = forms.RegexField(
                    NUMBER,
                    label=_("{activity} now, {unit}").format(activity=one.activity, unit=one.unit),
                    required=False,
                    error_messages={"invalid": _("A number, so that change can be shown.")},
                )
        for name, field in self.of_kind(report.kind).items():
            made[name] = field

    @staticmethod
    def of_kind(kind: str) -> dict[str, forms.Field]:
        """The fields of one kind of report."""
        reason = lines(
            _("If there is no gain: why"),
            rows=2,
            help_text=_("Wanted when no measure moved beyond its error."),
        )
        going_on: dict[str, forms.Field] = {
            "continue_reason": lines(_("Why care goes on"), rows=2),
            "goal_changes": lines(
                _("Changes to goals"), rows=2, help_text=_("One on each line; empty for none.")
            ),
        }
        own = lines(_("In your own words"), rows=2)
        kinds: dict[str, dict[str, forms.Field]] = {
            "plan_of_care": {
                "prognosis": lines(_("Prognosis"), rows=2),
                "discharge_plan": lines(_("Plan for discharge"), rows=2),
            },
            "progress_report": {
                "reason_no_progress": reason,
                **going_on,
                "maintenance_rationale": lines(
                    _("Maintenance: why a therapist's skill is needed"),
                    rows=2,
                    help_text=_("Only for a maintenance programme; coverage turns on skill."),
                ),
            },
            "recertification": {
                "certified_from": date_field(label=_("From"), required=False),
                "certified_to": date_field(label=_("To"), required=False),
                "justification": lines(_("Why care is still needed"), rows=3),
                "reason_no_progress": reason,
            },
            "discharge": {
                "date": date_field(label=_("Discharged on"), required=False),
                "reason": lines(_("Reason for discharge"), rows=2),
                "recommendations": lines(_("Recommendations"), rows=2),
                "reason_no_progress": reason,
            },
        }
        return {**kinds[kind], "free_text": own}

    def entries(self) -> dict[str, Any]:
        """What was entered, in the words of the service; a value as it was read is not entered."""
        given = dict(self.cleaned_data)
        made: dict[str, Any] = {}
        values: dict[str, Any] = {}
        known = {goal.label: str(goal.recorded) for goal in self.report.goals}
        function = {one.label: str(one.recorded) for one in self.report.function}
        for name, value in given.items():
            if name.startswith("value_"):
                label = name.removeprefix("value_")
                if value and (value != known.get(label) or given.get(f"again_{label}")):
                    values[label] = {"value": value}
            elif name.startswith("again_"):
                continue
            elif name.startswith("function_"):
                label = name.removeprefix("function_")
                if value and value != function[label]:
                    made.setdefault("function", {})[label] = value
            elif name == "goal_changes":
                made[name] = value.splitlines()
            else:
                made[name] = value.isoformat() if hasattr(value, "isoformat") else value
        if any(name.startswith("value_") for name in given):
            made["values"] = values
        return made
