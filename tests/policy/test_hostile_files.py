"""Whatever is done to an official file, it is read or refused in words, never half stored."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.model.errors import PolicyFileError
from neuroreed.policy.official import load
from tests.policy import official_files as made

GOOD = {
    "PPRRVU2026_Oct_nonQPP.csv": made.pprrvu(),
    "PPRRVU25_JUL.txt": made.pprrvu_text(),
    "ccipra-v323r0-f1.txt": made.ptp(),
    "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv": made.mue(),
    "ZIP5_OCT2026.txt": made.zip5(),
    "icd10cm_order_2027.txt": made.icd10_order(),
}


@pytest.mark.parametrize("name", GOOD)
@given(data=st.data())
@settings(max_examples=40)
def test_a_corrupted_file_is_read_or_refused(name: str, data: st.DataObject) -> None:
    content = bytearray(GOOD[name])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        what = data.draw(st.sampled_from(["flip", "cut", "drop", "nul", "quote", "newline"]))
        if what == "cut":
            del content[at + 1 :]
        elif what == "drop":
            del content[at : at + 3]
        else:
            content[at] = {"flip": content[at] ^ 0x80, "nul": 0, "quote": 34, "newline": 10}[what]
        if not content:
            break
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / name).write_bytes(bytes(content))
        into = folder / "policy"

        try:
            loaded = load(folder / name, into)
        except PolicyFileError:
            assert not into.exists()
        else:
            assert loaded
            assert not list(into.rglob("*.part"))
    finally:
        shutil.rmtree(folder)


@given(st.binary(max_size=400))
@settings(max_examples=60)
def test_an_archive_of_noise_is_refused(noise: bytes) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "RVU26D.zip").write_bytes(b"PK\x03\x04" + noise)

        with pytest.raises(PolicyFileError):
            load(folder / "RVU26D.zip", folder / "policy")

        assert not (folder / "policy").exists()
    finally:
        shutil.rmtree(folder)


def test_a_disk_that_fails_leaves_what_was_there(
    tmp_path: Path, clinic_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = made.zipped(tmp_path / "RVU26D.zip", made.rvu_release())
    load(release, clinic_folder)
    before = {path: path.read_bytes() for path in clinic_folder.rglob("*") if path.is_file()}
    newer = made.zipped(
        tmp_path / "RVU27A.zip", {"PPRRVU2027_Jan.csv": made.pprrvu(factor="33.0001")}
    )
    place = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.name == "releases.csv":
            raise OSError(28, "No space left on device")
        return place(self, target)

    monkeypatch.setattr(Path, "replace", full)

    with pytest.raises(OSError, match="No space"):
        load(newer, clinic_folder)

    after = {path: path.read_bytes() for path in clinic_folder.rglob("*") if path.is_file()}
    assert after == before
