"""Drawn charts and their answers in the record."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from neuroreed.clinic import access_reviews
from neuroreed.clinic.models import ChartAnswer, ChartReview, Event
from neuroreed.clinic.services import reviews
from neuroreed.model.errors import AlreadySigned, BadInput, NotFound, Refused
from tests.clinic.world import TODAY, at

YES = dict.fromkeys(reviews.QUESTIONS, "yes")


def rows(world):
    return reviews.frame(world.compliance, cpt="97112", since=TODAY, until=TODAY)


def opened(world, user=None, drawn_from=None):
    found = rows(world) if drawn_from is None else drawn_from
    return reviews.open_review(
        user or world.compliance,
        title="Audit",
        cpt="97112",
        since=TODAY,
        until=TODAY,
        stratify="",
        seed="seed",
        algorithm="a",
        frame_hash="f" * 64,
        drawn_from=found,
        strata=[
            {
                "name": "",
                "frame_size": 1,
                "amount_cents": 1,
                "drawn": [str(row.visit_id) for row in found],
            }
        ],
        at=at(10),
    )


def test_the_frame_holds_signed_visits_with_the_code_and_no_others(signed):
    found = rows(signed)

    assert [row.visit_id for row in found] == [signed.visit.pk]
    assert found[0].units == 2
    assert found[0].amount_cents is None or found[0].amount_cents > 0
    assert reviews.frame(signed.compliance, cpt="97110", since=TODAY, until=TODAY) == ()


def test_an_unsigned_visit_is_in_no_frame(timed):
    assert rows(timed) == ()


def test_only_compliance_and_the_administrator_may_draw_and_judge(signed):
    review = opened(signed)
    chart = review.charts.get()

    for who in (signed.therapist, signed.biller, signed.front_desk, signed.people["patient"]):
        for act in (
            lambda who=who: opened(signed, who),
            lambda who=who: access_reviews.review_for(who, review.pk),
            lambda who=who: access_reviews.chart_for(who, chart.pk),
            lambda who=who: reviews.answer(who, chart.pk, said=YES, pay="yes", at=at(11)),
            lambda who=who: reviews.judged(who, review.pk),
        ):
            with pytest.raises(NotFound):
                act()
    assert access_reviews.review_for(signed.admin, review.pk) == review
    with pytest.raises(NotFound):
        access_reviews.chart_for(signed.compliance, uuid4())


def test_a_chart_keeps_what_the_machine_said_at_the_draw(signed):
    chart = opened(signed).charts.get()

    assert {line["cpt"]: line["units"] for line in chart.machine["lines"]}["97112"] == 2
    assert "score" in chart.machine["documentation"]


def test_looking_at_a_chart_and_judging_it_stand_in_the_chain(signed):
    chart = opened(signed).charts.get()

    access_reviews.chart_for(signed.compliance, chart.pk)
    reviews.answer(signed.compliance, chart.pk, said=YES, pay="yes", at=at(11))

    seen = Event.objects.filter(subject=f"visit:{signed.visit.pk}", verb__contains="view")
    assert seen.filter(actor=f"user:{signed.compliance.pk}").exists()
    assert Event.objects.filter(verb="chart.judged").count() == 1


def test_answers_only_grow_and_the_newest_counts(signed):
    review = opened(signed)
    chart = review.charts.get()
    first = reviews.answer(signed.compliance, chart.pk, said=YES, pay="yes", at=at(11))
    same = reviews.answer(signed.compliance, chart.pk, said=YES, pay="yes", at=at(11))
    assert not reviews.judged(signed.compliance, review.pk)[0].is_error

    reviews.answer(signed.compliance, chart.pk, said=YES | {"skill": "no"}, pay="no", at=at(12))

    found = reviews.judged(signed.compliance, review.pk)[0]
    assert first == same and chart.answers.count() == 2
    assert found.is_error and found.cause == "skill"
    assert found.correct_cents in {0, None}
    first.pay = "no"
    with pytest.raises(AlreadySigned):
        first.save()
    for table in (ChartAnswer, ChartReview):
        with pytest.raises(DatabaseError), transaction.atomic():
            super(type(table.objects.all()), table.objects.all()).update(at=at(13))


def test_a_part_pays_the_share_of_the_units_that_the_record_supports(signed):
    review = opened(signed)
    chart = review.charts.get()

    reviews.answer(
        signed.compliance,
        chart.pk,
        said=YES | {"minutes": "no"},
        pay="part",
        supported_units=1,
        at=at(11),
    )

    found = reviews.judged(signed.compliance, review.pk)[0]
    assert found.is_error and found.cause == "minutes"
    if found.amount_cents is not None:
        assert found.correct_cents == (found.amount_cents + 1) // 2


@pytest.mark.parametrize(
    "given",
    [
        {"said": {}, "pay": "yes"},
        {"said": YES | {"need": "maybe"}, "pay": "yes"},
        {"said": YES, "pay": ""},
        {"said": YES, "pay": "no"},
        {"said": YES | {"need": "no"}, "pay": "part"},
        {"said": YES | {"need": "no"}, "pay": "part", "supported_units": 2},
        {"said": YES | {"need": "no"}, "pay": "part", "supported_units": 0},
        {"said": YES, "pay": "yes", "remark": "x" * 501},
    ],
)
def test_half_an_answer_is_not_kept(signed, given):
    chart = opened(signed).charts.get()

    with pytest.raises(BadInput):
        reviews.answer(signed.compliance, chart.pk, at=at(11), **given)
    assert not ChartAnswer.objects.exists()


def test_a_frame_that_changed_since_the_draw_is_refused(signed):
    with pytest.raises(Refused):
        opened(signed, drawn_from=[*rows(signed), *rows(signed)])
