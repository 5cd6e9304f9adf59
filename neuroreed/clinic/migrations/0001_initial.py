"""The tables of the record."""

import uuid

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Activity",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("label", models.CharField(max_length=10)),
                ("order", models.PositiveSmallIntegerField()),
                ("cpt", models.CharField(max_length=5)),
                ("technique", models.CharField(blank=True, max_length=60)),
                ("one_on_one", models.BooleanField(default=True)),
                ("facts", models.JSONField(blank=True, default=dict)),
                ("is_planned", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["order"],
            },
        ),
        migrations.CreateModel(
            name="ClinicProfile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("npi", models.CharField(max_length=10)),
                ("tax_id", models.CharField(max_length=9)),
                ("taxonomy", models.CharField(max_length=10)),
                ("line1", models.CharField(max_length=55)),
                ("line2", models.CharField(blank=True, max_length=55)),
                ("city", models.CharField(max_length=30)),
                ("state", models.CharField(max_length=2)),
                ("postal_code", models.CharField(max_length=10)),
                ("phone", models.CharField(max_length=20)),
                ("contact", models.CharField(blank=True, max_length=60)),
                ("submitter_id", models.CharField(blank=True, max_length=15)),
                ("receiver_id", models.CharField(blank=True, max_length=15)),
                ("receiver_name", models.CharField(blank=True, max_length=60)),
                ("mac", models.CharField(blank=True, max_length=10)),
                ("locality", models.CharField(blank=True, max_length=5)),
                ("participating", models.BooleanField(default=True)),
                ("fees", models.JSONField(blank=True, default=dict)),
                ("time_zone", models.CharField(default="America/Chicago", max_length=40)),
                ("place_of_service", models.CharField(default="11", max_length=2)),
                ("unsigned_after_days", models.PositiveSmallIntegerField(default=7)),
                ("is_demo", models.BooleanField(default=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ControlNumber",
            fields=[
                ("kind", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Coverage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("payer", models.CharField(max_length=60)),
                ("payer_name", models.CharField(max_length=60)),
                ("payer_id", models.CharField(max_length=30)),
                ("member_id", models.CharField(max_length=40)),
                ("group_number", models.CharField(blank=True, max_length=40)),
                ("sequence", models.CharField(default="P", max_length=1)),
                ("relationship", models.CharField(default="self", max_length=10)),
                ("subscriber_last", models.CharField(blank=True, max_length=60)),
                ("subscriber_first", models.CharField(blank=True, max_length=35)),
                ("since", models.DateField(blank=True, null=True)),
                ("until", models.DateField(blank=True, null=True)),
                ("deductible_left_cents", models.PositiveIntegerField(blank=True, null=True)),
                ("deductible_asked_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["sequence", "payer"],
            },
        ),
        migrations.CreateModel(
            name="Patient",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("first_name", models.CharField(max_length=35)),
                ("last_name", models.CharField(max_length=60)),
                ("birth_date", models.DateField()),
                ("sex", models.CharField(max_length=1)),
                ("line1", models.CharField(max_length=55)),
                ("line2", models.CharField(blank=True, max_length=55)),
                ("city", models.CharField(max_length=30)),
                ("state", models.CharField(max_length=2)),
                ("postal_code", models.CharField(max_length=10)),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("language", models.CharField(default="en", max_length=5)),
                ("precautions", models.JSONField(blank=True, default=list)),
                ("registered_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["last_name", "first_name", "id"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=150, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=150, verbose_name="last name"),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("therapist", "Therapist"),
                            ("assistant", "Assistant"),
                            ("student", "Student"),
                            ("biller", "Biller"),
                            ("compliance", "Compliance"),
                            ("front_desk", "Front desk"),
                            ("patient", "Patient"),
                            ("admin", "Administrator"),
                        ],
                        max_length=20,
                    ),
                ),
                ("discipline", models.CharField(blank=True, max_length=3)),
                ("profession", models.CharField(blank=True, max_length=10)),
                ("credential", models.CharField(blank=True, max_length=40)),
                ("npi", models.CharField(blank=True, max_length=10)),
                ("licence", models.CharField(blank=True, max_length=30)),
                ("licensed", models.BooleanField(default=False)),
                ("taxonomy", models.CharField(blank=True, max_length=10)),
                ("language", models.CharField(default="en", max_length=5)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "supervisor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervises",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "patient",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account",
                        to="clinic.patient",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
    ]
