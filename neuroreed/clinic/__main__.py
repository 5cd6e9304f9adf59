"""``python -m neuroreed.clinic COMMAND``: Django's own commands with the clinic's settings."""

from __future__ import annotations

import os
import sys


def main(argv: list[str] | None = None) -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neuroreed.clinic.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["neuroreed.clinic", *(sys.argv[1:] if argv is None else argv)])


if __name__ == "__main__":
    main()
