"""What the settings read from the environment: folder, database, secret, switches."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

BUSY_SECONDS = 20


def data_folder() -> Path:
    """Where the clinic keeps its files: NEUROREED_DATA, or ``var`` under the current folder."""
    return Path(os.environ.get("NEUROREED_DATA") or "var").expanduser().resolve()


def switch(name: str, default: bool = False) -> bool:
    """A yes or no from the environment: 1, true, yes, on mean yes."""
    text = os.environ.get(name)
    if text is None or not text.strip():
        return default
    return text.strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def payers_folder(folder: Path) -> Path:
    """Where the clinic's own payer profiles are: NEUROREED_PAYERS, or in the data folder.

    The environment names it from then on, so that this process and those it starts read it.
    """
    path = Path(os.environ.get("NEUROREED_PAYERS") or folder / "payers").expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["NEUROREED_PAYERS"] = str(path)
    return path


def secret_key(folder: Path) -> str:
    """NEUROREED_SECRET_KEY, or the key in the data folder, made once and readable by us only."""
    if given := os.environ.get("NEUROREED_SECRET_KEY"):
        return given
    path = folder / "secret.key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_urlsafe(64)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key)
    return key


def database(folder: Path) -> dict[str, Any]:
    """NEUROREED_DATABASE as ``postgresql://user:password@host:port/name``, else SQLite.

    SQLite keeps a write-ahead log, syncs fully and takes its write lock at the start of
    a transaction, so that two writers wait for each other instead of failing half way.
    """
    url = os.environ.get("NEUROREED_DATABASE", "")
    if not url:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return sqlite(folder / "clinic.sqlite3")
    parts = urlsplit(url)
    if parts.scheme in {"sqlite", "sqlite3"}:
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError("NEUROREED_DATABASE begins with postgresql:// or sqlite://")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def sqlite(path: Path) -> dict[str, Any]:
    """One file, safe against a cut of the power."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": BUSY_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            ),
        },
    }
