"""Rows from what the plain reader found, for the stretches that the walk leaves to it."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from neuroreed.bulk.x12 import codes as c
from neuroreed.bulk.x12.tables import Tables, Texts
from neuroreed.exchange.x12.checks import is_date

Plain = dict[str, Any]
_EPOCH: Final = date(1970, 1, 1).toordinal()
_HAS: Final = {"N3": 1, "N4": 2, "DMG": 4}


class Places:
    """Of every list that grew while the plain reader read: at which segment each entry came."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[list[Any], list[int]]] = {}

    def watch(self, owner: Plain, n: int) -> None:
        known = self._of
        for value in owner.values():
            if type(value) is list and value:
                found = known.get(id(value))
                if found is None or len(found[1]) != len(value):
                    self.grown(value, n)

    def grown(self, value: list[Any], n: int) -> None:
        _, places = self._of.setdefault(id(value), (value, []))
        if len(places) < len(value):
            places.extend([n] * (len(value) - len(places)))

    def of(self, value: list[Any]) -> list[int]:
        return self._of[id(value)][1]


class Rows:
    """Puts plain claims into tables."""

    def __init__(self, kind: str, tables: Tables, texts: Texts, component: str) -> None:
        self.kind, self.tables, self.texts, self.component = kind, tables, texts, component
        self.places = Places()
        self._blanks = tables.program.empty

    def _row(self, table: str, **values: int) -> int:
        places, blank = self._blanks[table]
        row = blank.copy()
        for name, value in values.items():
            if name in places:
                row[places[name]] = value
        return self.tables.add(table, row)

    def _texts(self, found: Plain, *names: str) -> dict[str, int]:
        return {name: self.texts.put(found.get(name)) for name in names}

    def _text(self, text: str | None) -> int:
        """A text of which the plain reader keeps the empty one too."""
        return self.texts.put(text or None)

    def level(self, table: str, found: Plain, n: int) -> int:
        """A billing provider, subscriber or patient."""
        names = set(self.tables.found[table].columns) - {"segment", "has"}
        values = self._texts(found, *names)
        if table == "subscribers":
            values["has"] = sum(_HAS[name] for name in found.get("_has", ()))
        return self._row(table, segment=n, **values)

    def _procedure(self, found: Plain | None, prefix: str = "") -> dict[str, int]:
        if found is None:
            return {}
        values = {f"has_{prefix}procedure": 1}
        for name in ("qualifier", "code", "description"):
            values[prefix + name] = self.texts.put(found.get(name))
        for place, modifier in enumerate(found["modifiers"], 1):
            values[f"{prefix}modifier{place}"] = self.texts.put(modifier)
        return values

    def _pairs(
        self, table: str, owner: tuple[int, int, int], found: list[Any], *names: str
    ) -> None:
        claim, level, own = owner
        for entry, n in zip(found, self.places.of(found) if found else (), strict=True):
            values = {name: self._text(text) for name, text in zip(names, entry, strict=False)}
            if table == "dates":
                values |= _days(entry)
            if table == "amounts":
                values["amount"] = self.texts.put_amount(entry[1])
            self._row(table, segment=n, claim=claim, level=level, owner=own, **values)

    def _adjustments(self, owner: tuple[int, int, int], found: list[Plain]) -> None:
        claim, level, own = owner
        for entry, n in zip(found, self.places.of(found) if found else (), strict=True):
            self._row(
                "adjustments",
                segment=n,
                claim=claim,
                level=level,
                owner=own,
                group=self._text(entry["group"]),
                carc=self._text(entry["carc"]),
                amount=self.texts.put_amount(entry["amount"]),
                quantity=self.texts.put(entry.get("quantity")),
            )

    def _names(self, table: str, found: list[Plain], **owner: int) -> None:
        names = ("last_or_org", "first", "id_qual", "id", "middle", "suffix")
        for entry, n in zip(found, self.places.of(found) if found else (), strict=True):
            entity, kind = self._text(entry["entity"]), self._text(entry["type"])
            own = self._texts(entry, *names)
            self._row(table, segment=n, entity=entity, type=kind, **own, **owner)

    def claim(self, found: Plain, n: int, transaction: int, levels: tuple[int, int, int]) -> None:
        """One claim with all that belongs to it."""
        if self.kind == "835":
            self._remitted(found, n, transaction)
        else:
            self._billed(found, n, transaction, levels)

    def _remitted(self, found: Plain, n: int, transaction: int) -> None:
        amounts = {
            name: self.texts.put_amount(found[name])
            for name in ("charge", "paid", "patient_responsibility")
        }
        names = ("claim_id", "status", "filing", "payer_claim_control", "frequency")
        claim = self._row(
            "claims",
            segment=n,
            transaction=transaction,
            balanced=int(found["balanced"]),
            **self._texts(found, *names),
            **amounts,
        )
        self._adjustments((claim, 0, claim), found["adjustments"])
        self._names("names", found["names"], claim=claim)
        self._remitted_pairs((claim, 0, claim), found)
        remarks = found.get("remarks", [])
        for code, at in zip(remarks, self.places.of(remarks) if remarks else (), strict=True):
            self._row(
                "remarks", segment=at, claim=claim, level=0, owner=claim, code=self._text(code)
            )
        lines = found["lines"]
        for line, at in zip(lines, self.places.of(lines) if lines else (), strict=True):
            own = self._row(
                "lines",
                segment=at,
                claim=claim,
                balanced=int(line["balanced"]),
                charge=self.texts.put_amount(line["charge"]),
                paid=self.texts.put_amount(line["paid"]),
                **self._texts(line, "revenue", "units_paid", "units_submitted"),
                **self._procedure(line["procedure"]),
                **self._procedure(line["submitted_procedure"], "submitted_"),
            )
            self._adjustments((claim, 1, own), line["adjustments"])
            self._remitted_pairs((claim, 1, own), line)
            self._pairs("remarks", (claim, 1, own), line["remarks"], "qualifier", "code")

    def _remitted_pairs(self, owner: tuple[int, int, int], found: Plain) -> None:
        self._pairs("refs", owner, found["refs"], "qualifier", "value")
        self._pairs("dates", owner, found["dates"], "qualifier", "value")
        self._pairs("amounts", owner, found["amounts"], "qualifier")
        quantities = found.get("quantities", [])
        self._pairs("quantities", owner, quantities, "qualifier", "quantity")

    def _billed(self, found: Plain, n: int, transaction: int, levels: tuple[int, int, int]) -> None:
        names = (
            "claim_id", "place_of_service", "frequency", "provider_signature", "assignment",
            "benefits", "release", "patient_signature", "accident_state", "special_program",
            "delay_reason",
        )  # fmt: skip
        values = self._texts(found, *names)
        causes = found.get("related_causes")
        if causes is not None:
            values["cause1"] = 0
            for place, cause in enumerate(causes, 1):
                values[f"cause{place}"] = self.texts.put(cause)
        claim = self._row(
            "claims",
            segment=n,
            transaction=transaction,
            billing_provider=levels[0],
            subscriber=levels[1],
            patient=levels[2],
            charge=self.texts.put_amount(found["charge"]),
            line_charges_sum=self.texts.put_amount(found["line_charges_sum"]),
            balanced=int(found["balanced"]),
            **values,
        )
        self._said((claim, 0, claim), found)
        self._pairs("diagnoses", (claim, 0, claim), found["diagnoses"], "qualifier", "code")
        self._names("providers", found["providers"], claim=claim, level=0, owner=claim)
        others = found["other_subscribers"]
        for other, at in zip(others, self.places.of(others) if others else (), strict=True):
            self._other(claim, other, at)
        lines = found["lines"]
        for line, at in zip(lines, self.places.of(lines) if lines else (), strict=True):
            self._line(claim, line, at)

    def _said(self, owner: tuple[int, int, int], found: Plain) -> None:
        self._pairs("refs", owner, found.get("refs", []), "qualifier", "value", "third")
        self._pairs("dates", owner, found.get("dates", []), "qualifier", "format", "value")
        self._pairs("notes", owner, found.get("notes", []), "qualifier", "text")
        self._pairs("paperwork", owner, found.get("pwk", []), "type", "transmission", "control")
        self._pairs("amounts", owner, found.get("amounts", []), "qualifier")

    def _other(self, claim: int, found: Plain, n: int) -> None:
        columns = self.tables.found["other_subscribers"].columns
        values = self._texts(found, *columns[2:])
        for place, remark in enumerate(found.get("remarks", ()), 1):
            values[f"remark{place}"] = self.texts.put(remark)
        own = self._row("other_subscribers", **{**values, "segment": n, "claim": claim})
        self._adjustments((claim, 2, own), found["adjustments"])
        self._said((claim, 2, own), found)

    def _line(self, claim: int, found: Plain, n: int) -> None:
        names = (
            "line", "unit_basis", "units", "place_of_service", "emergency", "epsdt",
            "family_planning", "copay",
        )  # fmt: skip
        own = self._row(
            "lines",
            segment=n,
            claim=claim,
            charge=self.texts.put_amount(found["charge"]),
            pointers=self._text(self.component.join(found["pointers"])),
            **self._texts(found, *names),
            **self._procedure(found["procedure"]),
        )
        self._said((claim, 1, own), found)
        self._names("providers", found["providers"], claim=claim, level=1, owner=own)
        decided = found["adjudications"]
        for one, at in zip(decided, self.places.of(decided) if decided else (), strict=True):
            row = self._row(
                "adjudications",
                segment=at,
                claim=claim,
                line=own,
                paid=self.texts.put_amount(one["paid"]),
                remaining=self.texts.put_amount(one.get("remaining")),
                **self._texts(one, "payer_id", "units", "bundled_line"),
                **self._procedure(one["procedure"]),
            )
            self._adjustments((claim, 3, row), one["adjustments"])
            self._said((claim, 3, row), one)


def _days(entry: list[str | None]) -> dict[str, int]:
    """First and last day of a date as read: two parts in an 835, three in an 837P."""
    text = entry[-1] or ""
    if len(entry) == 2:
        return {"day": _day(text)}
    form = entry[1]
    if form == "D8":
        return {"day": _day(text), "last_day": _day(text)}
    if form == "RD8":
        first, _, last = text.partition("-")
        return {"day": _day(first), "last_day": _day(last)}
    return {}


def _day(text: str) -> int:
    if not is_date(text):
        return c.NO_AMOUNT
    return date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal() - _EPOCH
