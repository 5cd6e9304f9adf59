"""The other side of the folder: a clearing house and the payers behind it, by the rule book.

It reads the files that went out and writes what comes back. It knows nothing of the product:
what it takes is 837P text, what it gives is X12 text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from tests.oracles.payer import claims as asked
from tests.oracles.payer import files
from tests.oracles.payer.adjudicate import Answer, Payer
from tests.oracles.payer.claims import Asked, Batch
from tests.oracles.payer.contract import ContractPayer, SecondPayer

ALABAMA = ("1.000", "0.875", "0.566")
EVALUATIONS = ("97162", "97166")
MISTAKEN = 0.09
DISGUISED = 0.12
SHORT = ("one_unit_less", "reduced_again")
FILING = {"MCRB1": "MB", "EVGMA": "16", "VAC01": "VA", "WCM01": "WC", "TRI01": "CH"}

CONTRACTS = {
    "medicare_advantage": "code,basis,amount\n*,percent_of_medicare,100\n",
    "unitedhealthcare": "code,basis,amount,most_units\n"
    "97112,per_unit,41.50,1\n97116,per_unit,38,\n97162,per_service,112.25,\n",
    "highmark": "code,basis,amount\n*,per_visit,92.00\n97162,per_visit,140\n",
    "aetna": "code,basis,amount\n*,percent_of_charges,65%\n",
    "cigna": "code,amount,basis\n97112,$44.00,per_unit\n97116,35.10,per_unit\n"
    "97162,99,per_unit\n*,100.00,day_limit\n",
    "tricare": "code,basis,amount\n*,percent_of_medicare_unreduced,90\n",
    "va_community_care": "code,basis,amount,from,until\n"
    "*,percent_of_medicare,80,2026-01-01,2026-10-31\n*,percent_of_medicare,102.5%,2026-11-01,\n",
    "workers_comp_mi": "code,amount\n97112,52.5\n97530,55\n97166,150\n",
}
"""The contracts as the clinic has them in its spreadsheet, one for each payer below."""


def payers(random: Random, received: date) -> dict[str, Payer]:
    """The payers of the invented clinic by the number that stands in the claims."""

    def contract(prefix: str, **terms: Any) -> ContractPayer:
        known = {"discipline_from": date.max, "refuse": 0.02, **terms}
        return ContractPayer(random, received, place=ALABAMA, prefix=prefix, **known)

    return {
        "MCRB1": Payer(random, received, place=ALABAMA, prefix="M", refuse=0.02),
        "EVGMA": contract("E", how="medicare", copay="20", visits=7),
        "UHC01": contract(
            "U", how="unit", rates={"97112": "41.50", "97116": "38", "97162": "112.25"},
            capped=frozenset({"97112"}), copay="30",
        ),
        "HMK01": contract("H", how="visit", rates={"*": "92", "97162": "140"}, copay="25"),
        "AET01": contract(
            "A", how="charges", percent="65", bundles=frozenset({("97530", "97112")})
        ),
        "CIG01": contract(
            "C", how="unit", rates={"97112": "44", "97116": "35.10", "97162": "99"}, limit="100",
            discipline_from=date(2026, 11, 16),
        ),
        "TRI01": contract("T", how="full", percent="90"),
        "VAC01": contract("V", how="medicare", percent="80", later=(date(2026, 11, 1), "102.5")),
        "WCM01": contract("W", how="unit", rates={"97112": "52.5", "97530": "55", "97166": "150"}),
        "SUPP1": SecondPayer(random, received, prefix="S"),
    }  # fmt: skip


@dataclass
class House:
    """Takes files from ``out`` and puts answers into ``in``."""

    root: Path
    random: Random
    payers: dict[str, Payer]
    spared: frozenset[str]
    pending: dict[str, list[Asked]] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    rejected: set[str] = field(default_factory=set)
    acknowledged: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    altered: set[str] = field(default_factory=set)
    changed: set[tuple[str, int]] = field(default_factory=set)
    npi: str = ""
    control: int = 700
    cheques: int = 0

    def following(self) -> int:
        """The next control number of our files."""
        self.control += 1
        return self.control

    def drop(self, name: str, content: bytes) -> None:
        """Put a file where the clinic collects."""
        (self.root / "in" / name).write_bytes(content)

    def collects(self, on: date, *, refuse: str = "", rejects: int = 0) -> list[Batch]:
        """Take the claim files that lie there and acknowledge them.

        ``refuse`` is TA1 or 999: the file is refused as a whole. ``rejects`` are claims of it
        that the payer's front end turns away.
        """
        found = []
        for path in sorted((self.root / "out").glob("*.837")):
            if path.name in self.taken:
                continue
            self.taken.add(path.name)
            batch = asked.read(path.read_bytes())
            self.npi = batch.npi
            found.append(batch)
            self._acknowledge(batch, on, refuse, rejects)
        return found

    def _acknowledge(self, batch: Batch, on: date, refuse: str, rejects: int) -> None:
        number = self.following()
        if refuse == "TA1":
            self.drop(f"{number}.ta1", files.envelope_refused(batch, on, number))
            return
        refused = tuple(batch.transactions) if refuse == "999" else ()
        self.drop(f"{number}.999", files.acknowledge(batch, on, number, refused))
        if refuse:
            return
        could = [one.number for one in batch.claims if one.member not in self.spared]
        turned = frozenset(self.random.sample(could, min(rejects, len(could))))
        self.rejected |= turned
        good = [one for one in batch.claims if one.number not in turned]
        numbers = {
            one.number: f"P{number}{place:03d}"
            for place, one in enumerate(good)
            if not one.first_paid
        }
        self.acknowledged |= numbers
        number = self.following()
        content = files.claim_acknowledge(batch, on, number, turned, numbers)
        self.drop(f"{number}.277", content)
        for one in good:
            self.pending.setdefault(one.payer, []).append(one)

    def decide(self, payer_id: str) -> list[Answer]:
        """Decide what one payer has, with mistakes here and there."""
        payer, due = self.payers[payer_id], self.pending.pop(payer_id, [])
        for claim in due:
            if (
                claim.member in self.spared
                or claim.frequency != "1"
                or claim.first_paid is not None
            ):
                continue
            if self.random.random() < MISTAKEN:
                # the last line is seldom the one that the reduction leaves whole
                kind = self.random.choice([*SHORT, "not_reduced", "not_reduced"])
                line = claim.services[-1 if kind == "not_reduced" else 0]
                payer.mistakes[(claim.number, line.number)] = kind
        found = payer.answer(due)
        if payer_id == "MCRB1":
            self._disguise(found)
        self.answers.setdefault(payer_id, []).extend(found)
        return found

    def _disguise(self, found: Iterable[Answer]) -> None:
        """Some answers bear only the payer's number, some name another code of the same price."""
        for answer in found:
            control = self.acknowledged.get(answer.asked.number)
            if control and self.random.random() < DISGUISED:
                answer.named, answer.number = "LOST", control
                self.altered.add(answer.asked.number)
            elif self.random.random() < DISGUISED:
                for one in answer.decisions:
                    if one.asked.code == "97116" and one.allowed:
                        one.changed = "97110:GP"
                        self.changed.add((answer.asked.number, int(one.asked.number)))

    def again(self, payer_id: str, wrong: Iterable[Answer]) -> list[Answer]:
        """The same claims decided anew, without mistake and without whim."""
        payer = self.payers[payer_id]
        payer.mistakes, payer.seen, payer.refuse = {}, set(), 0.0
        return payer.answer([one.asked for one in wrong])

    def cheque(
        self,
        payer_id: str,
        answers: Iterable[Answer],
        *,
        back: Iterable[Answer] = (),
        provider: Iterable[tuple[str, str, Decimal]] = (),
    ) -> files.Cheque:
        """A cheque of one payer."""
        self.cheques += 1
        return files.Cheque(
            f"EFT{self.cheques:04d}",
            self.npi,
            list(answers),
            list(back),
            list(provider),
            payer_id,
            FILING.get(payer_id, "12"),
        )
