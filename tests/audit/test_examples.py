"""Every rule, through its worked examples: what it finds, lets pass, cannot tell."""

from __future__ import annotations

import pytest

from neuroreed.audit.examples import Example, examples
from neuroreed.audit.kernel import audit
from neuroreed.audit.registry import Registry, registry, rules
from neuroreed.model.lines import code_text

EVERY = [example for each in examples().values() for example in each]


def only(rule_id: str) -> Registry:
    """Our registry with a single rule in it."""
    ours = registry()
    return Registry(ours.facts, {rule_id: ours.rules[rule_id]}, ours.order)


@pytest.mark.parametrize("example", EVERY, ids=[f"{e.rule}: {e.it}" for e in EVERY])
def test_a_rule_answers_its_examples(example: Example) -> None:
    book = example.book()

    result = audit(book, using=only(example.rule))

    found = [finding for finding in result.findings if finding.rule == example.rule]
    covered = result.coverage[example.rule]
    if example.finds == "unknown":
        assert not found
        assert covered.not_assessed, f"assessed {covered}"
    elif example.finds == "nothing":
        assert not found, [finding.says for finding in found]
        assert covered.assessed or covered.not_applicable
    elif isinstance(example.finds, tuple):
        lines = {
            f"{book.names['session'][book.lines['session'][i]]}/{book.lines['line'][i]}": code_text(
                book.lines["code"][i]
            )
            for i in range(len(book))
        }
        assert sorted(lines[finding.subject] for finding in found) == sorted(example.finds)
    else:
        assert found, f"found nothing: {covered}"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_has_the_four_kinds_of_example(rule) -> None:
    own = examples().get(rule.id, ())

    finding = [e for e in own if e.finds not in ("nothing", "unknown")]
    silent = [e for e in own if e.finds == "nothing"]
    assert finding
    assert silent
    assert [e for e in own if e.finds == "unknown"]
    assert [e for e in finding if e.edge], "no example that finds at the boundary"
    assert [e for e in silent if e.edge], "no example that is silent at the boundary"


# what they judge is the record, the plan or the clock, whether a line is billed or not
OF_THE_RECORD = {
    *("UNIT-04", "MINU-02", "MINU-03", "MINU-06", "PLAN-06", "PLAN-07", "PLAN-08", "DOCU-01"),
    *("DOCU-02", "DOCU-08", "DOCU-09", "AUTH-04", "FILE-01", "FILE-02", "FILE-07"),
    *(f"CONC-0{number}" for number in range(1, 10)),
}


@pytest.mark.parametrize(
    "rule", [rule for rule in rules() if rule.id not in OF_THE_RECORD], ids=lambda rule: rule.id
)
def test_what_is_not_billed_is_not_found(rule) -> None:
    for example in examples()[rule.id]:
        book = example.book()
        units = book.lines["billed_units"]
        units[:] = [0 for _ in units]

        found = audit(book, using=only(rule.id)).findings

        assert not found, example.it


def test_no_example_stands_without_its_rule() -> None:
    assert set(examples()) <= {rule.id for rule in rules()}
