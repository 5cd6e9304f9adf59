"""The clinic, its patients and who pays for them."""

from __future__ import annotations

from django.db import models

from neuroreed.clinic.models.base import Row


class ClinicProfile(Row):
    """The billing provider and how it works. There is one row.

    ``fees`` maps a procedure code to the clinic's fee for one unit, in cents. A note is to be
    signed within ``unsigned_after_days``. ``assistant_cosign``: the state asks a therapist to
    co-sign the notes of assistants; ``assistant_supervision`` is how the clinic supervises
    them: general, direct or personal.
    """

    name = models.CharField(max_length=60)
    npi = models.CharField(max_length=10)
    tax_id = models.CharField(max_length=9)
    taxonomy = models.CharField(max_length=10)
    line1 = models.CharField(max_length=55)
    line2 = models.CharField(max_length=55, blank=True)
    city = models.CharField(max_length=30)
    state = models.CharField(max_length=2)
    postal_code = models.CharField(max_length=10)
    phone = models.CharField(max_length=20)
    contact = models.CharField(max_length=60, blank=True)
    submitter_id = models.CharField(max_length=15, blank=True)
    receiver_id = models.CharField(max_length=15, blank=True)
    receiver_name = models.CharField(max_length=60, blank=True)
    mac = models.CharField(max_length=10, blank=True)
    locality = models.CharField(max_length=5, blank=True)
    participating = models.BooleanField(default=True)
    fees = models.JSONField(blank=True, default=dict)
    time_zone = models.CharField(max_length=40, default="America/Chicago")
    place_of_service = models.CharField(max_length=2, default="11")
    unsigned_after_days = models.PositiveSmallIntegerField(default=7)
    assistant_cosign = models.BooleanField(default=True)
    assistant_supervision = models.CharField(max_length=10, default="general")
    is_demo = models.BooleanField(default=False)

    @property
    def zip5(self) -> str | None:
        """The five digits of the ZIP code that prices are looked up by, where they are known."""
        return self.postal_code[:5] or None

    def __str__(self) -> str:
        return self.name


class Patient(Row):
    """A person in care. ``sex`` as payers ask: F, M or U."""

    first_name = models.CharField(max_length=35)
    last_name = models.CharField(max_length=60)
    birth_date = models.DateField()
    sex = models.CharField(max_length=1)
    line1 = models.CharField(max_length=55)
    line2 = models.CharField(max_length=55, blank=True)
    city = models.CharField(max_length=30)
    state = models.CharField(max_length=2)
    postal_code = models.CharField(max_length=10)
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=5, default="en")
    precautions = models.JSONField(blank=True, default=list)
    registered_at = models.DateTimeField()

    class Meta:
        ordering = ["last_name", "first_name", "id"]

    @property
    def name(self) -> str:
        """Last name first, as lists are read."""
        return f"{self.last_name}, {self.first_name}"

    def __str__(self) -> str:
        return f"Patient {str(self.id)[:8]}"


class Coverage(Row):
    """One insurance of a patient. ``payer`` is the id of a payer profile.

    ``deductible_left_cents`` is null when nobody asked; that is not zero.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="coverages")
    payer = models.CharField(max_length=60)
    payer_name = models.CharField(max_length=60)
    payer_id = models.CharField(max_length=30)
    member_id = models.CharField(max_length=40)
    group_number = models.CharField(max_length=40, blank=True)
    sequence = models.CharField(max_length=1, default="P")
    relationship = models.CharField(max_length=10, default="self")
    subscriber_last = models.CharField(max_length=60, blank=True)
    subscriber_first = models.CharField(max_length=35, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    deductible_left_cents = models.PositiveIntegerField(null=True, blank=True)
    deductible_asked_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["sequence", "payer"]


class Authorization(Row):
    """Visits or units a payer allowed, between two dates; null means not limited that way."""

    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="authorizations")
    number = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField()
    visits = models.PositiveIntegerField(null=True, blank=True)
    units = models.PositiveIntegerField(null=True, blank=True)
    cpts = models.JSONField(blank=True, default=list)
    discipline = models.CharField(max_length=3, blank=True)

    class Meta:
        ordering = ["since", "number"]


class PriorAccrual(Row):
    """Allowed amounts of other providers in one calendar year, entered by hand.

    ``bucket`` is PT_SLP or OT. The last entry for a year and bucket counts.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="prior_accruals")
    year = models.PositiveSmallIntegerField()
    bucket = models.CharField(max_length=6)
    allowed_cents = models.PositiveIntegerField()
    entered_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
