"""How hard a text is to read: own syllable counters and one formula per language.

English: Flesch-Kincaid grade, 0.39 words/sentence + 11.8 syllables/word - 15.59.
Spanish: Szigriszt-Pazos perspicuity, 206.835 - 62.3 syllables/word - words/sentence, in the
bands of INFLESZ; Fernandez-Huerta, 206.84 - 60 syllables/word - 1.02 words/sentence, as a
second opinion. The English formula is never used on Spanish.

A formula is a screen: a text that passes can still be unclear.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from neuroreed.model.errors import BadInput

LANGUAGES = ("en", "es")
FEWEST_STABLE_WORDS = 10

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*", re.UNICODE)
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”»)]*\s+|\n+")

# words whose syllables do not follow from their letters by the rules below
_ENGLISH_ODD = {
    "area": 3, "being": 2, "business": 2, "create": 2, "created": 3, "diabetes": 4, "doing": 2,
    "every": 2, "everyday": 3, "everyone": 3, "everything": 3, "evening": 2, "eye": 1, "eyes": 1,
    "fire": 1, "friend": 1, "going": 2, "hour": 1, "hours": 1, "idea": 3, "ideas": 3, "lion": 2,
    "people": 2, "poem": 2, "quiet": 2, "quietly": 3, "recipe": 3, "science": 2, "seeing": 2,
    "sometimes": 2, "someone": 2, "something": 2, "somewhere": 2, "diet": 2, "trial": 2,
    "trying": 2, "usual": 3, "usually": 4, "video": 3, "videos": 3, "walked": 1, "via": 2,
    "ankle": 2, "radio": 3, "reaction": 3, "react": 2, "reacts": 2, "real": 1, "really": 2,
    "stereo": 3, "therapy": 3, "museum": 3, "naive": 2, "cooperate": 4, "maybe": 2,
    "shoelace": 2, "homework": 2, "sideways": 2, "careful": 2, "carefully": 3, "safely": 2,
    "safety": 2, "likely": 2, "lonely": 2, "movement": 2, "movements": 2, "useful": 2,
    "surely": 2, "whole": 1, "wholesome": 2, "baseline": 2, "lifetime": 2, "therefore": 2,
    "forearm": 2, "forehead": 2, "somebody": 3, "hopeful": 2, "statement": 2, "firewood": 2,
    "amount": 2, "riot": 2, "dual": 2, "manual": 3, "gradual": 3, "gradually": 4, "visual": 3,
    "actual": 3, "actually": 4, "fluid": 2, "ruin": 2, "prior": 2, "client": 2, "higher": 2,
    "loses": 2, "uses": 2, "nurses": 2, "exercise": 3, "exercises": 4, "cue": 1, "cues": 1,
    "shoe": 1, "shoes": 1, "toe": 1, "toes": 1, "does": 1, "goes": 1, "lose": 1, "tired": 1,
    "wear": 1, "sure": 1, "walker": 2, "clothes": 1, "minutes": 2, "minute": 2, "favorite": 3,
    "different": 3, "vegetable": 4, "interest": 3, "heel": 1, "heels": 1, "sidewalk": 2,
    "bathe": 1, "breathe": 1, "breathes": 1, "table": 2, "wobble": 2, "numb": 1, "placement": 2,
    "homemade": 2, "nowhere": 2, "anywhere": 3, "caregiver": 3, "caregivers": 3, "nearby": 2,
    "doorway": 2, "flareup": 2, "squeeze": 1, "one": 1, "once": 1, "the": 1, "he": 1, "she": 1,
    "we": 1, "me": 1, "be": 1, "these": 1, "named": 1, "naked": 2, "wicked": 2, "crooked": 2,
    "aged": 2, "rugged": 2, "sacred": 2, "beloved": 3, "jagged": 2, "society": 4, "variety": 4,
    "anxiety": 4, "violin": 3, "physiology": 5, "neuropathy": 4, "reality": 4, "theatre": 3,
    "nineteen": 2, "influenza": 4, "rhythm": 2, "rhythms": 2, "soldier": 2, "tier": 1, "pier": 1,
}  # fmt: skip
_ENGLISH_TWO = re.compile(
    r"(?<![tscg])i[ao](?!u)|[^q]u[ao](?=[^i])|eo(?=[^u])|(?<=[^q])uou|[aeiou]ing$|iet|ism$|"
    r"(?<=c)re(?=a)|iu|ying$|(?<![tc])ien(?=[ct])|"
    r"(?<=[^aeiou])ie(?=rs?$|st$)|(?<![tcgx])iou|^coo(?=rd|pe)"
)
# e, es and ed are silent, but not in boxes, changes, needed
_MUTE_ENDING = re.compile(r"[^aeiouy]e$|(?<=[^aeiouysxzcg])(?<!sh)(?<!ch)es$|(?<=[^aeiouytd])ed$")
_SPOKEN_EN = [
    2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 2, 2, 2, 2, 3, 2, 2,
]  # fmt: skip
_SPOKEN_EN_TENS = {2: 2, 3: 2, 4: 2, 5: 2, 6: 2, 7: 3, 8: 2, 9: 2}
_SPOKEN_ES = [
    2, 2, 1, 1, 2, 2, 1, 2, 2, 2, 1, 2, 2, 2, 3, 2, 3, 4, 3, 4,
    2, 3, 3, 3, 4, 4, 3, 4, 3, 4,
]  # fmt: skip
_SPOKEN_ES_TENS = {3: 2, 4: 3, 5: 3, 6: 3, 7: 3, 8: 3, 9: 3}


@dataclass(frozen=True, slots=True)
class Readability:
    """The reading level of a text and the counts behind it.

    ``grade`` is the school grade (English only); ``perspicuity`` and
    ``fernandez_huerta`` run from 0 (hard) to 100 (easy, Spanish only), ``band`` names the
    level. ``stable`` is false below ten words, where a formula means little.
    """

    language: str
    words: int
    sentences: int
    syllables: int
    words_per_sentence: float
    syllables_per_word: float
    longest_sentence_words: int
    grade: float | None
    perspicuity: float | None
    fernandez_huerta: float | None
    band: str
    stable: bool


def language_of(code: str) -> str:
    """``en`` or ``es`` from a language tag.

    Raises:
        BadInput: another language; no formula for it is on file.
    """
    short = code.strip().casefold().replace("_", "-").split("-")[0] if code else ""
    if short not in LANGUAGES:
        raise BadInput(f"Language {code!r}: only en and es can be judged.")
    return short


def words_of(text: str) -> list[str]:
    """The words and numbers of a text, in order."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def sentences_of(text: str) -> list[str]:
    """The sentences of a text; a line of its own is a sentence too."""
    parts = _SENTENCE_END.split(unicodedata.normalize("NFC", text))
    return [part.strip() for part in parts if part and _WORD.search(part)]


