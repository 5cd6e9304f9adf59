"""Claims on the paper form CMS-1500: text at its places, for pre-printed red forms.

The form is ten characters to the inch across and six lines to the inch down; its first column
is 0.3 inch from the left edge, its box 1 begins 1.33 inches below the upper edge, and each
box of its upper half is two lines high, the lower of which takes the text (NUCC 1500 02/12).
A printer that puts the text beside the boxes gets an offset in millimetres; the test page
helps to find it. With ``grid`` our own plain grid is drawn for a preview; the official form is
never drawn.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

from reportlab.lib.pagesizes import letter
from reportlab.lib.units import inch, mm
from reportlab.pdfgen.canvas import Canvas

from neuroreed.exchange.pdf.cms1500_boxes import LETTERS, LINES_OF_A_PAGE, boxes
from neuroreed.model.claims import Claim
from neuroreed.model.errors import BadInput

FONT, FONT_SIZE = "Courier", 10
COLUMNS_PER_INCH, ROWS_PER_INCH = 10, 6
LEFT_INCHES, TOP_INCHES = 0.3, 1 / 3  # row 7, the upper of box 1, begins at 1.33 inches
BASELINE_POINTS = 2.5  # of the letters above the lower edge of their line
MOST_OFFSET_MM = 25
Offset = tuple[float, float]

__all__ = ["PLACES", "boxes", "cms1500_pdf", "test_page"]

# box -> (column from 1, row from 1, most characters); columns and rows of the form's own grid
PLACES: dict[str, tuple[int, int, int]] = {
    "payer.name": (41, 2, 38),
    "payer.street": (41, 3, 38),
    "payer.city": (41, 5, 38),
    "1a": (50, 8, 29),
    "2": (1, 10, 28),
    "3.date": (31, 10, 10),
    "4": (50, 10, 29),
    "5.street": (1, 12, 28),
    "7.street": (50, 12, 29),
    "5.city": (1, 14, 24),
    "5.state": (26, 14, 3),
    "7.city": (50, 14, 23),
    "7.state": (74, 14, 4),
    "5.zip": (1, 16, 12),
    "7.zip": (50, 16, 12),
    "9": (1, 18, 28),
    "11": (50, 18, 29),
    "9a": (1, 20, 28),
    "11a.date": (53, 20, 10),
    "10b.state": (45, 22, 2),
    "11c": (50, 24, 29),
    "9d": (1, 26, 28),
    "12": (7, 29, 25),
    "13": (56, 29, 23),
    "14": (2, 32, 10),
    "14.qualifier": (16, 32, 3),
    "15": (37, 32, 10),
    "15.qualifier": (31, 32, 3),
    "17.qualifier": (1, 34, 2),
    "17": (4, 34, 24),
    "17b": (33, 34, 17),
    "19": (1, 36, 48),
    "21.indicator": (42, 37, 1),
    "22.code": (50, 38, 11),
    "22.reference": (62, 38, 17),
    "23": (50, 40, 29),
    "25": (1, 56, 15),
    "26": (23, 56, 14),
    "28": (52, 56, 8),
    "29": (62, 56, 8),
    "33.phone": (66, 57, 11),
    "32.name": (23, 58, 26),
    "33.name": (50, 58, 29),
    "32.street": (23, 59, 26),
    "33.street": (50, 59, 29),
    "31": (1, 60, 21),
    "32.city": (23, 60, 26),
    "33.city": (50, 60, 29),
    "32a": (23, 61, 10),
    "33a": (50, 61, 10),
}
for _place, _letter in enumerate(LETTERS):
    PLACES[f"21{_letter}"] = (3 + 13 * (_place % 4), 38 + _place // 4, 8)
for _line in range(1, LINES_OF_A_PAGE + 1):
    _row = 42 + 2 * _line
    PLACES |= {
        f"24A.{_line}": (1, _row, 8),
        f"24A.{_line}.until": (10, _row, 8),
        f"24B.{_line}": (19, _row, 2),
        f"24C.{_line}": (22, _row, 2),
        f"24D.{_line}": (25, _row, 6),
        f"24D.{_line}.1": (33, _row, 2),
        f"24D.{_line}.2": (36, _row, 2),
        f"24D.{_line}.3": (39, _row, 2),
        f"24D.{_line}.4": (42, _row, 2),
        f"24E.{_line}": (45, _row, 4),
        f"24F.{_line}": (50, _row, 8),
        f"24G.{_line}": (59, _row, 3),
        f"24J.{_line}": (68, _row, 10),
    }

# names and addresses, which the form cuts; a number or code that does not fit is refused
WORDS = frozenset({"payer", "2", "4", "5", "7", "9", "9d", "11c", "17", "19", "31", "32", "33"})

AMOUNTS = frozenset({"24F", "28", "29"})

# boxes to tick: name of the box -> value -> place of the cross
CROSSES: dict[str, dict[str, tuple[int, int]]] = {
    "1": {
        "1.medicare": (1, 8),
        "1.medicaid": (8, 8),
        "1.tricare": (15, 8),
        "1.champva": (24, 8),
        "1.other": (45, 8),
    },
    "3.sex": {"M": (42, 10), "F": (47, 10)},
    "6": {"6.self": (33, 12), "6.spouse": (38, 12), "6.child": (42, 12), "6.other": (47, 12)},
    "10a": {"yes": (35, 20), "no": (41, 20)},
    "10b": {"yes": (35, 22), "no": (41, 22)},
    "10c": {"yes": (35, 24), "no": (41, 24)},
    "11a.sex": {"M": (68, 20), "F": (75, 20)},
    "11d": {"yes": (52, 26), "no": (57, 26)},
    "25.kind": {"SSN": (17, 56), "EIN": (19, 56)},
    "27": {"yes": (38, 56), "no": (43, 56)},
}


def cms1500_pdf(
    claims: Iterable[Claim], *, offset_mm: Offset = (0.0, 0.0), grid: bool = False
) -> bytes:
    """The pages of some claims, six lines to a page.

    Args:
        claims: one or more; each begins on a page of its own.
        offset_mm: of this printer, to the right and down; found with the test page.
        grid: draw our own grid with the numbers of the boxes, for a preview.

    Raises:
        BadInput: no claim, a claim that the form cannot hold, a number longer than its box, or
            an offset beyond the page.
    """
    pages = [page for claim in claims for page in boxes(claim)]
    if not pages:
        raise BadInput("There is no claim to print.")
    buffer = io.BytesIO()
    canvas = _canvas(buffer, "CMS-1500")
    for page in pages:
        _begin(canvas, offset_mm)
        if grid:
            _grid(canvas)
        _page(canvas, page)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_page(offset_mm: Offset = (0.0, 0.0)) -> bytes:
    """A page with crosses in the corners, a ruler and an X in every box, to set the offset."""
    buffer = io.BytesIO()
    canvas = _canvas(buffer, "CMS-1500 test page")
    _begin(canvas, offset_mm)
    _grid(canvas)
    for column, row, length in PLACES.values():
        _put(canvas, column, row, "X" * length)
    for crosses in CROSSES.values():
        for column, row in crosses.values():
            _put(canvas, column, row, "X")
    _put(canvas, 1, 63, f"OFFSET {offset_mm[0]:+.1f} MM RIGHT, {offset_mm[1]:+.1f} MM DOWN")
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


test_page.__test__ = False  # type: ignore[attr-defined]


def _canvas(buffer: io.BytesIO, title: str) -> Any:
    canvas = Canvas(buffer, pagesize=letter, invariant=1)
    canvas.setTitle(title)
    return canvas


def _begin(canvas: Any, offset_mm: Offset) -> None:
    right, down = offset_mm
    if max(abs(right), abs(down)) > MOST_OFFSET_MM:
        raise BadInput(f"An offset is at most {MOST_OFFSET_MM} mm.")
    canvas.setFont(FONT, FONT_SIZE)
    canvas.translate(right * mm, -down * mm)


def _xy(column: int, row: int) -> tuple[float, float]:
    """The lower left corner of a character's cell, in points."""
    x = (LEFT_INCHES + (column - 1) / COLUMNS_PER_INCH) * inch
    y = letter[1] - (TOP_INCHES + row / ROWS_PER_INCH) * inch
    return x, y


