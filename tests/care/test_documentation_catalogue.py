"""The catalogue of techniques and conditions."""

from __future__ import annotations

import pytest

from neuroreed.care.catalogue import (
    condition,
    conditions,
    conditions_of,
    technique,
    techniques,
    vocabulary,
)
from neuroreed.model.errors import BadInput


def test_the_catalogue_holds_31_techniques_and_16_conditions():
    assert len(techniques()) == 31
    assert len(conditions()) == 16


def test_a_technique_knows_its_own_dosage_fields_and_codes():
    found = technique("static_balance")

    assert found.dosage_fields == ("surface", "base_of_support", "vision", "guarding")
    assert found.usual_codes == ("97112",)
    assert found.sometimes_codes == ("97530", "97110")


def test_a_common_field_listed_twice_is_the_techniques_own():
    assert technique("task_specific").dosage_fields[0] == "task"
    assert technique("frenkel").dosage_fields[0] == "position"


def test_every_patient_text_has_english_and_spanish():
    for found in techniques():
        for text in (found.purpose, found.home, found.expectation):
            assert set(text) == {"en", "es"} and all(text.values())
    for entry in conditions():
        for template in entry.goal_templates:
            assert set(template.patient_text) == {"en", "es"}


def test_the_techniques_of_a_condition_are_in_the_catalogue():
    known = {found.id for found in techniques()}

    for entry in conditions():
        assert set(entry.techniques) <= known


def test_a_condition_is_found_by_code_with_or_without_its_dot():
    assert conditions_of("I69354") == conditions_of("I69.354") == (condition("stroke"),)
    assert conditions_of("Z99.99") == ()


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(BadInput, match="static_balance"):
        technique("balance_exercises")
    with pytest.raises(BadInput, match="stroke"):
        condition("strok")


def test_the_closed_lists_are_the_catalogues():
    assert vocabulary().decision_values == ("progress", "regress", "hold", "modify", "stop")
    assert "contact_guard" in vocabulary().assist_levels
    assert "tactile" in vocabulary().cue_types


def test_a_technique_has_a_name_for_a_tile_and_no_working_notes():
    for found in techniques():
        assert len(found.name) <= 60
        assert not any(word in found.name for word in ("entry", "limits", "for example", "and mod"))
