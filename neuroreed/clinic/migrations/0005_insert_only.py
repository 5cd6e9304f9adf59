"""The database itself refuses to change what was sealed, filed or logged."""

from django.db import migrations

from neuroreed.clinic import triggers

TABLES = (
    "clinic_timerevent",
    "clinic_chargeversion",
    "clinic_chargeline",
    "clinic_findingrow",
    "clinic_resolution",
    "clinic_claim",
    "clinic_claimevent",
    "clinic_claimfile",
    "clinic_claimfileentry",
    "clinic_signednote",
    "clinic_event",
)


def install(apps, schema_editor):
    triggers.install(schema_editor.connection, TABLES)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("clinic", "0004_visits")]
    operations = [migrations.RunPython(install, remove)]
