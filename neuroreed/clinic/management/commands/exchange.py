"""Send what waits and take what came, once or for as long as the clinic runs."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from neuroreed.clinic.services import receiving, sending

EVERY_SECONDS = 60


class Command(BaseCommand):
    """The worker of the file exchange; several may run, one of them sends at a time."""

    help = "Send the files that wait and take the files that came."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--stay`` goes on every minute."""
        parser.add_argument("--stay", action="store_true", help="go on every minute")

    def handle(self, **options: Any) -> None:
        """Send, then take; say how many, never whose."""
        while True:
            sent = sending.deliver(None, at=timezone.now())
            came = receiving.collect(None, at=timezone.now())
            self.stdout.write(
                f"{sent.sent} sent, {sent.failed} failed, {sent.waiting} wait; "
                f"{len(came.taken)} taken. {sent.says} {came.says}".strip()
            )
            if not options["stay"]:
                return
            time.sleep(EVERY_SECONDS)
