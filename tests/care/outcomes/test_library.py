"""The shipped figures: all of them, exactly, with their citations."""

from __future__ import annotations

import copy
from decimal import Decimal
from importlib import resources

import pytest
import yaml

from neuroreed.care.outcomes import library
from neuroreed.model.errors import BadInput, PolicyFileError


def as_text():
    """The shipped file with every scalar as the characters that stand in it."""
    data = resources.files("neuroreed.care").joinpath("data", library.FILE)
    return yaml.load(data.read_text("utf-8"), Loader=yaml.BaseLoader)


def test_every_figure_of_the_file_is_loaded_exactly_with_its_citation():
    written = as_text()["measures"]

    assert len(written) == 76
    for entry in written:
        loaded = library.measure(entry["id"])
        assert len(loaded.figures) == len(entry["values"])
        for figure, value in zip(loaded.figures, entry["values"], strict=True):
            assert figure.value == Decimal(value["value"])
            assert str(figure.value) == value["value"]
            assert figure.kind == value["kind"]
            assert figure.population == value["population"]
            assert figure.verified is (value["verified"] == "true")
            assert figure.citation.authors == value["citation"]["authors"]
            assert figure.citation.journal == value["citation"]["journal"]
            assert str(figure.citation.year or "n/s") == value["citation"]["year"]


def test_every_verified_figure_has_the_page_it_was_seen_on():
    figures = [f for m in library.measures().values() for f in m.figures]

    assert len(figures) == 231
    assert all(f.url for f in figures if f.verified)


def test_a_citation_without_a_year_is_not_called_complete():
    cited = [f.citation for m in library.measures().values() for f in m.figures]

    assert any(c.year is None for c in cited)
    assert all(not c.complete for c in cited if c.year is None)


def broken(change):
    data = library.read_yaml(
        resources.files("neuroreed.care").joinpath("data", library.FILE).read_text("utf-8")
    )
    data = copy.deepcopy(data)
    change(data["measures"][0])
    return data


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m["values"][0].pop("citation"),
        lambda m: m["values"][0]["citation"].update(authors=""),
        lambda m: m["values"][0].update(kind="guess"),
        lambda m: m["values"][0].update(population="martians"),
        lambda m: m["values"][0].pop("comparison"),
        lambda m: m["values"][0].pop("url"),
        lambda m: m["values"][0].update(value=Decimal("NaN")),
        lambda m: m["values"][0].update(band_measure="nothing"),
        lambda m: m.update(better="sideways"),
        lambda m: m.update(id="tug_manual"),
        lambda m: m.pop("licence"),
    ],
)
def test_a_broken_figure_is_refused_with_the_name_of_its_measure(change):
    with pytest.raises(PolicyFileError, match="tug"):
        library.build(broken(change))


def test_names_are_found_by_abbreviation_and_mistakes_get_suggestions():
    assert library.measure("TUG").id == "tug"
    assert library.measure(" berg ").id == "berg"
    with pytest.raises(BadInput, match="berg"):
        library.measure("bergg")
    with pytest.raises(BadInput, match="stroke"):
        library.population("strok")


@pytest.mark.parametrize(
    "value", [0.1, float("nan"), True, "NaN", "1e3", "12,5", "", "١٢", Decimal("NaN"), None, "1 2"]
)
def test_a_score_that_is_not_an_exact_number_is_refused(value):
    with pytest.raises(BadInput):
        library.number(value, "score")


def test_items_are_offered_only_where_the_licence_allows():
    for measure in library.measures().values():
        if measure.licence.status == "permission_or_registration_required":
            assert not measure.licence.items_may_ship
