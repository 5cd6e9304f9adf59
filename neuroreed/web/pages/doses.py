"""What may be tapped for the dose of an activity: the fields of the catalogue's techniques.

These are offers on a screen, never facts; every field also takes what a clinician types.
"""

from __future__ import annotations


def _each(line: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in line.split(","))


DOSES: dict[str, tuple[str, ...]] = {
    "body_region": _each(
        "trunk, left_leg, right_leg, trunk_and_left_leg, "
        "trunk_and_right_leg, left_arm, right_arm, neck, whole_body"
    ),
    "sets": _each("1, 2, 3, 4, 5, 6"),
    "reps": _each("1, 5, 8, 10, 12, 15, 20"),
    "duration_s": _each("10, 15, 20, 30, 45, 60, 90"),
    "guarding": _each("none_needed, standby, gait_belt, parallel_bars, harness"),
    "surface": _each("firm, foam, board, uneven, level"),
    "base_of_support": _each("feet_apart, feet_together, semi_tandem, tandem, single_leg"),
    "vision": _each("eyes_open, eyes_closed, head_turns"),
    "device": _each("none, cane, quad_cane, walker, orthosis"),
    "direction": _each("forward, backward, sideways, turning"),
    "predictability": _each("announced, not_announced"),
    "harness": _each("yes, no"),
    "pattern": _each("flexion, extension, chopping, lifting"),
    "resistance_type": _each("guiding, light, moderate, strong"),
    "feedback_type": _each("mirror, touch, screen, voice, none"),
    "hand_contacts": _each("proximal, distal, both_hands"),
    "hold_direction": _each("flexion_and_extension, side_to_side, rotation, all_directions"),
    "hold_s": _each("3, 5, 8, 10, 15, 20"),
    "perturbation_size": _each("small, moderate, large"),
    "range_before": _each("30, 45, 60, 75, 90, 100, 110, 120"),
    "range_after": _each("30, 45, 60, 75, 90, 100, 110, 120"),
    "step_or_reach_distance": _each("10 cm, 20 cm, 30 cm, 40 cm, 50 cm"),
    "perturbation_type": _each("push, lean_and_release, moving_surface, trip_or_slip"),
    "magnitude": _each("small, moderate, large"),
    "primary_task": _each("standing, stepping, walking, reaching"),
    "secondary_task": _each("counting_backward, naming_words, carrying_a_cup, answering_questions"),
    "priority_instruction": _each("both_alike, movement_first, second_task_first"),
    "errors_secondary": _each("0, 1, 2, 3, 4, 5, 6, 8"),
    "alignment_measure": _each("ear_over_shoulder, plumb_line, wall_distance, photo"),
    "gait_component": _each("weight_acceptance, single_leg_stance, push_off, swing_clearance"),
    "distance_m": _each("10, 20, 40, 60, 80, 100, 120, 160, 200, 300"),
    "speed_m_s": _each("0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2"),
    "heart_rate_or_rpe": _each("RPE 9, RPE 11, RPE 12, RPE 13, RPE 14, RPE 15"),
    "practice_schedule": _each("blocked, random, variable"),
    "feedback_schedule": _each("every_trial, every_fifth_trial, summary, none"),
    "trials": _each("5, 10, 15, 20, 30, 40, 50"),
    "success_rate": _each("30 %, 40 %, 50 %, 60 %, 70 %, 80 %, 90 %"),
    "pace": _each("slow, own_pace, on_the_beat"),
    "accuracy_misses": _each("0, 1, 2, 3, 4, 5, 6, 8"),
    "rate_per_min": _each("20, 30, 40, 50, 60, 80, 100"),
    "metronome": _each("yes, no"),
    "exercise_type": _each("x1_viewing, x2_viewing, two_targets, remembered_target"),
    "head_speed_hz": _each("0.5, 1.0, 1.5, 2.0"),
    "target_distance": _each("arm_length, 1 m, 2 m, 3 m"),
    "background": _each("plain, busy, moving"),
    "symptom_0_10_before": _each("0, 1, 2, 3, 4, 5, 6, 7, 8"),
    "symptom_0_10_after": _each("0, 1, 2, 3, 4, 5, 6, 7, 8"),
    "recovery_s": _each("0, 10, 20, 30, 60, 90, 120"),
    "provoking_movement": _each(
        "lying_down, rolling_over, bending_down, turning_around, head_turns"
    ),
    "target_angle": _each("15, 30, 45, 60, 75, 90"),
    "absolute_error_deg": _each("1, 2, 3, 4, 5, 6, 8, 10, 12, 15"),
    "accuracy": _each("4 of 10, 5 of 10, 6 of 10, 7 of 10, 8 of 10, 9 of 10, 10 of 10"),
    "movements": _each(
        "wrist_and_fingers, open_and_close_the_hand, forearm_turns, ankle_up_and_down"
    ),
    "side_viewed": _each("left, right"),
    "attention_level": _each("full, wavering, needs_prompting"),
    "mitt_hours": _each("1, 2, 3, 4, 5, 6"),
    "shaping_task": _each("stacking, turning_pages, lifting_a_cup, wiping_a_table"),
    "transfer_package": _each("agreed, reviewed, not_yet"),
    "key_point": _each("pelvis, trunk, shoulder, hand, foot"),
    "facilitation": _each("both_hands, one_hand, light_touch, hands_off"),
    "functional_task": _each("sit_to_stand, weight_shift, reaching, stepping"),
    "muscle": _each(
        "quadriceps, dorsiflexors, gluteals, deltoid, wrist_extensors, trunk_extensors"
    ),
    "signal_baseline": _each("5, 10, 20, 30, 40, 50, 60, 80"),
    "signal_target": _each("20, 30, 40, 50, 60, 80, 100, 120"),
    "signal_achieved": _each("10, 20, 30, 40, 50, 60, 80, 100"),
    "feedback_mode": _each("line_on_the_screen, bar, sound, vibration"),
    "intensity": _each(
        "visible_twitch, strong_contraction, full_contraction, most_that_is_tolerated"
    ),
    "on_off_s": _each("5/10, 10/20, 10/30, 10/50"),
    "contractions": _each("10, 12, 15, 20, 30"),
    "voluntary_effort": _each("none, with_the_current, before_the_current, without_current"),
    "lag_deg": _each("0, 2, 5, 8, 10, 15, 20, 25, 30"),
    "arm_angle": _each("0, 30, 60, 90, 120, 150"),
    "load": _each("none, body_weight, 1 kg, 2 kg, 3 kg, 5 kg"),
    "dyskinesis_sign": _each("none, winging, early_shrug, uneven_return"),
    "muscle_or_pattern": _each("transversus, multifidus, deep_neck_flexors, brace"),
    "pressure_mmHg": _each("22, 24, 26, 28, 30, 40"),
    "breathing": _each("free, held"),
    "valgus_or_fault_count": _each("0, 1, 2, 3, 4, 5, 6, 8, 10"),
    "losses_of_balance": _each("0, 1, 2, 3, 4, 5, 6, 8, 10"),
    "texture": _each("silk, cotton, towel, brush, vibration"),
    "time_per_texture": _each("30 s, 60 s, 120 s"),
    "tolerance_0_10": _each("0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
    "tape_type": _each("elastic, rigid"),
    "location": _each("kneecap, shoulder_blade, low_back, ankle"),
    "skin_check": _each("clear, red, broken"),
    "task_tested_with_and_without": _each("squat, reach_overhead, step_down, walking"),
    "game_or_scene": _each("balance_game, reach_game, street_scene, shop_scene"),
    "score": _each("10, 20, 30, 40, 50, 60, 70, 80, 90, 100"),
    "difficulty": _each("easy, medium, hard"),
    "support_pct": _each("0, 10, 20, 30, 40, 50"),
    "guidance_pct": _each("0, 20, 40, 60, 80, 100"),
    "steps_or_trials": _each("20, 50, 100, 200, 300, 500"),
    "cue_mode": _each("metronome, music, lines_on_the_floor, laser"),
    "beats_per_min": _each("60, 70, 80, 90, 100, 110, 120"),
    "freezing_episodes": _each("0, 1, 2, 3, 4, 5"),
}
