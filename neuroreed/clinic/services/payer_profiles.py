"""The clinic's own payer profiles: read, checked as a draft, saved with a reason."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import yaml
from django.conf import settings
from django.db import transaction

from neuroreed.audit.registry import rules
from neuroreed.clinic import access_bulk, events
from neuroreed.clinic.models import BulkRun, PayerProfileVersion, User
from neuroreed.model.errors import BadInput, NoParameter, NotFound, ProfileError, Refused
from neuroreed.policy import payers
from neuroreed.policy.payers import Payer
from neuroreed.policy.tables import PACKAGE

NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
MOST_CHARACTERS = 20_000
REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class ProfileText:
    """A profile as it is written: ours, the clinic's, or a start for one that is new."""

    payer: str
    text: str
    is_own: bool
    is_known: bool
    version: int


def folder() -> Path:
    """The folder of the clinic's own profiles."""
    return Path(os.environ.get("NEUROREED_PAYERS") or settings.PAYERS)


def text_of(user: User, payer: str) -> ProfileText:
    """The text to edit: the clinic's own, or a start that extends ours.

    Raises:
        NotFound: a name that cannot be a payer's.
    """
    access_bulk.auditor(user)
    _name(payer)
    path = folder() / f"{payer}.yaml"
    last = access_bulk.profile_versions(user, payer).first()
    version = last.version if last else 0
    events.viewed(user, f"payer_profile:{payer}")
    if path.exists():
        return ProfileText(payer, path.read_text(encoding="utf-8"), True, True, version)
    known = payers.profiles().get(payer)
    if known is not None:
        start = (
            "# What you write here replaces the setting of the profile that comes with us.\n"
            f"extends: {payer}\nname: {known.name}\n"
        )
        return ProfileText(payer, start, False, True, version)
    start = f"extends: commercial\nname: {payer.replace('_', ' ').title()}\n"
    return ProfileText(payer, start, False, False, version)


def shipped_text(payer: str) -> str:
    """Our own profile of a payer as it is written; empty when there is none."""
    path = PACKAGE / "payers" / f"{payer}.yaml"
    return path.read_text(encoding="utf-8") if NAME.fullmatch(payer) and path.exists() else ""


def _name(payer: str) -> None:
    if not NAME.fullmatch(payer):
        raise NotFound("There is nothing here.")


def checked(payer: str, text: str) -> Payer:
    """The payer that a draft describes, among the clinic's other profiles as they are.

    Raises:
        ProfileError: line and key of the first thing that is wrong.
    """
    with drafted(payer, text) as place:
        return payers.profile_in(place, payer)


@contextmanager
def drafted(payer: str, text: str, place: Path | None = None) -> Iterator[Path]:
    """A folder with the clinic's profiles and the draft in its place; gone afterwards if ours.

    Raises:
        ProfileError: line and key of the first thing that is wrong.
    """
    _name(payer)
    file = f"{payer}.yaml"
    if len(text) > MOST_CHARACTERS:
        raise ProfileError(file, 1, "file", f"is longer than {MOST_CHARACTERS} characters")
    _without_references(file, text)
    made = place or Path(tempfile.mkdtemp(prefix="neuroreed-draft-"))
    try:
        made.mkdir(exist_ok=True)
        for path in folder().glob("*.yaml"):
            shutil.copy(path, made / path.name)
        (made / file).write_text(text, encoding="utf-8", newline="\n")
        own = payers.read_profile(made / file)
        known = {rule.id for rule in rules()}
        for rule, _severity in own.severities:
            if rule not in known:
                raise ProfileError(file, _line(text, rule), rule, "there is no such rule")
        # every profile must still hold: another may extend this one
        for each in sorted(made.glob("*.yaml")):
            payers.profile_in(made, each.stem)
        yield made
    except NoParameter as gap:
        raise ProfileError(file, 1, "extends", str(gap)) from None
    finally:
        if place is None:
            shutil.rmtree(made, ignore_errors=True)


def _without_references(file: str, text: str) -> None:
    """Refuse YAML that refers to itself: a short text could stand for an endless one."""
    try:
        for token in yaml.scan(text, yaml.SafeLoader):
            if isinstance(token, yaml.AliasToken | yaml.AnchorToken | yaml.TagToken):
                line = token.start_mark.line + 1
                raise ProfileError(
                    file, line, "file", "uses a sign (&, *, !) that profiles have not"
                )
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ProfileError(file, line, "file", error.problem or "not YAML") from None
    except yaml.YAMLError:
        raise ProfileError(file, 1, "file", "not YAML") from None


def _line(text: str, word: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if word in line), 1)


def save(
    user: User,
    payer: str,
    text: str,
    *,
    reason: str,
    replaces: int,
    dry_run: UUID | None = None,
    at: datetime,
) -> PayerProfileVersion:
    """Make a text the clinic's profile of a payer; the one before stays as a version.

    Args:
        replaces: the version that the person saw when the edit began; 0 where there was none.
        dry_run: the run that showed what would change, if there was one of this very text.

    Raises:
        ProfileError: line and key of what is wrong.
        BadInput: no reason, or a dry-run of another text.
        Refused: somebody saved another text meanwhile.
    """
    access_bulk.auditor(user)
    words = reason.strip()
    if not 5 <= len(words) <= REASON_LENGTH:
        raise BadInput(f"Say why in 5 to {REASON_LENGTH} characters.")
    text = written(text)
    checked(payer, text)
    path = folder() / f"{payer}.yaml"
    before = path.read_text(encoding="utf-8") if path.exists() else None
    try:
        return _saved(user, payer, text, words, replaces, dry_run, path, at)
    except BaseException:
        # what the record does not hold must not be in force
        if before is not None and path.read_text(encoding="utf-8") != before:
            _put(path, before)
        elif before is None:
            path.unlink(missing_ok=True)
        raise


def written(text: str) -> str:
    """A text as it is kept: lines end as ours do, and the last one ends."""
    return text.replace("\r\n", "\n").rstrip() + "\n"


def _saved(
    user: User, payer: str, text: str, words: str, replaces: int, dry_run: UUID | None,
    path: Path, at: datetime,
) -> PayerProfileVersion:  # fmt: skip
    with transaction.atomic():
        events.lock_chain()
        last = access_bulk.profile_versions(user, payer).first()
        if (last.version if last else 0) != replaces:
            raise Refused(
                "Somebody saved another text of this profile meanwhile: look at it first."
            )
        run = None
        if dry_run is not None:
            run = access_bulk.run_for(user, dry_run, BulkRun.Kind.DRY_RUN)
            if run.draft.get("payer") != payer or run.draft.get("text") != text:
                raise BadInput("The dry-run was of another text.")
        if last is None and path.exists():
            # a file that was put there by hand is kept as the first version
            last = _version(user, payer, 1, path.read_text(encoding="utf-8"),
                            "as it stood before it was edited here", None, at)  # fmt: skip
        number = last.version + 1 if last else 1
        row = _version(user, payer, number, text, words, run, at)
        detail = {"payer": payer, "version": number, "sha256": row.sha256}
        events.append(user, "payer_profile.saved", row, detail, at=at)
        _put(path, text)
    return row


def _version(
    user: User, payer: str, number: int, text: str, reason: str, run: BulkRun | None, at: datetime
) -> PayerProfileVersion:
    row = PayerProfileVersion(
        payer=payer, version=number, text=text, reason=reason, dry_run=run, at=at, by=user,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def _put(path: Path, text: str) -> None:
    """The file in one step: readers see the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
