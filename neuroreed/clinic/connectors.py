"""Ways to a clearing house: a folder on this machine, or a folder behind SFTP.

A connector moves bytes; it decides nothing. A file is *staged* under a name that the other
side does not look at, then *released* by renaming it, so that nobody ever collects half a
file. A connector of one's own is a class with these methods, named in NEUROREED_TRANSPORT as
``module:Class``.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings

from neuroreed.model.errors import BadInput

STAGED = ".staged"
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
LARGEST_BYTES = 200 * 1024 * 1024
TIMEOUT_SECONDS = 20


class Connector(Protocol):
    """What every way to a clearing house can do. Failures are ``OSError``."""

    def stage(self, name: str, content: bytes) -> None:
        """Write a file where nobody collects it; a second time replaces the first."""

    def release(self, name: str) -> str:
        """Make a staged file collectable: ``released``, or ``gone`` when it was before."""

    def waiting(self) -> list[str]:
        """The names of the files that wait for us, in order."""

    def fetch(self, name: str) -> bytes:
        """The bytes of a file that waits for us."""

    def done(self, name: str) -> None:
        """Put a file away that we have taken."""


def safe(name: str) -> str:
    """The name, if it is nothing but a name."""
    if not SAFE_NAME.fullmatch(name):
        raise BadInput("A file name of the other side has signs that a name does not have.")
    return name


class Folder:
    """Three folders: ``out`` for the clearing house, ``in`` from it, ``done`` what was taken."""

    def __init__(self, root: Path) -> None:
        self.out, self.inbox, self.taken = root / "out", root / "in", root / "done"
        for folder in (self.out, self.inbox, self.taken):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def stage(self, name: str, content: bytes) -> None:
        path = self.out / f".{safe(name)}{STAGED}"
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def release(self, name: str) -> str:
        staged, final = self.out / f".{safe(name)}{STAGED}", self.out / name
        if final.exists() or not staged.exists():
            return "gone"
        staged.rename(final)
        return "released"

    def waiting(self) -> list[str]:
        return sorted(
            path.name
            for path in self.inbox.iterdir()
            if path.is_file() and SAFE_NAME.fullmatch(path.name)
        )

    def fetch(self, name: str) -> bytes:
        path = self.inbox / safe(name)
        if path.stat().st_size > LARGEST_BYTES:
            raise OSError("larger than a file may be")
        return path.read_bytes()

    def done(self, name: str) -> None:
        (self.inbox / safe(name)).rename(self.taken / name)


class Sftp:
    """The same three folders on another machine. The host's key must be known beforehand."""

    def __init__(self, client: Any, root: str) -> None:
        self.client = client
        base = root.rstrip("/")
        self.out, self.inbox, self.taken = (f"{base}/{part}" for part in ("out", "in", "done"))

    def _exists(self, path: str) -> bool:
        try:
            self.client.stat(path)
        except FileNotFoundError:
            return False
        return True

    def stage(self, name: str, content: bytes) -> None:
        with self.client.open(f"{self.out}/.{safe(name)}{STAGED}", "wb") as file:
            file.set_pipelined(True)
            file.write(content)

    def release(self, name: str) -> str:
        staged, final = f"{self.out}/.{safe(name)}{STAGED}", f"{self.out}/{name}"
        if self._exists(final) or not self._exists(staged):
            return "gone"
        self.client.rename(staged, final)
        return "released"

    def waiting(self) -> list[str]:
        return sorted(
            one.filename
            for one in self.client.listdir_attr(self.inbox)
            if SAFE_NAME.fullmatch(one.filename) and stat.S_ISREG(one.st_mode or 0)
        )

    def fetch(self, name: str) -> bytes:
        path = f"{self.inbox}/{safe(name)}"
        if (self.client.stat(path).st_size or 0) > LARGEST_BYTES:
            raise OSError("larger than a file may be")
        with self.client.open(path, "rb") as file:
            file.prefetch()
            return bytes(file.read())

    def done(self, name: str) -> None:
        try:
            self.client.rename(f"{self.inbox}/{safe(name)}", f"{self.taken}/{name}")
        except FileNotFoundError:
            # the other side removes what was read
            return


@contextmanager
def connected(address: str | None = None) -> Iterator[Connector]:
    """The clinic's connector, for as long as the block lasts.

    Args:
        address: ``folder:PATH``, ``sftp://user@host:port/path?key=FILE&hosts=FILE`` or
            ``module:Class``; by default NEUROREED_TRANSPORT, else the folder ``exchange`` of
            the clinic's data.

    Raises:
        OSError: no connection now; another time may do.
        BadInput: the address is none of these.
    """
    text = address or os.environ.get("NEUROREED_TRANSPORT") or f"folder:{settings.DATA}/exchange"
    if text.startswith("folder:"):
        yield Folder(Path(text.removeprefix("folder:")))
    elif text.startswith("sftp://"):
        with _sftp(text) as client:
            yield client
    elif re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", text):
        module, _, name = text.partition(":")
        yield getattr(import_module(module), name)()
    else:
        raise BadInput("NEUROREED_TRANSPORT begins with folder: or sftp://, or is module:Class.")


@contextmanager
def _sftp(address: str) -> Iterator[Sftp]:
    import paramiko

    parts = urlsplit(address)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    ssh = paramiko.SSHClient()
    # an unknown host is refused: claims go to nobody else
    ssh.set_missing_host_key_policy(paramiko.RejectPolicy())
    try:
        ssh.load_host_keys(options.get("hosts", str(Path("~/.ssh/known_hosts").expanduser())))
        ssh.connect(
            parts.hostname or "",
            port=parts.port or 22,
            username=unquote(parts.username or ""),
            password=os.environ.get("NEUROREED_TRANSPORT_PASSWORD") or None,
            key_filename=options.get("key"),
            timeout=TIMEOUT_SECONDS,
            banner_timeout=TIMEOUT_SECONDS,
            auth_timeout=TIMEOUT_SECONDS,
            look_for_keys=False,
            allow_agent=False,
        )
        client = ssh.open_sftp()
        client.get_channel().settimeout(TIMEOUT_SECONDS)
        yield Sftp(client, unquote(parts.path) or "/")
    except (paramiko.SSHException, EOFError) as error:
        raise OSError(f"The SFTP server refused or broke off ({type(error).__name__}).") from error
    finally:
        ssh.close()
