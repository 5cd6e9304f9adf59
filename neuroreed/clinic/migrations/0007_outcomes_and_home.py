"""Measures, teaching and home programmes: tables that only grow, by trigger too."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from neuroreed.clinic import triggers

TABLES = (
    "clinic_scorerow",
    "clinic_measuredeclined",
    "clinic_attainment",
    "clinic_coursedecision",
    "clinic_teaching",
    "clinic_homeprogrammerow",
    "clinic_homelink",
    "clinic_homelinkclosed",
    "clinic_homelog",
    "clinic_monitoringcontact",
)


def install(apps, schema_editor):
    triggers.install(schema_editor.connection, TABLES)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0006_money_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attainment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("weight", models.PositiveSmallIntegerField()),
                ("on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attainments",
                        to="clinic.goal",
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
            },
        ),
        migrations.CreateModel(
            name="CourseDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("choice", models.CharField(max_length=40)),
                ("because", models.CharField(max_length=500)),
                ("on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="clinic.episode",
                    ),
                ),
            ],
            options={
                "ordering": ["on", "at"],
            },
        ),
        migrations.CreateModel(
            name="HomeLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("expires_on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="home_links",
                        to="clinic.episode",
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
            },
        ),
        migrations.CreateModel(
            name="HomeLinkClosed",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "link",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closed",
                        to="clinic.homelink",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HomeProgrammeRow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("starts_on", models.DateField()),
                ("language", models.CharField(max_length=5)),
                ("items", models.JSONField()),
                ("cue", models.CharField(blank=True, max_length=120)),
                ("action", models.CharField(blank=True, max_length=120)),
                ("place", models.CharField(blank=True, max_length=120)),
                ("confidence", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("barriers", models.JSONField(blank=True, default=list)),
                ("goal", models.CharField(blank=True, max_length=160)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="home_programmes",
                        to="clinic.episode",
                    ),
                ),
            ],
            options={
                "ordering": ["version"],
            },
        ),
        migrations.CreateModel(
            name="HomeLog",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("exercise", models.CharField(max_length=60)),
                ("on", models.DateField()),
                ("done", models.CharField(max_length=10)),
                ("pain", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=10)),
                ("device_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("clock_off_seconds", models.IntegerField(default=0)),
                ("set_aside", models.CharField(blank=True, max_length=60)),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="logs",
                        to="clinic.homelink",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="logs",
                        to="clinic.homeprogrammerow",
                    ),
                ),
            ],
            options={
                "ordering": ["device_at"],
            },
        ),
        migrations.CreateModel(
            name="MeasureDeclined",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("measure", models.CharField(max_length=60)),
                ("on", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declined",
                        to="clinic.episode",
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
            },
        ),
        migrations.CreateModel(
            name="MonitoringContact",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("on", models.DateField()),
                ("minutes", models.PositiveSmallIntegerField()),
                ("interactive", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="clinic.episode",
                    ),
                ),
            ],
            options={
                "ordering": ["on", "at"],
            },
        ),
        migrations.CreateModel(
            name="ScoreRow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("measure", models.CharField(max_length=60)),
                ("population", models.CharField(max_length=60)),
                ("occasion", models.CharField(max_length=20)),
                ("value", models.CharField(max_length=30)),
                ("exact", models.CharField(max_length=60)),
                ("unit", models.CharField(max_length=60)),
                ("how", models.CharField(max_length=300)),
                ("taken_on", models.DateField()),
                ("device", models.CharField(blank=True, max_length=80)),
                ("assistance", models.CharField(blank=True, max_length=80)),
                ("side", models.CharField(blank=True, max_length=40)),
                ("version", models.CharField(blank=True, max_length=80)),
                ("medication_state", models.CharField(blank=True, max_length=40)),
                ("entered", models.JSONField(blank=True, default=dict)),
                ("flags", models.JSONField(blank=True, default=list)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="clinic.episode",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="clinic.scorerow",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="clinic.visit",
                    ),
                ),
            ],
            options={
                "ordering": ["taken_on", "at"],
            },
        ),
        migrations.CreateModel(
            name="Teaching",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("topic", models.CharField(max_length=60)),
                ("on", models.DateField()),
                ("first_try", models.CharField(max_length=10)),
                ("rounds", models.PositiveSmallIntegerField()),
                ("final", models.CharField(max_length=10)),
                ("taught", models.CharField(max_length=10)),
                ("language", models.CharField(max_length=5)),
                ("interpreter", models.BooleanField(default=False)),
                ("picture_only", models.BooleanField(default=False)),
                ("handout_version", models.CharField(blank=True, max_length=20)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="teachings",
                        to="clinic.episode",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="teachings",
                        to="clinic.visit",
                    ),
                ),
            ],
            options={
                "ordering": ["on", "at"],
            },
        ),
        migrations.AddConstraint(
            model_name="homeprogrammerow",
            constraint=models.UniqueConstraint(
                fields=("episode", "version"), name="home_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="homelog",
            constraint=models.UniqueConstraint(fields=("link", "key"), name="home_log_once"),
        ),
        migrations.RunPython(install, remove),
    ]
