"""The rule book: every rule as a sentence, with its why, its sources and its examples."""

from __future__ import annotations

import inspect
import re
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from neuroreed.audit import examples, registry
from neuroreed.web.pages.door import door
from neuroreed.web.pages.showing import cited


def severity_word(severity: str) -> str:
    """What a finding of this severity does."""
    words = {"stop": _("holds the claim"), "review": _("asks for a look"), "advise": _("tells")}
    return words.get(severity, severity)


@door()
def rules(request: HttpRequest) -> HttpResponse:
    """All rules, by family."""
    listed = sorted(registry.rules(), key=lambda rule: (rule.family, rule.id))
    families = [
        {
            "name": family.replace("_", " ").capitalize(),
            "rules": [
                {
                    "id": rule.id,
                    "title": rule.title,
                    "severity": str(rule.runs_as),
                    "word": severity_word(str(rule.runs_as)),
                }
                for rule in group
            ],
        }
        for family, group in groupby(listed, key=lambda rule: rule.family)
    ]
    return render(request, "rules/list.html", {"families": families, "total": len(listed)})


@door()
def rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """One rule."""
    found = next((r for r in registry.rules() if r.id == rule_id), None)
    if found is None:
        raise Http404
    return render(request, "rules/rule.html", {"rule": shown(found)})


def shown(rule: Any) -> dict[str, Any]:
    """One rule as its page shows it."""
    since, until = rule.effective
    described = [registry.registry().describe(name) for name in rule.needs]
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": str(rule.runs_as),
        "word": severity_word(str(rule.runs_as)),
        "why": inspect.cleandoc(rule.why).split("\n\n"),
        "says": re.sub(r"{(\w+)}", lambda found: f"[{found[1].replace('_', ' ')}]", rule.says),
        "fix": rule.fix,
        "scope": str(rule.scope).replace("_", " "),
        "since": since,
        "until": until,
        "condition": inspect.getsource(rule.function),
        "facts": [
            {"name": entry.name, "means": entry.means, "unit": entry.unit} for entry in described
        ],
        "sources": cited(rule.cites),
        "is_lowered": rule.runs_as != rule.severity,
        "examples": [
            {"it": example.it, "finds": finds_word(example.finds)}
            for example in examples.examples().get(rule.id, ())
        ],
    }


def finds_word(finds: str | tuple[str, ...]) -> str:
    """The answer of an example in words."""
    if isinstance(finds, tuple):
        return _("finds {}").format(", ".join(finds))
    words = {"nothing": _("finds nothing"), "unknown": _("cannot tell: a fact is missing")}
    return words.get(finds, _("finds it"))
