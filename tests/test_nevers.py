"""What the source never does, by reading it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "neuroreed"
CORE = ("model", "policy", "care", "billing", "audit", "exchange")
LARGEST_NUMBER = 99
CLOCKS = {"today", "now", "utcnow"}


def files(*rooms: str) -> list[Path]:
    return sorted(
        path
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if "data" not in path.relative_to(ROOT).parts
    )


def named(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def outside_effective(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those of a rule's own ``effective``."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.keyword) and child.arg == "effective":
            continue
        yield child
        yield from outside_effective(child)


def called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return getattr(function, "attr", getattr(function, "id", ""))


@pytest.mark.parametrize("path", files("billing", "audit"), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_large_number_and_no_date_stands_in_judgement(path: Path) -> None:
    """Dollars, years and code lists are policy data; a rule's own dates are its own."""
    faults = []
    for node in outside_effective(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float, complex):
            if abs(node.value) > LARGEST_NUMBER and not _is_cache_size(path, node):
                faults.append(f"{named(path, node)} {node.value}")
        elif called(node) in {"date", "datetime"} and _is_literal(node):
            faults.append(f"{named(path, node)} a date")
    assert not faults


def _is_literal(call: ast.Call) -> bool:
    return bool(call.args) and all(isinstance(each, ast.Constant) for each in call.args)


def _is_cache_size(path: Path, number: ast.Constant) -> bool:
    line = path.read_text(encoding="utf-8").splitlines()[number.lineno - 1]
    return "lru_cache(maxsize=" in line


@pytest.mark.parametrize("path", files(*CORE), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_core_takes_time_as_an_argument_and_money_without_floats(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    faults = []
    for node in ast.walk(tree):
        if called(node) in CLOCKS and isinstance(node.func, ast.Attribute):
            faults.append(f"{named(path, node)} asks a clock")
        if called(node) == "sum" and isinstance(node.func, ast.Attribute):
            faults.append(f"{named(path, node)} .sum( skips what is unknown")
    assert not faults


@pytest.mark.parametrize(
    "path", files("billing", "audit", "model"), ids=lambda p: str(p.relative_to(ROOT))
)
def test_money_and_judgement_know_no_float(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    faults = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            faults.append(f"{named(path, node)} {node.value}")
        if called(node) == "float":
            faults.append(f"{named(path, node)} float(")
    assert not faults


def test_no_file_of_the_source_is_longer_than_500_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in ROOT.rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long


def test_a_family_of_rules_stays_under_300_lines() -> None:
    long = [
        path.name
        for path in (ROOT / "audit" / "rules").glob("*.py")
        if len(path.read_text(encoding="utf-8").splitlines()) > 300
    ]
    assert not long
