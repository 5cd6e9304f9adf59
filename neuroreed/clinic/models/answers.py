"""What goes out and comes back: files, acknowledgements, remittances, ledgers, denials."""

from __future__ import annotations

from django.db import models

from neuroreed.clinic.models.accounts import User
from neuroreed.clinic.models.base import InsertOnly
from neuroreed.clinic.models.billing import Claim, ClaimEvent, ClaimFile

KEY_LENGTH = 300


class ReceivedFile(InsertOnly):
    """A file that came in, kept as it came. The same bytes are one file.

    ``kind`` is 835, 999, 277CA, 271, TA1 or other; ``outcome`` taken, refused or unreadable,
    and ``says`` the sentences that tell why.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    content = models.BinaryField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12)
    says = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "name"]


class StepSource(InsertOnly):
    """The file behind a step of a claim: the one it went out in, or the answer."""

    step = models.OneToOneField(ClaimEvent, on_delete=models.PROTECT, related_name="source")
    received = models.ForeignKey(
        ReceivedFile, null=True, on_delete=models.PROTECT, related_name="steps"
    )
    sent = models.ForeignKey(ClaimFile, null=True, on_delete=models.PROTECT, related_name="steps")


class SecondaryClaim(InsertOnly):
    """A claim to a later payer points to the claim whose answer it carries."""

    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="secondary_of")
    primary = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="secondaries")


class PayerNumber(InsertOnly):
    """The payer's own number of a claim, needed to replace or void it; the last one counts."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="payer_numbers")
    number = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]


class Outgoing(InsertOnly):
    """A file that is to be sent, under a name that is never used again.

    It is written before anything is sent. ``content`` is empty for a claim file, whose bytes
    stand there.
    """

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10)
    claim_file = models.OneToOneField(
        ClaimFile, null=True, on_delete=models.PROTECT, related_name="outgoing"
    )
    content = models.BinaryField(default=b"")
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "name"]


class OutgoingStep(InsertOnly):
    """What happened to a file on its way: ``staged``, ``sent`` or ``failed``."""

    outgoing = models.ForeignKey(Outgoing, on_delete=models.PROTECT, related_name="steps")
    sequence = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10)
    says = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["outgoing", "sequence"], name="outgoing_step_once"),
            models.UniqueConstraint(
                fields=["outgoing"], condition=models.Q(state="sent"), name="outgoing_sent_once"
            ),
        ]


class Remittance(InsertOnly):
    """One cheque or transfer that was posted. ``payment = posted + held - provider``, in cents."""

    file = models.ForeignKey(ReceivedFile, on_delete=models.PROTECT, related_name="remittances")
    place = models.PositiveSmallIntegerField()
    cheque = models.CharField(max_length=KEY_LENGTH, unique=True)
    content_key = models.CharField(max_length=KEY_LENGTH + 65)
    trace_number = models.CharField(max_length=50)
    payer_name = models.CharField(max_length=80)
    payment_date = models.DateField(null=True)
    payment_cents = models.BigIntegerField()
    posted_cents = models.BigIntegerField()
    held_cents = models.BigIntegerField()
    provider_cents = models.BigIntegerField()
    claims = models.PositiveIntegerField()
    says = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at", "place"]


class HeldAnswer(InsertOnly):
    """An answer that waits for a person, with its money; ``place`` counts from 0."""

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="held")
    place = models.PositiveIntegerField()
    key = models.CharField(max_length=KEY_LENGTH + 20, unique=True)
    because = models.CharField(max_length=40)
    says = models.TextField()
    paid_cents = models.BigIntegerField()
    body = models.JSONField(default=dict)

    class Meta:
        ordering = ["place"]


class HeldDecision(InsertOnly):
    """What a person decided about a held answer: posted to a claim, or set aside."""

    held = models.OneToOneField(HeldAnswer, on_delete=models.PROTECT, related_name="decision")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")


class ProviderAmount(InsertOnly):
    """Money of a remittance that belongs to no claim; positive lowers the cheque."""

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="provider")
    reason = models.CharField(max_length=10)
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=80, blank=True)
    amount_cents = models.BigIntegerField()
    claim_number = models.CharField(max_length=40, blank=True)
    says = models.CharField(max_length=300)


class LedgerEntry(InsertOnly):
    """Cents of a claim that moved from one account to another. ``number`` is the claim's."""

    number = models.CharField(max_length=40)
    sequence = models.PositiveIntegerField()
    line_number = models.PositiveSmallIntegerField(null=True)
    source = models.CharField(max_length=12)
    target = models.CharField(max_length=12)
    amount_cents = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    on = models.DateField()
    key = models.CharField(max_length=KEY_LENGTH + 20, db_index=True)
    group = models.CharField(max_length=4, blank=True)
    carc = models.CharField(max_length=6, blank=True)
    remarks = models.JSONField(default=list)
    says = models.CharField(max_length=500, blank=True)
    undoes = models.CharField(max_length=KEY_LENGTH + 20, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["number", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["number", "sequence"], name="ledger_entry_once")
        ]


class LedgerAnswer(InsertOnly):
    """An answer that is in a ledger; a later row with its key tells that it was taken back."""

    number = models.CharField(max_length=40)
    sequence = models.PositiveIntegerField()
    key = models.CharField(max_length=KEY_LENGTH + 20)
    payer_sequence = models.CharField(max_length=1)
    payer_control = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=3)
    charge_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    on = models.DateField()
    undone_by = models.CharField(max_length=KEY_LENGTH + 20, blank=True)

    class Meta:
        ordering = ["number", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["number", "sequence"], name="ledger_answer_once")
        ]


class Comparison(InsertOnly):
    """One answered line beside what was expected, as of its posting."""

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="comparisons")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="comparisons")
    line_number = models.PositiveSmallIntegerField(null=True)
    cpt = models.CharField(max_length=5)
    verdict = models.CharField(max_length=24)
    off_by_cents = models.BigIntegerField(null=True)
    expected_cents = models.BigIntegerField(null=True)
    allowed_cents = models.BigIntegerField(null=True)
    paid_cents = models.BigIntegerField(null=True)
    body = models.JSONField(default=dict)

    class Meta:
        ordering = ["claim", "line_number"]


class DenialRow(InsertOnly):
    """One adjustment of an answer that needs a decision."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="denials")
    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="denials")
    key = models.CharField(max_length=KEY_LENGTH + 60, unique=True)
    answer_key = models.CharField(max_length=KEY_LENGTH + 20)
    body = models.JSONField()
    amount_cents = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "key"]


class Packet(InsertOnly):
    """An appeal or an answer to a request for records, as one PDF."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="packets")
    kind = models.CharField(max_length=20)
    level = models.CharField(max_length=20, blank=True)
    body = models.JSONField(default=dict)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]


class DenialAct(InsertOnly):
    """What a person did about a denial: corrected, appealed, sent, written off, patient."""

    denial = models.ForeignKey(DenialRow, on_delete=models.PROTECT, related_name="acts")
    act = models.CharField(max_length=20)
    reason = models.CharField(max_length=500, blank=True)
    packet = models.ForeignKey(
        Packet, null=True, on_delete=models.PROTECT, related_name="denial_acts"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]
