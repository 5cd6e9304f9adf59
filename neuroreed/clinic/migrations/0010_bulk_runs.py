"""Bulk runs, and versions of payer profiles, which only grow, by trigger too."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from neuroreed.clinic import triggers

TABLES = ("clinic_payerprofileversion",)


def install(apps, schema_editor):
    triggers.install(schema_editor.connection, TABLES)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0009_chart_reviews"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("audit", "Audit"), ("dry_run", "Dry-run")], max_length=10
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("stopping", "stopping"),
                            ("done", "finished"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("files", models.JSONField(default=list)),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
                ("payer", models.CharField(blank=True, max_length=60)),
                ("draft", models.JSONField(default=dict)),
                ("facts", models.JSONField(default=dict)),
                ("said", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("files_deleted_at", models.DateTimeField(null=True)),
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
            name="PayerProfileVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("payer", models.CharField(max_length=60)),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
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
                    "dry_run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.bulkrun",
                    ),
                ),
            ],
            options={
                "ordering": ["payer", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("payer", "version"), name="payer_version_once")
                ],
            },
        ),
        migrations.RunPython(install, remove),
    ]
