"""Modifiers: each proposed with its fact, each refused with what is missing."""

from __future__ import annotations

from datetime import date

import pytest

from neuroreed.billing.modifiers import BilledLine, ModifierContext, propose, put_in_order
from neuroreed.model.care import Furnished
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.model.people import Discipline
from neuroreed.policy.payers import profile
from tests.billing.visits import ON, bout

PT, OT, SLP = Discipline.PT, Discipline.OT, Discipline.SLP


def line(cpt, *times, number=1, **changes):
    given = {"units": 1, "allowed_cents": 3_000, "bouts": tuple(bout(cpt, *t) for t in times)}
    return BilledLine(number, cpt, **(given | changes))


def ask(*lines, **changes):
    given = {"on": ON, "discipline": PT, "accrued_cents": 0}
    return propose(lines, ModifierContext(**(given | changes)))


def proposed(answer):
    return [(each.line_number, each.modifier) for each in answer.proposed]


def refused(answer):
    return {each.modifier: each.missing for each in answer.refused}


@pytest.mark.parametrize(("discipline", "modifier"), [(PT, "GP"), (OT, "GO"), (SLP, "GN")])
def test_the_discipline_of_the_plan_gives_the_modifier(discipline, modifier):
    answer = ask(line("97530"), discipline=discipline)

    assert proposed(answer) == [(1, modifier)]
    assert not answer.proposed[0].needs_acceptance
    assert "plan of care" in answer.proposed[0].because


def test_an_evaluation_of_one_discipline_never_carries_the_modifier_of_another():
    assert proposed(ask(line("97161"))) == [(1, "GP")]
    answer = ask(line("97165"))
    assert proposed(answer) == []
    assert "may only carry GO" in refused(answer)["GP"]


def test_a_sometimes_code_takes_it_only_under_a_plan():
    assert proposed(ask(line("97129"), under_plan=True)) == [(1, "GP")]
    answer = ask(line("97129"), under_plan=False)
    assert proposed(answer) == []
    assert "plan of care" in refused(answer)["GP"]
    assert proposed(ask(line("97112"), under_plan=False)) == [(1, "GP")]


def test_a_payer_that_said_nothing_is_asked():
    answer = ask(line("97112"), payer="aetna")

    assert proposed(answer) == []
    assert "set it in its profile" in refused(answer)["GP"]


@pytest.mark.parametrize(("discipline", "modifier"), [(PT, "CQ"), (OT, "CO")])
def test_a_line_of_an_assistant_is_marked(discipline, modifier):
    mine = line("97530", by_assistant=True, therapist_minutes=5, assistant_minutes=10)

    answer = ask(mine, discipline=discipline)

    assert proposed(answer)[1] == (1, modifier)
    assert ("assistant_minutes", "10") in answer.proposed[1].facts


def test_an_assistant_never_evaluates():
    answer = ask(line("97161", by_assistant=True, therapist_minutes=0, assistant_minutes=40))

    assert proposed(answer) == [(1, "GP")]
    assert "do not evaluate" in refused(answer)["CQ"]


def test_who_furnished_must_be_recorded():
    answer = ask(line("97112", by_assistant=None))

    assert "Who furnished" in refused(answer)["CQ"]
    assert proposed(ask(line("97112", by_assistant=None), discipline=SLP)) == [(1, "GN")]


def test_59_opens_an_active_pair_with_separate_times_on_column_2():
    answer = ask(line("97112", (0, 15), (40, 50)), line("97150", (15, 40), number=2))

    assert (1, "59") in proposed(answer)
    assert (2, "59") not in proposed(answer)
    mine = next(each for each in answer.proposed if each.modifier == "59")
    assert mine.needs_acceptance
    assert "09:00 to 09:15 and 09:40 to 09:50" in mine.because
    assert ("pairs", "97150/97112") in mine.facts


@pytest.mark.parametrize(("end", "told"), [(15, None), (16, "1 minute."), (20, "5 minutes.")])
def test_59_is_refused_when_times_overlap(end, told):
    answer = ask(line("97112", (0, end)), line("97150", (15, 40), number=2))

    if told is None:
        assert (1, "59") in proposed(answer)
    else:
        assert refused(answer)["59"].endswith(f"overlap by {told}")


def test_59_is_refused_without_times():
    answer = ask(line("97112"), line("97150", (15, 40), number=2))

    assert "start and stop times of 97112 are missing" in refused(answer)["59"]


