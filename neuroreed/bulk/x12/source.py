"""The bytes of a file as they lie on the disk, and where segments and interchanges stand."""

from __future__ import annotations

import codecs
import mmap
import os
from pathlib import Path
from typing import Any, Final

import numpy as np

from neuroreed.exchange.x12.segments import BLANK, Header, find_isa, header
from neuroreed.model.errors import X12Error

_WINDOW: Final = 4 * 4 * 106  # more than the plain reader looks at, whatever the encoding
_SLICE: Final = 1 << 24


class Source:
    """A file or bytes. ``raw`` finds and cuts, ``data`` is the same memory as an array."""

    def __init__(self, source: Any) -> None:
        self.raw: Any
        if isinstance(source, (bytes, bytearray, memoryview)):
            self.raw = bytes(source)
        elif isinstance(source, (str, os.PathLike)):
            with Path(source).open("rb") as file:
                if os.fstat(file.fileno()).st_size:
                    self.raw = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                else:
                    self.raw = b""
        else:
            raise X12Error("Give a path or the bytes of a file")
        self.begin = 0
        if self.raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            self.raw = bytes(self.raw).decode("utf-16", errors="replace").encode("utf-8")
        elif self.raw[:3] == b"\xef\xbb\xbf":
            self.begin = 3
        self.data = np.frombuffer(self.raw, np.uint8)
        self.encoding = self._encoding()
        self._blanks = "".join(sign for sign in BLANK if sign.isascii())

    def _encoding(self) -> str:
        """UTF-8 unless a byte says otherwise, as the plain reader tells it."""
        size = len(self.data)
        if not any(self.data[at : at + _SLICE].max() > 127 for at in range(0, size, _SLICE)):
            return "utf-8"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for at in range(self.begin, size, _SLICE):
                decoder.decode(self.raw[at : at + _SLICE])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
        return "utf-8"

    def text(self, start: int, end: int) -> str:
        """Some of the file; a sign that is cut at the edge is left out."""
        return bytes(self.raw[start:end]).decode(self.encoding, errors="ignore")

    def is_isa(self, at: int) -> bool:
        """Whether the plain reader sees an interchange begin here."""
        before = self.text(max(self.begin, at - 4), at)[-1:]
        window = before + self.text(at, at + _WINDOW)
        return find_isa(window, len(before)) == len(before)

    def find_isa(self, start: int) -> int:
        """Where the next ISA begins, or -1."""
        while (at := self.raw.find(b"ISA", start)) >= 0:
            if self.is_isa(at):
                return at
            start = at + 3
        return -1

    def header(self, at: int) -> Header:
        """The ISA at ``at``; its end counts bytes of the file.

        Raises:
            X12Error: when the delimiters cannot be told.
        """
        text = self.text(at, at + _WINDOW)
        found = header(text, 0)
        end = at + len(text[: found.end].encode(self.encoding))
        return Header(found.elements, found.delimiters, end, found.faults)

    def piece(self, start: int, terminator: bytes) -> tuple[str, int, int]:
        """The next segment that is not blank, where it begins, and where the next may begin."""
        size = len(self.raw)
        while start < size:
            end = self.raw.find(terminator, start)
            stop = size if end < 0 else end
            text = bytes(self.raw[start:stop]).decode(self.encoding).strip(BLANK)
            after = stop + len(terminator)
            if text:
                return text, start, after
            start = after
        return "", size, size

    def ends_with(self, sign: str) -> bool:
        """Whether the last segment is ended, blanks aside."""
        blanks = BLANK.replace(sign, "")
        end = len(self.raw)
        while end > self.begin:
            start = max(self.begin, end - _WINDOW)
            # a cut first character is no matter: only what stands last is asked for
            left = self.text(start, end).rstrip(blanks)
            if left:
                return left.endswith(sign)
            end = start
        return False
