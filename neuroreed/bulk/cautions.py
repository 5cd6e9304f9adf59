"""What the report of an audit says against its own figures.

The measured shares stand in ``docs/reference/coverage.md`` with how they were measured:
``python -m bench coverage`` draws ten thousand samples from frames whose truth is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

FEW_CHARTS: Final = 30
FEW_ERRORS: Final = 5
FEW_OF_STRATUM: Final = 15
DEVIATION: Final = 0.01

# least and most of what 90 % intervals held, over both estimators; measured, see above
HELD_WITH_RARE_ERRORS: Final = "39 to 86"
HELD_WITH_SMALL_STRATA: Final = "39 to 89"
HELD_WITH_GIANTS: Final = "41 to 77"
DEMANDED_WITH_SMALL_STRATA: Final = 16


class Interval(NamedTuple):
    """A figure with its interval: its name, what it says it holds, what it does, how known."""

    name: str
    nominal: float
    coverage: float
    how: str


def cautions(
    charts: int,
    overpaid: int,
    smallest: int | None,
    rate: Interval,
    dollars: Sequence[Interval],
) -> list[str]:
    """Sentences for the report.

    Args:
        overpaid: charts with dollars paid too much or too little.
        smallest: the least charts of a stratum that was not drawn whole, over strata; else None.
    """
    said = []
    if charts < FEW_CHARTS:
        said.append(
            f"{charts} charts are few: below {FEW_CHARTS} the intervals are wide and the "
            "dollars rest on single charts."
        )
    if dollars and overpaid < FEW_ERRORS:
        said.append(
            f"{overpaid} charts carry all overpaid dollars: below {FEW_ERRORS} a dollar interval "
            "is not to be relied on. Where 2 to 5 % of units were overpaid, 90 % intervals held "
            f"the truth in {HELD_WITH_RARE_ERRORS} % of simulated samples."
        )
    if dollars and smallest is not None and smallest < FEW_OF_STRATUM:
        said.append(
            f"A stratum has {smallest} charts: below {FEW_OF_STRATUM} its spread is hardly known. "
            f"With strata of 2 to 10 charts, 90 % intervals held the truth in "
            f"{HELD_WITH_SMALL_STRATA} % of simulated samples, and the lower limit was above the "
            f"truth in up to {DEMANDED_WITH_SMALL_STRATA} % instead of 5 %."
        )
    # without one overpaid chart the interval of dollars is a point, and its coverage no figure
    for name, nominal, coverage, how in (rate, *(dollars if overpaid else ())):
        if abs(coverage - nominal) > DEVIATION:
            side = "more" if coverage > nominal else "less"
            said.append(
                f"The {nominal * 100:.0f} % interval of the {name} holds the truth in "
                f"{coverage * 100:.1f} % of "
                f"samples from a frame like this one ({how}), {side} often than it says."
            )
    if dollars:
        said.append(
            "A frame like this one is the sample repeated: a few very large units that no chart "
            "shows are not in it. With 1 unit in 200 fifty times as large as the others, 90 % "
            f"intervals held the truth in {HELD_WITH_GIANTS} % of simulated samples, whatever the "
            "sample said of itself: judge the largest units one by one, apart from the sample."
        )
    return said