def _put(canvas: Any, column: int, row: int, text: str) -> None:
    x, y = _xy(column, row)
    y += BASELINE_POINTS
    pitch = inch / COLUMNS_PER_INCH - canvas.stringWidth("0", FONT, FONT_SIZE)
    canvas.drawString(x, y, text, charSpace=pitch)


def _page(canvas: Any, page: Mapping[str, str]) -> None:
    for box, text in page.items():
        if box in CROSSES:
            place = CROSSES[box].get(text)
            if place is not None:
                _put(canvas, *place, "X")
            continue
        column, row, length = PLACES[box]
        if len(text) > length and box.split(".")[0] not in WORDS:
            raise BadInput(f"Box {box} holds {length} characters; the claim has {len(text)}.")
        is_amount = box.split(".")[0] in AMOUNTS
        _put(canvas, column, row, text.rjust(length) if is_amount else text[:length])


def _grid(canvas: Any) -> None:
    """Our own lines and numbers, thin and grey, under the text."""
    canvas.saveState()
    canvas.setStrokeGray(0.75)
    canvas.setFillGray(0.55)
    canvas.setLineWidth(0.3)
    for box, (column, row, length) in PLACES.items():
        x, y = _xy(column, row)
        canvas.rect(x, y, length * inch / COLUMNS_PER_INCH, inch / ROWS_PER_INCH)
        canvas.setFont("Helvetica", 4)
        canvas.drawString(x, y + inch / ROWS_PER_INCH + 1, box)
    for crosses in CROSSES.values():
        for column, row in crosses.values():
            x, y = _xy(column, row)
            canvas.rect(x, y, inch / COLUMNS_PER_INCH, inch / ROWS_PER_INCH)
    canvas.restoreState()
    canvas.setFont(FONT, FONT_SIZE)
