"""Judgement: facts, rules, the kernel, explanations and the rule book.

The room itself is callable: ``neuroreed.audit(source)`` audits visits, claims or a file.
Reading a file is not judgement, so the room asks the public surface for the reader.
"""

from __future__ import annotations

import sys
from importlib import import_module
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neuroreed.audit.kernel import AuditResult


class _Audit(ModuleType):
    """The module, callable."""

    def __call__(
        self,
        source: Any,
        *,
        payer: str | None = None,
        mapping: str | PathLike[str] | None = None,
    ) -> AuditResult:
        """Findings and coverage of a file, of visits, or of claims.

        Args:
            source: the path of an 837P, or of a CSV with a mapping; or visits or claims as
                data (a list of mappings, nouns, or what ``read_x12`` gave).
            payer: the profile of every line that does not name one.
            mapping: the TOML file that names the columns of a CSV.

        Raises:
            BadInput: what cannot be read; the message says where.
        """
        from neuroreed.audit.kernel import audit
        from neuroreed.model.lines import to_book

        notes: tuple[str, ...] = ()
        if isinstance(source, (str, PathLike)):
            read_source = import_module("neuroreed").read_source
            source, notes = read_source(Path(source), mapping=mapping)
        book = to_book(source, payer=payer)
        return audit(book).with_notes(notes)


sys.modules[__name__].__class__ = _Audit
