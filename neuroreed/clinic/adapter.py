"""Accounts are opened by the clinic, never by visitors."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClinicAccounts(DefaultAccountAdapter):
    """allauth's adapter with the door to self-registration closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody registers themselves: an administrator opens accounts."""
        return False
