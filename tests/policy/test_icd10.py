"""Diagnoses by date of service."""

from __future__ import annotations

from datetime import date, timedelta

from neuroreed.policy import icd10

IN_YEAR = date(2026, 5, 1)


def test_a_diagnosis_is_found_with_or_without_its_dot() -> None:
    dotted, bare = icd10.diagnosis("G20.A1", IN_YEAR), icd10.diagnosis(" g20a1 ", IN_YEAR)

    assert dotted == bare
    assert dotted is not None
    assert (dotted.code, dotted.billable, dotted.stale) == ("G20.A1", True, False)
    assert dotted.conditions == ("parkinson",)


def test_headers_are_not_billable_in_their_year() -> None:
    found = [icd10.diagnosis(code, IN_YEAR) for code in ("G35", "G20", "M54.5")]

    assert [diagnosis is not None and diagnosis.billable for diagnosis in found] == [False] * 3


def test_before_the_year_at_hand_nobody_says_billable_or_not() -> None:
    before = icd10.diagnosis("G35", date(2025, 9, 30))
    first = icd10.diagnosis("G35", date(2025, 10, 1))

    assert before is not None and first is not None
    assert (before.billable, before.stale) == (None, True)
    assert (first.billable, first.stale) == (False, False)


def test_after_the_year_the_last_answer_is_marked_stale() -> None:
    inside = icd10.diagnosis("R27.0", date(2026, 9, 30))
    after = icd10.diagnosis("R27.0", date(2026, 10, 1))

    assert inside is not None and after is not None
    assert (inside.stale, after.stale) == (False, True)


def test_absent_codes_are_none() -> None:
    assert icd10.diagnosis("Z99.99", IN_YEAR) is None


def test_search_finds_words_and_billable_codes_first() -> None:
    found = icd10.search("ataxia", IN_YEAR, limit=50)

    assert found
    assert all("ataxi" in diagnosis.description.lower() for diagnosis in found)
    billable = [bool(diagnosis.billable) for diagnosis in found]
    assert billable == sorted(billable, reverse=True)
    assert icd10.search("", IN_YEAR) == ()


def test_between_changes_every_day_has_the_same_answer() -> None:
    """A bulk run asks once for each stretch of days."""
    first, last = date(2024, 1, 1), date(2028, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days)]
    for code in ("G35", "G20.A1", "M54.5", "R27.0", "Z99.99"):
        answers = [icd10.diagnosis(code, day) for day in days]
        changed = {day for day, one, two in zip(days[1:], answers, answers[1:], strict=False)
                   if one != two}  # fmt: skip

        assert changed <= set(icd10.changes()), code
    assert any(first < day < last for day in icd10.changes())
