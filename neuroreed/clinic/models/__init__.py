"""The tables of the clinic. Only ``clinic.services``, ``events`` and ``signing`` write them."""

from neuroreed.clinic.models.accounts import Role, User
from neuroreed.clinic.models.billing import (
    ChargeLine,
    ChargeVersion,
    Claim,
    ClaimEvent,
    ClaimFile,
    ClaimFileEntry,
    ControlNumber,
    FindingRow,
    Resolution,
)
from neuroreed.clinic.models.care import (
    Activity,
    Certification,
    Episode,
    FunctionalLimitation,
    Goal,
    Impairment,
    PlanOfCare,
    TimerEvent,
    Visit,
)
from neuroreed.clinic.models.ledger import Event, SignedNote
from neuroreed.clinic.models.people import (
    Authorization,
    ClinicProfile,
    Coverage,
    Patient,
    PriorAccrual,
)

__all__ = [
    "Activity",
    "Authorization",
    "Certification",
    "ChargeLine",
    "ChargeVersion",
    "Claim",
    "ClaimEvent",
    "ClaimFile",
    "ClaimFileEntry",
    "ClinicProfile",
    "ControlNumber",
    "Coverage",
    "Episode",
    "Event",
    "FindingRow",
    "FunctionalLimitation",
    "Goal",
    "Impairment",
    "Patient",
    "PlanOfCare",
    "PriorAccrual",
    "Resolution",
    "Role",
    "SignedNote",
    "TimerEvent",
    "User",
    "Visit",
]
