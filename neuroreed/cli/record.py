"""``neuroreed record verify``: do all seals and the event chain hold?"""

from __future__ import annotations

import argparse
import os

from neuroreed.cli import out


def run(argv: list[str]) -> int:
    """Check every seal, every patient's chain, the event chain and the triggers."""
    parser = argparse.ArgumentParser(
        prog="neuroreed record", description="Check that nothing in the record was changed."
    )
    acts = parser.add_subparsers(dest="act", required=True)
    verify = acts.add_parser("verify", help="check every seal and the event chain")
    verify.add_argument("--data", metavar="DIR", help="the clinic's data folder (default: var)")
    verify.add_argument("--json", action="store_true", help="print the answer as JSON")
    args = parser.parse_args(argv)
    if args.data:
        os.environ["NEUROREED_DATA"] = args.data
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neuroreed.clinic.settings")
    from neuroreed.clinic import record

    record.prepare(create=False)
    checked = record.verify()
    if args.json:
        out.print_json(checked)
    else:
        print(f"{checked.notes} sealed notes, {checked.events} events.")
        for sentence in checked.faults:
            print(f"BROKEN: {sentence}.")
        if checked.is_whole:
            print("Every seal and every link holds.")
    return 0 if checked.is_whole else 1
