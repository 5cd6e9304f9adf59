"""What was measured, taught and agreed for home. Every table here only grows.

A score that was wrong is answered by another one that ``replaces`` it; a home programme by
its next version. What a patient's phone sends is kept as it was sent.
"""

from __future__ import annotations

from django.db import models

from neuroreed.clinic.models.accounts import User
from neuroreed.clinic.models.base import InsertOnly
from neuroreed.clinic.models.care import Episode, Goal, Visit


class ScoreRow(InsertOnly):
    """One result of one measure. ``value`` is rounded as recorded, ``exact`` is not; both text.

    ``entered`` is what the form was given (trials, items by number, parts or a total).
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="scores")
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="scores"
    )
    measure = models.CharField(max_length=60)
    population = models.CharField(max_length=60)
    occasion = models.CharField(max_length=20)
    value = models.CharField(max_length=30)
    exact = models.CharField(max_length=60)
    unit = models.CharField(max_length=60)
    how = models.CharField(max_length=300)
    taken_on = models.DateField()
    device = models.CharField(max_length=80, blank=True)
    assistance = models.CharField(max_length=80, blank=True)
    side = models.CharField(max_length=40, blank=True)
    version = models.CharField(max_length=80, blank=True)
    medication_state = models.CharField(max_length=40, blank=True)
    entered = models.JSONField(blank=True, default=dict)
    flags = models.JSONField(blank=True, default=list)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["taken_on", "at"]


class MeasureDeclined(InsertOnly):
    """A measure that was due and was not taken, and why."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="declined")
    measure = models.CharField(max_length=60)
    on = models.DateField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]


class Attainment(InsertOnly):
    """How far a goal was attained on a day: -2 to 2, with 0 as expected, and its weight."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="attainments")
    level = models.SmallIntegerField()
    weight = models.PositiveSmallIntegerField()
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]


class CourseDecision(InsertOnly):
    """What the therapist decided on the measurements, and why."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="decisions")
    choice = models.CharField(max_length=40)
    because = models.CharField(max_length=500)
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["on", "at"]


class Teaching(InsertOnly):
    """One topic taught and shown back. ``handout_version`` is the version of the text given."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="teachings")
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="teachings"
    )
    topic = models.CharField(max_length=60)
    on = models.DateField()
    first_try = models.CharField(max_length=10)
    rounds = models.PositiveSmallIntegerField()
    final = models.CharField(max_length=10)
    taught = models.CharField(max_length=10)
    language = models.CharField(max_length=5)
    interpreter = models.BooleanField(default=False)
    picture_only = models.BooleanField(default=False)
    handout_version = models.CharField(max_length=20, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["on", "at"]


class HomeProgrammeRow(InsertOnly):
    """What a patient does at home, one version; the latest of an episode is in force.

    ``items`` are mappings of exercise and dose. ``confidence`` is null when it was not asked.
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="home_programmes")
    version = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    language = models.CharField(max_length=5)
    items = models.JSONField()
    cue = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=120, blank=True)
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    barriers = models.JSONField(blank=True, default=list)
    goal = models.CharField(max_length=160, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["episode", "version"], name="home_version_once")
        ]


class HomeLink(InsertOnly):
    """A signed address that opens the home programme of an episode until it expires."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="home_links")
    expires_on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]


class HomeLinkClosed(InsertOnly):
    """A link that was taken back before it expired."""

    link = models.OneToOneField(HomeLink, on_delete=models.PROTECT, related_name="closed")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class HomeLog(InsertOnly):
    """One dose of one exercise as the patient logged it; ``key`` is made once by the phone.

    ``on`` is the clinic's date of the tap after the phone's clock was compared with ours;
    ``clock_off_seconds`` is how far the phone was ahead. ``set_aside`` says why an entry does
    not count; an entry that counts has none.
    """

    programme = models.ForeignKey(HomeProgrammeRow, on_delete=models.PROTECT, related_name="logs")
    link = models.ForeignKey(HomeLink, on_delete=models.PROTECT, related_name="logs")
    key = models.CharField(max_length=64)
    exercise = models.CharField(max_length=60)
    on = models.DateField()
    done = models.CharField(max_length=10)
    pain = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=10, blank=True)
    device_at = models.DateTimeField()
    received_at = models.DateTimeField()
    clock_off_seconds = models.IntegerField(default=0)
    set_aside = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["device_at"]
        constraints = [models.UniqueConstraint(fields=["link", "key"], name="home_log_once")]


class MonitoringContact(InsertOnly):
    """Minutes of remote monitoring on one day; ``interactive`` is a live talk."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="contacts")
    on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    interactive = models.BooleanField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["on", "at"]
