"""YAML files of ours with the line of every key, so that an error can point at it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from neuroreed.model.errors import BadInput

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Where = tuple[str | int, ...]
Fault = Callable[[int, str, str], BadInput]


class Located:
    """The plain data of a YAML file, and where each part of it stands.

    ``lines`` maps the way to a value, such as ``("values", 0, "from")``, to its line from 1.
    """

    def __init__(self, data: Any, lines: dict[Where, int]) -> None:
        self.data, self.lines = data, lines

    def line(self, *where: str | int) -> int:
        """The line of a value, or of the nearest part around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)


def read(path: Path, fault: Fault) -> Located:
    """Read a YAML file; ``fault(line, key, message)`` makes the error that is raised."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise fault(1, "file", "not UTF-8 text") from error
    loader = _Loader(text)
    lines: dict[Where, int] = {}
    try:
        node = loader.get_single_node()
        data = None if node is None else _plain(loader, node, (), lines, fault)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        problem = error.problem or "not YAML"
        raise fault(mark.line + 1 if mark else 1, "file", problem) from error
    except yaml.YAMLError as error:
        raise fault(1, "file", "not YAML") from error
    except BadInput:
        raise
    except ValueError as error:
        raise fault(1, "file", f"a value cannot be read ({error})") from error
    finally:
        loader.dispose()
    return Located(data, lines)


def _plain(loader: Any, node: Any, where: Where, lines: dict[Where, int], fault: Fault) -> Any:
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node)
            line = key_node.start_mark.line + 1
            if not isinstance(key, (str, int)):
                raise fault(line, str(key), "a key is a word")
            if key in mapping:
                raise fault(line, str(key), "stands here twice")
            lines[(*where, key)] = line
            mapping[key] = _plain(loader, value_node, (*where, key), lines, fault)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(loader, item, (*where, place), lines, fault)
            for place, item in enumerate(node.value)
        ]
    return loader.construct_object(node)
