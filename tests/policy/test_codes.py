"""The therapy code set."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from neuroreed.model.errors import UnknownCode
from neuroreed.policy import codes, tables


def test_97112_is_timed_always_therapy_of_any_discipline() -> None:
    code = codes.lookup("97112", date(2026, 11, 23))

    assert (code.timing, code.is_timed_15, code.listing) == ("T15", True, "always")
    assert code.required_modifier is None
    assert (code.medicare, code.confidence) == ("payable", "V")


@pytest.mark.parametrize(
    ("cpts", "modifier", "discipline"),
    [
        (("97161", "97162", "97163", "97164"), "GP", "PT"),
        (("97165", "97166", "97167", "97168"), "GO", "OT"),
        (("92507", "92521", "92609"), "GN", "SLP"),
    ],
)
def test_evaluations_belong_to_one_discipline(
    cpts: tuple[str, ...], modifier: str, discipline: str
) -> None:
    for cpt in cpts:
        code = codes.lookup(cpt)
        assert (code.required_modifier, code.disciplines) == (modifier, {discipline})
        assert not code.is_timed_15


@pytest.mark.parametrize(
    ("cpt", "first_day"),
    [
        ("97037", date(2024, 1, 1)),
        ("97550", date(2024, 1, 1)),
        ("G0541", date(2025, 1, 1)),
        ("98979", date(2026, 1, 1)),
        ("98985", date(2026, 1, 1)),
    ],
)
def test_a_new_code_is_unknown_until_its_first_day(cpt: str, first_day: date) -> None:
    with pytest.raises(UnknownCode, match=f"new on {first_day}"):
        codes.lookup(cpt, first_day.replace(year=first_day.year - 1))

    assert codes.lookup(cpt, first_day).since == first_day


def test_codes_outside_the_set_are_unknown() -> None:
    assert codes.get("99213") is None
    with pytest.raises(UnknownCode):
        codes.lookup("99213")


def test_medicare_status_of_the_codes_people_get_wrong() -> None:
    status = {cpt: codes.lookup(cpt).medicare for cpt in ("97010", "97014", "G0283", "97037")}

    assert status == {
        "97010": "bundled",
        "97014": "invalid",
        "G0283": "payable",
        "97037": "not_covered",
    }


def test_added_codes_name_the_code_they_belong_to() -> None:
    families = {code.cpt: code.family for code in codes.all_codes() if code.family}

    assert families["97130"] == "97129"
    assert families["97551"] == "97550"
    assert families["98981"] == "98980"
    assert all(codes.get(family) is not None for family in families.values())


def test_always_therapy_agrees_with_the_official_indicator_of_2026() -> None:
    official = {
        row["hcpcs"]
        for row in tables.read(tables.PACKAGE / "fees/rvu/RVU26C.csv")
        if row["pctc"] == "7"
    }
    ours = {code.cpt for code in codes.all_codes() if code.listing == "always"}

    # audiology tests and work hardening carry the indicator; the cold pack is bundled, not priced
    assert official - ours == {"92550", "92557", "97545", "97546"}
    assert ours - official == {"97010"}


def test_the_small_tables_answer() -> None:
    assert codes.modifiers()["KX"].category == "threshold"
    assert codes.places_of_service()["11"].setting == "non_facility"
    assert codes.adjustments()[("CARC", "253")].meaning
    assert codes.taxonomies()["225100000X"][0] == "PT"
    assert codes.hcpcs_level2()["G0283"][1] is None
    assert {document.id for document in codes.coverage_documents()} >= {"L33631", "A57067"}


def test_looking_up_a_code_loads_neither_yaml_nor_resources() -> None:
    program = (
        "import sys\n"
        "from neuroreed.policy import codes\n"
        "codes.lookup('97112')\n"
        "print(sorted(m for m in ('yaml', 'importlib.resources', 'django') if m in sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
