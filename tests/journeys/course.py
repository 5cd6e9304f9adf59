"""Two invented courses of care: what a therapist taps and writes, visit by visit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NOTHING: dict[str, str] = {}


@dataclass(frozen=True)
class Drill:
    """One activity of one visit as it is tapped.

    ``dose``: "same", "more:duration_s" and the like from the last dose, or the fields of a
    first one. ``then`` are single fields changed after the dose.
    """

    technique: str
    minutes: int
    dose: str | dict[str, str]
    fault: str
    cue: str
    first: int
    last: int
    decision: str
    cpt: str = "97112"
    then: dict[str, str] = field(default_factory=dict)
    is_added: bool = False


@dataclass(frozen=True)
class Course:
    """One invented course of care as a therapist would enter it."""

    last_name: str
    condition: str
    medical: str
    treatment: str
    why: str
    limitation: tuple[str, str, str, str]
    finding: tuple[str, str, str]
    too_near: str
    mdc: str
    target: str
    at_ten: str
    at_end: str
    techniques: tuple[str, ...]
    visits: tuple[tuple[Drill, ...], ...]
    better: str
    reported_after: int
    # visit after which it is, what the measure gives, what the person can do
    reevaluated: tuple[int, str, str] = (0, "", "")


def standing(minutes: int, dose: Any, *told: Any, **more: Any) -> Drill:
    """Static balance."""
    return Drill("static_balance", minutes, dose, *told, **more)


def reaching(minutes: int, dose: Any, *told: Any, **more: Any) -> Drill:
    """Dynamic balance."""
    return Drill("dynamic_balance", minutes, dose, *told, **more)


def walking(minutes: int, dose: Any, *told: Any, **more: Any) -> Drill:
    """Gait under its own code."""
    return Drill("gait_training", minutes, dose, *told, cpt="97116", **more)


def current(minutes: int, dose: Any, *told: Any, **more: Any) -> Drill:
    """Motor recruitment with current."""
    return Drill("nmes_recruitment", minutes, dose, *told, **more)


def stepping(minutes: int, dose: Any, *told: Any, **more: Any) -> Drill:
    """Lower-limb control."""
    return Drill("le_dynamic_control", minutes, dose, *told, **more)


FEET_TOGETHER = {
    "goal_ids": "G1", "impairment_categories": "balance", "body_region": "trunk_and_left_leg",
    "task": "stand and shift the weight", "position": "standing", "sets": "3",
    "duration_s": "20", "assist_level": "minimal_25", "guarding": "gait_belt",
    "dosage.surface": "firm", "dosage.base_of_support": "feet_together",
    "dosage.vision": "eyes_open",
}  # fmt: skip
CORRIDOR = {
    "goal_ids": "G1", "impairment_categories": "balance", "body_region": "whole_body",
    "task": "walk in the corridor with turns", "position": "walking", "sets": "4", "reps": "1",
    "assist_level": "contact_guard", "guarding": "gait_belt", "dosage.distance_m": "40",
    "dosage.speed_m_s": "0.4", "dosage.device": "cane", "dosage.surface": "level",
    "dosage.heart_rate_or_rpe": "RPE 12",
}  # fmt: skip
REACH = {
    "goal_ids": "G1", "impairment_categories": "balance", "body_region": "trunk",
    "task": "reach out of the base", "position": "standing", "sets": "3", "reps": "10",
    "assist_level": "contact_guard", "guarding": "gait_belt", "dosage.surface": "firm",
    "dosage.direction": "sideways", "dosage.step_or_reach_distance": "20 cm",
}  # fmt: skip
QUADRICEPS = {
    "goal_ids": "G1", "impairment_categories": "movement_control", "body_region": "right_leg",
    "task": "straighten the knee and hold it", "position": "lying", "sets": "2", "reps": "10",
    "assist_level": "supervision", "guarding": "none_needed", "dosage.muscle": "quadriceps",
    "dosage.intensity": "strong_contraction", "dosage.on_off_s": "10/30",
    "dosage.contractions": "15", "dosage.voluntary_effort": "with_the_current",
    "dosage.lag_deg": "15",
}  # fmt: skip
STEP_DOWN = {
    "goal_ids": "G1", "impairment_categories": "movement_control", "body_region": "right_leg",
    "task": "step down from a step", "position": "standing", "sets": "2", "reps": "8",
    "assist_level": "contact_guard", "guarding": "parallel_bars", "dosage.surface": "firm",
    "dosage.valgus_or_fault_count": "5", "dosage.load": "body_weight",
}  # fmt: skip

STROKE = Course(
    "Strokeson", "stroke", "I69.354", "R26.81", "new_event",
    ("stand at the sink to wash dishes", "3", "min", "20"),
    ("balance", "berg", "33"), "36", "6", "45", "41", "46",
    ("static_balance", "dynamic_balance", "gait_training"),
    (
        (standing(23, FEET_TOGETHER, "trunk lean left", "tactile|hand at the pelvis", 9, 6,
                  "hold|"),),
        (standing(24, "same", "trunk lean left", "verbal|nose over toe", 8, 5,
                  "progress|semi-tandem"),),
        (standing(16, "same", "step to save balance", "tactile|hand at the pelvis", 7, 5, "hold|",
                  then={"dosage.base_of_support": "semi_tandem"}),
         walking(12, CORRIDOR, "toe drag", "verbal|heel first", 9, 6, "hold|")),
        (standing(15, "more:duration_s", "trunk lean left", "visual|line on the floor", 6, 3,
                  "progress|tandem"),
         walking(14, "same", "toe drag", "visual|step to the line", 7, 4, "progress|speed up")),
        (standing(18, "same", "head down", "verbal|look at the far mark", 6, 4, "hold|",
                  then={"dosage.base_of_support": "tandem", "assist_level": "contact_guard"}),
         walking(13, "same", "short step", "auditory_rhythm|step on the beat", 8, 5, "hold|",
                 then={"dosage.speed_m_s": "0.5"})),
        # a bad day: poor sleep, more losses, the dose goes back
        (standing(24, "less:duration_s", "step to save balance", "tactile|hand at the pelvis",
                  11, 10, "regress|wider base", then={"assist_level": "minimal_25"}),),
        (standing(15, "same", "trunk lean left", "verbal|nose over toe", 7, 4, "progress|foam",
                  then={"dosage.base_of_support": "semi_tandem",
                        "assist_level": "contact_guard"}),
         walking(16, "same", "short step", "verbal|heel first", 5, 3, "progress|uneven",
                 then={"dosage.distance_m": "80"})),
        # another technique from here
        (reaching(25, REACH, "trunk lean left", "verbal|nose over toe", 8, 5,
                  "modify|another cue", is_added=True),),
        (reaching(20, "same", "head down", "visual|line on the floor", 6, 3,
                  "progress|stepping", then={"dosage.direction": "forward"}),
         walking(18, "same", "toe drag", "verbal|heel first", 4, 2, "hold|",
                 then={"dosage.speed_m_s": "0.6", "dosage.surface": "uneven"})),
        (reaching(23, "more:sets", "step to save balance", "verbal|look at the far mark", 5, 2,
                  "progress|obstacles", then={"dosage.step_or_reach_distance": "30 cm"}),),
    ),
    better="12",
    reported_after=9,
)  # fmt: skip
KNEE = Course(
    "Kneeland", "tka", "Z96.651", "R26.89", "post_op",
    ("walk to the shop", "120", "m", "800"),
    ("movement_control", "six_mwt", "290"), "300", "61.34", "370", "330", "375",
    ("nmes_recruitment", "le_dynamic_control"),
    (
        (current(23, QUADRICEPS, "holds the breath", "tactile|touch on the muscle", 8, 6,
                 "hold|"),),
        (current(24, "more:sets", "knee falls in", "device|feedback on the screen", 7, 5,
                 "progress|current triggered by effort", then={"dosage.lag_deg": "10"}),),
        (current(26, "same", "holds the breath", "verbal|slowly, and hold", 6, 3,
                 "progress|without current",
                 then={"dosage.voluntary_effort": "before_the_current"}),),
        (current(15, "same", "knee falls in", "tactile|touch on the muscle", 5, 3, "hold|",
                 then={"dosage.voluntary_effort": "without_current", "dosage.lag_deg": "5"}),
         stepping(14, STEP_DOWN, "knee falls in", "visual|watch in the mirror", 7, 5, "hold|",
                  is_added=True)),
        # swelling after a long walk: the dose goes back
        (current(25, "less:sets", "holds the breath", "verbal|slowly, and hold", 9, 8,
                 "regress|lower intensity",
                 then={"dosage.intensity": "visible_twitch", "dosage.lag_deg": "15"}),),
        (current(12, "same", "holds the breath", "tactile|touch on the muscle", 6, 4, "hold|",
                 then={"dosage.intensity": "strong_contraction", "dosage.lag_deg": "8"}),
         stepping(15, "same", "knee falls in", "verbal|slowly, and hold", 6, 4, "hold|")),
        (stepping(24, "more:reps", "knee falls in", "visual|watch in the mirror", 5, 3,
                  "progress|one-leg squat", then={"dosage.valgus_or_fault_count": "3"}),),
        (stepping(25, "same", "trunk turns along", "tactile|touch on the muscle", 6, 4,
                  "modify|another cue", then={"task": "rise from a chair"}),),
        (stepping(27, "more:sets", "knee falls in", "visual|watch in the mirror", 4, 2,
                  "progress|step-down", then={"dosage.load": "2 kg", "task": "walk to the shop"}),),
        (stepping(23, "same", "trunk turns along", "verbal|slowly, and hold", 3, 1,
                  "progress|hop", then={"dosage.valgus_or_fault_count": "1"}),),
    ),
    better="450",
    reported_after=8,
    reevaluated=(5, "305", "200"),
)  # fmt: skip
