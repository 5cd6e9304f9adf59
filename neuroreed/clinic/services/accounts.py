"""Open and close accounts; sign in to the demonstration."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from neuroreed.clinic import access, events
from neuroreed.clinic.models import ClinicProfile, Role, User
from neuroreed.model.errors import BadInput, NotFound, Refused

PROFILE_FIELDS = (
    "email",
    "discipline",
    "profession",
    "credential",
    "npi",
    "licence",
    "licensed",
    "taxonomy",
    "language",
)


def open_account(
    user: User | None,
    *,
    username: str,
    role: str,
    first_name: str,
    last_name: str,
    password: str | None,
    at: datetime,
    **profile: Any,
) -> User:
    """Open an account. Only an administrator may, except for the clinic's very first one.

    Without a password nobody can sign in to it until one is set.

    Raises:
        BadInput: the role or a field is unknown, the name is taken, or the password is weak.
    """
    with transaction.atomic():
        _may_open(user, role)
        made = _account(username, role, first_name, last_name, profile)
        if password is not None:
            _check_password(password, made)
        made.set_password(password)
        made.save(force_insert=True)
        events.append(user or made, "account.opened", made, {"role": role}, at=at)
    return made


def _check_password(password: str, made: User) -> None:
    try:
        validate_password(password, made)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages)) from None


def _may_open(user: User | None, role: str) -> None:
    if user is None:
        if User.objects.exists() or role != Role.ADMIN:
            raise NotFound(access.NOTHING)
    elif not access.active(user) or user.role != Role.ADMIN:
        raise NotFound(access.NOTHING)


def _account(
    username: str, role: str, first_name: str, last_name: str, profile: dict[str, Any]
) -> User:
    if role not in Role.values:
        raise BadInput(f"{role!r} is not a role: choose one of {', '.join(Role.values)}.")
    if unknown := set(profile) - {*PROFILE_FIELDS, "patient", "supervisor"}:
        raise BadInput(f"An account has no {', '.join(sorted(unknown))}.")
    if User.objects.filter(username__iexact=username).exists():
        raise BadInput("This sign-in name is taken.")
    made = User(username=username, role=role, first_name=first_name, last_name=last_name, **profile)
    try:
        made.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise BadInput(f"Check these fields: {', '.join(sorted(error.message_dict))}.") from None
    return made


def close_account(user: User, account_id: UUID, *, at: datetime) -> User:
    """Close an account: it can no longer sign in; what it signed stays."""
    with transaction.atomic():
        if not access.active(user) or user.role != Role.ADMIN:
            raise NotFound(access.NOTHING)
        account = access.people(user).filter(pk=account_id).first()
        if account is None:
            raise NotFound(access.NOTHING)
        if account.pk == user.pk:
            raise Refused("You cannot close your own account.")
        account.is_active = False
        account.save(update_fields=["is_active"])
        events.append(user, "account.closed", account, at=at)
    return account


def is_demo() -> bool:
    """Whether this clinic is the invented one."""
    return ClinicProfile.objects.filter(is_demo=True).exists()


def demo_people() -> list[User]:
    """The people of the invented clinic that a newcomer may be, one for each role."""
    if not is_demo():
        return []
    people: dict[str, User] = {}
    for person in User.objects.filter(is_active=True).order_by("date_joined", "username"):
        people.setdefault(person.role, person)
    return [people[role] for role in Role.values if role in people]


def demo_sign_in(role: str) -> User:
    """The person of the invented clinic with this role, to be signed in without a password.

    Raises:
        Refused: this is a real clinic.
    """
    for person in demo_people():
        if person.role == role:
            return person
    raise Refused("Signing in by role is for the demonstration only.")
