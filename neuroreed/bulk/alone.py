"""One process at a time: in the folder of a run, and at the compiler of a machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from neuroreed.model.errors import Refused

try:
    import fcntl
except ImportError:  # Windows has other locks; there the user sees to it
    fcntl = None  # type: ignore[assignment]


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """The folder of a run; a process that is killed lets go.

    Raises:
        Refused: another run is at work there.
    """
    with _locked(folder / "run.lock", wait=False) as ours:
        if not ours:
            raise Refused(f"{folder.name}: another run is at work in this folder.")
        yield


@contextmanager
def wait_for(path: Path) -> Iterator[None]:
    """Hold ``path`` as soon as nobody else on this machine does."""
    with _locked(path, wait=True):
        yield


@contextmanager
def _locked(path: Path, *, wait: bool) -> Iterator[bool]:
    with path.open("a") as file:
        ours = True
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                ours = False
            except OSError:
                pass  # some shared folders know no locks: as where the system has none
        yield ours
