"""The plain shape of claims: taken from wherever claims come, refused where it is another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from neuroreed.exchange.x12.p837_plain import claim_to_plain
from neuroreed.model.claims import Claim
from neuroreed.model.errors import BadInput

Plain = Mapping[str, Any]


def claim_name(claim: Plain) -> str:
    return f"Claim {str(claim.get('claim_id'))[:38]}"


def plain_claims(claims: Any) -> list[dict[str, Any]]:
    """Claims in plain shape, from model claims, plain claims or a whole file as read."""
    if isinstance(claims, Claim):
        return [claim_to_plain(claims)]
    if isinstance(claims, Mapping):
        if "interchanges" not in claims:
            return [dict(claims)]
        return [
            claim
            for interchange in claims["interchanges"]
            for group in interchange["groups"]
            for transaction in group["transactions"]
            if transaction["type"] == "837"
            for claim in transaction.get("claims", ())
        ]
    if not isinstance(claims, Iterable):
        raise BadInput("Give claims as a list.")
    found: list[dict[str, Any]] = []
    for place, claim in enumerate(claims, 1):
        if isinstance(claim, Claim):
            found.append(claim_to_plain(claim))
        elif isinstance(claim, Mapping):
            found.append(dict(claim))
        else:
            raise BadInput(f"Claim {place} is neither a Claim nor plain data.")
    return found


_CLAIM_KEYS = frozenset(
    {
        "claim_id", "charge", "place_of_service", "frequency", "provider_signature", "assignment",
        "benefits", "release", "billing_provider", "subscriber", "patient", "diagnoses", "refs",
        "dates", "notes", "pwk", "amounts", "providers", "other_subscribers", "lines",
        "line_charges_sum", "balanced", "patient_signature", "related_causes", "accident_state",
        "special_program", "delay_reason", "other_segments", "codes",
    }
)  # fmt: skip
_LINE_KEYS = frozenset(
    {
        "line", "procedure", "charge", "unit_basis", "units", "place_of_service", "pointers",
        "dates", "refs", "notes", "providers", "adjudications", "amounts", "pwk", "emergency",
        "epsdt", "family_planning", "copay", "other_segments",
    }
)  # fmt: skip
_MAPPINGS = ("billing_provider", "subscriber", "patient")
_ROWS = ("diagnoses", "refs", "dates", "notes", "pwk", "amounts", "codes")


def check_shape(claim: Plain) -> None:
    """Refuse what is not the shape of a plain claim, before a key is lost or misread."""
    where = claim_name(claim)
    for key, what in (("claim_id", "no claim_id"), ("charge", "no charge"), ("lines", "no line")):
        if claim.get(key) in (None, "", [], ()):
            raise BadInput(f"{where} has {what}: nothing can be billed with it.")
    for found, keys, name in (
        (claim, _CLAIM_KEYS, where),
        *((line, _LINE_KEYS, f"{where}, a line") for line in _mappings(claim, "lines", where)),
    ):
        unknown = sorted(str(key) for key in found if key not in keys)
        if unknown:
            raise BadInput(f"{name} has the key {unknown[0]!r}, which no claim file carries.")
        for key in _ROWS:
            rows = found.get(key) or ()
            least = 3 if key == "dates" else 2
            if not isinstance(rows, (list, tuple)) or not all(
                isinstance(row, (list, tuple)) and least <= len(row) <= 3 for row in rows
            ):
                raise BadInput(f"{name}: {key} are not rows of {least} texts.")
        for key in ("providers", "adjudications", "other_subscribers"):
            _mappings(found, key, name)
    for key in _MAPPINGS:
        if claim.get(key) is not None and not isinstance(claim[key], Mapping):
            raise BadInput(f"{where}: {key} is not a mapping.")


def _mappings(found: Plain, key: str, where: str) -> list[Plain]:
    rows = found.get(key) or ()
    if not isinstance(rows, (list, tuple)) or not all(isinstance(row, Mapping) for row in rows):
        raise BadInput(f"{where}: {key} are not mappings.")
    return list(rows)
