"""Payer profiles: how one payer differs, as YAML files.

A profile ``extends`` another and overrides some of its settings. A setting is written short
(``unit_method: cms``) or with its evidence
(``unit_method: {is: cms, source: payer-notices#Highmark, confidence: S, since: 2016-01-01}``).
Only settings with confidence V are verified; the others are named in ``Payer.unverified``.
A setting that nobody made is ``None``: unknown, never *no*.

A clinic's own folder (``NEUROREED_PAYERS``) is read after ours; its profiles may replace or
extend ours. The vocabulary is closed: an unknown word is a ``ProfileError`` with its line.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from neuroreed.model.errors import NoParameter, ProfileError
from neuroreed.model.findings import Severity
from neuroreed.policy import yamlfile
from neuroreed.policy.tables import PACKAGE

ExtraPair = tuple[str, str, int]

_WORDS: Mapping[str, tuple[object, ...]] = MappingProxyType(
    {
        "unit_method": ("cms", "ama"),
        "ncci": ("medicare", "like", "none"),
        "line_order": ("input", "fee_descending"),
    }
)
_YES_NO = frozenset(
    {
        "requires_discipline_modifier",
        "evaluations_need_discipline_modifier",
        "requires_cq_co",
        "mppr",
        "sequestration",
        "kx",
        "abn_modifiers",
        "requires_auth",
        "requires_96_97",
        "requires_start_stop_times",
        "certification",
    }
)
_NUMBERS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "assistant_permille": (1, 1000),
        "max_timed_units_per_day": (1, 96),
        "timely_filing_days": (1, 3660),
        "corrected_claim_days": (1, 3660),
        "progress_report_days": (1, 366),
    }
)
_MODIFIER_GROUPS = frozenset(
    {
        "therapy_discipline",
        "assistant",
        "ncci_bypass",
        "threshold",
        "telehealth",
        "liability",
        "habilitative",
        "repeat",
        "anatomic",
        "other",
    }
)
_SETTINGS = frozenset(
    {
        *_WORDS,
        *_YES_NO,
        *_NUMBERS,
        "extra_pairs",
        "modifier_order",
        "claim_filing_code",
        "parameters",
    }
)
_PLAIN = frozenset({"name", "extends", "reviewed_on", "sources", "severities", "note"})
_EVIDENCE = frozenset({"is", "source", "confidence", "since", "note"})


@dataclass(frozen=True, slots=True)
class Payer:
    """One payer as its profile describes it; ``None`` means that nobody has said.

    ``unit_method`` is ``cms`` (all timed minutes together), ``ama`` (each code by itself) or
    ``None``: then the clinic has to choose before anything is billed.
    ``evaluations_need_discipline_modifier`` tells evaluations and re-evaluations apart from the
    lines that ``requires_discipline_modifier`` speaks of; ``None`` means like all the others.
    ``assistant_permille`` is what is left of the payment with CQ or CO.
    ``kx``: the yearly threshold applies. ``abn_modifiers``: GA, GX, GY, GZ have a meaning.
    ``ncci``: ``medicare`` applies the files, ``like`` applies them and keeps ``extra_pairs``
    (column 1, column 2, indicator), ``none`` applies nothing.
    ``parameters`` names the payer whose dated numbers apply where this one has none.
    ``modifier_order`` lists modifier categories in the order they go out.
    ``unread`` are the unverified settings that nobody read anywhere, not even in a notice.
    ``severities`` override those of rules; ``off`` silences a rule for this payer.
    """

    id: str
    name: str
    extends: tuple[str, ...]
    reviewed_on: date | None
    unit_method: str | None
    requires_discipline_modifier: bool | None
    evaluations_need_discipline_modifier: bool | None
    requires_cq_co: bool | None
    assistant_permille: int | None
    max_timed_units_per_day: int | None
    mppr: bool | None
    sequestration: bool | None
    kx: bool | None
    abn_modifiers: bool | None
    ncci: str | None
    extra_pairs: tuple[ExtraPair, ...]
    requires_auth: bool | None
    requires_start_stop_times: bool | None
    certification: bool | None
    progress_report_days: int | None
    timely_filing_days: int | None
    corrected_claim_days: int | None
    requires_96_97: bool | None
    modifier_order: tuple[str, ...]
    line_order: str | None
    claim_filing_code: str | None
    parameters: str | None
    severities: Mapping[str, Severity | str] = field(hash=False)
    unverified: frozenset[str]
    sources: tuple[str, ...]
    note: str
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of one file, with its evidence."""

    key: str
    value: Any
    cite: str
    confidence: str
    since: date | None
    line: int


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile file, checked against the vocabulary but not yet joined with its base."""

    id: str
    file: str
    name: str | None
    extends: str | None
    extends_line: int
    reviewed_on: date | None
    sources: tuple[str, ...]
    severities: tuple[tuple[str, Severity | str], ...]
    settings: tuple[Setting, ...]
    note: str


def read_profile(path: Path) -> Profile:
    """One profile file.

    Raises:
        ProfileError: file, line and key of the first thing that is wrong.
    """

    def fault(line: int, key: str, message: str) -> ProfileError:
        return ProfileError(path.name, line, key, message)

    located = yamlfile.read(path, fault)
    data = located.data
    if not isinstance(data, dict):
        raise fault(1, "file", "a profile is a list of keys and values")
    settings = []
    for key, entry in data.items():
        line = located.line(key)
        if key in _PLAIN:
            continue
        if key not in _SETTINGS:
            raise fault(line, str(key), "is not a word of payer profiles")
        settings.append(_setting(str(key), entry, line, fault))
    for key in ("name", "extends", "note"):
        if key in data and (not isinstance(data[key], str) or not data[key].strip()):
            raise fault(located.line(key), key, "needs words")
    if "reviewed_on" in data and not isinstance(data["reviewed_on"], date):
        raise fault(located.line("reviewed_on"), "reviewed_on", "is a date, YYYY-MM-DD")
    cited = data.get("sources", [])
    if not isinstance(cited, list) or not all(isinstance(cite, str) for cite in cited):
        raise fault(located.line("sources"), "sources", "is a list of source ids")
    return Profile(
        id=path.stem,
        file=path.name,
        name=data.get("name"),
        extends=data.get("extends"),
        extends_line=located.line("extends"),
        reviewed_on=data.get("reviewed_on"),
        sources=tuple(cited),
        severities=_severities(data.get("severities", {}), located, fault),
        settings=tuple(settings),
        note=data.get("note", ""),
    )


def _severities(
    entry: Any, located: yamlfile.Located, fault: yamlfile.Fault
) -> tuple[tuple[str, Severity | str], ...]:
    if not isinstance(entry, dict):
        raise fault(located.line("severities"), "severities", "is a list of RULE-ID: severity")
    found: list[tuple[str, Severity | str]] = []
    for rule, word in entry.items():
        line = located.line("severities", rule)
        # YAML reads a bare `off` as no
        if word is False or word == "off":
            found.append((str(rule), "off"))
        elif word in tuple(Severity):
            found.append((str(rule), Severity(word)))
        else:
            raise fault(line, str(rule), "is stop, review, advise or off")
    return tuple(found)


def _setting(key: str, entry: Any, line: int, fault: yamlfile.Fault) -> Setting:
    value, cite, confidence, since = entry, "", "", None
    if isinstance(entry, dict):
        if unknown := sorted(str(word) for word in entry.keys() - _EVIDENCE):
            raise fault(line, key, f"{unknown[0]} is not known here: use is, source, confidence")
        if "is" not in entry:
            raise fault(line, key, "needs is: the value")
        value, cite = entry["is"], entry.get("source", "")
        confidence, since = entry.get("confidence", ""), entry.get("since")
        if not isinstance(cite, str):
            raise fault(line, key, "source is an id, or id#section")
        if confidence not in ("", "V", "S", "K"):
            raise fault(line, key, "confidence is V, S or K")
        if since is not None and not isinstance(since, date):
            raise fault(line, key, "since is a date, YYYY-MM-DD")
    return Setting(key, _checked(key, value, line, fault), cite, confidence, since, line)


def _checked(key: str, value: Any, line: int, fault: yamlfile.Fault) -> Any:
    if value is None:
        return None
    if key in _YES_NO:
        if not isinstance(value, bool):
            raise fault(line, key, "is yes or no")
        return value
    if key in _WORDS:
        if value not in _WORDS[key]:
            raise fault(line, key, f"is one of {', '.join(map(str, _WORDS[key]))}")
        return value
    if key in _NUMBERS:
        least, most = _NUMBERS[key]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise fault(line, key, f"is a whole number from {least} to {most}")
        return value
    if key == "extra_pairs":
        return _pairs(value, line, fault)
    if key == "modifier_order":
        if not isinstance(value, list) or not all(word in _MODIFIER_GROUPS for word in value):
            raise fault(line, key, f"lists groups out of {', '.join(sorted(_MODIFIER_GROUPS))}")
        if len(set(value)) != len(value):
            raise fault(line, key, "names a group twice")
        return tuple(value)
    if not isinstance(value, str) or not value:
        raise fault(line, key, "needs words (quote a code such as 'MB')")
    return value


def _pairs(value: Any, line: int, fault: yamlfile.Fault) -> tuple[ExtraPair, ...]:
    if not isinstance(value, list):
        raise fault(line, "extra_pairs", "is a list of [column 1, column 2, indicator]")
    pairs: list[ExtraPair] = []
    for pair in value:
        good = (
            isinstance(pair, list)
            and len(pair) == len(("column1", "column2", "indicator"))
            and isinstance(pair[0], str)
            and isinstance(pair[1], str)
            and pair[0] != pair[1]
            and pair[2] in (0, 1)
            and not isinstance(pair[2], bool)
        )
        if not good:
            raise fault(line, "extra_pairs", 'a pair is ["97140", "97530", 1]: codes in quotes')
        pairs.append((pair[0], pair[1], pair[2]))
    return tuple(pairs)


Folder = tuple[tuple[str, int, int], ...]


def _clinic_files() -> Folder:
    """The clinic's profile files as they stand, so that a changed file is read anew."""
    folder = os.environ.get("NEUROREED_PAYERS", "")
    if not folder:
        return ()
    try:
        return _files_in(folder)
    except (FileNotFoundError, NotADirectoryError):
        name = Path(folder).name
        raise ProfileError(name, 1, "NEUROREED_PAYERS", "there is no such folder") from None


