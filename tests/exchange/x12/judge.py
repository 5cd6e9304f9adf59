"""pyx12 as a judge from outside: what it says of a file of ours."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pyx12.params
import pyx12.x12n_document


def verdict(data: bytes) -> tuple[bool, list[str]]:
    """Whether pyx12 accepts the file, and its errors."""
    out = io.StringIO()
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    accepted = pyx12.x12n_document.x12n_document(
        pyx12.params.params(), io.StringIO(data.decode("ascii")), None, None, fd_json=out
    )
    return bool(accepted), list(_errors(json.loads(out.getvalue() or "{}")))


def _errors(node: Any) -> Any:
    if isinstance(node, dict):
        if "err_str" in node:
            yield node["err_str"]
        for value in node.values():
            yield from _errors(value)
    elif isinstance(node, list):
        for value in node:
            yield from _errors(value)


def claims_of(read: dict[str, Any]) -> list[dict[str, Any]]:
    """All claims of a file as read."""
    return [
        claim for transaction in transactions_of(read) for claim in transaction.get("claims", [])
    ]


def transactions_of(read: dict[str, Any]) -> list[dict[str, Any]]:
    """All transactions of a file as read."""
    return [
        transaction
        for interchange in read["interchanges"]
        for group in interchange["groups"]
        for transaction in group["transactions"]
    ]


def codes_of(read: dict[str, Any]) -> list[str]:
    """The codes of its defects, in order."""
    return [found["code"] for found in read["defects"]]
