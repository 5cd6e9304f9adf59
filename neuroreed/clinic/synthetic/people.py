"""The invented people of the invented clinic. Nobody here exists."""

from __future__ import annotations

from dataclasses import dataclass

NPI_PREFIX = "80840"
PHYSICIANS = (
    ("Referral", "Robin"),
    ("Ordersworth", "Olive"),
    ("Signwell", "Sidney"),
    ("Promptly", "Piper"),
)


def npi(nine: str) -> str:
    """A national identifier from nine digits: the tenth is the check digit (Luhn, 80840)."""
    total = 0
    for place, digit in enumerate(reversed(NPI_PREFIX + nine)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return nine + str(-total % 10)


@dataclass(frozen=True, slots=True)
class Person:
    """One account of the demonstration."""

    username: str
    role: str
    first_name: str
    last_name: str
    discipline: str = ""
    profession: str = ""
    credential: str = ""
    taxonomy: str = ""
    supervisor: str = ""


STAFF = (
    Person("ada", "admin", "Ada", "Keysworth"),
    Person("thea", "therapist", "Thea", "Balancia", "PT", "PT", "PT, DPT", "225100000X"),
    Person("theo", "therapist", "Theo", "Stridewell", "PT", "PT", "PT", "225100000X"),
    Person("olga", "therapist", "Olga", "Reachman", "OT", "OT", "OTR/L", "225X00000X"),
    Person("ari", "assistant", "Ari", "Helpstrom", "PT", "PTA", "PTA", "225200000X", "theo"),
    Person("bea", "biller", "Bea", "Ledgerly"),
    Person("cora", "compliance", "Cora", "Rulesby"),
    Person("fred", "front_desk", "Fred", "Deskins"),
)
PATIENT_ACCOUNT = "pat"


@dataclass(frozen=True, slots=True)
class Case:
    """One invented patient: who, what for, who pays, who treats, how far along.

    ``visits`` are past visits; the first is the evaluation.
    """

    first_name: str
    last_name: str
    sex: str
    born: int
    condition: str
    payer: str
    therapist: str
    visits: int
    language: str = "en"
    precautions: tuple[str, ...] = ()


CASES = (
    Case(
        "Sample", "Alderton", "M", 1951, "stroke", "medicare_part_b", "thea", 14, "en", ("falls",)
    ),
    Case(
        "Fixture",
        "Birchwell",
        "F",
        1947,
        "parkinson",
        "medicare_part_b",
        "thea",
        13,
        "en",
        ("freezing",),
    ),
    Case("Specimen", "Cedarholt", "F", 1979, "ms", "unitedhealthcare", "thea", 9, "en", ("heat",)),
    Case("Dummy", "Dogwoods", "M", 1990, "tbi", "highmark", "thea", 8),
    Case("Mock", "Elmsworth", "M", 1968, "sci", "medicare_part_b", "thea", 8, "en", ("skin",)),
    Case("Example", "Firbank", "F", 1955, "tka", "medicare_part_b", "theo", 10),
    Case("Invented", "Gumtree", "M", 2001, "acl", "aetna", "theo", 9),
    Case("Ficta", "Hawthornby", "F", 1996, "ankle", "unitedhealthcare", "theo", 7),
    Case("Pretend", "Ironwood", "M", 1962, "fracture", "workers_comp_mi", "olga", 8),
    Case("Imagina", "Junipero", "F", 1958, "shoulder", "medicare_part_b", "olga", 9, "es"),
    Case("Madeup", "Kapokson", "M", 1984, "lbp_neck", "cigna", "theo", 7),
    Case(
        "Sampla",
        "Lindenova",
        "F",
        1953,
        "vestibular",
        "medicare_part_b",
        "thea",
        6,
        "es",
        ("dizzy",),
    ),
    Case(
        "Testa", "Maplestead", "F", 1943, "falls", "medicare_part_b", "theo", 12, "en", ("falls",)
    ),
    Case(
        "Modelo",
        "Nogalera",
        "M",
        1950,
        "neuropathy",
        "medicare_advantage",
        "theo",
        8,
        "es",
        ("feet",),
    ),
    Case("Demo", "Oakhurst", "M", 1972, "ataxia", "highmark", "thea", 9, "en", ("falls",)),
    Case("Notreal", "Pinecroft", "F", 1946, "hip", "medicare_part_b", "theo", 11, "en", ("hip",)),
    Case("Placeholder", "Quincewood", "F", 1949, "stroke", "medicare_part_b", "olga", 11),
    Case("Template", "Rowanfield", "M", 1956, "parkinson", "medicare_advantage", "theo", 8),
    Case("Stand", "Sequoyan", "F", 1988, "ms", "tricare", "thea", 7),
    Case("Proxy", "Tamarisk", "M", 1959, "tka", "medicare_part_b", "theo", 9),
    Case("Stub", "Underbrush", "M", 1995, "shoulder", "aetna", "olga", 6),
    Case("Draft", "Viburnum", "F", 1952, "fracture", "medicare_part_b", "olga", 10),
    Case(
        "Imaginary", "Willowby", "F", 1941, "falls", "medicare_part_b", "thea", 12, "en", ("falls",)
    ),
    Case("Notional", "Yewdale", "M", 1964, "stroke", "va_community_care", "thea", 8),
    Case("Sketch", "Zelkova", "F", 1957, "hip", "medicare_part_b", "theo", 5),
)

PAYERS = {
    "medicare_part_b": ("Medicare Part B", "MCRB1"),
    "medicare_advantage": ("Evergreen Advantage", "EVGMA"),
    "unitedhealthcare": ("UnitedHealthcare", "UHC01"),
    "highmark": ("Highmark", "HMK01"),
    "aetna": ("Aetna", "AET01"),
    "cigna": ("Cigna", "CIG01"),
    "tricare": ("TRICARE", "TRI01"),
    "va_community_care": ("VA Community Care", "VAC01"),
    "workers_comp_mi": ("Workers' compensation", "WCM01"),
}
AUTHORIZED_VISITS = {
    "medicare_advantage": 12,
    "tricare": 12,
    "va_community_care": 15,
    "highmark": 20,
}

FEES = {
    "97110": 6500,
    "97112": 7000,
    "97116": 6000,
    "97140": 6000,
    "97161": 16500,
    "97162": 16500,
    "97163": 16500,
    "97164": 11000,
    "97165": 16500,
    "97166": 16500,
    "97167": 16500,
    "97168": 11000,
    "97530": 7500,
    "97535": 7000,
    "97150": 3500,
    "97032": 3000,
    "95992": 8500,
}
CLINIC = {
    "name": "Invented Steps Rehabilitation",
    "tax_id": "990000001",
    "taxonomy": "261QP2000X",
    "line1": "100 Imaginary Way",
    "city": "Birmingham",
    "state": "AL",
    "postal_code": "352030001",
    "phone": "2055550100",
    "contact": "Bea Ledgerly",
    "submitter_id": "INVENTED01",
    "receiver_id": "CLEARING01",
    "receiver_name": "INVENTED CLEARINGHOUSE",
    "fees": FEES,
    "participating": True,
    "place_of_service": "11",
    "is_demo": True,
}
