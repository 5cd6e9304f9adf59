"""What every page shows: where one can go, who one is, and how current the rules are."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

CARE = {"therapist", "assistant", "student"}
# role -> the pages in its menu; access decides what each page then shows
MENU = {
    "therapist": ("day", "patients", "rules"),
    "assistant": ("day", "patients", "rules"),
    "student": ("day", "patients", "rules"),
    "front_desk": ("day", "patients"),
    "biller": ("claims", "patients", "rules"),
    "compliance": ("claims", "audits", "bulk", "payers", "patients", "rules"),
    "admin": ("day", "patients", "claims", "audits", "bulk", "payers", "rules"),
    "patient": (),
}
DEMO_ROLES = ("therapist", "assistant", "biller", "compliance", "front_desk", "patient")


def first_page(role: str) -> str:
    """The address name a role lands on."""
    return (MENU.get(role) or ("account",))[0]


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The links of the present person's role."""
    labels = {
        "day": _("Today"),
        "patients": _("Patients"),
        "claims": _("Claims"),
        "audits": _("Audits"),
        "bulk": _("All lines"),
        "payers": _("Payers"),
        "rules": _("Rules"),
    }
    links = []
    for name in MENU.get(getattr(request.user, "role", ""), ()):
        href = reverse(name)
        links.append(
            {
                "href": href,
                "label": labels[name],
                "is_current": request.path.startswith(href),
            }
        )
    return links


def demo_roles(request: HttpRequest) -> list[dict[str, Any]]:
    """The role buttons of the demonstration; none in a real clinic."""
    if not settings.DEMO:
        return []
    labels = {
        "therapist": _("therapist"),
        "assistant": _("assistant"),
        "biller": _("biller"),
        "compliance": _("compliance"),
        "front_desk": _("front desk"),
        "patient": _("patient"),
    }
    role = getattr(request.user, "role", "")
    return [{"id": id_, "label": labels[id_], "is_current": id_ == role} for id_ in DEMO_ROLES]


def policy_release() -> str:
    """The identity of the rule data in use; a release loaded or a payer edited changes it."""
    from neuroreed import policy

    return policy.release()


def clinic(request: HttpRequest) -> dict[str, Any]:
    """Django's context processor for all pages."""
    if not hasattr(request, "user"):
        return {}
    return {
        "navigation": menu(request) if request.user.is_authenticated else [],
        "demo_roles": demo_roles(request),
        "policy_release": policy_release() if request.user.is_authenticated else "",
    }
