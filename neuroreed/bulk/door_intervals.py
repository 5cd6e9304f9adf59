"""Intervals of treatment beside the lines: from times on the lines or from their own table."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from neuroreed.bulk.door_columns import Array, Reader, Reject, layout_of, payers_of, wide
from neuroreed.model.columns import UNKNOWN


@dataclass(slots=True)
class Part:
    """Lines of whole patients in the order of a book, and intervals beside them.

    ``columns`` and ``intervals`` are typed as kernels want them; ``payers`` names the numbers
    of ``payer``. ``session_text`` are the ids of sessions as given, in the order of the lines;
    where some have none, ``places`` says where each line stood, and ``nameless`` names it so.
    """

    columns: dict[str, Array]
    intervals: dict[str, Array]
    payers: tuple[str, ...]
    session_text: pl.Series
    clinic: pl.Series | None
    therapist_text: pl.Series | None
    order: Array
    interval_text: pl.Series | None = None
    interval_patient: pl.Series | None = None
    rejects: list[Reject] = field(default_factory=list)
    left_out: int = 0
    codes: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    places: pl.DataFrame | None = None
    nameless: pl.Series | None = None

    def __len__(self) -> int:
        return len(self.columns["date_of_service"])


def add_intervals(
    part: Part,
    found: dict[str, Array],
    own: pl.DataFrame | None,
    file: str,
    patients: pl.Series,
) -> None:
    """Intervals from times on the lines, or from a table of their own."""
    tables = []
    if "start_minute" in found or "end_minute" in found:
        size = len(found["patient"])
        nothing = np.full(size, UNKNOWN, np.int64)
        start, end = (found.get(name, nothing) for name in ("start_minute", "end_minute"))
        timed = (start != UNKNOWN) | (end != UNKNOWN)
        table = {name: found.get(name, nothing) for name in (
            "patient", "session", "date_of_service", "discipline", "payer", "therapist",
            "clocked_minutes",
        )}  # fmt: skip
        table |= {"start_minute": start, "end_minute": end}
        # a line with times is one-on-one unless it says otherwise
        table["is_one_on_one"] = found.get("is_one_on_one", np.ones(size, np.int64))
        table["is_group"] = found.get("is_group", np.zeros(size, np.int64))
        table["source"] = np.arange(size)
        tables.append({name: values[timed] for name, values in table.items()})
    if own is not None and len(own):
        tables.append(_own_intervals(part, found, own, file))
    if tables:
        whose = part.session_text.cast(pl.String).str.strip_chars()
        texts = [whose.gather(table["source"][table["source"] >= 0]) for table in tables[:1]]
        if own is not None and len(own):
            texts = [*texts[: len(tables) - 1], own_text(own)]
        part.interval_text = pl.concat(texts)
        # therapist days are put in the order of patients across parts: by what they are called
        who = [patients.gather(table["source"][table["source"] >= 0]) for table in tables[:1]]
        if own is not None and len(own):
            who = [*who[: len(tables) - 1], own[layout_of(own.columns).found["patient"][0]]]
        part.interval_patient = pl.concat([each.cast(patients.dtype) for each in who])
        part.intervals = {
            name: np.concatenate([table[name] for table in tables]) for name in tables[0]
        }


def own_text(own: pl.DataFrame) -> pl.Series:
    """The session that each row of a table of intervals names."""
    layout = layout_of(own.columns)
    if "session" not in layout.found:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(own))
    return own[layout.found["session"][0]].cast(pl.String).str.strip_chars()


def _own_intervals(
    part: Part, found: dict[str, Array], own: pl.DataFrame, file: str
) -> dict[str, Array]:
    layout = layout_of(own.columns)
    reader = Reader(own, layout, f"intervals of {file}", 0)
    nothing = np.full(len(own), UNKNOWN, np.int64)
    table = {
        "patient": reader.name("patient"),
        "date_of_service": reader.numbers("date_of_service"),
    }
    for name in ("start_minute", "end_minute", "is_one_on_one", "is_group", "clocked_minutes"):
        table[name] = reader.numbers(name) if reader.has(name) else nothing
    table["therapist"] = reader.name("therapist") if reader.has("therapist") else nothing
    table["discipline"] = reader.numbers("discipline") if reader.has("discipline") else nothing
    # numbers of sessions differ from their hash where a visit has several: match by the text
    lines = pl.DataFrame(
        {
            "p": found["patient"],
            "t": part.session_text.cast(pl.String).str.strip_chars(),
            "session": found["session"],
            "d": found["discipline"],
            "i": np.arange(len(found["patient"])),
        }
    )
    told = lines.group_by("p", "t", maintain_order=True).agg(
        pl.col("session").first(), pl.col("d").min().alias("least"),
        pl.col("d").max().alias("most"), pl.col("i").first(),
    )  # fmt: skip
    texts = own_text(own)
    matched = pl.DataFrame({"p": table["patient"], "t": texts}).join(
        told, on=["p", "t"], how="left", maintain_order="left"
    )
    least = matched["least"].fill_null(UNKNOWN).to_numpy()
    agreed = (least == matched["most"].fill_null(UNKNOWN - 1).to_numpy()) & (
        table["discipline"] == UNKNOWN
    )
    table["discipline"] = np.where(agreed, least, table["discipline"])
    table["session"] = matched["session"].fill_null(-1).to_numpy()
    table["source"] = matched["i"].fill_null(-1).to_numpy().astype(np.int64)
    names, numbers = payers_of(reader, len(own), layout)
    numbers = wide("payer", numbers)
    places = np.array(
        [part.payers.index(name) if name in part.payers else UNKNOWN for name in names] or [UNKNOWN]
    )
    known = np.where(numbers == UNKNOWN, 0, numbers)
    table["payer"] = np.where(numbers == UNKNOWN, UNKNOWN, places[known])
    part.rejects += reader.rejects
    return table