def syllables(word: str, language: str) -> int:
    """The spoken syllables of one word or number."""
    if word[0].isdecimal():
        return _spoken(word, language)
    if language == "es":
        return _spanish(word)
    stem, _, ending = word.replace("’", "'").partition("'")
    more = 1 if ending.casefold() == "t" and re.search(r"[dst]n$", stem.casefold()) else 0
    return _english(stem) + more


def _english(word: str) -> int:
    plain = unicodedata.normalize("NFD", word.casefold())
    plain = "".join(letter for letter in plain if letter.isascii() and letter.isalpha())
    if plain in _ENGLISH_ODD:
        return _ENGLISH_ODD[plain]
    if plain.endswith("s") and plain[:-1] in _ENGLISH_ODD and not plain.endswith("ss"):
        return _ENGLISH_ODD[plain[:-1]]
    count = len(re.findall(r"[aeiouy]+", plain))
    keeps_le = re.search(r"[^aeiouylw]l(e|es|ed)$", plain)  # ta-ble, han-dles, wob-bled
    if not keeps_le and _MUTE_ENDING.search(plain):
        count -= 1
    count += len(_ENGLISH_TWO.findall(plain))
    return max(1, count)


def _spanish(word: str) -> int:
    plain = word.casefold()
    plain = re.sub(r"qu(?=[eiéí])", "k", plain)
    plain = re.sub(r"gu(?=[eiéí])", "g", plain)
    plain = re.sub(r"y$|y(?=[^aeiouáéíóúü])", "i", plain)
    count = 0
    for group in re.findall(r"[aeiouáéíóúü]+", plain):
        strong = len(re.findall(r"[aeoáéó]", group))
        # an accented weak vowel beside a strong one stands alone: dí-a
        stands_alone = len(re.findall(r"[íú]", group))
        count += max(1, strong + (stands_alone if strong else 0))
    return max(1, count)