def test_a_pair_that_never_goes_together_is_not_opened():
    answer = ask(line("97124", (0, 15)), line("97140", (15, 40), number=2))

    assert "never goes together" in refused(answer)["59"]
    assert not any(modifier == "59" for _, modifier in proposed(answer))


def test_59_without_an_active_pair_is_noise():
    wanted = frozenset({("97112", "59"), ("97530", "59")})

    answer = ask(line("97112", (0, 15)), line("97530", (15, 30), number=2), accepted=wanted)

    assert {each.line_number for each in answer.refused} == {1, 2}
    assert "No active pair" in refused(answer)["59"]
    assert not any(modifier == "59" for _, modifier in proposed(answer))
    assert not ask(line("97112", (0, 15)), line("97530", (15, 30), number=2)).refused


def test_59_on_column_1_is_sent_to_column_2():
    wanted = frozenset({("97150", "59")})

    answer = ask(line("97112", (0, 9)), line("97150", (15, 40), number=2), accepted=wanted)

    assert "belongs on 97112" in refused(answer)["59"]


def test_a_pair_with_another_discipline_counts_too():
    group = line("97150", (30, 60))

    assert (1, "59") in proposed(ask(line("97112", (0, 15)), same_day=(group,)))
    assert "overlap" in refused(ask(line("97112", (0, 35)), same_day=(group,)))["59"]


def test_a_payer_may_keep_old_pairs_or_apply_none():
    lines = (line("97140", (0, 15)), line("97530", (15, 30), number=2))

    assert not any(modifier == "59" for _, modifier in proposed(ask(*lines)))
    keeping = next(
        each
        for each in ("unitedhealthcare", "anthem", "humana", "aetna")
        if any({"97140", "97530"} == set(pair[:2]) for pair in profile(each).extra_pairs)
    )
    assert any(modifier == "59" for _, modifier in proposed(ask(*lines, payer=keeping)))
    free = ask(line("97112", (0, 9)), line("97150", (9, 30), number=2), payer="auto_pip")
    if profile("auto_pip").ncci == "none":
        assert not any(modifier == "59" for _, modifier in proposed(free))


def test_an_x_modifier_is_not_taken_for_59():
    answer = ask(
        line("97112", (0, 15)),
        line("97150", (15, 40), number=2),
        accepted=frozenset({("97112", "XE")}),
    )

    assert "nothing here supports XE" in refused(answer)["XE"]
    assert (1, "59") in proposed(answer)


def test_kx_needs_accrual_and_attestation():
    lines = (line("97112"), line("97530", number=2))

    silent = ask(*lines, accrued_cents=242_000)
    asked = ask(*lines, accrued_cents=242_000, attested_kx=True)
    crossing = ask(*lines, accrued_cents=242_001, attested_kx=True)

    assert "KX" not in refused(silent)
    assert not any(modifier == "KX" for _, modifier in proposed(asked))
    assert [each for each in proposed(crossing) if each[1] == "KX"] == [(2, "KX")]
    assert next(p for p in crossing.proposed if p.modifier == "KX").needs_acceptance


def test_kx_without_a_statement_is_refused():
    answer = ask(line("97112"), accrued_cents=248_000)

    assert "statement why care is still necessary is missing" in refused(answer)["KX"]
    assert not any(modifier == "KX" for _, modifier in proposed(answer))


def test_kx_with_unknown_accrual_is_refused_once():
    answer = ask(line("97112"), line("97530", number=2), accrued_cents=None, attested_kx=True)

    assert [(each.line_number, each.modifier) for each in answer.refused] == [(1, "KX")]
    assert "not known" in refused(answer)["KX"]


def test_an_unpriced_line_leaves_the_accrual_unknown_but_a_bundled_one_does_not():
    unpriced = ask(
        line("97039", allowed_cents=None), line("97112", number=2), accrued_cents=247_000
    )
    bundled = ask(
        line("97010", allowed_cents=None),
        line("97112", number=2),
        accrued_cents=247_000,
        attested_kx=True,
    )

    assert "is not known" in refused(unpriced)["KX"]
    assert (2, "KX") in proposed(bundled)


def test_kx_far_below_is_refused_when_asked_for():
    answer = ask(line("97112"), attested_kx=True, accepted=frozenset({("97112", "KX")}))

    assert "does not reach the threshold" in refused(answer)["KX"]


def test_kx_is_medicares():
    wanted = frozenset({("97112", "KX")})

    answer = ask(line("97112"), payer="cigna", accrued_cents=900_000, accepted=wanted)

    assert "does not use the threshold" in refused(answer)["KX"]


