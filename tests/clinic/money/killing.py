"""Kill the process at every write of filing, sending and posting, start again, and look.

Run as a program by test_killed.py, on SQLite or PostgreSQL. Each kill happens in a forked child
that ends without saying goodbye; the copy of the database and of the folders is fresh each time.
Between the death and the restart the clearing house collects whatever it sees, which is the
hardest moment for whoever wants to know whether a file went out.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neuroreed.clinic.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402

from neuroreed.clinic import connectors, events  # noqa: E402
from neuroreed.clinic.models import (  # noqa: E402
    Claim,
    ClaimFile,
    OutgoingStep,
    Receipt,
    Remittance,
    User,
)
from neuroreed.clinic.services import (  # noqa: E402
    claims,
    ledgers,
    lifecycle,
    patient_money,
    receiving,
    sending,
)
from tests.clinic import world  # noqa: E402
from tests.clinic.money import desk, payer  # noqa: E402
from tests.clinic.world import at  # noqa: E402

KILLED = 86
BROKEN = 1
WRITES = ("INSERT", "UPDATE", "DELETE")
PAID = {1: payer.Answered(5000), 2: payer.Answered(1900, [("PR", "2", 100)])}
PAYMENT_CENTS = 2 * 6900
OWED_CENTS, TOO_MUCH_CENTS = 2 * 100, 50
ROOT = Path(settings.DATA)


class Countdown:
    """Dies before the write of a number, and counts them all."""

    def __init__(self, dies_at: int) -> None:
        self.dies_at, self.count = dies_at, 0

    def tick(self) -> None:
        self.count += 1
        if self.count == self.dies_at:
            os._exit(KILLED)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Tick before each statement that writes, and around each commit and file operation."""

        def statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if sql.lstrip().upper().startswith(WRITES):
                self.tick()
            return execute(sql, params, many, context)

        commit = BaseDatabaseWrapper._commit
        moves = {name: getattr(connectors.Folder, name) for name in ("stage", "release", "done")}

        def around(act: Callable[..., Any]) -> Callable[..., Any]:
            def acted(*args: Any, **kwargs: Any) -> Any:
                self.tick()
                made = act(*args, **kwargs)
                self.tick()
                return made

            return acted

        BaseDatabaseWrapper._commit = around(commit)  # type: ignore[method-assign]
        for name, act in moves.items():
            setattr(connectors.Folder, name, around(act))
        with connection.execute_wrapper(statement):
            yield
        BaseDatabaseWrapper._commit = commit  # type: ignore[method-assign]
        for name, act in moves.items():
            setattr(connectors.Folder, name, act)


class Place:
    """The database and the folders, put back to the beginning for each kill."""

    def __init__(self) -> None:
        self.folder = ROOT / "exchange"
        self.kept = ROOT / "kept"
        self.is_postgres = connection.vendor == "postgresql"
        self.name = connection.settings_dict["NAME"]

    def keep(self) -> None:
        """Remember the beginning."""
        connections.close_all()
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.folder, self.kept)
        if self.is_postgres:
            self._admin(f'DROP DATABASE IF EXISTS "kept_{self.name}"')
            self._admin(f'CREATE DATABASE "kept_{self.name}" TEMPLATE "{self.name}"')
        else:
            for path in self._sqlite():
                shutil.copy(path, f"{path}.kept")

    def put_back(self) -> None:
        """The beginning again."""
        connections.close_all()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.kept, self.folder)
        shutil.rmtree(ROOT / "collected", ignore_errors=True)
        if self.is_postgres:
            self._admin(f'DROP DATABASE "{self.name}" WITH (FORCE)')
            self._admin(f'CREATE DATABASE "{self.name}" TEMPLATE "kept_{self.name}"')
        else:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self.name}{suffix}").unlink(missing_ok=True)
            shutil.copy(f"{self.name}.kept", self.name)

    def _sqlite(self) -> list[Path]:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()
        return [Path(self.name)]

    def _admin(self, sql: str) -> None:
        import psycopg

        given = connection.settings_dict
        with psycopg.connect(
            host=given["HOST"] or given["OPTIONS"].get("host"),
            port=given["PORT"] or None,
            user=given["USER"],
            password=given["PASSWORD"] or None,
            dbname="postgres",
            autocommit=True,
        ) as own:
            own.execute(sql)


def work(place: Place) -> None:
    """File what is released, send it, take what waits; as a person and the worker do daily."""
    biller = User.objects.get(username="biller")
    ready = lifecycle.in_state(Claim.objects.order_by("number"), ["released"])
    if ready:
        claims.file(biller, [claim.pk for claim in ready], at=at(11))
    address = f"folder:{place.folder}"
    sending.deliver(biller, at=at(11, 5), address=address)
    receiving.collect(None, at=at(12), address=address)
    patient = Claim.objects.earliest("number").patient
    if Remittance.objects.exists():
        # the same two presses again, after each restart: more than is owed, then the rest back
        patient_money.take(
            biller, patient.pk, amount_cents=OWED_CENTS + TOO_MUCH_CENTS, method="cash",
            token="taken", at=at(13),
        )  # fmt: skip
        patient_money.give_back(
            biller, patient.pk, amount_cents=TOO_MUCH_CENTS, token="back", at=at(14)
        )


