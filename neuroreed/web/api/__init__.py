"""The HTTP interface for programs: the same answers as the pages, as JSON."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import django_auth

from neuroreed.model.errors import (
    BadInput,
    NeuroReedError,
    NoParameter,
    NotFound,
    Refused,
    X12Error,
)
from neuroreed.web.api import calculate, record

# no page for trying it out: it would load scripts from elsewhere; openapi.json describes all
api = NinjaAPI(
    title="NeuroReEd",
    version="1",
    urls_namespace="api-1",
    auth=django_auth,
    docs_url=None,
    description="Units, fees, findings and the record of one clinic. Money is dollars as text.",
)
api.add_router("", calculate.router)
api.add_router("", record.router)

STATUS = ((NotFound, 404), (Refused, 409), (NoParameter, 422), (BadInput, 400))
PLACES = ("segment", "loop", "element", "file", "line", "key", "row", "column", "code", "missing")


@api.exception_handler(NeuroReedError)
def located(request: HttpRequest, error: NeuroReedError) -> HttpResponse:
    """Our own errors: what, where, and what to do; never a person's particulars."""
    status = next((number for kind, number in STATUS if isinstance(error, kind)), 500)
    where = {
        name: value
        for name in PLACES
        if (value := getattr(error, name, None)) is not None
        and isinstance(value, str | int | tuple)
    }
    kind = "X12Error" if isinstance(error, X12Error) else type(error).__name__
    body = {"error": kind, "message": str(error), "where": where}
    return api.create_response(request, body, status=status)
