"""Scores are recorded once, judged with their conditions, and never changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from neuroreed.care import goals
from neuroreed.care.trajectory import Choice, Course
from neuroreed.clinic import access_progress, proving
from neuroreed.clinic.models import Event, Impairment, ScoreRow
from neuroreed.clinic.services import notes, outcomes, visits
from neuroreed.model.errors import AlreadySigned, BadInput, NotFound, Refused
from neuroreed.model.measures import Verdict
from tests.clinic.outcomes.conftest import BEGAN, scored
from tests.clinic.world import TODAY, at, time_the_visit

WEEK = timedelta(days=7)


def page(clinic, voice="payer", language="en"):
    return access_progress.progress_for(
        clinic.therapist, clinic.episode.pk, on=TODAY, voice=voice, language=language
    )


def test_a_score_keeps_what_was_entered_and_is_a_finding_of_the_note(clinic):
    row = scored(
        clinic,
        None,
        TODAY,
        measure="gait_speed_comfortable",
        trials=["10.0", "12.0"],
        timed_distance_m="6",
        total=None,
        conditions_of_test={"device": "cane"},
    )

    assert (row.value, row.entered["trials"]) == ("0.55", ["10.0", "12.0"])
    assert "6 m by the mean of 10, 12 s" in row.how
    assert Impairment.objects.get(measure="gait_speed_comfortable").category == "movement_control"
    assert Event.objects.filter(verb="score.recorded").count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"total": "57"}, "outside the range"),
        ({"total": "-1"}, "outside the range"),
        ({"total": "thirty"}, "not a number"),
        ({"population": "students"}, "no population"),
        ({"measure": "bergg"}, "Nearest"),
        ({"occasion": "lunch"}, "occasion"),
        ({"taken_on": TODAY + timedelta(days=1), "at": at(12)}, "future"),
        ({"taken_on": BEGAN - timedelta(days=400)}, "before the episode"),
        ({"trials": ["33"]}, "give one of"),
        ({"conditions_of_test": {"weather": "rain"}}, "has no weather"),
        ({"conditions_of_test": {"device": "x" * 41}}, "at most 40"),
    ],
)
def test_a_score_that_cannot_be_is_refused_and_nothing_is_written(clinic, change, says):
    with pytest.raises(BadInput, match=says):
        scored(clinic, "33", TODAY, **change)

    assert not ScoreRow.objects.exists()


def test_trials_that_contradict_the_protocol_are_refused(clinic):
    with pytest.raises(BadInput, match="trial"):
        scored(
            clinic,
            None,
            TODAY,
            measure="five_xsts",
            total=None,
            trials=["14.0", "13.0", "12.0", "11.0", "10.0", "9.0"],
        )


def test_the_scores_of_one_course_are_of_one_population(clinic):
    scored(clinic, "33", TODAY - WEEK)

    with pytest.raises(BadInput, match="cannot be mixed"):
        scored(clinic, "36", TODAY, population="stroke_chronic")
    scored(clinic, "36", TODAY)


def test_a_wrong_score_is_replaced_with_a_reason_and_stays(clinic):
    wrong = scored(clinic, "53", TODAY - WEEK)
    with pytest.raises(BadInput, match="why"):
        scored(clinic, "35", TODAY - WEEK, replaces=wrong.pk)

    right = scored(clinic, "35", TODAY - WEEK, replaces=wrong.pk, reason="digits swapped")

    assert [row.value for row in proving.in_force(clinic.episode)] == ["35"]
    assert [view.in_force for view in page(clinic).scores] == [False, True]
    with pytest.raises(Refused, match="corrected already"):
        scored(clinic, "36", TODAY, replaces=wrong.pk, reason="again")
    with pytest.raises(AlreadySigned):
        right.save()


def test_another_device_or_side_is_said_not_to_compare(clinic):
    scored(clinic, "33", TODAY - WEEK, conditions_of_test={"device": "none"})
    scored(clinic, "44", TODAY, conditions_of_test={"device": "walker"})

    shown = page(clinic)

    assert shown.proof.measures[0].change.verdict is Verdict.NOT_COMPARABLE
    assert shown.proof.measures[0].course.course is Course.UNCLEAR
    assert shown.goals[0].status.status is goals.Status.NOT_COMPARABLE


def test_without_a_re_test_there_is_no_verdict(clinic):
    scored(clinic, "33", TODAY - WEEK)

    shown = page(clinic)

    assert "not recorded" in shown.proof.measures[0].change.sentence
    assert shown.choices == (Choice.MEASURE_AGAIN,)
    assert page(clinic).due[0].measure == "berg"


def test_before_the_first_score_the_page_offers_the_core_set(clinic):
    shown = page(clinic)

    assert shown.proof is None
    assert shown.due[0].measure == "berg" and shown.due[0].because == "A goal rests on it."
    assert {"fga", "abc", "gait_speed_comfortable"} <= {each.measure for each in shown.due}


def test_the_goal_follows_the_data(clinic):
    scored(clinic, "33", TODAY - 2 * WEEK)
    assert page(clinic).goals[0].status.status is goals.Status.NO_CHANGE
    scored(clinic, "41", TODAY)

    assert page(clinic).goals[0].status.status is goals.Status.MET


def test_a_plateau_is_named_with_its_choices_and_the_decision_stands_on_the_page(clinic):
    for week, value in enumerate(("33", "41", "42", "41")):
        scored(clinic, value, TODAY - (3 - week) * timedelta(days=5))
    shown = page(clinic)
    assert shown.proof.measures[0].course.course is Course.PLATEAU
    assert set(shown.choices) == {Choice.CHANGE_PLAN, Choice.MAINTENANCE, Choice.DISCHARGE}
    assert not shown.decided
    with pytest.raises(BadInput, match="Say why"):
        outcomes.decide(
            clinic.therapist, clinic.episode.pk, choice="change_plan", because=" ", at=at(12)
        )

    outcomes.decide(
        clinic.therapist,
        clinic.episode.pk,
        choice="change_plan",
        because="Perturbation training replaces static stance.",
        at=at(12),
    )

    follows = page(clinic).proof.sections[-1].sentences[0]
    assert follows.startswith("The therapist decided to: change the plan. Perturbation")


def test_a_decision_before_the_last_score_is_not_one_on_it(clinic):
    scored(clinic, "33", TODAY - WEEK)
    outcomes.decide(
        clinic.therapist,
        clinic.episode.pk,
        choice="continue",
        because="Gains so far.",
        at=at(12, day=TODAY - timedelta(days=3)),
    )
    scored(clinic, "34", TODAY)

    assert not page(clinic).decided


@pytest.mark.parametrize(
    ("choice", "fact", "value"),
    [
        ("change_plan", "plan_change", True),
        ("continue", "plan_change", False),
        ("maintenance_with_justification", "maintenance_rationale", "Falls return without it."),
    ],
)
def test_the_decision_is_a_fact_of_the_note(timed, choice, fact, value):
    scored(timed, "33", TODAY - WEEK)
    scored(timed, "34", TODAY)
    outcomes.decide(
        timed.therapist,
        timed.episode.pk,
        choice=choice,
        because="Falls return without it.",
        at=at(9, 41),
    )

    drafted = notes.draft(timed.therapist, timed.visit.pk, at=at(9, 45))

    assert drafted.facts["progress"][fact] == value


def test_nothing_measured_leaves_nothing_to_decide(clinic):
    with pytest.raises(Refused, match="measure first"):
        outcomes.decide(
            clinic.therapist, clinic.episode.pk, choice="continue", because="so", at=at(12)
        )


def test_the_note_tells_the_last_verdicts_and_the_new_finding(timed):
    clinic = timed
    scored(clinic, "33", TODAY - 2 * WEEK)
    scored(clinic, "35", TODAY - WEEK)
    scored(clinic, "41", TODAY)

    drafted = notes.draft(clinic.therapist, clinic.visit.pk, at=at(9, 45))

    assert drafted.facts["progress"]["last_two_verdicts"] == ["within_error", "beyond_mcid"] or (
        drafted.facts["progress"]["last_two_verdicts"] == ["within_error", "beyond_mdc"]
    )
    assert any(found["value"] == 41 for found in drafted.facts["impairments"])


def test_skilled_need_is_shown_by_counts_of_signed_sessions(signed):
    scored(signed, "33", TODAY - WEEK)
    scored(signed, "41", TODAY)

    said = next(s for s in page(signed).proof.sections if s.heading.startswith("Why a therapist"))

    assert any(
        "losses of balance fell from 6 to 3 in 30 s with a tactile cue" in sentence
        and "was not counted" in sentence
        for sentence in said.sentences
    )


def test_a_dual_task_cost_needs_both_tests_on_one_day(clinic):
    for name, value, day in (
        ("tug", "12.0", TODAY - WEEK),
        ("tug_cognitive", "15.0", TODAY - WEEK),
        ("tug_cognitive", "18.0", TODAY),
    ):
        scored(clinic, value, day, measure=name, population="stroke_chronic")

    made = proving.proof_episode(clinic.episode, TODAY)

    assert [(task.single_s, task.dual_s) for task in made.dual_tasks] == [
        (pytest.approx(12), pytest.approx(15))
    ]


def test_a_declined_measure_says_why(clinic):
    outcomes.decline(
        clinic.therapist, clinic.episode.pk, measure="six_mwt", reason="oxygen low", at=at(12)
    )

    assert page(clinic).declined == (("six_mwt", TODAY, "oxygen low"),)
    with pytest.raises(BadInput, match="why"):
        outcomes.decline(clinic.therapist, clinic.episode.pk, measure="fga", reason="", at=at(12))


def test_attainment_needs_every_goal_rated(clinic):
    goal = clinic.plan.goals.get()
    assert page(clinic).attainment is None

    outcomes.rate(clinic.therapist, goal.pk, level=1, at=at(12))

    assert str(page(clinic).attainment) == "60.0"
    with pytest.raises(BadInput):
        outcomes.rate(clinic.therapist, goal.pk, level=3, at=at(12))


def drafted_goal(rule, baseline="33"):
    return outcomes.draft_goal(
        activity="walk to the mailbox",
        measure="berg",
        population="stroke_subacute",
        baseline=baseline,
        rule=rule,
        starts_on=TODAY,
        weeks=6,
        limitation="FL1",
    )


def test_a_target_inside_the_error_is_refused_and_one_beyond_it_is_a_new_plan(clinic):
    with pytest.raises(Refused, match="by chance"):
        outcomes.add_goal(
            clinic.therapist, clinic.episode.pk, goal=drafted_goal("baseline + 1"), at=at(12)
        )

    plan = outcomes.add_goal(
        clinic.therapist,
        clinic.episode.pk,
        goal=drafted_goal("baseline + max(MCID, MDC)"),
        at=at(12),
    )

    assert plan.version == clinic.plan.version + 1
    assert [goal.label for goal in plan.goals.all()] == ["G1", "G2"]
    assert plan.goals.get(label="G2").limitation.label == "FL1"


def test_strangers_to_the_care_find_nothing(clinic):
    for name in ("front_desk", "patient"):
        with pytest.raises(NotFound):
            access_progress.progress_for(clinic.people[name], clinic.episode.pk, on=TODAY)
    with pytest.raises(NotFound):
        outcomes.record(
            clinic.biller,
            clinic.episode.pk,
            measure="berg",
            population="stroke_subacute",
            occasion="discharge",
            taken_on=TODAY,
            at=at(12),
            total="40",
        )


def test_the_session_goes_on_when_scores_exist(clinic):
    scored(clinic, "33", TODAY)

    time_the_visit(clinic)

    assert visits.state(clinic.therapist, clinic.visit.pk, at=at(9, 41)).state == "ended"


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("count_per_30s", "in 30 s"),
        ("count_per_40m", "in 40 m"),
        ("count_per_min", "per min"),
        ("count_of_10", "of 10"),
        ("count", "in the task"),
    ],
)
def test_a_count_is_said_with_what_it_was_counted_in(signed, unit, said):
    from neuroreed.clinic.models import Activity

    for activity in Activity.objects.filter(visit=signed.visit):
        activity.facts["response"]["unit"] = unit
        activity.facts["cues"][0]["type"] = "auditory_rhythm"
        activity.save()
    scored(signed, "33", TODAY)

    facts = proving.proof_episode(signed.episode, TODAY).skills

    assert {fact.unit for fact in facts} == {said}
    assert facts[0].cue == "an auditory rhythm cue (left pelvis forward)"


def test_a_kept_change_is_shown_before_a_fresh_one(signed):
    from neuroreed.clinic.models import Activity

    first = signed.visit
    for number, start in ((1, 4), (2, 3)):
        later = type(first).objects.get(pk=first.pk)
        activities = list(first.activities.all())
        later.pk, later._state.adding = None, True
        later.date_of_service = first.date_of_service + timedelta(days=number)
        later.scheduled_at = first.scheduled_at + timedelta(days=number)
        later.save()
        for old in activities:
            facts = {**old.facts}
            facts["response"] = {**facts["response"], "start": start, "end": start - 1}
            facts["error_observed"] = {**facts["error_observed"], "start": start}
            Activity(
                visit=later, order=old.order, label=old.label, cpt=old.cpt,
                technique=old.technique, facts=facts,
            ).save()  # fmt: skip
    scored(signed, "33", TODAY)

    facts = proving.proof_episode(signed.episode, TODAY + timedelta(days=3)).skills

    assert {(fact.on - TODAY).days for fact in facts} == {1}
    assert {fact.next_start for fact in facts} == {3}
