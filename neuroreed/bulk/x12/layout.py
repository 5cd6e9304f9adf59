"""Which tables an 837P and an 835 become, and what each segment of a guide puts into them.

The structure of a file is told by the plain reader's own guide; here stands only which
elements go to which column. Everything the plain reader does with a segment beyond that is
either among the numbered doings of ``walk`` or makes the walk leave the claim to the
plain reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from neuroreed.bulk.x12 import codes as c

AMOUNTS: Final = frozenset(
    {"charge", "paid", "remaining", "amount", "patient_responsibility", "line_charges_sum"}
)
NUMBERS: Final = frozenset(
    {
        "segment", "transaction", "billing_provider", "subscriber", "patient", "claim", "level",
        "owner", "balanced", "has_procedure", "has_submitted_procedure", "has", "day", "last_day",
    }
)  # fmt: skip

_PROCEDURE: Final = (
    "has_procedure", "qualifier", "code", "modifier1", "modifier2", "modifier3", "modifier4",
    "description",
)  # fmt: skip
_SUBMITTED: Final = tuple(
    "has_submitted_procedure" if name == "has_procedure" else f"submitted_{name}"
    for name in _PROCEDURE
)
_INSURED: Final = (
    "sequence", "relationship", "filing", "last", "first", "middle", "suffix", "type",
    "member_id", "member_id_qualifier", "payer", "payer_id", "payer_id_qualifier",
    "group_number", "group_name", "medicare_secondary",
)  # fmt: skip
_NAME: Final = (
    "entity", "type", "last_or_org", "first", "id_qual", "id", "middle", "suffix",
)  # fmt: skip
_OWNED: Final = ("segment", "claim", "level", "owner")

CLAIM_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "billing_providers": (
        "segment", "name", "npi", "tax_id", "tax_id_kind", "type", "first", "middle", "suffix",
    ),
    "subscribers": ("segment", *_INSURED, "has"),
    "patients": ("segment", "last", "first", "middle", "suffix"),
    "claims": (
        "segment", "transaction", "billing_provider", "subscriber", "patient", "claim_id",
        "charge", "place_of_service", "frequency", "provider_signature", "assignment", "benefits",
        "release", "patient_signature", "cause1", "cause2", "cause3", "accident_state",
        "special_program", "delay_reason", "line_charges_sum", "balanced",
    ),
    "lines": (
        "segment", "claim", "line", *_PROCEDURE, "charge", "unit_basis", "units",
        "place_of_service", "pointers", "emergency", "epsdt", "family_planning", "copay",
    ),
    "other_subscribers": (
        "segment", "claim", *_INSURED, "assignment", "release", "patient_signature",
        "remark1", "remark2", "remark3", "remark4", "remark5",
    ),
    "adjudications": (
        "segment", "claim", "line", "payer_id", "paid", *_PROCEDURE, "units", "remaining",
        "bundled_line",
    ),
    "adjustments": (*_OWNED, "group", "carc", "amount", "quantity"),
    "providers": (*_OWNED, *_NAME),
    "refs": (*_OWNED, "qualifier", "value", "third"),
    "dates": (*_OWNED, "qualifier", "format", "value", "day", "last_day"),
    "notes": (*_OWNED, "qualifier", "text"),
    "paperwork": (*_OWNED, "type", "transmission", "control"),
    "amounts": (*_OWNED, "qualifier", "amount"),
    "diagnoses": ("segment", "claim", "qualifier", "code"),
}  # fmt: skip
REMITTANCE_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "claims": (
        "segment", "transaction", "claim_id", "status", "charge", "paid",
        "patient_responsibility", "filing", "payer_claim_control", "frequency", "balanced",
    ),
    "lines": (
        "segment", "claim", *_PROCEDURE, "charge", "paid", "revenue", "units_paid", *_SUBMITTED,
        "units_submitted", "balanced",
    ),
    "adjustments": (*_OWNED, "group", "carc", "amount", "quantity"),
    "names": ("segment", "claim", *_NAME),
    "refs": (*_OWNED, "qualifier", "value"),
    "dates": (*_OWNED, "qualifier", "value", "day"),
    "amounts": (*_OWNED, "qualifier", "amount"),
    "quantities": (*_OWNED, "qualifier", "quantity"),
    "remarks": (*_OWNED, "qualifier", "code"),
}  # fmt: skip
TABLES: Final = {"837": CLAIM_TABLES, "835": REMITTANCE_TABLES}
# to what a row of an owned table belongs, by its ``level``
LEVELS: Final = {
    "837": ("claims", "lines", "other_subscribers", "adjudications"),
    "835": ("claims", "lines"),
}
BOUNDARIES: Final = {"837": ("HL", "CLM"), "835": ("LX", "CLP", "PLB")}
# of a column that may be said in few codes only, as the plain reader tests them
ALLOWED: Final[dict[str, tuple[str, ...]]] = {
    "yes_no": ("Y", "N"),
    "assignment": ("A", "B", "C"),
    "benefits": ("N", "W", "Y"),
    "release": ("I", "Y"),
    "signature": ("P",),
    "sequence": tuple("ABCDEFGHPSTU"),
    "sex": ("F", "M", "U"),
    "basis": ("UN", "MJ"),
    "status": (
        "1", "2", "3", "4", "5", "10", "13", "15", "16", "17", "19", "20", "21", "22", "23",
        "25", "27",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doing:
    """What one segment in one loop does: rows or fields of a table, and more by number."""

    op: int = c.CHECK
    table: str = ""
    level: int = -1
    fields: tuple[tuple[int, str, int, str], ...] = field(default=())  # element, column, kind, more
    more: int = c.PLAIN


def _texts(**columns: int) -> tuple[tuple[int, str, int, str], ...]:
    return tuple((element, name, c.TEXT, "") for name, element in columns.items())


_NAME_FIELDS: Final = (
    *_texts(entity=1, type=2, last_or_org=3, first=4, middle=5, suffix=7, id_qual=8),
    (9, "id", c.NPI, ""),
)
_NAME_CHECK: Final = Doing(fields=((9, "", c.NPI, ""),))
_NOTHING: Final = Doing()
_PAIR: Final = _texts(qualifier=1, value=2)
_ADJUSTMENT: Final = {
    level: Doing(table="adjustments", level=level, more=c.CAS) for level in range(4)
}
_PERIOD: Final = (*_texts(qualifier=1, format=2, value=3), (2, "day", c.PERIOD, ""))


def _insured(table: str) -> Doing:
    return Doing(
        c.FILL,
        table,
        fields=(
            *_texts(last=3, first=4, middle=5, suffix=7, member_id=9),
            (2, "type", c.UNLESS, "1"),
            (8, "member_id_qualifier", c.UNLESS, "MI"),
        ),
    )


def _payer(table: str) -> Doing:
    return Doing(
        c.FILL,
        table,
        fields=(*_texts(payer=3, payer_id=9), (8, "payer_id_qualifier", c.UNLESS, "PI")),
    )


_SBR: Final = (
    (1, "sequence", c.CODE, "sequence"),
    *_texts(relationship=2, group_number=3, group_name=4, medicare_secondary=5, filing=9),
)
_AMOUNT: Final = ((1, "qualifier", c.TEXT, ""), (2, "amount", c.AMOUNT, ""))


def _claim_doings() -> dict[tuple[str, str], Doing]:
    found: dict[tuple[str, str], Doing] = {
        ("2000B", "SBR"): Doing(c.FILL, "subscribers", fields=_SBR, more=c.SUBSCRIBER),
        ("2010AA", "NM1"): Doing(
            c.FILL,
            "billing_providers",
            fields=(
                *_texts(name=3, type=2, first=4, middle=5, suffix=7),
                (9, "npi", c.NPI, ""),
            ),
            more=c.BILLING,
        ),
        ("2010AA", "REF"): Doing(c.FILL, "billing_providers", more=c.TAX),
        ("2010BA", "NM1"): _insured("subscribers"),
        ("2010BA", "N3"): Doing(more=c.HAS),
        ("2010BA", "N4"): Doing(more=c.HAS),
        ("2010BA", "DMG"): Doing(
            fields=((2, "", c.DAY, ""), (3, "", c.CODE, "sex")), more=c.HAS
        ),
        ("2010CA", "DMG"): Doing(fields=((2, "", c.DAY, ""), (3, "", c.CODE, "sex"))),
        ("2010BB", "NM1"): _payer("subscribers"),
        ("2010CA", "NM1"): Doing(
            c.FILL, "patients", fields=_texts(last=3, first=4, middle=5, suffix=7)
        ),
        ("2300", "CLM"): Doing(
            c.ROW,
            "claims",
            fields=(
                (1, "claim_id", c.TEXT, ""),
                (2, "charge", c.AMOUNT, ""),
                (6, "provider_signature", c.CODE, "yes_no"),
                (7, "assignment", c.CODE, "assignment"),
                (8, "benefits", c.CODE, "benefits"),
                (9, "release", c.CODE, "release"),
                (10, "patient_signature", c.CODE, "signature"),
                (11, "cause1", c.PARTS, "4"),
                (12, "special_program", c.TEXT, ""),
                (20, "delay_reason", c.TEXT, ""),
            ),
            more=c.CLM,
        ),
        ("2300", "REF"): Doing(
            c.ROW, "refs", 0, (*_PAIR, (4, "third", c.TEXT, "")), c.REF_CLAIM
        ),
        ("2400", "REF"): Doing(
            c.ROW, "refs", 1, (*_PAIR, (4, "third", c.TEXT, "")), c.REF_LINE
        ),
        ("2330B", "REF"): Doing(c.ROW, "refs", 2, (*_PAIR, (4, "third", c.TEXT, ""))),
        ("2300", "HI"): Doing(table="diagnoses", more=c.DIAGNOSES),
        ("2300", "AMT"): Doing(c.ROW, "amounts", 0, _AMOUNT),
        ("2400", "AMT"): Doing(c.ROW, "amounts", 1, _AMOUNT),
        ("2320", "AMT"): Doing(c.ROW, "amounts", 2, _AMOUNT, c.PAID),
        ("2430", "AMT"): Doing(
            c.FILL, "adjudications", fields=((2, "remaining", c.AMOUNT, ""),)
        ),
        ("2320", "SBR"): Doing(c.ROW, "other_subscribers", fields=_SBR, more=c.OTHER),
        ("2320", "CAS"): _ADJUSTMENT[2],
        ("2430", "CAS"): _ADJUSTMENT[3],
        ("2320", "OI"): Doing(
            c.FILL,
            "other_subscribers",
            fields=(
                (3, "assignment", c.CODE, "benefits"),
                (4, "patient_signature", c.CODE, "signature"),
                (6, "release", c.CODE, "release"),
            ),
        ),
        ("2320", "MOA"): Doing(c.FILL, "other_subscribers", more=c.REMARKS),
        ("2330A", "NM1"): _insured("other_subscribers"),
        ("2330B", "NM1"): _payer("other_subscribers"),
        ("2400", "LX"): Doing(c.ROW, "lines", fields=_texts(line=1), more=c.LX),
        ("2400", "SV1"): Doing(
            c.FILL,
            "lines",
            fields=(
                (1, "has_procedure", c.PROCEDURE, ""),
                (2, "charge", c.AMOUNT, ""),
                (3, "unit_basis", c.CODE, "basis"),
                (4, "units", c.QUANTITY, ""),
                *_texts(
                    place_of_service=5, pointers=7, emergency=9, epsdt=11, family_planning=12,
                    copay=15,
                ),
            ),
            more=c.SV1,
        ),
        ("2430", "SVD"): Doing(
            c.ROW,
            "adjudications",
            fields=(
                (1, "payer_id", c.TEXT, ""),
                (2, "paid", c.AMOUNT, ""),
                (3, "has_procedure", c.PROCEDURE, ""),
                (5, "units", c.QUANTITY, ""),
                (6, "bundled_line", c.TEXT, ""),
            ),
            more=c.SVD,
        ),
    }  # fmt: skip
    for loop, level in (("2300", 0), ("2400", 1), ("2330B", 2), ("2430", 3)):
        found[loop, "DTP"] = Doing(c.ROW, "dates", level, _PERIOD)
    for loop, level in (("2300", 0), ("2400", 1)):
        found[loop, "NTE"] = Doing(c.ROW, "notes", level, _texts(qualifier=1, text=2))
        found[loop, "PWK"] = Doing(
            c.ROW, "paperwork", level, _texts(type=1, transmission=2, control=6)
        )
    for letter in "ABCDEF":
        found[f"2310{letter}", "NM1"] = Doing(c.ROW, "providers", 0, _NAME_FIELDS)
    for letter in "ABCDEFGH":
        found[f"2420{letter}", "NM1"] = Doing(c.ROW, "providers", 1, _NAME_FIELDS)
    for letter in "CDEFG":
        found[f"2330{letter}", "NM1"] = _NAME_CHECK
    return found


def _remittance_doings() -> dict[tuple[str, str], Doing]:
    found: dict[tuple[str, str], Doing] = {
        ("2100", "CLP"): Doing(
            c.ROW,
            "claims",
            fields=(
                (1, "claim_id", c.TEXT, ""),
                (2, "status", c.CODE, "status"),
                (3, "charge", c.AMOUNT, ""),
                (4, "paid", c.AMOUNT, ""),
                (5, "patient_responsibility", c.AMOUNT, ""),
                *_texts(filing=6, payer_claim_control=7, frequency=9),
            ),
            more=c.CLP,
        ),
        ("2100", "NM1"): Doing(c.ROW, "names", fields=_NAME_FIELDS),
        ("2100", "MIA"): Doing(table="remarks", level=0, more=c.REMARKS),
        ("2100", "MOA"): Doing(table="remarks", level=0, more=c.REMARKS),
        ("2110", "SVC"): Doing(
            c.ROW,
            "lines",
            fields=(
                (1, "has_procedure", c.PROCEDURE, ""),
                (2, "charge", c.AMOUNT, ""),
                (3, "paid", c.AMOUNT, ""),
                (4, "revenue", c.TEXT, ""),
                (5, "units_paid", c.QUANTITY, ""),
                (6, "has_submitted_procedure", c.SUBMITTED, ""),
                (7, "units_submitted", c.QUANTITY, ""),
            ),
            more=c.SVC,
        ),
        ("2110", "LQ"): Doing(c.ROW, "remarks", 1, _texts(qualifier=1, code=2)),
        ("2000", "LX"): Doing(more=c.PROVIDER_LINE),
        ("2100", "AMT"): Doing(c.ROW, "amounts", 0, _AMOUNT, c.ALLOWED_CLAIM),
        ("2110", "AMT"): Doing(c.ROW, "amounts", 1, _AMOUNT, c.ALLOWED),
        ("2100", "PER"): Doing(more=c.CONTACT),
    }
    for loop, level in (("2100", 0), ("2110", 1)):
        found[loop, "CAS"] = _ADJUSTMENT[level]
        found[loop, "REF"] = Doing(c.ROW, "refs", level, _PAIR)
        found[loop, "DTM"] = Doing(c.ROW, "dates", level, (*_PAIR, (2, "day", c.DAY, "")))
        found[loop, "QTY"] = Doing(
            c.ROW,
            "quantities",
            level,
            ((1, "qualifier", c.TEXT, ""), (2, "quantity", c.QUANTITY, "")),
        )
    return found


DOINGS: Final = {"837": _claim_doings(), "835": _remittance_doings()}
# segments of which the plain reader keeps nothing without details, in any loop
_SILENT: Final = {
    "837": frozenset(
        {
            "PRV", "PAT", "N3", "N4", "SV5", "CN1", "K3", "CR1", "CR2", "CR3", "CRC", "HCP", "QTY",
            "MEA", "PS1", "LIN", "CTP", "LQ", "FRM", "CUR",
        }
    ),
    "835": frozenset(),
}  # fmt: skip
_SILENT_REFS: Final = ("2010AB", "2010AC", "2010BA", "2010BB", "2010CA", "2410")


def doing(kind: str, loop: str, sid: str) -> Doing | None:
    """What a segment does there; None where only the plain reader knows."""
    known = DOINGS[kind].get((loop, sid))
    if known is not None:
        return known
    if sid in _SILENT[kind] or sid == "PLB":  # the walk only stops before it
        return _NOTHING
    if kind == "837":
        if sid == "HL":
            return Doing(more=c.HL)
        if sid == "PER":
            return Doing(more=c.CONTACT)
        if sid == "NM1" and loop in ("2010AB", "2010AC"):
            return _NOTHING
        if sid == "REF" and (
            loop in _SILENT_REFS or loop.startswith(("2310", "2420")) or loop in _OTHER_PROVIDERS
            or loop == "2330A"
        ):  # fmt: skip
            return _NOTHING
    return None


_OTHER_PROVIDERS: Final = ("2330C", "2330D", "2330E", "2330F", "2330G")
