"""Intervals of activities become whole minutes; moments that would count twice are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import combinations

from neuroreed.care.session_intervals import (
    Interval,
    length,
    shared,
    union,
    whole_minutes,
    without,
)
from neuroreed.care.session_log import Log, Stretch, Track
from neuroreed.care.session_nouns import ActivityTime, Problem
from neuroreed.model.care import Bout, Furnished

MINUTE = timedelta(minutes=1)
Intervals = Mapping[str, list[tuple[Interval, Stretch]]]


def find_overlaps(
    log: Log,
    intervals: Intervals,
    timed: Mapping[str, bool],
    problems: list[Problem],
) -> None:
    """One-on-one moments of timed codes that would be counted twice."""
    flat = [
        (log.tracks[activity], interval, stretch)
        for activity, pairs in intervals.items()
        for interval, stretch in pairs
        if timed[log.tracks[activity].cpt] and stretch.opened_by.one_on_one
    ]
    for (one, first, tap), (other, second, other_tap) in combinations(flat, 2):
        both = shared(first, second)
        if both is None:
            continue
        seconds = int((both[1] - both[0]).total_seconds())
        span = (
            f"{log.clock(both[0])} to {log.clock(both[1])} ({seconds // 60} min {seconds % 60} s)"
        )
        together = (
            one.cpt == other.cpt and tap.opened_by.clinician_id != other_tap.opened_by.clinician_id
        )
        ids = (one.id,) if one.id == other.id else (one.id, other.id)
        if together:
            sentence = f"Two clinicians gave {one.cpt} together from {span}: counted once."
        else:
            sentence = (
                f"{one.cpt} and {other.cpt} both ran from {span}: one-on-one time counts once. "
                "Correct one of them, with a reason."
            )
        problems.append(
            Problem("together" if together else "overlap", sentence, ids, blocks=not together)
        )


def activity_times(
    log: Log,
    intervals: Intervals,
    timed: Mapping[str, bool],
    unknown: set[str],
    running: set[str],
) -> tuple[ActivityTime, ...]:
    """The time of every activity, in the order of the log."""
    made: dict[str, ActivityTime] = {}
    for cpt in dict.fromkeys(track.cpt for track in log.tracks.values()):
        tracks = [track for track in log.tracks.values() if track.cpt == cpt]
        known = not any(track.id in unknown for track in tracks)
        parts = _parts(tracks, intervals, is_timed=timed[cpt])
        shares = whole_minutes(parts)
        for i, track in enumerate(tracks):
            mine = range(i, len(parts), len(tracks))
            therapist, assistant, student = (shares[k] for k in mine)
            made[track.id] = ActivityTime(
                id=track.id,
                cpt=cpt,
                technique=track.technique,
                is_timed=timed[cpt],
                minutes=therapist + assistant + student if known else None,
                therapist_minutes=therapist if known else None,
                assistant_minutes=assistant if known else None,
                student_minutes=student if known else None,
                uncounted_minutes=_uncounted(intervals[track.id], is_timed=timed[cpt]),
                seconds=int(sum((parts[k] for k in mine), timedelta()).total_seconds()),
                running=track.id in running,
                bouts=_bouts(track, intervals[track.id]),
            )
    return tuple(made[track_id] for track_id in log.tracks)


def _parts(tracks: Sequence[Track], intervals: Intervals, *, is_timed: bool) -> list[timedelta]:
    """Elapsed time of each activity of a code: therapists', then assistants', then students'.

    A moment counts once: one that a therapist shares with an assistant is the therapist's.
    """
    parts: list[timedelta] = []
    taken: list[Interval] = []
    for who in (
        {Furnished.THERAPIST, Furnished.JOINT},
        {Furnished.ASSISTANT},
        {Furnished.STUDENT},
    ):
        for track in tracks:
            mine = [
                interval
                for interval, stretch in intervals[track.id]
                if stretch.opened_by.furnished in who
                and (stretch.opened_by.one_on_one or not is_timed)
            ]
            parts.append(length(without(mine, taken)))
            taken = union([*taken, *mine])
    return parts


def _uncounted(pairs: Sequence[tuple[Interval, Stretch]], *, is_timed: bool) -> int:
    return (
        length(
            interval for interval, stretch in pairs if is_timed and not stretch.opened_by.one_on_one
        )
        // MINUTE
    )


def _bouts(track: Track, pairs: Sequence[tuple[Interval, Stretch]]) -> tuple[Bout, ...]:
    return tuple(
        Bout(
            track.cpt,
            start,
            end,
            stretch.opened_by.clinician_id,
            Furnished(stretch.opened_by.furnished),
            stretch.opened_by.one_on_one,
            track.technique,
        )
        for (start, end), stretch in pairs
    )
