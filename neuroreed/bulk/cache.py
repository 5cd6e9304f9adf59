"""Where compiled kernels and looked-up policy are kept between runs."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path


def cache_folder() -> Path:
    """Where compiled kernels are kept: a writable folder, ours alone.

    ``NEUROREED_CACHE`` comes first, then the user's cache folder; where neither can be
    written, a folder that lasts as long as this process.
    """
    wanted = [os.environ.get("NEUROREED_CACHE")]
    base = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    wanted.append(str(Path(base) / "neuroreed"))
    for name in wanted:
        if not name:
            continue
        folder = Path(name)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return _last_resort()


@cache
def _last_resort() -> Path:
    # a shared temporary folder with a name that others can guess would load their code
    return Path(tempfile.mkdtemp(prefix="neuroreed-"))
