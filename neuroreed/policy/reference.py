"""The reference page of the policy data, written from the data themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from neuroreed.policy import tables
from neuroreed.policy.codes import all_codes
from neuroreed.policy.parameters import Parameter, Value, all_parameters
from neuroreed.policy.payers import Payer, profiles
from neuroreed.policy.sources import CONFIDENCE, all_sources

_INTRODUCTION = """\
# Policy data

Everything that has a date or a payer is data with its source; look-ups are by date of service.
What no table says raises `NoParameter`, which names the official file that closes the gap.
This page is written by `neuroreed policy reference`.

| mark | means |
|---|---|
"""

_COMMANDS = """
## Commands and settings

| command | does |
|---|---|
| `neuroreed policy check` | numbers cited, no undeclared gap or overlap, sources used |
| `neuroreed policy load FILE...` | loads official releases and tells what changed |
| `neuroreed policy list` | the releases at hand and how far they reach |
| `neuroreed policy reference` | this page |

| setting | means |
|---|---|
| `NEUROREED_POLICY` | the clinic's releases and `parameters/`, which go before ours |
| `NEUROREED_PAYERS` | the clinic's payer profiles, read after ours |

`policy load` reads these files and stores nothing when one of them is wrong or damaged.

| file | gives |
|---|---|
| `RVUyyX.zip` | relative values, conversion factors, GPCI, counties |
| `...ccipra-vNNNr0-fK.zip` | NCCI pairs; four parts make a quarter |
| `MCR_MUE_PractitionerServices_Eff_MM-DD-YYYY.csv` | unlikely units |
| `ZIP5_MMMYYYY.txt` | ZIP codes to localities |
| `icd10cm_order_YYYY.txt`, `icd10cm_codes_YYYY.txt` | diagnoses of a fiscal year |
"""

_FROM_PYTHON = """\
## From Python

```python
from datetime import date
from neuroreed.policy import codes, edits, fees, parameters, payers

day = date(2026, 11, 23)
print(parameters.as_of("kx_threshold_ot", day).value)
print(codes.lookup("97112", day).label)
print(fees.rvu("97112", day).pe, fees.conversion_factor(day))
print(edits.pair("97022", "97112", day).indicator)
print(payers.profile("medicare_part_b").unit_method)
```

```text
248000
retrain balance, movement, proprioception
0.47 33.4009
1
cms
```"""


def markdown() -> str:
    """The whole page."""
    parts = [
        _INTRODUCTION + "\n".join(f"| {mark} | {words} |" for mark, words in CONFIDENCE.items()),
        _COMMANDS.strip("\n"),
        _FROM_PYTHON,
        "## Releases we ship\n\n" + "\n".join(_releases()),
        "## Parameters\n\n" + "\n".join(_parameters(all_parameters())),
        "## Payer profiles\n\n" + "\n".join(_payers(profiles().values())),
        "## Therapy codes\n\n" + "\n".join(_codes()),
        "## Sources\n\n" + "\n".join(_sources()),
    ]
    return "\n\n".join(parts) + "\n"


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _row(*cells: object) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _releases() -> Iterator[str]:
    yield "`therapy`: therapy codes only. `undated`: without the day a pair began."
    yield "`partial`: what is absent may exist.\n"
    yield _row("table", "release", "from", "to", "extent", "rows")
    yield "|---|---|---|---|---|---|"
    for table in tables.FOLDERS:
        for release in tables.releases(table):
            yield _row(
                table,
                release.name,
                release.effective_from,
                release.effective_to,
                release.extent,
                release.rows,
            )
    yield "\nGaps we know of; a release of the same year stands in and the answer says `assumed`"
    yield "(relative values) or `stale` (edits).\n"
    yield _row("table", "from", "until", "because")
    yield "|---|---|---|---|"
    for row in tables.read(tables.PACKAGE / "gaps.csv"):
        yield _row(row["table"], row["from"], row["until"], row["because"])


def _span(since: date, until: date | None) -> str:
    if until is None:
        return f"from {since}"
    if (since.month, since.day, until.month, until.day) == (1, 1, 12, 31):
        return str(since.year) if since.year == until.year else f"{since.year} to {until.year}"
    return f"{since} to {until}"


def _parameters(parameters: Iterable[Parameter]) -> Iterator[str]:
    yield "Values are whole numbers in the unit given; `permille` are thousandths.\n"
    yield _row("name", "means", "payer", "unit", "values")
    yield "|---|---|---|---|---|"
    for parameter in parameters:
        values = "; ".join(_value(value) for value in parameter.values)
        means = parameter.title + (f", per {parameter.per}" if parameter.per else "")
        yield _row(f"`{parameter.name}`", means, parameter.payer, parameter.unit, values)


def _value(value: Value) -> str:
    word = f" ({value.word})" if value.word else ""
    return f"{_span(value.since, value.until)}: {value.value}{word} [{value.confidence}]"


_SHOWN = (
    "unit_method",
    "requires_discipline_modifier",
    "evaluations_need_discipline_modifier",
    "requires_cq_co",
    "assistant_permille",
    "max_timed_units_per_day",
    "mppr",
    "kx",
    "ncci",
    "requires_auth",
    "timely_filing_days",
)


def _payers(payers: Iterable[Payer]) -> Iterator[str]:
    yield "A question mark means unverified; a dash means that nobody has said.\n"
    yield _row("profile", *(f"`{name}`" for name in _SHOWN))
    yield "|---" * (len(_SHOWN) + 1) + "|"
    for payer in payers:
        yield _row(f"`{payer.id}`", *(_setting(payer, name) for name in _SHOWN))


def _setting(payer: Payer, name: str) -> str:
    value = getattr(payer, name)
    if value is None:
        return "–"
    words = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    return f"{words}{' ?' if name in payer.unverified else ''}"


def _codes() -> Iterator[str]:
    yield "Labels are ours.\n"
    yield _row("code", "label", "timing", "listing", "disciplines", "only with", "Medicare", "mark")
    yield "|---|---|---|---|---|---|---|---|"
    for code in all_codes():
        yield _row(
            code.cpt,
            code.label,
            code.timing,
            code.listing,
            " ".join(sorted(code.disciplines)),
            code.required_modifier or "",
            code.medicare,
            code.confidence,
        )


def _sources() -> Iterator[str]:
    yield _row("id", "title", "mark", "read on")
    yield "|---|---|---|---|"
    for source in all_sources().values():
        title = f"[{source.title}]({source.link})" if source.link else source.title
        yield _row(f"`{source.id}`", title, source.confidence, source.retrieved_on)
