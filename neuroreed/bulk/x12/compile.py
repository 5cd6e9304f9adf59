"""The walk over X12 segments as machine code, compiled once and kept in the cache folder."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from importlib import resources
from types import ModuleType
from typing import Final

from neuroreed.bulk.cache import cache_folder
from neuroreed.bulk.compile import _load

_PARTS: Final = ("parts", "sums", "fields", "walk")
_CACHED: Final = ("walk", "keep_claim", "seen_before", "move_seen")
_HEAD: Final = '''"""Copied together from the package; do not edit."""

import numba
import numpy as np

from neuroreed.bulk.x12 import codes as c

# without counting references: four fifths of the time went there, and nothing is allocated
_jit = numba.njit(nogil=True, error_model="numpy", _nrt=False, forceinline=True)
_cached = numba.njit(nogil=True, error_model="numpy", _nrt=False, cache=True)

'''
_IMPORTS: Final = re.compile(r"^(from|import) [^(\n]*(\([^)]*\))?\n", re.MULTILINE)


def _text() -> str:
    """The parts behind each other, without their own imports and each function compiled."""
    folder = resources.files(__package__)
    texts = []
    for name in _PARTS:
        text = folder.joinpath(f"{name}.py").read_text(encoding="utf-8")
        texts.append(_IMPORTS.sub("", text))
    text = _HEAD + "\n".join(texts)
    text = text.replace("\ndef ", "\n@_jit\ndef ")
    for name in _CACHED:
        text = text.replace(f"@_jit\ndef {name}(", f"@_cached\ndef {name}(")
    # the numbers are frozen into the machine code: others are another text
    numbers = sha256(folder.joinpath("codes.py").read_bytes()).hexdigest()
    return f"{text}\n# {numbers}\n"


@cache
def compiled() -> ModuleType:
    """The module with ``walk`` and the table of claims seen."""
    text = _text()
    key = sha256(text.encode()).hexdigest()[:16]
    return _load(f"neuroreed_x12_{key}", text, cache_folder() / "kernels" / key)
