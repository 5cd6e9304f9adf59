"""Every rule, through its worked examples: what it finds, lets pass, cannot tell."""

from __future__ import annotations

import pytest

from neuroreed.audit.examples import Example, examples
from neuroreed.audit.kernel import audit
from neuroreed.audit.registry import rules
from neuroreed.model.lines import code_text

EVERY = [example for each in examples().values() for example in each]


@pytest.mark.parametrize("example", EVERY, ids=[f"{e.rule}: {e.it}" for e in EVERY])
def test_a_rule_answers_its_examples(example: Example) -> None:
    book = example.book()

    result = audit(book)

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


def test_no_example_stands_without_its_rule() -> None:
    assert set(examples()) <= {rule.id for rule in rules()}
