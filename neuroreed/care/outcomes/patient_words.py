"""The patient's voice: short sentences, the same truth, in English and Spanish."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from neuroreed.care.outcomes import words
from neuroreed.care.outcomes.library import measure
from neuroreed.care.trajectory import Course
from neuroreed.model.measures import Change, Verdict

Item = tuple[str, Change, Course, Decimal | None]

_SAY = {
    "en": {
        "title": "How I am doing",
        "better": "You are better.",
        "same": "Too soon to tell.",
        "plateau": "You gained, and now you hold steady.",
        "flat": "You hold steady.",
        "worse": "You lost ground.",
        "unknown": "We cannot tell yet.",
        "numbers": "What we measured",
        "means": "What it means",
        "next": "What is next",
        "score": "{activity}: you began at {a} and now you are at {b}.",
        "only": "{activity}: we have one test so far.",
        "high": "In this test more is better.",
        "low": "In this test less is better.",
        "beyond_mcid": "This is a real gain, and big enough to feel in your day.",
        "beyond_mdc": "This is a real gain, more than the test can be off.",
        "within_error": "The change is so small that the test may just be off.",
        "worse_means": "This is a real drop. It is not your fault.",
        "not_comparable": "The two tests were done in different ways, so we do not compare them.",
        "indeterminate": "We do not have a good number to judge this change.",
        "plateau_means": "The last two tests are about the same.",
        "regression_means": "Your last test is not as good as your best one.",
        "goal": "Your goal is {goal}.",
        "goal_met": "You reached your goal of {goal}.",
        "visits": "You came {n} times.",
        "visits_one": "You came {n} time.",
        "ask_better": "Keep going with your plan.",
        "ask_same": "We keep going and test again.",
        "ask_plateau": "We will talk with you about a new plan or a home plan.",
        "ask_worse": "We will look for the cause and change the plan with you.",
        "ask_unknown": "We will test you again in the same way.",
    },
    "es": {
        "title": "Cómo voy",
        "better": "Usted va mejor.",
        "same": "Es pronto para saber.",
        "plateau": "Usted mejoró y ahora sigue igual.",
        "flat": "Usted sigue igual.",
        "worse": "Usted perdió un poco.",
        "unknown": "Aún no podemos saber.",
        "numbers": "Lo que medimos",
        "means": "Lo que significa",
        "next": "Lo que sigue",
        "score": "{activity}: empezó en {a} y ahora está en {b}.",
        "only": "{activity}: tenemos una prueba hasta hoy.",
        "high": "En esta prueba más es mejor.",
        "low": "En esta prueba menos es mejor.",
        "beyond_mcid": "Es un avance real y se nota en su día.",
        "beyond_mdc": "Es un avance real, más que el error de la prueba.",
        "within_error": "El cambio es muy chico y puede ser error de la prueba.",
        "worse_means": "Es una baja real. No es su culpa.",
        "not_comparable": "Las dos pruebas se hicieron de otra forma y no se comparan.",
        "indeterminate": "No tenemos un buen número para juzgar este cambio.",
        "plateau_means": "Las dos pruebas de ahora son casi iguales.",
        "regression_means": "Su prueba de ahora no es tan buena como la mejor.",
        "goal": "Su meta es {goal}.",
        "goal_met": "Llegó a su meta de {goal}.",
        "visits": "Usted vino {n} veces.",
        "visits_one": "Usted vino {n} vez.",
        "ask_better": "Siga con su plan.",
        "ask_same": "Seguimos y hacemos otra prueba.",
        "ask_plateau": "Hablamos con usted de un plan nuevo o de un plan en casa.",
        "ask_worse": "Buscamos la causa y cambiamos el plan con usted.",
        "ask_unknown": "Hacemos la prueba otra vez de la misma forma.",
    },
}

_UNITS = {
    "en": {"s": "seconds", "m": "meters", "percent": "percent", "m/s": "meters a second"},
    "es": {
        "s": "segundos",
        "m": "metros",
        "points": "puntos",
        "percent": "por ciento",
        "m/s": "metros por segundo",
        "stands": "veces",
    },
}


def patient_sentences(
    items: Sequence[Item], visits: int, language: str
) -> tuple[str, str, list[tuple[str, list[str]]]]:
    """Title, headline, and sections of heading and sentences."""
    say = _SAY[language]
    numbers, means = [], []
    for activity, change, course, target in items:
        numbers += _numbers(activity, change, target, language)
        means += _means(change, course, language)
    state = _state(items[0][1], items[0][2])
    count = say["visits_one" if visits == 1 else "visits"].format(n=visits)
    asked = {"flat": "plateau"}.get(state, state)
    sections = [
        (say["numbers"], [*numbers, count]),
        (say["means"], list(dict.fromkeys(means))),
        (say["next"], [say[f"ask_{asked}"]]),
    ]
    return say["title"], say[state], sections


def _state(change: Change, course: Course) -> str:
    gained = change.verdict in (Verdict.BEYOND_MCID, Verdict.BEYOND_MDC)
    if change.verdict is Verdict.WORSE or course is Course.REGRESSION:
        return "worse"
    if course is Course.PLATEAU:
        return "plateau" if gained else "flat"
    if gained:
        return "better"
    return "same" if change.verdict is Verdict.WITHIN_ERROR else "unknown"


def patient_unit(measure_id: str, language: str) -> str:
    """The unit of a measure as a patient says it."""
    chosen = measure(measure_id)
    return _UNITS[language].get(chosen.unit, words.unit(chosen))


def _amount(change: Change, value: Decimal, language: str) -> str:
    shown = words.recorded(measure(change.measure), value)
    return f"{shown} {patient_unit(change.measure, language)}"


def _numbers(activity: str, change: Change, target: Decimal | None, language: str) -> list[str]:
    say, chosen = _SAY[language], measure(change.measure)
    what = f"{activity[:1].upper()}{activity[1:]}"
    if change.baseline is None or change.current is None:
        return [say["only"].format(activity=what)]
    now = change.current
    said = [
        say["score"].format(
            activity=what,
            a=words.recorded(chosen, change.baseline),
            b=_amount(change, now, language),
        ),
        say["high" if chosen.better == "higher" else "low"],
    ]
    if target is not None:
        reached = now >= target if chosen.better == "higher" else now <= target
        met = reached and change.verdict is not Verdict.NOT_COMPARABLE
        goal = _amount(change, target, language)
        said.append(say["goal_met" if met else "goal"].format(goal=goal))
    return said


def _means(change: Change, course: Course, language: str) -> list[str]:
    say = _SAY[language]
    key = "worse_means" if change.verdict is Verdict.WORSE else change.verdict.value
    said = [say[key]]
    if course is Course.PLATEAU:
        said.append(say["plateau_means"])
    elif course is Course.REGRESSION and change.verdict is not Verdict.WORSE:
        said.append(say["regression_means"])
    return said
