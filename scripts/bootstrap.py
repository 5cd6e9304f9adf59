"""Make the virtual environment and put the pinned uv into it, with nothing but Python.

Some systems ship Python without pip or ensurepip; there uv's own wheel is fetched from the
public index and checked against the digest that the index publishes for it.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path

UV_VERSION = "0.13.9"
INDEX = "https://pypi.org/simple/uv/"
AS_JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}


def main(folder: str) -> None:
    """Create ``folder`` if it is absent and install uv there, once."""
    if sys.version_info < (3, 11):  # noqa: UP036  (the one file that any Python may start)
        sys.exit("NeuroReEd needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ...")
    home = Path(folder)
    python, uv = home / "bin" / "python", home / "bin" / "uv"
    if not python.exists():
        try:
            venv.create(home, with_pip=True, clear=True)
        except (subprocess.CalledProcessError, SystemExit):
            venv.create(home, with_pip=False, clear=True)
    if uv.exists() and UV_VERSION in _output(str(uv), "--version"):
        return
    asked = [str(python), "-m", "pip", "install", "--quiet", f"uv=={UV_VERSION}"]
    if subprocess.run(asked, check=False, stderr=subprocess.DEVNULL).returncode != 0:
        uv.write_bytes(_from_the_index())
        uv.chmod(0o755)


def _output(*command: str) -> str:
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def _from_the_index() -> bytes:
    asked = urllib.request.Request(INDEX, headers=AS_JSON)
    with urllib.request.urlopen(asked, timeout=60) as answer:
        files = json.load(answer)["files"]
    libc = "musllinux" if platform.libc_ver()[0] == "" else "manylinux"
    system = {"Linux": libc, "Darwin": "macosx", "Windows": "win"}[platform.system()]
    machine = {"AMD64": "x86_64", "arm64": "arm64"}.get(platform.machine(), platform.machine())
    for file in files:
        name = file["filename"]
        ours = name.startswith(f"uv-{UV_VERSION}-") and name.endswith(".whl")
        if ours and system in name and machine in name:
            with urllib.request.urlopen(file["url"], timeout=300) as answer:
                wheel = answer.read()
            if hashlib.sha256(wheel).hexdigest() != file["hashes"]["sha256"]:
                sys.exit(f"{name} does not have the digest that the index publishes: not used.")
            with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
                inside = next(n for n in archive.namelist() if n.endswith("scripts/uv"))
                return archive.read(inside)
    sys.exit("No uv for this system on the public index: install uv and run make again.")


if __name__ == "__main__":
    main(sys.argv[1])
