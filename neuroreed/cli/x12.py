"""``neuroreed x12``: read and check X12 files."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from neuroreed.cli.out import print_json
from neuroreed.exchange.x12 import read_x12

# bytes; below this the plain reader is done before machine code is loaded
_LARGE = 8_000_000


def run(argv: list[str]) -> int:
    """Read files into facts, or only say what is wrong with them."""
    parser = argparse.ArgumentParser(
        prog="neuroreed x12",
        description="Read X12: 837P, 835, 999, TA1, 277CA, 270, 271.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    reading = verbs.add_parser("read", help="what a file says, and its defects")
    reading.add_argument(
        "--json", action="store_true", help="everything, as the library returns it"
    )
    reading.add_argument(
        "--details", action="store_true", help="addresses, birth dates and rare segments too"
    )
    checking = verbs.add_parser("check", help="only the defects; exit status 1 if there are any")
    checking.add_argument("--json", action="store_true", help="the defects as JSON")
    for verb in (reading, checking):
        verb.add_argument("files", metavar="FILE", nargs="+")
        verb.add_argument(
            "--strict", action="store_true", help="exit status 1 if a file has a defect"
        )
    asked = parser.parse_args(argv)
    details = bool(getattr(asked, "details", False))
    whole = asked.verb == "read" and asked.json
    results = {name: _read(Path(name), details, whole=whole) for name in asked.files}
    defective = any(result["defects"] for result in results.values())
    if asked.json:
        found: dict[str, Any] = (
            results
            if asked.verb == "read"
            else {name: result["defects"] for name, result in results.items()}
        )
        print_json(next(iter(found.values())) if len(found) == 1 else found)
    else:
        for name, result in results.items():
            if len(results) > 1:
                print(f"{name}:")
            if asked.verb == "read":
                _tell(result)
            _tell_defects(result["defects"])
    return 1 if defective and (asked.strict or asked.verb == "check") else 0


def _read(path: Path, details: bool, *, whole: bool) -> dict[str, Any]:
    """What a file says; a large one that is only told about is read as columns, if we can."""
    if not whole and path.is_file() and path.stat().st_size >= _LARGE and find_spec("numba"):
        from neuroreed.bulk.x12.plain import to_brief
        from neuroreed.bulk.x12.read import read_columns

        return to_brief(read_columns(path))
    return read_x12(path, details=details)


def _tell(result: dict[str, Any]) -> None:
    for interchange in result["interchanges"]:
        print(
            f"Interchange {interchange['control']} from {interchange['sender']} to "
            f"{interchange['receiver']}, {_usage(interchange['usage'])}"
        )
        for answer in interchange.get("ta1", ()):
            print(f"  TA1 for interchange {answer['control']}: {answer['status']}")
        for group in interchange["groups"]:
            for transaction in group["transactions"]:
                _tell_transaction(transaction)


def _usage(usage: str) -> str:
    return {"P": "production", "T": "test"}.get(usage, "neither production nor test")


def _tell_transaction(transaction: dict[str, Any]) -> None:
    kind = transaction["type"]
    print(f"  {kind} {transaction['control']} ({transaction['segment_count']} segments)")
    if kind == "837":
        for claim in transaction["claims"]:
            print(
                f"    claim {claim['claim_id']}: {claim['charge']}, {len(claim['lines'])} lines, "
                f"frequency {claim['frequency']}{_balanced(claim)}"
            )
    elif kind == "835":
        bpr, trace = transaction["bpr"], transaction["trn"]["number"]
        print(f"    payment {bpr['amount']} {bpr['method']} {trace}, dated {bpr['date']}")
        for claim in transaction["claims"]:
            print(
                f"    claim {claim['claim_id']}: status {claim['status']}, charged "
                f"{claim['charge']}, paid {claim['paid']}{_balanced(claim)}"
            )
        for one in transaction["plb"]:
            print(f"    provider adjustment {one['reason']} {one['reference']}: {one['amount']}")
    elif kind == "999":
        group = transaction["acknowledges"]
        print(f"    group {group['id']} {group['control']}: {transaction['status']}")
        for answer in transaction["transactions"]:
            print(f"    {answer['type']} {answer['control']}: {answer['status']}")
    elif kind == "277":
        for claim in transaction["claims"]:
            said = ", ".join(f"{s['category']}:{s['code']}" for s in claim["statuses"])
            words = {True: "accepted", False: "rejected", None: "not said"}
            print(f"    claim {claim['claim_id']}: {words[claim['accepted']]} ({said})")
    elif kind in ("270", "271"):
        for place, entry in enumerate(transaction["people"], 1):
            count = len(entry.get("benefits", entry.get("inquiries", ())))
            print(f"    person {place}: {count} entries, {len(entry['rejections'])} refusals")


def _balanced(found: dict[str, Any]) -> str:
    return "" if found["balanced"] else ", DOES NOT BALANCE"


def _tell_defects(defects: list[dict[str, Any]]) -> None:
    if not defects:
        print("No defects.")
        return
    print("1 defect:" if len(defects) == 1 else f"{len(defects)} defects:")
    for found in defects:
        place = ", ".join(
            f"{name} {found[name]}" for name in ("segment", "loop", "element") if found[name]
        )
        print(f"  {found['code']}: {found['message']}" + (f" ({place})" if place else ""))
