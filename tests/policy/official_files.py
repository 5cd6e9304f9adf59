"""Small files in the layouts of the official releases; most figures are invented."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

FACTOR_2026 = "33.4009"
QP_FACTOR_2026 = "33.5675"

# code, status, work, pe, pe in a facility, malpractice, multiple procedure
RVU_ROWS = (
    ("97110", "A", "0.45", "0.41", "0.41", "0.01", "5"),
    ("97112", "A", "0.50", "0.47", "0.47", "0.01", "5"),
    ("97140", "A", "0.43", "0.39", "0.39", "0.01", "5"),
    ("99213", "A", "1.30", "1.35", "0.55", "0.10", "0"),
)
DESCRIPTOR = "licensed descriptor, to be dropped"


def rvu_cells(row: Sequence[str], *, width: int, factor: str) -> list[str]:
    """One PPRRVU row of 31 or 32 columns."""
    code, status, work, pe, pe_facility, mp, multiple = row
    outside = str(Decimal(work) + Decimal(pe) + Decimal(mp))
    inside = str(Decimal(work) + Decimal(pe_facility) + Decimal(mp))
    cells = [code, "", f'"{DESCRIPTOR}"', status, "", work, pe, "", pe_facility, "NA", mp]
    cells += [outside, inside, "7", "XXX", "0.00", "0.00", "0.00", multiple, "0", "0", "0", "0"]
    if width == 32:
        cells.append("9")
    cells += ["     ", factor, "09", "0", "99", "0.00", "0.00", "0.00"]
    assert len(cells) == width
    return cells


def pprrvu(
    rows: Sequence[Sequence[str]] = RVU_ROWS,
    *,
    width: int = 32,
    factor: str = FACTOR_2026,
    banner: str = "National Physician Fee Schedule Relative Value File \xa9 \xae",
) -> bytes:
    """A PPRRVU csv: nine banner lines in Latin-1, a header in several lines, rows."""
    header = ["HCPCS", "MOD", "DESCRIPTION", *(f"H{n}" for n in range(3, width))]
    lines = [banner + "," * (width - 1)] * 7
    lines += [",,,STATUS" + "," * (width - 4), ",,,CODE" + "," * (width - 4), ",".join(header)]
    lines += [",".join(rvu_cells(row, width=width, factor=factor)) for row in rows]
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def pprrvu_text(rows: Sequence[Sequence[str]] = RVU_ROWS, *, factor: str = "32.3465") -> bytes:
    """A PPRRVU txt of fixed width, header lines first."""
    lines = ["HDR National Physician Fee Schedule", "HDR2025"]
    for code, status, work, pe, pe_facility, mp, multiple in rows:
        line = [" "] * 200
        outside = Decimal(work) + Decimal(pe) + Decimal(mp)
        inside = Decimal(work) + Decimal(pe_facility) + Decimal(mp)
        for first, last, text in (
            (1, 5, code),
            (8, 57, DESCRIPTOR),
            (58, 58, status),
            (60, 65, f"{Decimal(work):6.2f}"),
            (67, 72, f"{Decimal(pe):6.2f}"),
            (76, 81, f"{Decimal(pe_facility):6.2f}"),
            (82, 83, "NA"),
            (85, 89, f"{Decimal(mp):5.2f}"),
            (91, 96, f"{outside:6.2f}"),
            (97, 102, f"{inside:6.2f}"),
            (103, 103, "7"),
            (104, 106, "XXX"),
            (116, 116, multiple),
            (133, 140, f"{factor:>8}"),
            (142, 143, "09"),
        ):
            line[first - 1 : last] = f"{text:<{last - first + 1}}"
        lines.append("".join(line))
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def gpci(
    *, count: int = 109, year: int = 2026, without_floor: bool = True, zeros: bool = True
) -> bytes:
    """A GPCI csv: title, blank line, header, rows with asterisks, footnotes."""
    head = ["Medicare Administrative Contractor (MAC)", "State", "Locality Number", "Locality Name"]
    if without_floor:
        head.append(f"{year} PW GPCI (without 1.0 Floor)")
    head += [f"{year} PW GPCI (with 1.0 Floor)", f"{year} PE GPCI***", f"{year} MP GPCI***"]
    lines = [f"ADDENDUM E. FINAL CY {year} GEOGRAPHIC PRACTICE COST INDICES", ""]
    lines.append(",".join(f'"{cell}"' for cell in head))
    for number in range(count):
        locality = f"{number % 100:02d}" if zeros else str(number % 100)
        mac = f"{6102 + number // 100:05d}"
        star = "*" if number == 1 else "**" if number == 2 else ""
        work = ["0.990"] if without_floor else []
        lines.append(
            ",".join(
                [mac, "IL", locality, f"PLACE {number}{star}", *work, "1.000", "1.050", "0.900"]
            )
        )
    lines += [
        "",
        "* Work GPCI reflects a 1.5 work floor in Alaska.",
        "** PE GPCI reflects a 1.0 floor.",
    ]
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def locco() -> bytes:
    """A LOCCO csv, which has lost the leading zeros of the localities."""
    return (
        "25LOCCO\r\n\r\n"
        "Medicare Adminstrative Contractor,Locality Number,State,Fee Schedule Area,Counties\r\n"
        "10112,0,ALABAMA,STATEWIDE,ALL COUNTIES\r\n"
        '01112,5,CALIFORNIA,SAN FRANCISCO,"MARIN, SAN FRANCISCO"\r\n'
        "01112,9, ,SOMEWHERE*,ALL\r\n"
        "* a footnote\r\n"
    ).encode("latin-1")


def rvu_release(**replacing: bytes) -> dict[str, bytes]:
    """The members of RVU26D.zip."""
    found = {
        "PPRRVU2026_Oct_nonQPP.csv": pprrvu(),
        "PPRRVU2026_Oct_QPP.csv": pprrvu(factor=QP_FACTOR_2026),
        "GPCI2026.csv": gpci(),
        "26LOCCO.csv": locco(),
        "ANES2026.csv": b"not needed",
        "RVU26D.pdf": b"%PDF",
    }
    return {**found, **{name.replace("__", "."): content for name, content in replacing.items()}}


def zipped(path: Path, members: Mapping[str, bytes]) -> Path:
    """A ZIP archive of the members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


