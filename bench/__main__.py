"""Run every bench module, or those named: ``python -m bench [units x12 ...]``."""

from __future__ import annotations

import platform
import sys
from importlib import import_module
from pathlib import Path


def main(names: list[str]) -> int:
    """Print one table; a module that cannot run says why and the rest goes on."""
    here = Path(__file__).parent
    modules = names or sorted(p.stem for p in here.glob("*.py") if not p.stem.startswith("_"))
    print(f"Python {platform.python_version()}, {platform.machine()}, medians\n")
    print(f"{'what':<58} {'figure':<26} {'aim':<26} how")
    for name in modules:
        for row in import_module(f"bench.{name}").rows():
            print(f"{row.what:<58} {row.figure:<26} {row.aim:<26} {row.how}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
