"""Files that are whole or not there: written beside their place, then renamed into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import polars as pl

from neuroreed.model.errors import Refused

# file too large, no space left, quota exceeded
_NO_ROOM: Final = (27, 28, 122)


def text(path: Path, said: str, own: str = "") -> None:
    """Put a text into its place.

    ``own`` tells machines apart that may be at the same file, as when one was thought lost.

    Raises:
        Refused: the disk is full or cannot be written.
    """
    put(path, lambda beside: beside.write_text(said, encoding="utf-8"), own)


def table(path: Path, rows: pl.DataFrame, own: str = "", **how: Any) -> None:
    """Put a table into its place as Parquet.

    Raises:
        Refused: the disk is full or cannot be written.
    """
    put(path, lambda beside: rows.write_parquet(beside, **how), own)


def quickly(path: Path, rows: pl.DataFrame, own: str = "") -> None:
    """Put a small table into its place as a stream of Arrow, in a fraction of Parquet's time.

    Raises:
        Refused: the disk is full or cannot be written.
    """
    put(path, rows.write_ipc_stream, own)


def put(path: Path, write: Callable[[Path], object], own: str = "") -> None:
    """Have a file written beside its place, and put it there.

    Raises:
        Refused: the disk is full or cannot be written.
    """
    beside = path.with_name(f"{path.name}{own}.part")
    with _told(path):
        write(beside)
        beside.replace(path)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pl.exceptions.ComputeError) as error:
        if not isinstance(error, OSError) and not is_full(error):
            raise
        reason = getattr(error, "strerror", None) or "the disk is full"
        raise Refused(
            f"{path.name}: cannot be written: {reason}. What is finished is kept; the same command "
            "goes on from there."
        ) from None


def is_full(error: Exception) -> bool:
    """Whether a disk has no room, as the engine of tables says it."""
    said = str(error)
    # the end of a Parquet file that finds no room is told without its reason
    return "Invalid thrift" in said or any(f"(os error {n})" in said for n in _NO_ROOM)
