"""What stands before every page: a signed-in person, and our own errors as pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from neuroreed.model.errors import NeuroReedError
from neuroreed.web.pages import errors

Page = Callable[..., HttpResponse]


def door(*methods: str) -> Callable[[Page], Page]:
    """A page for signed-in people, for these methods (GET when none is named)."""

    def dress(view: Page) -> Page:
        @wraps(view)
        def dressed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except NeuroReedError as error:
                return errors.of(request, error, back=safe_back(request))

        return never_cache(login_required(require_http_methods(methods or ("GET",))(dressed)))

    return dress


def safe_back(request: HttpRequest) -> str:
    """The page the person came from, if it is ours."""
    from urllib.parse import urlsplit

    came_from = urlsplit(request.headers.get("Referer", ""))
    is_ours = came_from.netloc == request.get_host() and not came_from.path.startswith("//")
    return came_from.path if is_ours else ""
