"""A columnar reader of 837P and 835 files, equal to the plain reader in facts and defects.

What is clean is walked over by machine code; everything else (and every envelope) is read by
the plain reader's own methods. Memory is bounded: the file is mapped, and ``read_batches``
hands out full tables and begins new ones.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from neuroreed.bulk.x12.job import Job
from neuroreed.bulk.x12.layout import BOUNDARIES
from neuroreed.bulk.x12.source import Source
from neuroreed.bulk.x12.tables import Table, Texts
from neuroreed.bulk.x12.traced import traced
from neuroreed.exchange.x12.checks import Defect
from neuroreed.exchange.x12.envelope import Reader, read_x12
from neuroreed.exchange.x12.segments import Header
from neuroreed.model.errors import X12Error

Plain = dict[str, Any]
_BATCH: Final = 1 << 17
_FULL: Final = -2
_BOUNDARIES: Final = frozenset(sid for sids in BOUNDARIES.values() for sid in sids)


@dataclass(slots=True)
class Transaction:
    """One transaction with claims: its plain head and which rows of ``claims`` are its own."""

    kind: str
    head: Plain
    component: str
    first_claim: int
    end_claim: int = -1
    plb_segments: list[int] = field(default_factory=list)


@dataclass(slots=True)
class X12Columns:
    """A file as tables: ``tables["837"]["lines"]`` and so on, whole numbers throughout.

    ``interchanges`` are plain, their transactions without claims; ``defects`` are exactly
    those of ``read_x12``. In a batch, ``interchanges`` and sorted defects come with the last.
    """

    texts: Texts
    tables: dict[str, dict[str, Table]]
    transactions: list[Transaction]
    delimiters: Plain
    interchanges: list[Plain]
    defects: list[Defect]


class ColumnReader(Reader):
    """The plain reader of envelopes over bytes, with the walk for what is inside."""

    def __init__(self, source: Source, *, walks: bool = True, batch: int | None = None) -> None:
        super().__init__("", details=False)
        self.source, self.walks, self.batch = source, walks, batch
        self.texts = Texts(source.raw, source.encoding)
        self.jobs: dict[str, Job] = {}
        self.job: Job | None = None
        self.transactions: list[Transaction] = []
        self.at = 0

    def _find(self, start: int) -> int:
        return self.source.find_isa(max(start, self.source.begin))

    def _header(self, start: int) -> Header:
        return self.source.header(start)

    def _before(self, start: int) -> str:
        return self.source.text(self.source.begin, start)

    def _is_ended(self, sign: str) -> bool:
        return self.source.ends_with(sign)

    def _segments(self, head: Header) -> int:
        self.at = head.end
        return self.resume()

    def resume(self) -> int:
        """Read on from ``at``; where the next ISA stands, -1, or that the tables are full."""
        signs = self.current.delimiters
        element, terminator = signs.element, signs.segment.encode(self.texts.encoding)
        source = self.source
        while True:
            piece, start, after = source.piece(self.at, terminator)
            if not piece:
                return -1
            if piece[:3] == "ISA" and (piece[:4] == "ISA" + element or not piece[3:4].isalnum()):
                at_isa = source.raw.find(b"ISA", start)
                if source.is_isa(at_isa):
                    return at_isa
            sid = piece.partition(element)[0]
            job = self.job
            watched = job is not None and sid in job.boundaries
            if watched and start != job.skip and "\n" not in piece and "\r" not in piece:  # type: ignore[union-attr]
                assert job is not None
                self.at, self.n = job.go(start, piece.split(element), self.n)
                if job.is_full:
                    return _FULL
                continue
            self.n += 1
            self.at = after
            e = self._elements(piece, element)
            if job is None or not job.on or e[0] not in ("HL", "CLM") or self.body is None:
                self._segment(e)
                continue
            count = len(job.body.claims)
            job.above.before(e, piece, start)
            self._segment(e)
            if len(job.body.claims) > count:
                job.above.opened()

    def _st(self, e: list[str]) -> None:
        super()._st(e)
        self.job = None
        if self.body is None:
            return
        body = traced(self.body, self.current.delimiters, self.details)
        if body is None:
            return
        self.body = body
        kind = body.head["type"]
        if kind not in self.jobs:
            self.jobs[kind] = Job(kind, self.source, self.texts, walks=self.walks, batch=self.batch)
        self.job = job = self.jobs[kind]
        job.begin(body, self.current.delimiters, len(self.transactions))
        own = Transaction(kind, body.head, body.component, job.first_claim)
        self.transactions.append(own)

    def _end_body(self) -> None:
        job = self.job if self.body is not None else None
        if job is not None:
            job.finish()
        super()._end_body()
        if job is not None:
            job.finished()
            own = self.transactions[-1]
            own.end_claim = job.claims()
            own.plb_segments = getattr(job.body, "plb_places", [])
            self.job = None

    def take(self) -> X12Columns:
        """What has been read since it was last taken."""
        for job in self.jobs.values():
            job.above.remember()
        return X12Columns(
            self.texts,
            {kind: job.tables.take() for kind, job in self.jobs.items()},
            self.transactions,
            self.delimiters,
            self.interchanges,
            self.defects,
        )

    def batches(self) -> Iterator[X12Columns]:
        start = self._begin()
        while start >= 0:
            start = self._interchange(start)
            while start == _FULL:
                yield self.take()
                start = self.resume()
        self._end()
        yield self.take()


def read_columns(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview, *, walks: bool = True
) -> X12Columns:
    """An 837P or 835 file as tables; every fact and defect of ``read_x12``.

    Args:
        source: a path, or the bytes of a file.
        walks: whether machine code reads what is clean; the answer is the same without.

    Raises:
        X12Error: what cannot be read at all, with the position.
    """
    return next(_read(source, walks, None))


def read_batches(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview, *, rows: int = _BATCH
) -> Iterator[X12Columns]:
    """The same in parts of about ``rows`` rows, for files of any size.

    Numbers of rows count on through all parts. Defects are listed so far; they are complete
    and in their order with the last part.

    Raises:
        X12Error: what cannot be read at all, with the position.
    """
    return _read(source, True, rows)


def _read(source: Any, walks: bool, rows: int | None) -> Iterator[X12Columns]:
    was_on = gc.isenabled()
    reader = ColumnReader(Source(source), walks=walks, batch=rows)
    try:
        if rows is not None:
            yield from reader.batches()
            return
        gc.disable()
        try:
            reader.read()
        finally:
            if was_on:
                gc.enable()
        yield reader.take()
    except X12Error:
        # the plain reader says it with the right place in the text
        read_x12(source)
        raise
