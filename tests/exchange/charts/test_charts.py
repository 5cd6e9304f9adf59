"""The drawing and its table hold the same numbers, and the drawing tells no untruth."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.exchange.charts import (
    ChartPoint,
    PathPoint,
    PlanPeriod,
    ProgressChart,
    Series,
    charts_by_measure,
    description,
    svg,
    table,
)
from neuroreed.model.errors import BadInput

START = date(2026, 9, 20)


def series(name, *values):
    days = [START + timedelta(days=14 * i) for i in range(len(values))]
    return Series(
        name, tuple(ChartPoint(day, Decimal(v)) for day, v in zip(days, values, strict=True))
    )


def chart(*lines, **other):
    given = {"title": "Berg", "unit": "points", "better": "higher"}
    return ProgressChart(series=lines or (series("BBS", "33", "36", "41"),), **(given | other))


def full():
    return chart(
        error=Decimal(6),
        important=Decimal(5),
        goal=Decimal(45),
        goal_on=START + timedelta(days=60),
        visits=tuple(START + timedelta(days=3 * i) for i in range(9)),
        plan_periods=(PlanPeriod(START, START + timedelta(days=89)),),
    )


def drawn(picture):
    return ElementTree.fromstring(picture)


@given(
    st.lists(
        st.lists(st.integers(0, 5600).map(lambda n: Decimal(n) / 100), min_size=1, max_size=6),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=40)
def test_the_picture_and_the_table_hold_the_same_numbers(lines):
    made = chart(*(series(f"S{i}", *values) for i, values in enumerate(lines)))

    in_picture = sorted(re.findall(r'data-on="([^"]+)" data-value="([^"]+)"', svg(made)))
    in_table = sorted((row[0], cell) for row in table(made).rows for cell in row[1:] if cell != "")

    assert in_picture == in_table


def test_band_line_goal_and_visits_are_the_same_in_picture_and_table():
    picture, notes = svg(full()), dict(table(full()).notes)

    assert 'data-low="27" data-high="39"' in picture
    assert notes["Within error of the start"] == "27 – 39"
    assert re.search(r'class="important"[^>]*data-value="38"', picture)
    assert notes["Important change"] == "38"
    assert re.search(r'class="goal"[^>]*data-value="45"', picture)
    assert notes["Goal"].startswith("45 ")
    assert len(re.findall(r"M[\d.]+ [\d.]+v12", picture)) == 9
    assert notes["Visits"] == "9"


def test_the_picture_names_and_describes_itself_and_is_well_formed():
    root = drawn(svg(full(), id="c1"))
    space = "{http://www.w3.org/2000/svg}"

    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "c1-title c1-desc"
    assert root.find(f"{space}title").text == "Berg"
    assert root.find(f"{space}desc").text == description(full())
    assert "from 33 on 2026-09-20 to 41 on 2026-10-18" in description(full())


def test_points_lie_where_their_numbers_say():
    picture = svg(chart(series("A", "10", "20", "30")))
    xs = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"[^>]*data-on', picture)]
    ys = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"[^>]*data-on', picture)]

    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.2)
    assert ys[0] - ys[1] == pytest.approx(ys[1] - ys[2], abs=0.2)
    assert ys[0] > ys[1] > ys[2]


def test_unknown_error_and_a_cut_axis_are_said():
    known, cut = svg(full()), svg(chart(series("A", "40", "42")))

    assert "Measurement error is not on file" in cut
    assert "The axis starts at" in cut
    assert "not on file" not in known


def test_the_expected_path_is_drawn_and_said_in_the_table():
    days = [START, START + timedelta(days=28)]
    path = tuple(PathPoint(d, Decimal(30), Decimal(35), Decimal(40)) for d in days)
    made = chart(path=path)

    assert 'class="path-band"' in svg(made) and 'class="path-band"' not in svg(chart())
    assert ("Expected by own data 2026-10-18", "35 (30 – 40)") in table(made).notes
    assert "35 (30 – 40)" in description(made)


def test_an_important_change_of_a_lower_is_better_measure_lies_below():
    made = chart(series("TUG", "15.0", "11.0"), better="lower", important=Decimal("3.5"))

    assert made.important_at == Decimal("11.5")


def test_unverified_lines_are_marked_in_picture_and_table():
    made = chart(error=Decimal(6), unverified=frozenset({"error"}))

    assert "(unverified)" in svg(made)
    assert table(made).notes[0][0].endswith("(unverified)")


def test_series_differ_in_dash_and_marker():
    picture = svg(chart(*(series(n, "1", "2") for n in "ABCD")))

    dashes = re.findall(
        r'<path d="M[^"]*" fill="none" stroke="[^"]+" stroke-width="2.5"([^/]*)/>', picture
    )
    assert len(set(dashes[:4])) == 4


def test_words_from_people_cannot_become_markup():
    made = chart(series('<script>"x"', "1", "2"), title="</svg><script>alert(1)</script>")

    picture = svg(made, id='"><script>')

    assert "<script>" not in picture
    drawn(picture)


def test_nothing_measured_is_said_and_bad_charts_are_refused():
    assert "No measurement yet" in svg(chart(Series("A", ())))
    assert "Aún no hay medición" in svg(chart(Series("A", ()), language="es"))
    for wrong in (
        {"series": tuple(series(n, "1") for n in "ABCDE")},
        {"better": "sideways"},
        {"language": "fr"},
        {"series": (series("A", "NaN"),)},
    ):
        given = {"title": "t", "unit": "s", "better": "higher", "series": ()} | wrong
        with pytest.raises(BadInput):
            ProgressChart(**given)


def test_one_point_many_points_and_huge_or_equal_values_are_drawn():
    for values in (["5"], ["0", "0"], ["1000000", "2000000"], ["0.01", "0.02"], ["-3", "4"]):
        drawn(svg(chart(series("A", *values)), compact=True))


def test_charts_of_one_page_have_ids_of_their_own():
    made = charts_by_measure([full(), full()])

    assert "chart-1-title" in made[0][1] and "chart-2-title" in made[1][1]
