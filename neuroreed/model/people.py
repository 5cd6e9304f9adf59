"""Patients, clinicians, clinics and their coverage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Discipline(StrEnum):
    """The plan of care a service belongs to."""

    PT = "PT"
    OT = "OT"
    SLP = "SLP"


class Profession(StrEnum):
    """Who treats. Assistants and students cannot enrol; a claim names the therapist."""

    PT = "PT"
    PTA = "PTA"
    OT = "OT"
    OTA = "OTA"
    SLP = "SLP"
    STUDENT = "student"
    AIDE = "aide"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address in the United States."""

    line1: str
    city: str
    state: str
    postal_code: str
    line2: str = ""


@dataclass(frozen=True, slots=True)
class Clinician:
    """A person who treats. ``npi`` is the national identifier, ten digits."""

    id: str
    last_name: str
    first_name: str
    profession: Profession
    credential: str
    npi: str | None = None
    taxonomy: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class Clinic:
    """The billing provider. ``tax_id`` is an EIN, nine digits."""

    name: str
    npi: str
    tax_id: str
    taxonomy: str
    address: Address
    phone: str
    participating: bool = True
    mac: str | None = None
    locality: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """One insurance of a patient. ``payer`` is the id of a payer profile.

    ``deductible_left_cents`` is ``None`` when nobody asked; that is not zero.
    """

    payer: str
    payer_name: str
    payer_id: str
    member_id: str
    sequence: str = "P"
    relationship: str = "self"
    subscriber_last: str | None = None
    subscriber_first: str | None = None
    group_number: str | None = None
    deductible_left_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """A person in care; ``sex`` as the payer's form asks: F, M or U."""

    id: str
    last_name: str
    first_name: str
    birth_date: date
    sex: str
    address: Address
    coverages: tuple[Coverage, ...] = ()
