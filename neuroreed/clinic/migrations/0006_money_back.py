"""What comes back: received files, remittances, answers; all tables of money only grow."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from neuroreed.clinic import triggers

TABLES = (
    "clinic_comparison",
    "clinic_denialact",
    "clinic_denialrow",
    "clinic_eligibilityanswer",
    "clinic_eligibilityask",
    "clinic_feeschedule",
    "clinic_heldanswer",
    "clinic_helddecision",
    "clinic_ledgeranswer",
    "clinic_ledgerentry",
    "clinic_monthclosed",
    "clinic_outgoing",
    "clinic_outgoingstep",
    "clinic_packet",
    "clinic_payernumber",
    "clinic_provideramount",
    "clinic_receipt",
    "clinic_receivedfile",
    "clinic_remittance",
    "clinic_secondaryclaim",
    "clinic_statement",
    "clinic_stepsource",
)


def install(apps, schema_editor):
    triggers.install(schema_editor.connection, TABLES)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0006_ledgers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                ("token", models.CharField(max_length=80, unique=True)),
                ("amount_cents", models.PositiveIntegerField()),
                ("method", models.CharField(max_length=20)),
                ("shares", models.JSONField(default=list)),
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
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="clinic.patient",
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
            },
        ),
        migrations.CreateModel(
            name="ReceivedFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=20)),
                ("content", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("outcome", models.CharField(max_length=12)),
                ("says", models.JSONField(default=list)),
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
                "ordering": ["-at", "name"],
            },
        ),
        migrations.CreateModel(
            name="EligibilityAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("origin", models.CharField(max_length=10)),
                ("body", models.JSONField()),
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
                    "coverage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="eligibility",
                        to="clinic.coverage",
                    ),
                ),
                (
                    "received",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="eligibility",
                        to="clinic.receivedfile",
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
            },
        ),
        migrations.CreateModel(
            name="Remittance",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                ("cheque", models.CharField(max_length=300, unique=True)),
                ("content_key", models.CharField(max_length=365)),
                ("trace_number", models.CharField(max_length=50)),
                ("payer_name", models.CharField(max_length=80)),
                ("payment_date", models.DateField(null=True)),
                ("payment_cents", models.BigIntegerField()),
                ("posted_cents", models.BigIntegerField()),
                ("held_cents", models.BigIntegerField()),
                ("provider_cents", models.BigIntegerField()),
                ("claims", models.PositiveIntegerField()),
                ("says", models.JSONField(default=list)),
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
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remittances",
                        to="clinic.receivedfile",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "place"],
            },
        ),
        migrations.CreateModel(
            name="ProviderAmount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", models.CharField(max_length=10)),
                ("kind", models.CharField(max_length=20)),
                ("reference", models.CharField(blank=True, max_length=80)),
                ("amount_cents", models.BigIntegerField()),
                ("claim_number", models.CharField(blank=True, max_length=40)),
                ("says", models.CharField(max_length=300)),
                (
                    "remittance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="provider",
                        to="clinic.remittance",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="heldanswer",
            name="remittance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="held",
                to="clinic.remittance",
            ),
        ),
        migrations.AddField(
            model_name="denialrow",
            name="remittance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="denials",
                to="clinic.remittance",
            ),
        ),
        migrations.CreateModel(
            name="Comparison",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("line_number", models.PositiveSmallIntegerField(null=True)),
                ("cpt", models.CharField(max_length=5)),
                ("verdict", models.CharField(max_length=24)),
                ("off_by_cents", models.BigIntegerField(null=True)),
                ("expected_cents", models.BigIntegerField(null=True)),
                ("allowed_cents", models.BigIntegerField(null=True)),
                ("paid_cents", models.BigIntegerField(null=True)),
                ("body", models.JSONField(default=dict)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comparisons",
                        to="clinic.claim",
                    ),
                ),
                (
                    "remittance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comparisons",
                        to="clinic.remittance",
                    ),
                ),
            ],
            options={
                "ordering": ["claim", "line_number"],
            },
        ),
        migrations.CreateModel(
            name="SecondaryClaim",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "claim",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="secondary_of",
                        to="clinic.claim",
                    ),
                ),
                (
                    "primary",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="secondaries",
                        to="clinic.claim",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                ("total_cents", models.BigIntegerField()),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
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
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="clinic.patient",
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
            },
        ),
        migrations.CreateModel(
            name="StepSource",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "received",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="clinic.receivedfile",
                    ),
                ),
                (
                    "sent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="clinic.claimfile",
                    ),
                ),
                (
                    "step",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="source",
                        to="clinic.claimevent",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="outgoingstep",
            constraint=models.UniqueConstraint(
                fields=("outgoing", "sequence"), name="outgoing_step_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingstep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "sent")),
                fields=("outgoing",),
                name="outgoing_sent_once",
            ),
        ),
        migrations.RunPython(install, remove),
    ]
