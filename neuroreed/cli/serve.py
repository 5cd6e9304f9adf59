"""``neuroreed serve``: run the clinic on this machine."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

HOST = "127.0.0.1"


def run(argv: list[str]) -> int:
    """Bring the database up to date, load the demonstration when asked, and serve."""
    parser = argparse.ArgumentParser(prog="neuroreed serve", description="Run the clinic.")
    parser.add_argument("--port", type=int, help="port (default: PORT, or 8000)")
    parser.add_argument("--data", metavar="DIR", help="the clinic's data folder (default: var)")
    parser.add_argument("--demo", action="store_true", help="load the invented clinic if empty")
    parser.add_argument("--prepare-only", action="store_true", help="do everything but serve")
    args = parser.parse_args(argv)
    began = time.perf_counter()
    if args.data:
        os.environ["NEUROREED_DATA"] = str(Path(args.data).resolve())
    if args.port is not None:
        os.environ["PORT"] = str(args.port)
    if args.demo:
        os.environ["NEUROREED_DEMO"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neuroreed.clinic.settings")
    from neuroreed.clinic import record

    record.prepare()
    from django.conf import settings

    if args.demo:
        _load_demo()
    _say_where(settings.PORT, time.perf_counter() - began)
    if args.prepare_only:
        return 0
    worker = _start_worker()
    try:
        return _serve(settings.PORT)
    finally:
        worker.terminate()


def _start_worker() -> subprocess.Popen[bytes]:
    """The process that does what waits, such as bulk runs; it ends with us."""
    command = [sys.executable, "-m", "neuroreed.clinic", "db_worker", "--interval", "1",
               "--no-startup-delay", "--no-reload"]  # fmt: skip
    return subprocess.Popen(command)  # noqa: S603 - our own interpreter and command


def _load_demo() -> None:
    from django.utils import timezone

    from neuroreed.clinic import synthetic

    began = time.perf_counter()
    if synthetic.load(at=timezone.now()):
        print(f"Made the invented clinic in {time.perf_counter() - began:.1f} s.", flush=True)


def _say_where(port: int, seconds: float) -> None:
    from neuroreed.clinic.services import accounts

    print(f"NeuroReEd is at http://{HOST}:{port} (ready in {seconds:.1f} s)")
    people = accounts.demo_people()
    if people:
        from neuroreed.clinic.synthetic import PASSWORD

        print("You may be (all invented, same password for all):")
        for person in people:
            print(f"  {person.get_role_display():<14} {person.username:<12} {PASSWORD}")
    sys.stdout.flush()


def _serve(port: int) -> int:
    from granian import Granian
    from granian.constants import Interfaces

    server = Granian(
        "neuroreed.clinic.wsgi:application",
        address=HOST,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        websockets=False,
        log_access=False,
    )
    server.serve()
    return 0