def _spoken(number: str, language: str) -> int:
    """Syllables of a number as it is said; long ones are read digit by digit."""
    table = _SPOKEN_ES if language == "es" else _SPOKEN_EN
    whole, _, rest = re.sub(r"[.,]", ".", number, count=1).partition(".")
    value = int(whole[:4])
    if value < len(table):
        count = table[value]
    elif value < 100:
        tens, ones = divmod(value, 10)
        names = _SPOKEN_ES_TENS if language == "es" else _SPOKEN_EN_TENS
        joint = 1 if language == "es" and ones else 0
        count = names[tens] + joint + (table[ones] if ones else 0)
    elif value == 100 and language == "es":
        count = 1  # cien
    elif value < 1000:
        hundreds, left = divmod(value, 100)
        count = 2 + (table[hundreds] if hundreds > 1 or language == "en" else 0)
        count += _spoken(str(left), language) if left else 0
    else:
        count = sum(table[int(digit)] for digit in whole if digit.isdecimal())
    if rest:
        count += (2 if language == "es" else 1) + sum(
            table[int(digit)] for digit in rest if digit.isdecimal()
        )
    return count


def _band(language: str, score: float) -> str:
    if language == "en":
        return f"grade {max(0, round(score))}"
    for limit, name in (
        (40, "very hard"),
        (55, "somewhat hard"),
        (65, "normal"),
        (80, "fairly easy"),
    ):
        if score < limit:
            return name
    return "very easy"


def readability(text: str, language: str) -> Readability:
    """The reading level of ``text``.

    Raises:
        BadInput: a language without a formula, or a text without words.
    """
    code = language_of(language)
    if not isinstance(text, str):
        raise BadInput("Give the text to judge as text.")
    sentences = sentences_of(text)
    if not sentences:
        raise BadInput("There is no word to judge in this text.")
    lengths = [len(words_of(sentence)) for sentence in sentences]
    return _from_counts(code, lengths, _count(sentences, code))


def _count(sentences: Sequence[str], code: str) -> int:
    return sum(syllables(word, code) for sentence in sentences for word in words_of(sentence))


def _from_counts(code: str, lengths: Sequence[int], spoken: int) -> Readability:
    words, sentences = sum(lengths), len(lengths)
    per_sentence, per_word = words / sentences, spoken / words
    grade = perspicuity = second = None
    if code == "en":
        grade = round(0.39 * per_sentence + 11.8 * per_word - 15.59, 2)
    else:
        perspicuity = round(206.835 - 62.3 * per_word - per_sentence, 2)
        second = round(206.84 - 60 * per_word - 1.02 * per_sentence, 2)
    judged = grade if grade is not None else perspicuity
    assert judged is not None
    return Readability(
        language=code,
        words=words,
        sentences=sentences,
        syllables=spoken,
        words_per_sentence=round(per_sentence, 2),
        syllables_per_word=round(per_word, 3),
        longest_sentence_words=max(lengths),
        grade=grade,
        perspicuity=perspicuity,
        fernandez_huerta=second,
        band=_band(code, judged),
        stable=words >= FEWEST_STABLE_WORDS,
    )
