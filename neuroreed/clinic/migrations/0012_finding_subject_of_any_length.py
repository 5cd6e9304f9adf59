"""A finding about a therapist's whole day names every visit of it: no length fits them all."""

from django.db import migrations, models

from neuroreed.clinic import triggers

TABLES = ("clinic_findingrow",)


def install(apps, schema_editor):
    triggers.install(schema_editor.connection, TABLES)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0011_function_measured"),
    ]

    operations = [
        # SQLite makes the table anew, and its triggers with it
        migrations.RunPython(remove, install),
        migrations.AlterField(
            model_name="findingrow",
            name="subject",
            field=models.TextField(),
        ),
        migrations.RunPython(install, remove),
    ]
