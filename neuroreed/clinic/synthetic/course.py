"""What is measured, aimed at and done for each condition: enough to write honest notes.

Start and target values are invented; the smallest detectable changes are those of the
measures' own figures where they exist, else the goal says that none is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from neuroreed.care import catalogue


@dataclass(frozen=True, slots=True)
class Aim:
    """Start, target and smallest detectable change of one measure; text, so no digit is lost."""

    baseline: str
    target: str
    mdc: str | None = None


AIMS = {
    "arat": Aim("24", "31", "3.5"),
    "berg": Aim("33", "42", "6"),
    "cait": Aim("15", "21", "3.08"),
    "dhi": Aim("54", "30", "18"),
    "five_xsts": Aim("19.5", "14.5", "2.5"),
    "fga": Aim("15", "22", "6"),
    "gait_speed_comfortable": Aim("0.55", "0.80"),
    "gas": Aim("37", "50"),
    "koos_jr": Aim("52", "70"),
    "lefs": Aim("38", "52", "9"),
    "limb_symmetry_index": Aim("68", "90"),
    "mini_bestest": Aim("16", "22", "4.1"),
    "msws12": Aim("62", "50"),
    "odi": Aim("42", "28"),
    "psfs": Aim("3", "6"),
    "quickdash": Aim("48", "34", "11.2"),
    "six_mwt": Aim("290", "360", "61.34"),
    "tug": Aim("18.4", "13.9", "3.5"),
}
# which goal template serves, where not the first; and an activity where the template asks for one
OF_HAND = {"stroke": "stroke_arm", "fracture": "fx_qd"}
OWN_ACTIVITY = "prepare a meal standing"
LIMITATION = {
    "hand": ("use both hands to prepare a meal", "min", "5", "30"),
    "legs": ("stand at the sink to wash dishes", "min", "4", "25"),
}

# medical and treatment diagnosis, each in the table of diagnoses that therapy meets
DIAGNOSES = {
    "stroke": ("I69.354", "R26.81"),
    "parkinson": ("G20.A1", "R26.89"),
    "ms": ("G35.A", "R26.89"),
    "tbi": ("Z87.820", "R27.8"),
    "sci": ("G82.54", "R26.89"),
    "tka": ("Z96.651", "R26.89"),
    "acl": ("S83.511D", "M25.361"),
    "ankle": ("S93.401D", "M25.371"),
    "fracture": ("Z47.89", "M25.641"),
    "shoulder": ("M75.111", "M25.311"),
    "lbp_neck": ("M54.59", "R29.3"),
    "vestibular": ("H83.2X1", "R42"),
    "falls": ("R29.6", "R26.81"),
    "neuropathy": ("E11.42", "R26.89"),
    "ataxia": ("G11.9", "R27.0"),
    "hip": ("Z96.641", "R26.89"),
}

TASKS = {
    "hand": ("place a cup on the shelf", "button a shirt", "pour from a jug", "turn a key"),
    "legs": (
        "weight shift to the weaker side",
        "step to a mark and back",
        "reach across the midline",
        "turn in a narrow space",
        "step over a low bar",
    ),
}
POSITIONS = ("standing", "half_kneeling", "sitting", "walking")
REGIONS = {"hand": ("right_arm", "left_arm"), "legs": ("trunk_and_left_leg", "trunk_and_right_leg")}
ASSISTANCE = ("moderate_50", "minimal_25", "contact_guard", "supervision", "modified_independent")
CUES = (
    ("tactile", "hand on the pelvis, forward", "trunk leans back"),
    ("verbal", "nose over toes", "weight stays on the heels"),
    ("visual", "look at the mark on the wall", "eyes drop to the floor"),
    ("verbal", "let the knee stay soft", "knee locks in stance"),
    ("tactile", "touch at the shoulder blade", "shoulder rises before the arm"),
    ("auditory_rhythm", "step with the beat", "steps shorten on the turn"),
    ("device", "laser line for the next step", "foot lands inside the line"),
    ("verbal", "slow the last third", "movement overshoots the target"),
)
METRICS = (
    ("losses_of_balance", "count_per_30s"),
    ("missed_targets", "count_of_10"),
    ("corrective_steps", "count_per_min"),
    ("compensations", "count_per_set"),
)
CHANGES = (
    "firm floor with eyes closed",
    "narrower base",
    "add a turn of the head",
    "faster pace",
    "lighter touch",
    "add an obstacle",
    "longer hold",
)
WORDS: dict[str, tuple[Any, ...]] = {
    "surface": ("firm", "foam", "ramp", "grass mat", "rocker board"),
    "base_of_support": ("feet_together", "semi_tandem", "tandem", "single_leg"),
    "vision": ("eyes_open", "eyes_closed", "dim_light", "eyes_open_head_turns"),
    "guarding": ("gait_belt", "gait_belt", "close_by"),
    "direction": ("forward", "to the left", "to the right", "diagonal"),
    "device": ("cane", "walker", "none", "quad_cane"),
    "pattern": ("D1_flexion", "D2_flexion", "D1_extension", "D2_extension"),
    "resistance_type": ("manual_light", "manual_graded", "band_yellow"),
    "hand_contacts": ("wrist and scapula", "hand and elbow", "pelvis and thigh"),
    "hold_direction": ("flexion", "extension", "rotation_left", "rotation_right"),
    "perturbation_size": ("small", "moderate", "large"),
    "perturbation_type": ("manual_pull", "platform_tilt", "waist_release"),
    "magnitude": ("small", "moderate", "large"),
    "harness": ("yes", "no"),
    "predictability": ("announced", "unannounced"),
    "primary_task": ("walk 10 m", "stand in tandem", "turn and reach"),
    "secondary_task": ("count back by 3", "name animals", "carry a glass"),
    "priority_instruction": ("both tasks", "walking first", "naming first"),
    "feedback_type": ("mirror", "laser on the wall", "verbal after each trial"),
    "feedback_schedule": ("each trial", "every third trial", "at the end of the set"),
    "practice_schedule": ("blocked", "random", "serial"),
    "gait_component": ("swing_initiation", "stance_control", "push_off"),
    "exercise_type": ("x1_viewing", "x2_viewing", "remembered_target"),
    "background": ("plain", "stripes", "busy"),
    "provoking_movement": ("rolling right", "head turns in standing", "bending down"),
    "movements": ("finger taps", "wrist extension", "ankle lifts"),
    "side_viewed": ("right", "left"),
    "attention_level": ("full", "needs reminders"),
    "shaping_task": ("stack blocks", "turn cards", "open jars"),
    "transfer_package": ("diary kept", "contract reviewed"),
    "key_point": ("pelvis", "shoulder girdle", "hand"),
    "facilitation": ("approximation", "light touch", "traction"),
    "functional_task": ("sit to stand", "reach to shelf", "step up"),
    "muscle": ("tibialis anterior", "quadriceps", "wrist extensors"),
    "feedback_mode": ("sound", "screen"),
    "on_off_s": ("10/30", "10/20", "6/12"),
    "voluntary_effort": ("with each contraction", "half of contractions"),
    "load": ("none", "0.5 kg", "1 kg", "2 kg"),
    "dyskinesis_sign": ("winging", "early elevation", "none seen"),
    "muscle_or_pattern": ("transversus abdominis", "multifidus", "deep neck flexors"),
    "breathing": ("steady", "holds on the last rep"),
    "texture": ("cotton", "towel", "rice", "velcro"),
    "tape_type": ("elastic", "rigid"),
    "location": ("patella", "scapula", "ankle"),
    "skin_check": ("clear before and after",),
    "task_tested_with_and_without": ("step down", "reach overhead"),
    "game_or_scene": ("catch from the side", "street crossing", "shelf sorting"),
    "difficulty": ("level 2", "level 3", "level 4"),
    "cue_mode": ("metronome", "music", "lines on the floor"),
    "metronome": ("on", "off"),
    "task": ("reach and place", "step and return", "turn and stop"),
    "position": ("standing", "sitting", "half_kneeling"),
    "step_or_reach_distance": ("20 cm", "30 cm", "40 cm"),
    "target_distance": ("1 m", "2 m", "3 m"),
    "alignment_measure": ("C7 plumb 6 cm", "C7 plumb 5 cm", "C7 plumb 4 cm"),
    "heart_rate_or_rpe": ("RPE 11", "RPE 12", "RPE 13", "RPE 14"),
    "pace": ("slow", "self-chosen", "fast"),
    "time_per_texture": ("60 s", "90 s", "120 s"),
    "arm_angle": ("60 deg", "90 deg", "120 deg"),
}
NUMBERS = {
    "speed_m_s": (4, 11, 10),
    "head_speed_hz": (10, 20, 10),
    "distance_m": (60, 240, 1),
    "target_angle": (20, 70, 1),
    "absolute_error_deg": (2, 9, 1),
    "pressure_mmHg": (20, 30, 1),
    "beats_per_min": (80, 112, 1),
    "support_pct": (10, 40, 1),
    "guidance_pct": (20, 60, 1),
    "success_rate": (50, 95, 1),
    "symptom_0_10_before": (1, 4, 1),
    "symptom_0_10_after": (2, 6, 1),
    "tolerance_0_10": (3, 8, 1),
    "recovery_s": (20, 90, 1),
    "signal_baseline": (8, 14, 1),
    "signal_target": (20, 30, 1),
    "signal_achieved": (15, 30, 1),
}
EVALUATION = {"PT": "97162", "OT": "97166"}
SECOND_CODE = {"PT": ("97116", "gait_training"), "OT": ("97530", "task_specific")}


def kind_of(condition: str, discipline: str) -> str:
    """Whether the aim is the hand or standing and walking."""
    return "hand" if discipline == "OT" or condition == "shoulder" else "legs"


def techniques(condition: str) -> tuple[str, ...]:
    """Two techniques of the condition that 97112 fits."""
    found = [
        technique
        for technique in catalogue.condition(condition).techniques
        if "97112" in catalogue.technique(technique).usual_codes
    ]
    return tuple(found[:2])


def activities(condition: str, discipline: str) -> tuple[tuple[str, str], ...]:
    """The codes and techniques of a usual visit, the first under 97112."""
    first = techniques(condition)
    return (("97112", first[0]), SECOND_CODE[discipline], ("97112", first[1]))


def goals(condition: str, discipline: str) -> list[Any]:
    """The goal templates that serve."""
    found = list(catalogue.condition(condition).goal_templates)
    if discipline == "OT" and condition in OF_HAND:
        found = [goal for goal in found if goal.id == OF_HAND[condition]]
    return [goal for goal in found if goal.measure in AIMS][:2]


def dosage(technique: str, chance: Random, step: int) -> dict[str, Any]:
    """A dose for every field of a technique; it moves on with the visits."""
    made: dict[str, Any] = {}
    for name in catalogue.technique(technique).dosage_fields:
        if name in WORDS:
            choices = WORDS[name]
            made[name] = choices[(step + chance.randrange(2)) % len(choices)]
        elif name in NUMBERS:
            low, high, parts = NUMBERS[name]
            value = chance.randint(low, high)
            made[name] = value if parts == 1 else value / parts
        else:
            made[name] = chance.randint(2, 12)
    made.setdefault("guarding", "gait_belt")
    return made


def activity_facts(
    condition: str, discipline: str, technique: str, chance: Random, step: int, goals_served: int
) -> dict[str, Any]:
    """What was done and seen in one activity of one visit; each visit differs honestly."""
    kind = kind_of(condition, discipline)
    cue_type, content, error = CUES[(step * 3 + chance.randrange(3)) % len(CUES)]
    metric, unit = METRICS[(step + chance.randrange(2)) % len(METRICS)]
    start = chance.randint(5, 12)
    end = max(1, start - chance.randint(1, 5))
    value = "progress" if end <= start // 2 else chance.choice(("hold", "progress", "modify"))
    found = catalogue.technique(technique)
    categories = [c for c in catalogue.condition(condition).impairments if c in found.targets] or [
        catalogue.condition(condition).impairments[0]
    ]
    return {
        "goal_ids": [f"G{1 + step % goals_served}"],
        "impairment_categories": categories[:2],
        "body_region": REGIONS[kind][len(condition) % 2],
        "task": TASKS[kind][(step + chance.randrange(2)) % len(TASKS[kind])],
        "position": POSITIONS[(step // 2) % len(POSITIONS)],
        "sets": chance.randint(2, 5),
        "reps": chance.randint(6, 15),
        "duration_s": chance.choice((None, 20, 30, 45)),
        "assist_level": ASSISTANCE[min(step // 3, len(ASSISTANCE) - 1)],
        "guarding": "gait_belt",
        "dosage": dosage(technique, chance, step),
        "cues": [{"type": cue_type, "content": content, "error": error}],
        "error_observed": {"fault": error, "start": start},
        "response": {"metric": metric, "unit": unit, "start": start, "end": end},
        "decision": {
            "value": value,
            "trigger": f"{metric.replace('_', ' ')} from {start} to {end}",
            "change": None
            if value == "hold"
            else CHANGES[(step + chance.randrange(3)) % len(CHANGES)],
        },
    }
