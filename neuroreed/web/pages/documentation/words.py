"""What reports and verdicts are called."""

from __future__ import annotations

from django.utils.translation import gettext as _


def titles() -> dict[str, str]:
    """What the reports are called."""
    return {
        "plan_of_care": _("Plan of care"),
        "progress_report": _("Progress report"),
        "recertification": _("Recertification"),
        "discharge": _("Discharge summary"),
    }


def verdict_words() -> dict[str, str]:
    """What the verdicts on a change are called."""
    return {
        "beyond_mcid": _("important change"),
        "beyond_mdc": _("more than the error"),
        "within_error": _("within the error"),
        "worse": _("worse"),
        "indeterminate": _("cannot be judged"),
        "not_comparable": _("not comparable"),
    }
