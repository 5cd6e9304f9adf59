"""Tables of a file back into the plain data of ``read_x12``, key by key.

Whoever needs nested facts of a large file has them here; the tests hold them to the plain
reader's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from neuroreed.bulk.x12.layout import AMOUNTS, NUMBERS
from neuroreed.bulk.x12.read import Transaction, X12Columns
from neuroreed.bulk.x12.tables import Table, Texts
from neuroreed.exchange.x12.p837_claims import empty_billing, empty_subscriber

Plain = dict[str, Any]
_NAME: Final = ("entity", "type", "last_or_org", "first", "id_qual", "id")
_INSURED: Final = tuple(empty_subscriber())


def to_plain(columns: X12Columns) -> Plain:
    """All that ``read_x12`` says of the file, from its tables."""
    kinds = {kind: _Kind(kind, tables, columns.texts) for kind, tables in columns.tables.items()}
    return _whole(columns, lambda one: [*kinds[one.kind].claims(one)])


def to_brief(columns: X12Columns) -> Plain:
    """The same, with only what a summary says of each claim; ``lines`` only counts."""
    briefs = {kind: _brief(kind, tables, columns.texts) for kind, tables in columns.tables.items()}
    return _whole(columns, lambda one: briefs[one.kind][one.first_claim : one.end_claim])


def _brief(kind: str, tables: dict[str, Table], texts: Texts) -> list[Plain]:
    table, lines = tables["claims"], tables["lines"]
    names = ["claim_id", "charge", "balanced", "frequency"]
    names += ["status", "paid"] if kind == "835" else []
    places = [table.columns.index(name) for name in names]
    counts = [0] * len(table.rows())
    for claim in lines.rows()[:, 1].tolist():
        counts[claim] += 1
    found = []
    for row, count in zip(table.rows()[:, places].tolist(), counts, strict=True):
        said = dict(zip(names, row, strict=True))
        found.append(
            {
                name: texts.amount(value)
                if name in AMOUNTS
                else bool(value)
                if name in NUMBERS
                else texts.get(value)
                for name, value in said.items()
            }
            | {"lines": range(count)}
        )
    return found


def _whole(columns: X12Columns, claims_of: Callable[[Transaction], list[Plain]]) -> Plain:
    claims = {id(one.head): claims_of(one) for one in columns.transactions}
    interchanges = []
    for interchange in columns.interchanges:
        groups = [
            group
            | {
                "transactions": [
                    one | {"claims": claims[id(one)]} if id(one) in claims else one
                    for one in group["transactions"]
                ]
            }
            for group in interchange["groups"]
        ]
        interchanges.append(interchange | {"groups": groups})
    return {
        "delimiters": columns.delimiters,
        "interchanges": interchanges,
        "defects": columns.defects,
    }


class _Kind:
    """The tables of one kind of transaction as rows with words instead of numbers."""

    def __init__(self, kind: str, tables: dict[str, Table], texts: Texts) -> None:
        self.kind, self.texts = kind, texts
        self.all = {name: list(self._rows(table)) for name, table in tables.items()}
        self.owned: dict[str, dict[tuple[int, int], list[Plain]]] = {}
        for name, rows in self.all.items():
            if rows and "owner" in rows[0]:
                own = self.owned.setdefault(name, {})
                for row in rows:
                    own.setdefault((row["level"], row["owner"]), []).append(row)
        self.of_claim: dict[str, dict[int, list[Plain]]] = {}
        for name in ("lines", "other_subscribers", "diagnoses", "names"):
            groups = self.of_claim.setdefault(name, {})
            for number, row in enumerate(self.all.get(name, ())):
                row["number"] = number
                groups.setdefault(row["claim"], []).append(row)
        self.of_line: dict[int, list[Plain]] = {}
        for number, row in enumerate(self.all.get("adjudications", ())):
            row["number"] = number
            self.of_line.setdefault(row["line"], []).append(row)

    def _reader(self, table: Table) -> list[Callable[[int], Any]]:
        readers: list[Callable[[int], Any]] = []
        for place, column in enumerate(table.columns):
            if column in AMOUNTS:
                readers.append(self.texts.amount)
            elif column in NUMBERS or (place == 2 and column == "line" and "paid" in table.columns):
                readers.append(int)
            else:
                readers.append(self.texts.get)
        return readers

    def _rows(self, table: Table) -> Iterator[Plain]:
        readers = self._reader(table)
        for row in table.rows().tolist():
            yield {
                name: read(value)
                for name, read, value in zip(table.columns, readers, row, strict=True)
            }

    def claims(self, one: Transaction) -> Iterator[Plain]:
        build = self._remitted if self.kind == "835" else self._billed
        for number in range(one.first_claim, one.end_claim):
            yield build(number, self.all["claims"][number], one.component)

    def _own(self, table: str, level: int, owner: int) -> list[Plain]:
        return self.owned.get(table, {}).get((level, owner), [])

    def _pairs(self, table: str, level: int, owner: int, *names: str) -> list[list[str]]:
        return [[row[name] or "" for name in names] for row in self._own(table, level, owner)]

    def _amounts(self, level: int, owner: int) -> list[list[str | None]]:
        return [
            [row["qualifier"] or "", row["amount"]] for row in self._own("amounts", level, owner)
        ]

    def _adjustments(self, level: int, owner: int) -> list[Plain]:
        found = []
        for row in self._own("adjustments", level, owner):
            entry = {
                "group": row["group"] or "",
                "carc": row["carc"] or "",
                "amount": row["amount"],
            }
            if row["quantity"] is not None:
                entry["quantity"] = row["quantity"]
            found.append(entry)
        return found

    def _name(self, row: Plain) -> Plain:
        found = {name: row[name] for name in _NAME}
        found["entity"], found["type"] = row["entity"] or "", row["type"] or ""
        return found | _said(row, "middle", "suffix")

    def _procedure(self, row: Plain, prefix: str = "") -> Plain | None:
        if not row[f"has_{prefix}procedure"]:
            return None
        modifiers = (row[f"{prefix}modifier{place}"] for place in range(1, 5))
        found: Plain = {
            "qualifier": row[prefix + "qualifier"],
            "code": row[prefix + "code"],
            "modifiers": [modifier for modifier in modifiers if modifier],
        }
        if row[prefix + "description"]:
            found["description"] = row[prefix + "description"]
        return found

    def _remitted(self, number: int, row: Plain, component: str) -> Plain:
        names = (
            "claim_id", "status", "charge", "paid", "patient_responsibility", "filing",
            "payer_claim_control", "frequency",
        )  # fmt: skip
        claim = {name: row[name] for name in names} | {
            "adjustments": self._adjustments(0, number),
            "names": [self._name(name) for name in self.of_claim["names"].get(number, ())],
            **self._remitted_pairs(0, number),
            "lines": [self._paid(line) for line in self.of_claim["lines"].get(number, ())],
            "balanced": bool(row["balanced"]),
        }
        remarks = [remark["code"] or "" for remark in self._own("remarks", 0, number)]
        if remarks:
            claim["remarks"] = remarks
        return claim

    def _remitted_pairs(self, level: int, owner: int) -> Plain:
        found: Plain = {
            "refs": self._pairs("refs", level, owner, "qualifier", "value"),
            "dates": [
                [row["qualifier"] or "", row["value"]] for row in self._own("dates", level, owner)
            ],
            "amounts": self._amounts(level, owner),
        }
        quantities = [
            [row["qualifier"] or "", row["quantity"]]
            for row in self._own("quantities", level, owner)
        ]
        return found | ({"quantities": quantities} if quantities else {})

    def _paid(self, row: Plain) -> Plain:
        own = row["number"]
        return {
            "procedure": self._procedure(row),
            "charge": row["charge"],
            "paid": row["paid"],
            "revenue": row["revenue"],
            "units_paid": row["units_paid"],
            "submitted_procedure": self._procedure(row, "submitted_"),
            "units_submitted": row["units_submitted"],
            "adjustments": self._adjustments(1, own),
            **self._remitted_pairs(1, own),
            "remarks": self._pairs("remarks", 1, own, "qualifier", "code"),
            "balanced": bool(row["balanced"]),
        }

    def _level(self, table: str, number: int, always: tuple[str, ...]) -> Plain:
        row = self.all[table][number]
        more = [name for name in row if name not in ("segment", "has", *always)]
        return {name: row[name] for name in always} | _said(row, *more)

    def _billed(self, number: int, row: Plain, component: str) -> Plain:
        names = (
            "claim_id", "charge", "place_of_service", "frequency", "provider_signature",
            "assignment", "benefits", "release",
        )  # fmt: skip
        patient, billing, subscriber = row["patient"], row["billing_provider"], row["subscriber"]
        claim: Plain = {name: row[name] for name in names} | {
            "billing_provider": empty_billing()
            if billing < 0
            else self._level("billing_providers", billing, ("name", "npi", "tax_id")),
            "subscriber": empty_subscriber()
            if subscriber < 0
            else self._level("subscribers", subscriber, _INSURED),
            "patient": None if patient < 0 else self._level("patients", patient, ("last", "first")),
            "diagnoses": [
                [one["qualifier"], one["code"]]
                for one in self.of_claim["diagnoses"].get(number, ())
            ],
            "refs": self._refs(0, number),
            "dates": self._pairs("dates", 0, number, "qualifier", "format", "value"),
            "notes": self._pairs("notes", 0, number, "qualifier", "text"),
            "pwk": self._paperwork(0, number),
            "amounts": self._amounts(0, number),
            "providers": [self._name(one) for one in self._own("providers", 0, number)],
            "other_subscribers": [
                self._other(one) for one in self.of_claim["other_subscribers"].get(number, ())
            ],
            "lines": [
                self._line(line, component) for line in self.of_claim["lines"].get(number, ())
            ],
            "line_charges_sum": row["line_charges_sum"],
            "balanced": bool(row["balanced"]),
        }
        if row["cause1"] is not None:
            causes = (row[f"cause{place}"] for place in range(1, 4))
            claim["related_causes"] = [cause for cause in causes if cause]
        more = ("patient_signature", "accident_state", "special_program", "delay_reason")
        return claim | _said(row, *more)

    def _refs(self, level: int, owner: int) -> list[list[str]]:
        return [
            [row["qualifier"] or "", row["value"] or ""] + ([row["third"]] if row["third"] else [])
            for row in self._own("refs", level, owner)
        ]

    def _paperwork(self, level: int, owner: int) -> list[list[str]]:
        return [
            [row["type"] or "", row["transmission"] or ""]
            + ([row["control"]] if row["control"] else [])
            for row in self._own("paperwork", level, owner)
        ]

    def _other(self, row: Plain) -> Plain:
        own = row["number"]
        remarks = [row[f"remark{place}"] for place in range(1, 6)]
        found = {name: row[name] for name in (*_INSURED, "assignment", "release")} | {
            "adjustments": self._adjustments(2, own),
            "amounts": self._amounts(2, own),
            "dates": self._pairs("dates", 2, own, "qualifier", "format", "value"),
            "refs": self._refs(2, own),
        }
        more = (
            "middle", "suffix", "type", "member_id_qualifier", "payer_id_qualifier",
            "group_number", "group_name", "medicare_secondary", "patient_signature",
        )  # fmt: skip
        if remarks[0] is not None:
            found["remarks"] = [remark for remark in remarks if remark]
        return found | _said(row, *more)

    def _line(self, row: Plain, component: str) -> Plain:
        own = row["number"]
        pointers = (row["pointers"] or "").split(component)
        found: Plain = {
            "line": row["line"],
            "procedure": self._procedure(row),
            "charge": row["charge"],
            "unit_basis": row["unit_basis"],
            "units": row["units"],
            "place_of_service": row["place_of_service"],
            "pointers": [pointer for pointer in pointers if pointer],
            "dates": self._pairs("dates", 1, own, "qualifier", "format", "value"),
            "refs": self._refs(1, own),
            "notes": self._pairs("notes", 1, own, "qualifier", "text"),
            "providers": [self._name(one) for one in self._own("providers", 1, own)],
            "adjudications": [self._adjudication(one) for one in self.of_line.get(own, ())],
        }
        for name, rows in (("amounts", self._amounts(1, own)), ("pwk", self._paperwork(1, own))):
            if rows:
                found[name] = rows
        return found | _said(row, "emergency", "epsdt", "family_planning", "copay")

    def _adjudication(self, row: Plain) -> Plain:
        own = row["number"]
        return {
            "payer_id": row["payer_id"],
            "paid": row["paid"],
            "procedure": self._procedure(row),
            "units": row["units"],
            "adjustments": self._adjustments(3, own),
            "dates": self._pairs("dates", 3, own, "qualifier", "format", "value"),
        } | _said(row, "remaining", "bundled_line")


def _said(row: Plain, *names: str) -> Plain:
    return {name: row[name] for name in names if row[name] is not None}