def _files_in(path: Path | str) -> Folder:
    # asked with every look at a profile: scandir costs a tenth of what a glob does
    found = []
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.name.endswith(".yaml"):
                stat = entry.stat()
                found.append((entry.path, stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(found))


@lru_cache(maxsize=4)
def _files(clinic: Folder) -> dict[str, tuple[Profile, Profile | None]]:
    """Profiles by id, the clinic's before ours, each with the one of ours that it replaces."""
    ours = {path.stem: read_profile(path) for path in sorted((PACKAGE / "payers").glob("*.yaml"))}
    found: dict[str, tuple[Profile, Profile | None]] = {
        name: (profile, None) for name, profile in ours.items()
    }
    for file, _, _ in clinic:
        profile = read_profile(Path(file))
        found[profile.id] = (profile, ours.get(profile.id))
    return found


def _ancestry(payer_id: str, clinic: Folder) -> tuple[Profile, ...]:
    """A profile and all it extends, nearest first.

    A clinic's profile may extend ours of the same name.
    """
    files = _files(clinic)
    if payer_id not in files:
        raise NoParameter(
            "payer profile", payer_id, None, "Add a profile to the folder NEUROREED_PAYERS."
        )
    chain: list[Profile] = []
    profile, replaced = files[payer_id]
    while True:
        chain.append(profile)
        if profile.extends is None:
            return tuple(chain)
        if profile.extends == profile.id and replaced is not None:
            profile, replaced = replaced, None
            continue
        if profile.extends not in files:
            raise ProfileError(
                profile.file, profile.extends_line, "extends", f"no profile {profile.extends!r}"
            )
        if any(seen.id == profile.extends for seen in chain):
            raise ProfileError(
                profile.file, profile.extends_line, "extends", "goes round in a circle"
            )
        profile, replaced = files[profile.extends]


@lru_cache(maxsize=256)
def _payer(payer_id: str, on: date | None, clinic: Folder) -> Payer:
    chain = _ancestry(payer_id, clinic)
    values: dict[str, Any] = dict.fromkeys(_SETTINGS)
    unverified: set[str] = set()
    unread: set[str] = set()
    severities: dict[str, Severity | str] = {}
    cites: dict[str, None] = {}
    for profile in reversed(chain):
        for setting in profile.settings:
            if on is not None and setting.since is not None and on < setting.since:
                continue
            values[setting.key] = setting.value
            unverified.discard(setting.key)
            unread.discard(setting.key)
            if setting.confidence == "K" and setting.value is not None:
                unread.add(setting.key)
            if setting.confidence != "V" and setting.value is not None:
                unverified.add(setting.key)
            if setting.cite:
                cites[setting.cite] = None
        severities.update(profile.severities)
        cites.update(dict.fromkeys(profile.sources))
    own = chain[0]
    return Payer(
        id=payer_id,
        name=own.name or payer_id,
        extends=tuple(profile.id for profile in chain[1:]),
        reviewed_on=own.reviewed_on,
        unverified=frozenset(unverified),
        unread=frozenset(unread),
        severities=MappingProxyType(severities),
        sources=tuple(cites),
        note=own.note,
        extra_pairs=values.pop("extra_pairs") or (),
        modifier_order=values.pop("modifier_order") or (),
        **values,
    )


def profile(payer_id: str, on: date | None = None) -> Payer:
    """The profile of a payer; with a date, as its settings were on that date of service.

    Raises:
        NoParameter: there is no such profile.
        ProfileError: a file is wrong; file, line and key.
    """
    return _payer(payer_id, on, _clinic_files())


def profile_in(folder: Path, payer_id: str) -> Payer:
    """The profile of a payer as it would be were ``folder`` the clinic's: for a draft of one.

    Raises:
        NoParameter: there is no such profile.
        ProfileError: a file is wrong; file, line and key.
    """
    return _payer(payer_id, None, _files_in(folder))


def profiles() -> dict[str, Payer]:
    """Every profile by id, ours and the clinic's."""
    clinic = _clinic_files()
    return {name: _payer(name, None, clinic) for name in sorted(_files(clinic))}


def profile_files() -> tuple[Profile, ...]:
    """Every profile file as written, for checks."""
    return tuple(profile for profile, _ in _files(_clinic_files()).values())


def parameter_payers(payer_id: str) -> tuple[str, ...]:
    """The payers whose dated numbers apply to one payer, nearest first."""
    return _parameter_payers(payer_id, _clinic_files())


@lru_cache(maxsize=256)
def _parameter_payers(payer_id: str, clinic: Folder) -> tuple[str, ...]:
    found: dict[str, None] = {}
    waiting = [payer_id]
    while waiting:
        name = waiting.pop(0)
        if name in found:
            continue
        payer = _payer(name, None, clinic)
        found.update(dict.fromkeys((name, *payer.extends)))
        if payer.parameters is not None:
            waiting.append(payer.parameters)
    return tuple(sorted(found, key=lambda name: name == "base"))
