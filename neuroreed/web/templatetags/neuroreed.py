"""How the pages write dates, money, times and signs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
SIGNS = {"stop": "stop", "review": "review", "advise": "advise", "good": "good", "todo": "todo"}


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """One sign of our own sprite; the word beside it carries the meaning."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        extra,
        static("img/icons.svg"),
        name,
    )


@register.inclusion_tag("parts/chip.html")
def chip(state: str, word: str) -> dict[str, str]:
    """A shape and a word; the colour repeats what the shape says."""
    return {"state": SIGNS.get(state, "todo"), "word": word}


@register.filter
def day(value: date | datetime | None) -> str:
    """Mon 23 Nov 2026."""
    if value is None:
        return _("no date yet")
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    from django.utils.formats import date_format

    return date_format(value, "D j M Y")


@register.filter
def clock(value: datetime | time | None) -> str:
    """14:05 on the clinic's clock."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return value.strftime("%H:%M")


@register.filter
def clock_seconds(value: datetime | None) -> str:
    """14:05:09 on the clinic's clock."""
    return "–" if value is None else timezone.localtime(value).strftime("%H:%M:%S")


@register.filter
def cents(value: int | None) -> str:
    """Whole cents as $1,234.56; a missing amount is said, never shown as zero."""
    if value is None:
        return _("not known")
    sign = "−" if value < 0 else ""
    return f"{sign}${abs(value) // 100:,}.{abs(value) % 100:02d}"


@register.filter
def dollars(value: Decimal | str | None) -> str:
    """Dollars as $1,234.56; a missing amount is said."""
    return _("not known") if value is None else f"${Decimal(value):,.2f}"


@register.filter
def epoch_ms(value: datetime | None) -> str:
    """Milliseconds for the page's clock; empty when there is no time."""
    return "" if value is None else str(int(value.timestamp() * 1000))


@register.filter
def words(value: Any) -> str:
    """A stored id as words: ``semi_tandem`` as *semi tandem*."""
    return "" if value is None else str(value).replace("_", " ").replace(".", " ")


@register.filter
def measure_name(value: Any) -> str:
    """An outcome measure by its name: ``berg`` as *Berg Balance Scale*."""
    from neuroreed.care.outcomes import library
    from neuroreed.model.errors import NeuroReedError

    try:
        return str(library.measure(str(value)).name)
    except NeuroReedError:
        return words(value)


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    """One entry of a mapping, or None."""
    return mapping.get(key) if isinstance(mapping, Mapping) else None


@register.filter
def stopwatch(seconds: int) -> str:
    """Seconds as 12:04 or 1:02:04, as the page's own clock writes them."""
    hours, rest = divmod(max(0, int(seconds)), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


@register.filter
def said_days(value: str) -> str:
    """A sentence of the core with its dates written as everywhere on the pages."""

    def said(found: re.Match[str]) -> str:
        try:
            return day(found[0])
        except ValueError:
            return found[0]

    return ISO_DAY.sub(said, str(value))
