"""The pages and the HTTP API: a door to the record, with no rule of its own."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates, static files and addresses."""

    name = "neuroreed.web"
    label = "web"