PTP_HEADER = (
    "CPT only copyright American Medical Association.\r\n"
    "All rights reserved.\r\n"
    "\r\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n"
    "\t\t\t\t*=no data\t1=allowed\t\r\n"
)
PTP_ROWS = (
    ("97112", "97022", "", "20200101", "*", "1", "Standards"),
    ("97140", "97530", "", "20000701", "20191231", "1", "Mutually exclusive"),
    ("97140", "97530", "", "20261001", "*", "1", "Mutually exclusive"),
    ("97140", "97124", "", "19960101", "*", "0", "Misuse"),
    ("0001A", "0593T", "*", "20210101", "*", "9", "Not ours"),
)


def ptp(rows: Sequence[Sequence[str]] = PTP_ROWS) -> bytes:
    """A pair file: copyright preamble, header in several lines, tabs."""
    return (PTP_HEADER + "".join("\t".join(row) + "\r\n" for row in rows)).encode("latin-1")


def mue(rows: Sequence[tuple[str, str, str]] | None = None) -> bytes:
    """An MUE csv with its preamble."""
    table = rows or (
        ("97112", "4", "3 Date of Service Edit: Clinical"),
        ("97161", "1", "2 Date of Service Edit: Policy"),
    )
    lines = [
        '"CPT codes only are copyright of the American Medical Association, HCPCS, MUE Values"',
        "",
        "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale",
        *(f"{code},{units},{mai},Clinical: Data" for code, units, mai in table),
    ]
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def zip5_line(
    state: str,
    zip5: str,
    mac: str,
    locality: str,
    *,
    rural: str = " ",
    plus4: str = "0",
    quarter: str = "20264",
) -> str:
    """One line of 80 characters."""
    return f"{state}{zip5}{mac}{locality}{rural}{locality}   {plus4}".ljust(75) + quarter


def zip5(lines: Sequence[str] | None = None) -> bytes:
    """A ZIP5 file."""
    found = lines or (
        zip5_line("NY", "10001", "13202", "01"),
        zip5_line("NY", "10002", "13202", "01"),
        zip5_line("NY", "00501", "13202", "02", rural="R"),
        zip5_line("NY", "10004", "13202", "02", plus4="1"),
    )
    return ("\r\n".join(found) + "\r\n").encode("latin-1")


def icd10_order() -> bytes:
    """An order file: number, code, billable flag, short and long description."""
    rows = [
        ("G20", 0, "Parkinson's disease"),
        ("G20A1", 1, "Parkinson's disease without dyskinesia"),
        ("R270", 1, "Ataxia, unspecified"),
    ]
    return "".join(
        f"{number:05d} {code:<7} {flag} {text[:60]:<60} {text}\r\n"
        for number, (code, flag, text) in enumerate(rows, start=1)
    ).encode()
