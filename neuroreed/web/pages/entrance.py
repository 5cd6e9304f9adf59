"""The first page, the role buttons of the demonstration and one's own account."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from neuroreed.clinic.services import accounts
from neuroreed.model.errors import NeuroReedError
from neuroreed.web.context import DEMO_ROLES, first_page
from neuroreed.web.pages import errors
from neuroreed.web.pages.door import door

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@door()
def home(request: HttpRequest) -> HttpResponse:
    """Each role begins where its work is, a patient on the patient's own page."""
    if request.user.patient_id:
        return redirect("mine")
    return redirect(first_page(request.user.role))


@require_POST
def demo(request: HttpRequest) -> HttpResponse:
    """Sign in as a role of the demonstration; does not exist elsewhere."""
    if not settings.DEMO or request.POST.get("role") not in DEMO_ROLES:
        raise Http404
    try:
        user = accounts.demo_sign_in(request.POST["role"])
    except NeuroReedError as error:
        return errors.of(request, error)
    login(request, user, backend=BACKEND)
    return redirect("home")


@door()
def account(request: HttpRequest) -> HttpResponse:
    """One's own name, password and second step."""
    return render(request, "account/index.html")
