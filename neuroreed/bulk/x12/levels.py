"""Who bills, is insured, is treated: the levels of an 837P between walk and plain reader."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from neuroreed.bulk.x12 import codes as c
from neuroreed.exchange.x12.body import at as element
from neuroreed.exchange.x12.p837_claims import empty_billing, empty_patient, empty_subscriber

_NAMES: Final = ("billing_providers", "subscribers", "patients")
_AT: Final = (c.AT_BILLING, c.AT_SUBSCRIBER, c.AT_PATIENT)
_EMPTY: Final = (empty_billing, empty_subscriber, empty_patient)
_KINDS: Final = ("20", "22", "23")
_HAS: Final = ((1, "N3"), (2, "N4"), (4, "DMG"))
Plain = dict[str, Any]


class Levels:
    """The levels of one transaction.

    ``found`` is as the plain reader has them, ``rows`` where they stand in the tables. The
    plain reader leads where it read the stretch before; else the walk does.
    """

    def __init__(self, job: Any) -> None:
        self.job = job
        self.found: list[Plain | None] = [None, None, None]
        self.said: list[Plain | None] = [None, None, None]
        self.rows = [-1, -1, -1]
        self.kept: list[tuple[int, Plain] | None] = [None, None, None]
        self.led = True
        self.prepared = -1
        self.key: tuple[int, ...] = (c.NONE, c.NONE)
        if job.kind == "837":
            self.found = list(self._bodys())
            self.said = [_without(found) for found in self.found]

    def _bodys(self) -> tuple[Plain | None, ...]:
        body = self.job.body
        return (body.billing, body.subscriber, body.patient)

    def _note(self, place: int, found: Plain | None, said: Plain | None) -> None:
        """What the plain reader has as a level now; what is new becomes a row."""
        if found is None or said is None:
            self.rows[place] = -1
        elif found is not self.found[place] or said != self.said[place]:
            body = self.job.body
            n, _ = body.level_places.get(id(found), (body.level_begun, None))
            own = dict(said)
            if found.get("_has"):
                own["_has"] = found["_has"]
            self.rows[place] = self.job.rows.level(_NAMES[place], own, n)
        self.found[place], self.said[place] = found, said

    def of_claim(self, which: int) -> tuple[int, int, int]:
        """The rows of the levels above a claim of the plain reader."""
        body = self.job.body
        claim = body.claims[which]
        said = (claim["billing_provider"], claim["subscriber"], claim["patient"])
        for place, found in enumerate(body.levels_of[which]):
            if self.rows[place] < 0 and said[place] is not None:
                self.found[place] = None  # nothing was said of it, but here is its claim
            self._note(place, found, said[place])
        return (self.rows[0], self.rows[1], self.rows[2])

    def harvest(self) -> None:
        """After a stretch of the plain reader."""
        body = self.job.body
        body.levels_of.clear()
        for place, found in enumerate(self._bodys()):
            said = _without(found)
            if found is not self.found[place] and place < 2 and said == _EMPTY[place]():
                # a level above has begun; this one comes with its own segment
                self.found[place], self.said[place], self.rows[place] = found, said, -1
                continue
            self._note(place, found, said)
        body.level_places.clear()

    def take_over(self) -> None:
        """Tell the walk where the plain reader is."""
        if not self.led:
            return
        self.led = False
        st, body = self.job.st, self.job.body
        st[c.CLAIMS_HERE] = body.claims_here
        st[c.LEVEL_HAS_CLAIM] = body.level_has_claim
        st[c.LEVEL_BEGUN] = body.level_begun
        for place, name in enumerate(_AT):
            st[name] = self.rows[place]
        st[c.SELF] = body.subscriber["relationship"] == "18"
        has = body.subscriber.get("_has", ())
        st[c.HAS_BITS] = sum(bit for bit, name in _HAS if name in has)

    def hand_over(self) -> None:
        """Tell the plain reader where the walk is, as far as the end of a file asks for it."""
        st, body = self.job.st, self.job.body
        body.claims_here = int(st[c.CLAIMS_HERE])
        body.level_has_claim = bool(st[c.LEVEL_HAS_CLAIM])
        body.level_begun = int(st[c.LEVEL_BEGUN])
        body.other = body.adjudication = body.unadjudicated = None
        body.childless = {
            str(st[own]): int(st[n]) for own, n in ((c.HL20, c.N20), (c.HL22, c.N22)) if st[n]
        }

    def remember(self) -> None:
        """Keep what the walk's levels say before their rows go."""
        if self.job.kind == "837":
            for place, name in enumerate(_AT):
                row = int(self.job.st[name])
                if row >= int(self.job.tables.base[place]):
                    self.kept[place] = (row, self._plain(place, row))

    def _plain(self, place: int, row: int) -> Plain:
        kept = self.kept[place]
        if kept is not None and kept[0] == row:
            return dict(kept[1])
        tables, texts = self.job.tables, self.job.texts
        cells = tables.rows[place][row - int(tables.base[place])].tolist()
        found: Plain = _EMPTY[place]()
        for column, value in zip(tables.found[_NAMES[place]].columns, cells, strict=True):
            if column == "has":
                has = {name for bit, name in _HAS if value & bit}
                if has:
                    found["_has"] = has
            elif column != "segment" and value != c.NONE:
                found[column] = texts.get(value)
        return found

    def doubt(self, start: int, why: int) -> None:
        """The plain reader reads on from here: it must have what stands above."""
        job, st, body = self.job, self.job.st, self.job.body
        self.led = True
        for place, name in enumerate(_AT):
            row = int(st[name])
            if row != self.rows[place]:
                found = None if row < 0 and place == 2 else _EMPTY[place]()
                if row >= 0:
                    found = self._plain(place, row)
                self.found[place], self.said[place] = found, _without(found)
                self.rows[place] = row
        body.billing, body.subscriber, body.patient = self.found
        if why == c.DOUBT_LEVEL:
            self.rest(start)
            return
        piece, _, _ = job.source.piece(start, body.delimiters.segment.encode(job.texts.encoding))
        e = piece.split(body.delimiters.element)
        if e[0] == "HL" and "\n" not in piece and "\r" not in piece and self._is_regular(e):
            self.prepared = start

    def _is_regular(self, e: list[str]) -> bool:
        """Whether an HL follows the rules; then what it opens is noted for both."""
        st, body = self.job.st, self.job.body
        own = int(st[c.LAST_HL]) + 1
        above, kind, child = element(e, 2), element(e, 3), element(e, 4)
        if e[1:2] != [str(own)] or kind not in _KINDS or not st[c.LEVEL_HAS_CLAIM]:
            return False
        step = body.step(e)
        if step.faults or step.opened:
            return False
        says = {"0": 0, "1": 1}.get(child, 2)
        parents = {"22": (c.HL20, c.CHILD20), "23": (c.HL22, c.CHILD22)}
        if kind in parents:
            number, has_child = parents[kind]
            if not st[number] or above != str(st[number]) or st[has_child] == 0:
                return False
        if kind == "20" and (above or st[c.N20] or st[c.N22]):
            return False
        if (kind == "22" and st[c.N22]) or (kind == "23" and says == 1):
            return False
        body.last_hl = own - 1
        body.levels = {str(st[c.HL20]): "20", str(st[c.HL22]): "22"}
        body.without_child = {}
        n = int(st[c.N]) + 1 if says == 1 else 0
        if kind == "20":
            st[c.HL20], st[c.CHILD20], st[c.N20], st[c.HL22], st[c.N22] = own, says, n, 0, 0
        elif kind == "22":
            st[c.HL22], st[c.CHILD22], st[c.N22], st[c.N20] = own, says, n, 0
        else:
            st[c.N22] = 0
        st[c.LAST_HL] = own
        if own >= len(self.job.levels):
            self.job.levels = np.concatenate([self.job.levels, np.zeros_like(self.job.levels)])
        self.job.levels[own] = _KINDS.index(kind) << 2 | says
        return True

    def before(self, e: list[str], piece: str, start: int) -> None:
        """The plain reader is about to take an HL or CLM while the walk may come back."""
        if e[0] == "HL":
            if start != self.prepared:
                self.rest(start)
            return
        if "\n" in piece or "\r" in piece:
            self.rest(start)
            return
        job, body = self.job, self.job.body
        raw = job.source.raw.find(b"CLM", start)
        sign, encoding = body.delimiters.element, job.texts.encoding
        place = element(e, 5).split(body.component)
        self.key = tuple(
            (raw + len(before.encode(encoding))) << c.LENGTH_BITS | len(text.encode(encoding))
            for before, text in (
                (f"CLM{sign}", element(e, 1)),
                (
                    sign.join(e[:5]) + sign + body.component.join([*place[:2], ""]),
                    place[2] if len(place) > 2 else "",
                ),
            )
        )
        at = int(job.code.seen_before(job.source.data, job.seen, *self.key))
        if at >= 0 and tuple(int(value) for value in job.seen[at, :2]) != self.key:
            key = (element(e, 1), place[2] if len(place) > 2 else "")
            claim = body.claim
            # an open claim of that number is seen when it is closed, and then tells of itself
            if claim is None or (claim["claim_id"] or "", claim["frequency"] or "") != key:
                body.seen_claims.add(key)

    def opened(self) -> None:
        """A claim was opened by the plain reader: the walk will know it."""
        job = self.job
        if not job.on:
            return
        if 2 * (int(job.seen[0, 3]) + 2) > len(job.seen):
            job.more_seen()
        if job.code.keep_claim(job.source.data, job.seen, *self.key) == 1:
            job.seen[0, 3] += 1

    def rest(self, start: int) -> None:
        """Leave the rest of the transaction, from ``start`` on, to the plain reader."""
        job, st, body = self.job, self.job.st, self.job.body
        if not job.on:
            return
        job.on = False
        last = int(st[c.LAST_HL])
        codes = job.levels[: last + 1].tolist()
        body.last_hl = last
        body.levels = {str(own): _KINDS[codes[own] >> 2] for own in range(1, last + 1)}
        body.without_child = {str(own): codes[own] & 3 == 0 for own in range(1, last + 1)}
        body.childless = {
            str(st[own]): int(st[n]) for own, n in ((c.HL20, c.N20), (c.HL22, c.N22)) if st[n]
        }
        # a claim is seen when it is closed: not the open one, nor what the walk gave back
        open_one = self.key[0] if body.claim is not None else c.NONE
        for one in job.seen[job.seen[:, 2] == 1].tolist():
            if one[0] >> c.LENGTH_BITS >= start or one[0] == open_one:
                continue
            body.seen_claims.add((job.texts.get(one[0]) or "", job.texts.get(one[1]) or ""))


def _without(found: Plain | None) -> Plain | None:
    """A level as its claims say it: without what is only kept to test it."""
    return None if found is None else {k: v for k, v in found.items() if k != "_has"}
