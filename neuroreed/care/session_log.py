"""Reads the taps of a visit in the order they were recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import cast

from neuroreed.care.session_intervals import utc
from neuroreed.care.session_nouns import (
    Correction,
    EventKind,
    Problem,
    SessionLimits,
    TimerEvent,
)


@dataclass(slots=True)
class Stretch:
    """One interval of one activity; ``end`` is ``None`` while it runs."""

    opened_by: TimerEvent
    start: datetime
    end: datetime | None
    event: int


@dataclass(slots=True)
class Track:
    """One activity while the log is read."""

    id: str
    cpt: str
    technique: str | None
    stretches: list[Stretch] = field(default_factory=list)
    paused: bool = False

    @property
    def open(self) -> Stretch | None:
        """The stretch that runs now."""
        for stretch in self.stretches:
            if stretch.end is None:
                return stretch
        return None


class Log:
    """The state of a session after each tap."""

    def __init__(self, zone: tzinfo | None, limits: SessionLimits) -> None:
        self.tracks: dict[str, Track] = {}
        self.problems: list[Problem] = []
        self.corrections: list[Correction] = []
        self.ended_at: datetime | None = None
        self.zone, self._limits = zone, limits
        self._last: datetime | None = None

    def clock(self, at: datetime) -> str:
        """The wall-clock time a person sees, in the clinic's zone where it is known."""
        return (at.astimezone(self.zone) if self.zone else at).strftime("%H:%M:%S")

    def read(self, events: Sequence[TimerEvent]) -> None:
        """Take the taps in order; what does not fit becomes a problem."""
        for index, event in enumerate(events):
            at = utc(event.at)
            if self._last is not None and at < self._last:
                self._say(
                    "time_backwards",
                    f"A tap at {self.clock(event.at)} was recorded after a later one "
                    f"({self.clock(self._last)}): check the clock and correct the minutes.",
                    (event.activity_id,) if event.activity_id else (),
                    index,
                )
            self._last = at if self._last is None else max(at, self._last)
            kind = cast(EventKind, event.kind)
            if kind in (EventKind.CORRECT, EventKind.WITHDRAW):
                self._correct(event, index)
            elif kind is EventKind.START:
                self._start(event, at, index)
            elif kind is EventKind.END:
                self._end(at)
            else:
                self._halt(event, at, index)

    def _say(
        self,
        kind: str,
        sentence: str,
        activity_ids: tuple[str, ...],
        event: int,
        *,
        blocks: bool = True,
    ) -> None:
        # a tap about no activity cannot be corrected: it is said, and the intervals are judged
        self.problems.append(
            Problem(kind, sentence, activity_ids, event, blocks and bool(activity_ids))
        )

    def _start(self, event: TimerEvent, at: datetime, index: int) -> None:
        track = self.tracks.setdefault(
            event.activity_id, Track(event.activity_id, event.cpt, event.technique)
        )
        ids = (track.id,)
        if event.cpt and event.cpt != track.cpt:
            self._say(
                "code_changed",
                f"An activity timed as {track.cpt} was started again as {event.cpt}: "
                "use one activity for each code.",
                ids,
                index,
            )
            return
        if self.ended_at is not None:
            self._say(
                "started_after_end",
                f"{track.cpt} was started at {self.clock(event.at)}, after the visit had ended: "
                "correct its minutes with a reason, or withdraw it.",
                ids,
                index,
            )
        if track.open is not None:
            self._say(
                "started_twice",
                f"{track.cpt} was started again at {self.clock(event.at)} while it ran: "
                "the first start stands.",
                ids,
                index,
                blocks=False,
            )
            return
        track.paused = False
        track.stretches.append(Stretch(event, at, None, index))

    def _end(self, at: datetime) -> None:
        for track in self.tracks.values():
            if track.open is not None:
                track.open.end = at
            track.paused = False
        self.ended_at = at

    def _halt(self, event: TimerEvent, at: datetime, index: int) -> None:
        if event.activity_id and event.activity_id not in self.tracks:
            self._orphan(event, index)
            return
        tracks = [self.tracks[event.activity_id]] if event.activity_id else [*self.tracks.values()]
        if event.kind is EventKind.RESUME:
            waiting = [track for track in tracks if track.paused]
            for track in waiting:
                first = track.stretches[-1].opened_by
                track.stretches.append(Stretch(first, at, None, index))
                track.paused = False
            if not waiting:
                self._say(
                    "resume_without_pause",
                    f"A resume at {self.clock(event.at)} had no pause before it: "
                    "check the minutes.",
                    (event.activity_id,) if event.activity_id else (),
                    index,
                )
            return
        stopped = False
        for track in tracks:
            if track.open is not None:
                track.open.end = at
                track.paused = event.kind is EventKind.PAUSE
                stopped = True
            elif track.paused and event.kind is EventKind.STOP:
                track.paused = False
                stopped = True
        if not stopped:
            self._orphan(event, index)

    def _orphan(self, event: TimerEvent, index: int) -> None:
        what = event.cpt or (
            self.tracks[event.activity_id].cpt
            if event.activity_id in self.tracks
            else "An activity"
        )
        if event.activity_id and event.activity_id not in self.tracks:
            self.tracks[event.activity_id] = Track(event.activity_id, event.cpt, event.technique)
        verb = "paused" if event.kind is EventKind.PAUSE else "stopped"
        self._say(
            f"{event.kind}_without_start",
            f"{what} was {verb} at {self.clock(event.at)} but was not running: "
            "give its start with a reason, or withdraw it.",
            (event.activity_id,) if event.activity_id else (),
            index,
        )

    def _correct(self, event: TimerEvent, index: int) -> None:
        track = self.tracks.get(event.activity_id)
        if track is None and event.cpt and event.kind is EventKind.CORRECT:
            track = self.tracks[event.activity_id] = Track(
                event.activity_id, event.cpt, event.technique
            )
        refusal = self._refusal(event, track)
        if refusal or track is None:
            self._say(
                "correction_refused",
                refusal or "A correction names an activity that was never timed: give its code.",
                (event.activity_id,),
                index,
            )
            return
        replaced = [
            stretch
            for stretch in track.stretches
            if event.correction_of is None or stretch.opened_by.id == event.correction_of
        ]
        opener = replaced[0].opened_by if replaced else event
        track.stretches = [stretch for stretch in track.stretches if stretch not in replaced]
        if event.kind is EventKind.CORRECT and event.start and event.end:
            track.stretches.append(Stretch(opener, utc(event.start), utc(event.end), index))
            track.stretches.sort(key=lambda stretch: stretch.start)
        elif event.correction_of is None:
            del self.tracks[track.id]
        track.paused = False
        self.problems = [
            problem
            for problem in self.problems
            if track.id not in problem.activity_ids or len(problem.activity_ids) > 1
        ]
        self.corrections.append(
            Correction(
                track.id,
                tuple((stretch.start, stretch.end) for stretch in replaced),
                utc(event.start) if event.start else None,
                utc(event.end) if event.end else None,
                (event.reason or "").strip(),
                utc(event.at),
                event.clinician_id,
            )
        )

    def _refusal(self, event: TimerEvent, track: Track | None) -> str:
        code = event.cpt or (track.cpt if track else "an activity")
        if not (event.reason or "").strip():
            return f"The correction of {code} has no reason: say why the time was wrong."
        if event.correction_of is not None and (
            track is None or all(s.opened_by.id != event.correction_of for s in track.stretches)
        ):
            return f"The correction of {code} names a start that is not in the log."
        if event.kind is EventKind.WITHDRAW:
            return ""
        if event.start is None or event.end is None:
            return f"The correction of {code} needs a start and an end."
        if utc(event.end) < utc(event.start):
            return (
                f"The correction of {code} ends at {self.clock(event.end)}, before it starts "
                f"at {self.clock(event.start)}: give the times again."
            )
        latest = utc(event.at) + timedelta(minutes=self._limits.longest_future_minutes)
        if utc(event.end) > latest:
            return f"The correction of {code} ends in the future: give the time when it ended."
        return ""
