"""Write docs/reference from the code, so that nothing there can be forgotten or stale.

``python scripts/reference.py`` writes; a test fails while a page differs from the code.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import neuroreed
from neuroreed.cli import COMMANDS
from neuroreed.model import errors

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


def commands() -> str:
    """Every command, one line each."""
    rows = [f"| `neuroreed {name}` | {about} |" for name, (_, about) in COMMANDS.items()]
    return "\n".join(
        [
            "# Commands",
            "",
            "`neuroreed COMMAND --help` tells the arguments; `--json` prints the library's answer.",
            "Exit status: 0 done, 1 findings of severity *stop*, 2 the caller's mistake.",
            "",
            "| command | what it does |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def library() -> str:
    """Every public name with the first paragraph of its docstring."""
    lines = ["# Library", "", "`import neuroreed as nr` loads nothing heavy.", ""]
    for name in sorted(set(neuroreed.__all__) - {"__version__"}):
        thing = getattr(neuroreed, name)
        call = thing if callable(thing) else None
        try:
            signature = str(inspect.signature(call)) if call and not inspect.isclass(call) else ""
        except (TypeError, ValueError):
            signature = ""
        text = inspect.getdoc(thing) or ""
        lines += [f"## `nr.{name}`", ""]
        if signature:
            lines += ["```text", f"nr.{name}{re.sub(r' -> .*', '', signature)}", "```", ""]
        lines += [text.split("\n\n")[0], ""]
    return "\n".join(lines)


def error_tree() -> str:
    """The tree of errors as model.errors draws it, then each with its meaning."""
    lines = ["# Errors", "", "```text", inspect.cleandoc(errors.__doc__ or ""), "```", ""]
    for name, thing in sorted(vars(errors).items()):
        if inspect.isclass(thing) and issubclass(thing, errors.NeuroReedError):
            lines.append(f"- `{name}`: {(inspect.getdoc(thing) or '').splitlines()[0]}")
    return "\n".join([*lines, ""])


def rules() -> str:
    """Every rule: severity, scope, title, sources."""
    lines = ["# Rules", "", "The whole text with examples: `neuroreed rules --html`.", ""]
    lines += ["| rule | severity | scope | title | sources |", "|---|---|---|---|---|"]
    for rule in neuroreed.rules():
        cites = ", ".join(rule.cites)
        lines.append(f"| {rule.id} | {rule.runs_as} | {rule.scope} | {rule.title} | {cites} |")
    return "\n".join([*lines, ""])


def facts() -> str:
    """The data dictionary: every fact with unit and meaning."""
    from neuroreed.audit import registry

    lines = ["# Facts", "", "| fact | scope | unit | means |", "|---|---|---|---|"]
    for _, fact in sorted(registry.registry().facts.items()):
        lines.append(f"| `{fact.name}` | {fact.scope} | {fact.unit} | {fact.means} |")
    return "\n".join([*lines, ""])


def parameters() -> str:
    """Every dated value with its source and confidence."""
    from neuroreed.policy import parameters as dated

    lines = ["# Parameters", ""]
    lines += ["| parameter | from | until | value | unit | source | confidence |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for parameter in sorted(dated.all_parameters(), key=lambda p: (p.name, p.payer)):
        for value in parameter.values:
            until = value.until or "open"
            lines.append(
                f"| `{parameter.name}` ({parameter.payer}) | {value.since} | {until} "
                f"| {value.value} | {value.unit} | {value.source} | {value.confidence} |"
            )
    return "\n".join([*lines, ""])


PAGES = {
    "commands.md": commands,
    "library.md": library,
    "errors.md": error_tree,
    "rules.md": rules,
    "facts.md": facts,
    "parameters.md": parameters,
}


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page())


if __name__ == "__main__":
    main()
