"""Post one 835 about many claims and tell how long it took: ``python -m … 200``."""

from __future__ import annotations

import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neuroreed.clinic.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from neuroreed.clinic.models import Claim, ClaimEvent, LedgerEntry  # noqa: E402
from neuroreed.clinic.services import claims, lifecycle, receiving  # noqa: E402
from tests.clinic import world  # noqa: E402
from tests.clinic.money import desk, payer  # noqa: E402
from tests.clinic.world import at  # noqa: E402


def copied(first: Claim, number: int) -> Claim:
    """The same claim under another number, as if of another visit."""
    name = f"NR9{number:08d}"
    body = json.loads(json.dumps(first.body).replace(first.number, name))
    row = Claim(
        patient_id=first.patient_id,
        visit_id=first.visit_id,
        charge_version_id=first.charge_version_id,
        number=name,
        payer=first.payer,
        body=body,
        charge_cents=first.charge_cents,
        rule_book=first.rule_book,
        at=first.at,
    )
    row.save(force_insert=True)
    return row


def main(count: int) -> None:
    """Make the claims, file them, post the answer."""
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    made = desk.make(world.make(), f"folder:{settings.DATA}/exchange", count=1)
    every = [copied(made.claims[0], number) for number in range(count)]
    for claim in every:
        lifecycle.step(claim, "released", "", made.biller, at(10))
    claims.file(made.biller, [claim.pk for claim in every], at=at(11))
    lines = {1: payer.Answered(5000, [("PR", "2", 1000)]), 2: payer.Answered(2000)}
    content = payer.remittance(
        payer.Answer(claim.body, lines, control=f"ICN{place}") for place, claim in enumerate(every)
    )
    began = time.perf_counter()
    taken = receiving.take(made.biller, "many.835", content, at=at(12))
    seconds = time.perf_counter() - began
    assert taken.outcome == "taken", taken.says
    print(
        json.dumps(
            {
                "seconds": seconds,
                "entries": LedgerEntry.objects.count(),
                "steps": ClaimEvent.objects.filter(state="adjudicated").count(),
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
