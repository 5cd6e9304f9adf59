"""The tables of the record."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clinic", "0003_plans"),
    ]

    operations = [
        migrations.CreateModel(
            name="TimerEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("start", models.DateTimeField(null=True)),
                ("end", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("furnished", models.CharField(default="therapist", max_length=10)),
                ("one_on_one", models.BooleanField(default=True)),
                ("token", models.CharField(max_length=80)),
                (
                    "activity",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="timer_events",
                        to="clinic.activity",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="timer_events",
                        to="clinic.visit",
                    ),
                ),
            ],
            options={
                "ordering": ["sequence"],
            },
        ),
        migrations.CreateModel(
            name="SignedNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(default="note", max_length=20)),
                ("sequence", models.PositiveIntegerField()),
                ("canonical", models.TextField()),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("previous_sha256", models.CharField(blank=True, max_length=64)),
                ("signer_name", models.CharField(max_length=120)),
                ("credential", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "amends",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addenda",
                        to="clinic.signednote",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="clinic.patient",
                    ),
                ),
                (
                    "signer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signed_notes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="clinic.visit",
                    ),
                ),
            ],
            options={
                "ordering": ["sequence"],
            },
        ),
        migrations.AddField(
            model_name="findingrow",
            name="visit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="clinic.visit",
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="visit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="clinic.visit",
            ),
        ),
        migrations.AddField(
            model_name="chargeversion",
            name="visit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="charge_versions",
                to="clinic.visit",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="visit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="activities",
                to="clinic.visit",
            ),
        ),
        migrations.CreateModel(
            name="ClaimEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sequence", models.PositiveSmallIntegerField()),
                ("state", models.CharField(max_length=12)),
                ("reason", models.CharField(blank=True, max_length=500)),
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
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="clinic.claim",
                    ),
                ),
            ],
            options={
                "ordering": ["sequence"],
                "constraints": [
                    models.UniqueConstraint(fields=("claim", "sequence"), name="claim_step_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="functionallimitation",
            constraint=models.UniqueConstraint(
                fields=("episode", "label"), name="limitation_label_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="planofcare",
            constraint=models.UniqueConstraint(
                fields=("episode", "version"), name="plan_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.UniqueConstraint(fields=("plan", "label"), name="goal_label_once"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["patient", "date_of_service"], name="visit_patient_day"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["clinician", "date_of_service"], name="visit_clinician_day"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["state", "date_of_service"], name="visit_state_day"),
        ),
        migrations.AddConstraint(
            model_name="timerevent",
            constraint=models.UniqueConstraint(fields=("visit", "token"), name="timer_token_once"),
        ),
        migrations.AddConstraint(
            model_name="timerevent",
            constraint=models.UniqueConstraint(
                fields=("visit", "sequence"), name="timer_sequence_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="signednote",
            constraint=models.UniqueConstraint(
                fields=("patient", "sequence"), name="note_chain_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="signednote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "note")), fields=("visit",), name="note_of_a_visit_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeversion",
            constraint=models.UniqueConstraint(
                fields=("visit", "version"), name="charge_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.UniqueConstraint(
                fields=("visit", "order"), name="activity_order_once"
            ),
        ),
    ]
