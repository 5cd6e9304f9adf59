"""The tables of the record."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clinic", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChargeVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(max_length=60)),
                ("policy", models.CharField(max_length=80)),
                ("body", models.JSONField()),
                ("charge_cents", models.IntegerField()),
                ("expected_allowed_cents", models.IntegerField(null=True)),
                ("expected_payer_cents", models.IntegerField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["version"],
            },
        ),
        migrations.CreateModel(
            name="ChargeLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("line_number", models.PositiveSmallIntegerField()),
                ("cpt", models.CharField(max_length=5)),
                ("units", models.PositiveSmallIntegerField()),
                ("modifiers", models.JSONField(blank=True, default=list)),
                ("charge_cents", models.IntegerField()),
                ("minutes", models.PositiveSmallIntegerField(null=True)),
                ("diagnosis_pointers", models.JSONField(blank=True, default=list)),
                ("allowed_cents", models.IntegerField(null=True)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="clinic.chargeversion",
                    ),
                ),
            ],
            options={
                "ordering": ["line_number"],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                ("frequency", models.CharField(default="1", max_length=1)),
                ("payer", models.CharField(max_length=60)),
                ("body", models.JSONField()),
                ("charge_cents", models.IntegerField()),
                ("rule_book", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "charge_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="clinic.chargeversion",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="clinic.claim",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="clinic.patient",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "number"],
            },
        ),
        migrations.CreateModel(
            name="ClaimFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("control_number", models.PositiveIntegerField(unique=True)),
                ("at", models.DateTimeField()),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["control_number"],
            },
        ),
        migrations.CreateModel(
            name="ClaimFileEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="file_entries",
                        to="clinic.claim",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="clinic.claimfile",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Authorization",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=40)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("visits", models.PositiveIntegerField(blank=True, null=True)),
                ("units", models.PositiveIntegerField(blank=True, null=True)),
                ("cpts", models.JSONField(blank=True, default=list)),
                ("discipline", models.CharField(blank=True, max_length=3)),
                (
                    "coverage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="authorizations",
                        to="clinic.coverage",
                    ),
                ),
            ],
            options={
                "ordering": ["since", "number"],
            },
        ),
        migrations.CreateModel(
            name="Episode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("discipline", models.CharField(max_length=3)),
                ("condition", models.CharField(blank=True, max_length=40)),
                ("onset_date", models.DateField(blank=True, null=True)),
                ("why_now", models.CharField(blank=True, max_length=30)),
                ("medical_diagnoses", models.JSONField(blank=True, default=list)),
                ("treatment_diagnoses", models.JSONField(blank=True, default=list)),
                ("history", models.TextField(blank=True)),
                ("prior_level", models.TextField(blank=True)),
                ("started_on", models.DateField()),
                ("ended_on", models.DateField(blank=True, null=True)),
                (
                    "therapist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="episodes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="episodes",
                        to="clinic.patient",
                    ),
                ),
            ],
            options={
                "ordering": ["-started_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("sequence", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=80)),
                ("verb", models.CharField(max_length=60)),
                ("subject", models.CharField(db_index=True, max_length=80)),
                ("patient", models.CharField(blank=True, db_index=True, max_length=36)),
                ("detail", models.JSONField(blank=True, default=dict)),
                ("previous_hash", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "ordering": ["sequence"],
                "indexes": [
                    models.Index(fields=["actor", "subject", "verb"], name="event_who_what")
                ],
            },
        ),
        migrations.CreateModel(
            name="FindingRow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rule", models.CharField(db_index=True, max_length=30)),
                ("severity", models.CharField(max_length=10)),
                ("subject", models.CharField(max_length=80)),
                ("says", models.TextField()),
                ("fix", models.TextField()),
                ("cites", models.JSONField(blank=True, default=list)),
                ("evidence", models.JSONField(blank=True, default=list)),
                ("rule_book", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "charge_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="clinic.chargeversion",
                    ),
                ),
            ],
            options={
                "ordering": ["rule", "subject"],
            },
        ),
    ]
