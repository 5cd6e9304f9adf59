"""The kernel: order does not matter, patients do not matter to each other, unknown is counted."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neuroreed as nr
from neuroreed.audit.attach import attach
from neuroreed.audit.kernel import audit
from neuroreed.audit.registry import registry, rule_book
from neuroreed.model.findings import Severity
from neuroreed.model.lines import from_book, to_book
from tests.audit.books import books, visits


def said(result) -> set[tuple[str, str, str, str]]:
    return {(f.rule, f.severity.value, f.subject, f.says) for f in result.findings}


def visit(**given):
    return {
        "patient_id": "P1",
        "visit_id": "V1",
        "date_of_service": "2024-08-05",
        "payer": "medicare_part_b",
        "discipline": "PT",
        **given,
    }


@settings(max_examples=15)
@given(books(), st.integers(0, 2**32 - 1))
def test_the_order_of_visits_and_lines_does_not_change_findings(given_visits, seed) -> None:
    shuffled = [dict(each) for each in given_visits]
    random = Random(seed)
    random.shuffle(shuffled)
    for each in shuffled:
        each["lines"] = random.sample(each["lines"], len(each["lines"]))

    straight, mixed = audit(to_book(given_visits)), audit(to_book(shuffled))

    assert said(mixed) == said(straight)
    assert mixed.coverage == straight.coverage


@settings(max_examples=15)
@given(books())
def test_the_whole_says_what_its_patients_say(given_visits) -> None:
    """Rules about one patient need that patient only."""
    for each in given_visits:
        each["intervals"], each["therapist_id"] = [], None

    together = said(audit(to_book(given_visits)))

    apart = set()
    for patient in {each["patient_id"] for each in given_visits}:
        own = [each for each in given_visits if each["patient_id"] == patient]
        apart |= said(audit(to_book(own)))
    assert together == apart


@settings(max_examples=15)
@given(books())
def test_a_book_survives_the_way_out_and_back(given_visits) -> None:
    book = to_book(given_visits)

    again = to_book(from_book(book))

    assert said(audit(again)) == said(audit(book))


def test_an_unknown_is_counted_with_the_fact_that_was_unknown() -> None:
    result = audit(to_book([visit(lines=[{"cpt": "97112", "units": 2}])]))

    covered = result.coverage["UNIT-01"]
    assert (covered.assessed, covered.not_assessed) == (0, 1)
    assert covered.why_not == {"supported_visit_units": 1}
    assert not [finding for finding in result.findings if finding.rule == "UNIT-01"]


def test_a_finding_shows_sentence_fix_citation_and_the_tree_of_its_facts() -> None:
    result = audit(to_book([visit(lines=[{"cpt": "97112", "minutes": 22, "units": 2}])]))

    (finding,) = [each for each in result.findings if each.rule == "UNIT-01"]
    assert finding.says == "Billed 2 timed units; 22 minutes support 1."
    assert finding.subject == "V1"
    assert finding.severity is Severity.STOP
    assert finding.cites == ("cms-clm104-c05#20.2.C",)
    billed, supported = finding.evidence
    assert (billed.name, billed.value) == ("billed_timed_units", 2)
    (minutes,) = supported.because
    assert (minutes.name, minutes.value) == ("timed_minutes", 22)
    assert [each.name for each in minutes.because] == ["minutes", "is_timed"]
    assert minutes.because[0].value == (22,)


def test_a_stale_edit_or_an_unverified_payer_never_stops_a_claim() -> None:
    """The same fault stops under verified policy and asks for a look otherwise."""
    lines = [{"cpt": "97140", "units": 1}, {"cpt": "97124", "units": 1}]
    over = [{"cpt": "97112", "minutes": 22, "units": 2}]

    def severity(rule, **given):
        found = audit(to_book([visit(**given)])).findings
        return [(f.severity.value, bool(f.lowered)) for f in found if f.rule == rule]

    assert severity("EDIT-02", lines=lines) == [("stop", False)]
    assert severity("EDIT-02", lines=lines, date_of_service="2025-08-05") == [("review", True)]
    assert severity("UNIT-01", lines=over) == [("stop", False)]
    assert severity("UNIT-01", lines=over, payer="medicare_advantage") == [("review", True)]


def test_a_rule_known_from_practice_only_runs_as_review_and_one_that_was_read_stops() -> None:
    stops = [r for r in registry().rules.values() if r.severity is Severity.STOP]

    assert {r.confidence for r in stops} == {"V", "S", "K"}
    for rule in stops:
        expected = Severity.REVIEW if rule.confidence == "K" else Severity.STOP
        assert rule.runs_as is expected, rule.id


def test_a_payer_profile_may_silence_or_soften_a_rule(tmp_path, monkeypatch) -> None:
    (tmp_path / "quiet.yaml").write_text(
        "extends: medicare_part_b\nname: Quiet\nseverities: {UNIT-01: advise, MODS-01: 'off'}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("NEUROREED_PAYERS", str(tmp_path))
    line = {"cpt": "97112", "minutes": 22, "units": 2, "modifiers": []}

    result = audit(
        to_book(
            [
                visit(payer="quiet", lines=[line]),
                visit(visit_id="V2", patient_id="P2", lines=[line]),
            ]
        )
    )

    found = {(f.rule, f.subject): f.severity.value for f in result.findings}
    assert found["UNIT-01", "V1"] == "advise"
    assert found["UNIT-01", "V2"] == "stop"
    assert ("MODS-01", "V1/1") not in found
    assert found["MODS-01", "V2/1"] == "stop"


def test_times_of_lines_tell_whether_a_distinct_modifier_has_minutes_of_its_own() -> None:
    def found(start):
        lines = [
            {"cpt": "97150", "units": 1, "modifiers": ["GP"], "start": "09:00", "end": "09:30"},
            {"cpt": "97112", "units": 1, "modifiers": ["GP", "59"], "start": start, "end": "09:45"},
        ]
        return {finding.rule for finding in nr.audit([visit(lines=lines)]).findings}

    assert "MODS-06" in found("09:29")
    assert "MODS-06" not in found("09:30")


def test_the_public_call_audits_visits_as_data_and_stops_on_a_bad_list() -> None:
    result = nr.audit([visit(lines=[{"cpt": "97112", "minutes": 22, "units": 2}])])

    assert [f.rule for f in result.stops] == ["UNIT-01"]
    for wrong in (None, 7, b"ISA", [7], [{"patient_id": "P"}]):
        with pytest.raises(nr.BadInput):
            nr.audit(wrong)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"date_of_service": "yesterday"}, "date_of_service"),
        ({"date_of_service": None}, "date_of_service is missing"),
        ({"patient_id": ""}, "patient_id is missing"),
        ({"lines": [{"cpt": "97112", "minutes": -1}]}, "-1 minutes"),
        ({"lines": [{"cpt": "97112", "minutes": 1441}]}, "1441 minutes"),
        ({"lines": [{"cpt": "97112", "minutes": 7.5}]}, "7.5 minutes"),
        ({"lines": [{"cpt": "97112", "units": 10**12}]}, "line 1, billed_units"),
        ({"lines": [{"cpt": "9711", "units": 1}]}, "line 1, code"),
        ({"lines": [{"cpt": "97112", "modifiers": ["GPX"]}]}, "modifiers"),
        ({"lines": [{"cpt": "97112", "charge": 12.5}]}, "never a float"),
        ({"lines": [{"cpt": "97112", "charge": "1e400"}]}, "charge_cents"),
        ({"lines": [{"cpt": "97112", "kx_attested": "perhaps"}]}, "yes or no"),
        ({"lines": "97112"}, "lines is not a list"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_place(given, words) -> None:
    with pytest.raises(nr.BadInput, match=words):
        to_book([visit(**{"lines": [{"cpt": "97112"}], **given})])


JUNK = (None, "", -1, 1.5, float("nan"), 10**30, True, [], {}, {"a": 1}, b"x", "x" * 300, {1})


@pytest.mark.parametrize("seed", range(150))
def test_whatever_stands_in_a_visit_the_answer_is_a_result_or_a_located_error(seed) -> None:
    random = Random(seed)
    given_visits = visits(random, 1)
    target = random.choice(given_visits)
    if random.random() < 0.6:
        target = random.choice(target["lines"])
    target[random.choice([*target, "start", "intervals"])] = random.choice(JUNK)

    try:
        result = nr.audit(given_visits)
    except nr.BadInput as error:
        assert str(error)
    else:
        assert result.coverage


def test_an_empty_book_has_no_findings_and_says_nothing_was_assessed() -> None:
    result = nr.audit([])

    assert not result.findings
    assert not any(covered.assessed for covered in result.coverage.values())


def test_a_message_never_names_the_patient() -> None:
    result = audit(to_book(visits(Random(1), 10)))

    for finding in result.findings:
        assert not finding.subject.startswith("P")


def test_a_setting_that_was_read_stops_and_one_from_memory_does_not() -> None:
    """Late filing: Medicare's year and a plan's 90 days were read; another payer's was not."""
    late = {"date_of_service": "2025-06-01", "submitted_on": "2026-06-02"}
    unread = {"needs_authorization_was_read": 0, "filing_days_were_read": 0}

    def severity(rule, payer, policy=(), **facts):
        book = attach(to_book([visit(payer=payer, lines=[{"cpt": "97112", "units": 1}], **facts)]))
        for name, value in dict(policy).items():
            book.lines[name] = [value] * len(book)
        (found,) = [each for each in audit(book).findings if each.rule == rule]
        return found.severity

    assert severity("FILE-01", "medicare_part_b", **late) is Severity.STOP
    assert severity("FILE-01", "unitedhealthcare", **late) is Severity.STOP
    assert severity("FILE-01", "unitedhealthcare", unread, **late) is Severity.REVIEW
    missing = {"authorization_on_file": False}
    assert severity("AUTH-01", "va_community_care", **missing) is Severity.STOP
    assert severity("AUTH-01", "va_community_care", unread, **missing) is Severity.REVIEW


def test_the_identity_of_the_rule_book_follows_the_payers_of_the_clinic(tmp_path, monkeypatch):
    before = rule_book()
    (tmp_path / "own.yaml").write_text("extends: medicare_part_b\nname: Own\n", encoding="utf-8")

    monkeypatch.setenv("NEUROREED_PAYERS", str(tmp_path))

    assert rule_book() != before
    monkeypatch.delenv("NEUROREED_PAYERS")
    assert rule_book() == before
