"""The tables of the record."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clinic", "0002_charges"),
    ]

    operations = [
        migrations.CreateModel(
            name="FunctionalLimitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("label", models.CharField(max_length=10)),
                ("activity", models.CharField(max_length=200)),
                (
                    "value",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True),
                ),
                ("unit", models.CharField(blank=True, max_length=30)),
                (
                    "prior_level",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="limitations",
                        to="clinic.episode",
                    ),
                ),
            ],
            options={
                "ordering": ["label"],
            },
        ),
        migrations.CreateModel(
            name="Impairment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("category", models.CharField(max_length=40)),
                ("measure", models.CharField(max_length=60)),
                ("value", models.DecimalField(decimal_places=2, max_digits=9)),
                ("date", models.DateField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="impairments",
                        to="clinic.episode",
                    ),
                ),
            ],
            options={
                "ordering": ["date", "measure"],
            },
        ),
        migrations.AddField(
            model_name="coverage",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="coverages",
                to="clinic.patient",
            ),
        ),
        migrations.CreateModel(
            name="PlanOfCare",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("established_on", models.DateField()),
                ("first_treatment_on", models.DateField()),
                ("duration_days", models.PositiveSmallIntegerField()),
                ("visits_per_week", models.PositiveSmallIntegerField()),
                ("minutes_per_visit", models.PositiveSmallIntegerField(default=45)),
                ("planned_cpt", models.JSONField(blank=True, default=list)),
                ("planned_techniques", models.JSONField(blank=True, default=list)),
                ("signed_by_author_on", models.DateField(blank=True, null=True)),
                ("physician_last", models.CharField(blank=True, max_length=60)),
                ("physician_first", models.CharField(blank=True, max_length=35)),
                ("physician_npi", models.CharField(blank=True, max_length=10)),
                ("order_signed_on", models.DateField(blank=True, null=True)),
                ("sent_to_physician_on", models.DateField(blank=True, null=True)),
                ("sent_by", models.CharField(blank=True, max_length=30)),
                ("maintenance_rationale", models.TextField(blank=True)),
                ("kx_attested_at", models.DateTimeField(blank=True, null=True)),
                ("kx_statement", models.TextField(blank=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="clinic.episode",
                    ),
                ),
                (
                    "kx_attested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
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
            name="Goal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("label", models.CharField(max_length=10)),
                ("activity", models.CharField(max_length=200)),
                ("measure", models.CharField(max_length=60)),
                ("population", models.CharField(blank=True, max_length=60)),
                ("baseline", models.CharField(max_length=20)),
                ("target", models.CharField(max_length=20)),
                ("target_date", models.DateField()),
                ("mdc", models.CharField(blank=True, max_length=20)),
                ("mdc_unknown", models.BooleanField(default=False)),
                (
                    "limitation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="goals",
                        to="clinic.functionallimitation",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="goals",
                        to="clinic.planofcare",
                    ),
                ),
            ],
            options={
                "ordering": ["label"],
            },
        ),
        migrations.CreateModel(
            name="Certification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(default="initial", max_length=10)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("signed_on", models.DateField(blank=True, null=True)),
                ("signed_by_npi", models.CharField(blank=True, max_length=10)),
                ("verbal_on", models.DateField(blank=True, null=True)),
                ("delayed_reason", models.TextField(blank=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certifications",
                        to="clinic.planofcare",
                    ),
                ),
            ],
            options={
                "ordering": ["since"],
            },
        ),
        migrations.CreateModel(
            name="PriorAccrual",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("bucket", models.CharField(max_length=6)),
                ("allowed_cents", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prior_accruals",
                        to="clinic.patient",
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
            },
        ),
        migrations.CreateModel(
            name="Resolution",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
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
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resolutions",
                        to="clinic.findingrow",
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("discipline", models.CharField(max_length=3)),
                ("kind", models.CharField(default="treatment", max_length=20)),
                ("date_of_service", models.DateField(db_index=True)),
                ("scheduled_at", models.DateTimeField()),
                ("scheduled_minutes", models.PositiveSmallIntegerField(default=45)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("scheduled", "Scheduled"),
                            ("open", "Open"),
                            ("ended", "Ended"),
                            ("signed", "Signed"),
                            ("cancelled", "Cancelled"),
                            ("no_show", "No Show"),
                        ],
                        default="scheduled",
                        max_length=10,
                    ),
                ),
                ("place_of_service", models.CharField(default="11", max_length=2)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("facts", models.JSONField(blank=True, default=dict)),
                ("accepted", models.JSONField(blank=True, default=list)),
                ("has_progress_report", models.BooleanField(default=False)),
                (
                    "authorization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given_visits",
                        to="clinic.authorization",
                    ),
                ),
                (
                    "clinician",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "coverage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="clinic.coverage",
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="clinic.episode",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="clinic.patient",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="clinic.planofcare",
                    ),
                ),
                (
                    "supervisor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervised_visits",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["scheduled_at", "id"],
            },
        ),
    ]
