"""Files and ZIP archives from outside: read with care, never unpacked to disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from neuroreed.model.errors import PolicyFileError

MEGABYTE = 1 << 20
MOST_MEMBERS = 500
LARGEST_MEMBER = 200 * MEGABYTE
LARGEST_TOTAL = 400 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its name without folders, and its bytes."""

    name: str
    content: bytes

    def text(self) -> str:
        """The content as text: UTF-8 where it says so, else Latin-1, as CMS writes."""
        if self.content.startswith(b"\xef\xbb\xbf"):
            return self.content.decode("utf-8-sig", errors="replace")
        return self.content.decode("latin-1")


def members(path: Path, wanted: Callable[[str], bool]) -> Iterator[Member]:
    """The wanted members of a ZIP archive, or the file itself.

    Raises:
        PolicyFileError: absent, empty, damaged, cut off, encrypted, too large, or with
            members whose names lead out of the archive.
    """
    if not path.is_file():
        raise PolicyFileError(path.name, None, "there is no such file")
    size = path.stat().st_size
    if size == 0:
        raise PolicyFileError(path.name, None, "the file is empty")
    if size > LARGEST_TOTAL:
        raise PolicyFileError(path.name, None, "too large to be one of these files")
    with path.open("rb") as file:
        start = file.read(len(b"PK\x03\x04"))
    if start.startswith(b"PK") and path.suffix.lower() != ".xlsx":
        yield from _unzipped(path, wanted)
        return
    if path.suffix.lower() in {".xlsx", ".xls"}:
        raise PolicyFileError(path.name, None, "a workbook: give the CSV or TXT of the release")
    if path.suffix.lower() == ".zip":
        raise PolicyFileError(path.name, None, "named .zip but not a ZIP archive: load it again")
    if wanted(path.name):
        yield Member(path.name, path.read_bytes())


def _unzipped(path: Path, wanted: Callable[[str], bool]) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_MEMBERS:
                raise PolicyFileError(path.name, None, "holds far too many files")
            total = 0
            for entry in entries:
                name = _safe_name(path, entry)
                if entry.is_dir() or not wanted(name):
                    continue
                if entry.flag_bits & 1:
                    raise PolicyFileError(path.name, None, f"{name} is encrypted")
                content = _content(path, archive, entry, name)
                total += len(content)
                if total > LARGEST_TOTAL:
                    raise PolicyFileError(path.name, None, "unpacks to far too much")
                yield Member(name, content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise PolicyFileError(
            path.name, None, f"damaged or cut off ({error}): fetch it again"
        ) from error


def _safe_name(path: Path, entry: zipfile.ZipInfo) -> str:
    whole = entry.filename.replace("\\", "/")
    parts = PurePosixPath(whole).parts
    if whole.startswith("/") or ".." in parts or ":" in whole:
        raise PolicyFileError(path.name, None, "holds a file whose name leads out of the archive")
    return parts[-1] if parts else ""


def _content(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    too_large = PolicyFileError(path.name, None, f"{name} is too large to be one of these files")
    if entry.file_size > LARGEST_MEMBER:
        raise too_large
    with archive.open(entry) as file:
        content = file.read(LARGEST_MEMBER + 1)
    # the size in the directory may lie
    if len(content) > LARGEST_MEMBER:
        raise too_large
    return content