def clearing_house(place: Place) -> None:
    """Collects what it sees; answers once it has the claims."""
    collected = ROOT / "collected"
    collected.mkdir(exist_ok=True)
    for path in sorted((place.folder / "out").glob("*.837")):
        shutil.move(path, collected / f"{len(list(collected.iterdir()))}-{path.name}")


def faults(place: Place) -> list[str]:
    """What is not as it must be after everything was done."""
    clearing_house(place)
    found = []
    files = [path.read_bytes() for path in sorted((ROOT / "collected").glob("*.837"))]
    for claim in Claim.objects.all():
        times = sum(content.count(f"CLM*{claim.number}*".encode()) for content in files)
        if times != 1:
            found.append(f"claim {claim.number} was sent {times} times")
        paid = ledgers.of(claim).balance("paid")
        if paid != 6900:
            found.append(f"claim {claim.number} has {paid} cents posted")
        steps = list(claim.steps.values_list("state", flat=True))
        if steps != ["released", "filed", "sent", "adjudicated", "closed"]:
            found.append(f"claim {claim.number} went {steps}")
    if ClaimFile.objects.count() != 1 or OutgoingStep.objects.filter(state="sent").count() != 2:
        found.append("a file was made or noted twice")
    cheques = list(Remittance.objects.values_list("payment_cents", flat=True))
    if cheques != [PAYMENT_CENTS]:
        found.append(f"cheques posted: {cheques}")
    received = sum(ledgers.of(claim).balance("received") for claim in Claim.objects.all())
    if received != OWED_CENTS or Receipt.objects.count() != 1:
        found.append(f"the patient paid {received} cents in {Receipt.objects.count()} receipts")
    if list((place.folder / "in").iterdir()):
        found.append("a file still waits")
    if len(list((place.folder / "out").glob("*.999"))) != 1:
        found.append("our 999 did not go out once")
    found += list(events.broken())
    return found


def in_child(act: Callable[[], int]) -> int:
    """The exit status of an act in a process of its own."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        status = BROKEN
        try:
            status = act()
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    _, said = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(said)


def once(place: Place, dies_at: int) -> int:
    """One life: up to the kill, or to the end, as an exit status."""
    counter = Countdown(dies_at)
    with counter.watching():
        work(place)
        clearing_house(place)
        work(place)
    (ROOT / "count").write_text(str(counter.count))
    return 0


def restarted(place: Place, dies_at: int) -> int:
    """The life after: the worker runs again, until nothing is left to do."""
    clearing_house(place)
    work(place)
    work(place)
    found = faults(place)
    if found:
        (ROOT / "faults").open("a").write(
            "".join(f"killed before write {dies_at}: {one}\n" for one in found)
        )
    return BROKEN if found else 0


def begin() -> Place:
    """Two released claims, and their answer already waiting at the clearing house."""
    # a process is killed here, not the machine: the disk need not be waited for
    options = connection.settings_dict["OPTIONS"]
    if "init_command" in options:
        options["init_command"] = options["init_command"].replace("=FULL", "=OFF")
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    place = Place()
    made = desk.make(world.make(), f"folder:{place.folder}", count=2)
    lifecycle.machine()
    for part in ("in", "out", "done"):
        (place.folder / part).mkdir(parents=True, exist_ok=True)
    answers = [payer.Answer(claim.body, PAID) for claim in made.claims]
    (place.folder / "in" / "answer.835").write_bytes(payer.remittance(answers))
    place.keep()
    return place


def main() -> int:
    """Every write once; a line of JSON tells how many and what went wrong."""
    place = begin()
    place.put_back()
    if in_child(lambda: once(place, 0)) != 0 or in_child(lambda: restarted(place, 0)) != 0:
        print(json.dumps({"writes": 0, "faults": _faults()}))
        return BROKEN
    writes = int((ROOT / "count").read_text())
    (ROOT / "faults").unlink(missing_ok=True)
    step = int(os.environ.get("NEUROREED_KILL_STEP") or 1)
    for number in range(1, writes + 1, step):
        place.put_back()
        died = in_child(lambda number=number: once(place, number))
        if died != KILLED:
            (ROOT / "faults").open("a").write(f"write {number} was not reached\n")
        in_child(lambda number=number: restarted(place, number))
    print(json.dumps({"writes": writes, "faults": _faults()}))
    return 0


def _faults() -> list[str]:
    path = ROOT / "faults"
    return path.read_text().splitlines() if path.exists() else []


if __name__ == "__main__":
    raise SystemExit(main())