def test_a_year_without_a_threshold_is_refused():
    answer = ask(line("97112"), on=date(2027, 1, 4))

    assert "KX" not in proposed(answer)
    assert refused(answer)["KX"].startswith("The threshold of 2027 is not at hand.")


def test_the_discipline_is_not_said_to_be_of_a_plan_that_nobody_named():
    def because(**given):
        (found,) = [each for each in ask(line("97112"), **given).proposed if each.modifier == "GP"]
        return found.because

    assert because() == "97112 was furnished under a PT plan of care."
    assert "no plan of care is named" in because(under_plan=False)


@pytest.mark.parametrize(
    ("signed", "expected", "modifiers"),
    [
        (ON, "not_necessary", ["GA"]),
        (date(2026, 3, 1), "not_necessary", ["GA"]),
        (None, "not_necessary", ["GZ"]),
        (None, "statutory", ["GY"]),
        (ON, "statutory", ["GY", "GX"]),
    ],
)
def test_notices_give_their_modifiers(signed, expected, modifiers):
    answer = ask(line("97112"), liability={"97112": expected}, abn_signed_on=signed)

    assert [modifier for _, modifier in proposed(answer)][1:] == modifiers
    assert all(each.needs_acceptance for each in answer.proposed[1:])


def test_a_notice_signed_after_the_service_is_none():
    answer = ask(
        line("97112"), liability={"97112": "not_necessary"}, abn_signed_on=date(2026, 3, 3)
    )

    assert "after the service" in refused(answer)["GA"]
    assert proposed(answer) == [(1, "GP")]


def test_notices_are_not_for_medicare_advantage():
    answer = ask(
        line("97112"),
        payer="medicare_advantage",
        liability={"97112": "not_necessary"},
        abn_signed_on=ON,
    )

    assert "does not use notices" in refused(answer)["GA"]


@pytest.mark.parametrize("signed", [ON, None])
def test_kx_and_a_notice_contradict_each_other(signed):
    answer = ask(
        line("97112"),
        accrued_cents=300_000,
        attested_kx=True,
        liability={"97112": "not_necessary"},
        abn_signed_on=signed,
    )

    assert "contradict" in refused(answer)["KX"]


@pytest.mark.parametrize(
    ("on", "modifier"),
    [
        (date(2020, 2, 29), None),
        (date(2025, 9, 30), "95"),
        (date(2026, 2, 1), "95"),
        (date(2026, 12, 31), "95"),
    ],
)
def test_telehealth_has_its_dates(on, modifier):
    answer = ask(line("97112"), on=on, telehealth="video")

    assert ((1, "95") in proposed(answer)) == (modifier is not None)
    assert ("95" in refused(answer)) == (modifier is None)


def test_telehealth_needs_a_code_on_the_list():
    assert (1, "93") in proposed(ask(line("97112"), telehealth="audio"))
    assert "not on the telehealth list" in refused(ask(line("97140"), telehealth="video"))["95"]


@pytest.mark.parametrize(
    ("cpt", "modifier", "because"),
    [
        ("97112", "52", "no way to bill minutes"),
        ("97112", "22", "more minutes"),
        ("97112", "50", "not billed by side"),
        ("97112", "RT", "not billed by side"),
        ("97112", "25", "evaluation and management"),
        ("97112", "76", "added to the first"),
        ("97161", "22", "Nothing in the record"),
        ("97112", "GQ", "Nothing in the record"),
    ],
)
def test_what_nothing_supports_is_refused_with_the_reason(cpt, modifier, because):
    answer = ask(line(cpt), accepted=frozenset({(cpt, modifier)}))

    assert because in refused(answer)[modifier]
    assert not any(each == modifier for _, each in proposed(answer))


def test_the_order_is_the_payers():
    medicare = profile("medicare_part_b")

    assert put_in_order(["KX", "59", "CQ", "95", "GP", "KX"], medicare) == (
        "GP",
        "CQ",
        "59",
        "KX",
        "95",
    )


def test_words_that_do_not_exist_are_refused():
    with pytest.raises(BadInput, match="video or audio"):
        ask(line("97112"), telehealth="fax")
    with pytest.raises(BadInput, match="denial"):
        ask(line("97112"), liability={"97112": "maybe"})
    with pytest.raises(NoParameter, match="payer profile"):
        ask(line("97112"), payer="nobody")


def test_joint_minutes_do_not_make_an_assistants_line():
    assert Furnished.JOINT != Furnished.ASSISTANT
    assert proposed(ask(line("97112", by_assistant=False))) == [(1, "GP")]
