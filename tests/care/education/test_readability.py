"""Syllables against words counted by hand, and the formulas against their texts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.care.readability import readability, sentences_of, syllables, words_of
from neuroreed.model.errors import BadInput

# counted by hand, by tapping
ENGLISH = """
a1 balance2 stand1 standing2 muscle2 muscles2 exercise3 exercises4 breathe1 breathing2 needed2
wanted2 walked1 stopped1 changes2 boxes2 places2 legs1 times1 shoulder2 dizzy2 dizziness3 table2
tables2 ankle2 handled2 wobble2 little2 people2 idea3 area3 quiet2 science2 therapist3 physical3
recovery4 confidence3 hospital3 medicine3 emergency4 weakness2 every2 feel1 feels1 before2 after2
counter2 knees1 knee1 tired1 bruise1 squeeze1 squeezed1 pushes2 reaches2 touches2 minute2 usually4
video3 vision2 motion2 patient2 special2 radio3 client2 going2 doing2 eye1 eyes1 safe1 safely2
movement2 creates2 quickly2 beautiful3 family3 machine2 yesterday3 holiday3 another3 anything3
everything3 nineteen2 remember3 together3 banana3 elephant3 able2 bicycle3 rhythm2 faint1 fainting2
swelling2 don't1 can't1 didn't2 you're1 coordination5 stability4 proprioception5 neuromuscular5
vestibular4 rehabilitation6 education4 evaluation5 numbness2 heart1 early2 year1 years1 hours1
noise1 voice1 please1 surface2 surfaces3 distance2 nurse1 nurses2 message2 messages3 orange2
bandages3 used1 closed1 tried1 carried2 hurried2 bodies2 body2 bend1 leaned1 seated2 rested2
steadier3 steady2 easier3 heavier3 higher2 quieter3 realize2 realise2 museum3 usual3 gradual3
influenza4 experience4 material4 period3 serious3 previous3
""".replace("realize2 realise2", "realize2")

SPANISH = """
día2 país2 oído3 aéreo4 bueno2 cuídese3 ahora3 ahí2 rodilla3 pierna2 equilibrio4 ejercicio4
ejercicios4 músculo3 músculos3 cerebro3 guía2 guíe2 guitarra3 pingüino3 queso2 quieto2 hoy1 muy1
estoy2 ayuda3 apoye3 y1 caídas3 caer2 pie1 pies1 silla2 fuerza2 mareo3 mareos3 despacio3 respire3
llame2 médico3 emergencia4 debilidad4 articulación5 rehabilitación6 hueso2 huesos2 cuello2 hombro2
cabeza3 semana3 semanas3 minutos3 veces2 cada2 izquierda3 derecha3 levántese4 siéntese3 pare2
dolor2 hinchazón3 fiebre2 veía3 leer2 creer2 poeta3 teatro3 baúl2 reír2 huir1 cuidado3 ciudad2
viuda2 aire2 causa2 peine2 reuma2 seis1 voy1 ley1 reyes2 buey1 uruguay3 averigüe4 siguiente3
equipo3 aquí2 alguien2 línea3 héroe3 óseo3 actúe3 continúe4 evalúe4 zoológico5 coordinación5
neuropatía5 oír2 vacío3 frío2 período4 energía4 sangría3 también2 después2 estudiáis3 limpio2
agua2 antiguo3 sueño2 toalla3 caos2 tarea3 tareas3 real2 idea3 peor2 mareado4
"""

NUMBERS = """
0:en:2 7:en:2 11:en:3 30:en:2 45:en:3 100:en:3
5:es:2 2:es:1 16:es:3 25:es:4 30:es:2 45:es:6 100:es:1
"""


def counted(words):
    return [re.fullmatch(r"(.+?)(\d)", word).groups() for word in words.split()]


@pytest.mark.parametrize(("language", "words"), [("en", ENGLISH), ("es", SPANISH)])
def test_at_least_fifty_words_are_counted_as_by_hand(language, words):
    by_hand = counted(words)

    wrong = [(w, n, syllables(w, language)) for w, n in by_hand if syllables(w, language) != int(n)]

    assert len(by_hand) >= 50
    assert wrong == []


@pytest.mark.parametrize("case", NUMBERS.split())
def test_a_number_counts_as_it_is_spoken(case):
    number, language, spoken = case.split(":")

    assert syllables(number, language) == int(spoken)


def test_the_grade_is_flesch_and_kincaid():
    # 9 words, 2 sentences, 10 syllables
    level = readability("Stand up tall. Hold the counter with one hand.", "en")

    assert (level.words, level.sentences, level.syllables) == (9, 2, 10)
    assert level.grade == round(0.39 * 9 / 2 + 11.8 * 10 / 9 - 15.59, 2)
    assert level.perspicuity is None


def test_the_perspicuity_is_of_szigriszt_pazos_with_its_band():
    # 8 words, 2 sentences, 16 syllables
    level = readability("Párese derecho. Tome la mesa con una mano.", "es")

    assert (level.words, level.sentences, level.syllables) == (8, 2, 16)
    assert level.perspicuity == round(206.835 - 62.3 * 16 / 8 - 8 / 2, 2)
    assert level.fernandez_huerta == round(206.84 - 60 * 16 / 8 - 1.02 * 8 / 2, 2)
    assert level.band == "fairly easy"
    assert level.grade is None


def test_a_hard_text_is_hard_in_both_languages():
    english = readability(
        "Neuromuscular re-education necessitates individualized proprioceptive stimulation "
        "administered by rehabilitation professionals.",
        "en",
    )
    spanish = readability(
        "La reeducación neuromuscular necesita estimulación propioceptiva individualizada "
        "administrada por profesionales de la rehabilitación.",
        "es",
    )

    assert english.grade > 15
    assert spanish.perspicuity < 20


def test_decimals_and_lists_do_not_break_sentences():
    assert len(sentences_of("Walk 2.5 miles. Rest!\nDrink water")) == 3
    assert words_of("Don't walk 2.5 miles") == ["Don't", "walk", "2.5", "miles"]


@pytest.mark.parametrize(
    ("text", "language"), [("", "en"), ("...", "en"), ("Hello", "fr"), ("Hello", ""), (None, "en")]
)
def test_what_cannot_be_judged_is_refused(text, language):
    with pytest.raises(BadInput):
        readability(text, language)


@given(st.text(min_size=1, max_size=80), st.sampled_from(["en", "es"]))
@settings(max_examples=150)
def test_any_text_is_judged_or_refused(text, language):
    try:
        level = readability(text, language)
    except BadInput:
        return

    assert level.syllables >= level.words >= level.sentences >= 1
