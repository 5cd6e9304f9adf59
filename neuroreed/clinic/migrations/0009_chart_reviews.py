"""Audits of drawn charts: tables that only grow, by trigger too."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from neuroreed.clinic import triggers

TABLES = ("clinic_chartreview", "clinic_reviewedchart", "clinic_chartanswer")


def install(apps, schema_editor):
    triggers.install(schema_editor.connection, TABLES)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0008_documents"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChartReview",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=80)),
                ("cpt", models.CharField(max_length=5)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("stratify", models.CharField(blank=True, max_length=10)),
                ("seed", models.CharField(max_length=80)),
                ("algorithm", models.CharField(max_length=40)),
                ("frame_hash", models.CharField(max_length=64)),
                ("frame", models.JSONField()),
                ("strata", models.JSONField()),
                ("at", models.DateTimeField()),
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
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="ReviewedChart",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("order", models.PositiveIntegerField()),
                ("stratum", models.CharField(blank=True, max_length=120)),
                ("units", models.PositiveSmallIntegerField()),
                ("amount_cents", models.IntegerField(null=True)),
                ("machine", models.JSONField()),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="charts",
                        to="clinic.chartreview",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.visit",
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
            },
        ),
        migrations.CreateModel(
            name="ChartAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                ("need", models.CharField(max_length=8)),
                ("skill", models.CharField(max_length=8)),
                ("minutes", models.CharField(max_length=8)),
                ("progress", models.CharField(max_length=8)),
                ("pay", models.CharField(max_length=8)),
                ("supported_units", models.PositiveSmallIntegerField(null=True)),
                ("remark", models.CharField(blank=True, max_length=500)),
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
                    "chart",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="clinic.reviewedchart",
                    ),
                ),
            ],
            options={
                "ordering": ["sequence"],
            },
        ),
        migrations.AddConstraint(
            model_name="reviewedchart",
            constraint=models.UniqueConstraint(
                fields=("review", "visit"), name="reviewed_chart_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewedchart",
            constraint=models.UniqueConstraint(
                fields=("review", "order"), name="reviewed_order_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="chartanswer",
            constraint=models.UniqueConstraint(
                fields=("chart", "sequence"), name="chart_answer_once"
            ),
        ),
        migrations.RunPython(install, remove),
    ]
