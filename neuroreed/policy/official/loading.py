"""One official file into the clinic's policy folder: recognise, read, compare, store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from neuroreed.model.errors import PolicyFileError
from neuroreed.policy.official import archive, changes, diagnoses, ncci, pfs, places, store
from neuroreed.policy.official.archive import Member
from neuroreed.policy.official.changes import Changes
from neuroreed.policy.official.rows import Read

SHARE_THAT_WARNS = 10  # a tenth of the earlier rows gone is more than a release changes


@dataclass(frozen=True, slots=True)
class Options:
    """What a file does not tell by itself.

    ``release`` names it (``RVU26D``, ``2026Q4``); ``effective_from`` and ``effective_to`` give
    its days; ``localities`` is how many the GPCI table should hold.
    """

    release: str | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    localities: int | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """One release that was stored, and what it changes."""

    table: str
    release: str
    effective_from: date
    effective_to: date
    extent: str
    rows: int
    changes: Changes
    notes: tuple[str, ...] = field(default=())


def _kind(name: str) -> str | None:
    """Which reader a member's name asks for; ``None`` for members that nobody needs."""
    lower = name.lower()
    if not lower.endswith((".csv", ".txt")):
        return None
    if lower.startswith("pprrvu") or (
        lower.endswith(".csv") and ("gpci" in lower or "locco" in lower)
    ):
        return "pfs"
    if "ccipra" in lower or "ccioph" in lower or "ptp" in lower:
        return "ptp"
    if "mue" in lower and lower.endswith(".csv"):
        return "mue"
    if "zip5" in lower:
        return "zip5"
    if "icd10cm" in lower and ("codes" in lower or "order" in lower) and "addenda" not in lower:
        return "icd10"
    return None


def load(path: Path, into: Path, options: Options | None = None) -> tuple[Loaded, ...]:
    """Read an official release and store it in a policy folder; all of it or nothing.

    Raises:
        PolicyFileError: the file is not one of those known, or is wrong or damaged; nothing
            has been written then.
    """
    asked = options or Options()
    members = list(archive.members(path, lambda name: _kind(name) is not None))
    if not members:
        raise PolicyFileError(
            path.name,
            None,
            "holds nothing that is known here: RVUyyX (PPRRVU, GPCI, LOCCO), ccipra, "
            "MCR_MUE_PractitionerServices, ZIP5 or icd10cm",
        )
    reads = _read(path, members, asked)
    with store.Writer(into) as writer:
        loaded = []
        for read in reads:
            if read.table == "ptp":
                store.join_parts(read, writer)
            difference = changes.against_previous(read, writer.releases)
            lost, held = len(difference.removed), len(difference.removed) + difference.compared
            # a file cut at the end of a line looks whole
            if lost * SHARE_THAT_WARNS > held:
                read.notes.append(
                    f"{lost} of the {held} rows of {difference.previous} are gone: "
                    "is the file whole?"
                )
            writer.add(read)
            loaded.append(
                Loaded(
                    table=read.table,
                    release=read.release,
                    effective_from=read.effective_from,
                    effective_to=read.effective_to,
                    extent=read.extent,
                    rows=read.seen if read.table == "zip5" else len(read.rows),
                    changes=difference,
                    notes=tuple(read.notes),
                )
            )
        writer.commit()
    return tuple(loaded)


def _read(path: Path, members: list[Member], asked: Options) -> list[Read]:
    kinds = {_kind(member.name) for member in members}
    if len(kinds) > 1:
        raise PolicyFileError(
            path.name, None, f"mixes releases of several kinds: {sorted(map(str, kinds))}"
        )
    kind = kinds.pop()
    if kind == "pfs":
        return pfs.read_release(
            path.name,
            members,
            release=asked.release,
            effective_from=asked.effective_from,
            effective_to=asked.effective_to,
            localities=asked.localities,
        )
    if kind == "icd10":
        ordered = [member for member in members if "order" in member.name.lower()]
        return [diagnoses.read_icd10((ordered or members)[0])]
    if kind == "zip5":
        return [places.read_zip5(member) for member in members]
    if kind == "mue":
        return [
            ncci.read_mue(member, asked.release or ncci.mue_release(path.name, member.name))
            for member in members
        ]
    keep = store.pair_codes()
    return [
        ncci.read_ptp(member, *_quarter_and_part(path.name, member.name, asked.release), keep)
        for member in members
    ]


def _quarter_and_part(file: str, member: str, asked: str | None) -> tuple[str, str]:
    """Quarter and part of a pair file, told alike by the archive and the file inside it."""
    inner, outer = ncci.ptp_release(member), ncci.ptp_release(file)
    told = [name for name in (inner, outer) if name[0]]
    if asked:
        return asked, inner[1] or outer[1]
    if not told:
        raise PolicyFileError(file, None, "does not tell its quarter: give the release")
    if inner[0] and outer[0] and inner[0] != outer[0]:
        raise PolicyFileError(file, None, f"is of {outer[0]}, but {member} is of {inner[0]}")
    if inner[1] and outer[1] and inner[1] != outer[1]:
        raise PolicyFileError(file, None, f"is part {outer[1]}, but {member} is part {inner[1]}")
    return told[0][0], inner[1] or outer[1]
