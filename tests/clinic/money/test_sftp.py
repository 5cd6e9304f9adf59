"""The exchange over a real SFTP connection to a server of these tests."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from neuroreed.clinic import connectors
from neuroreed.clinic.models import OutgoingStep, Remittance
from neuroreed.clinic.services import receiving, sending
from tests.clinic.money import payer
from tests.clinic.money.payer import Answer
from tests.clinic.world import at

PASSWORD = "an-invented-password"


class Door(paramiko.ServerInterface):
    """Lets one user in by password."""

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == ("clinic", PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password"


class Handle(paramiko.SFTPHandle):
    """An open file."""

    def stat(self) -> Any:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


class Files(paramiko.SFTPServerInterface):
    """A folder as SFTP."""

    root = Path()

    def _path(self, name: str) -> Path:
        return self.root / self.canonicalize(name).lstrip("/")

    def list_folder(self, path: str) -> Any:
        found = []
        for one in self._path(path).iterdir():
            attributes = paramiko.SFTPAttributes.from_stat(one.stat())
            attributes.filename = one.name
            found.append(attributes)
        return found

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        try:
            number = os.open(self._path(path), flags, 0o600)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        mode = "r+b" if flags & os.O_RDWR else ("wb" if flags & os.O_WRONLY else "rb")
        file = os.fdopen(number, mode)
        handle = Handle(flags)
        handle.readfile = handle.writefile = file
        handle.filename = path
        return handle

    def rename(self, oldpath: str, newpath: str) -> int:
        if self._path(newpath).exists():
            return paramiko.SFTP_FAILURE
        self._path(oldpath).rename(self._path(newpath))
        return paramiko.SFTP_OK


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """The address of an SFTP server that lives as long as the test, and its folder."""
    root = tmp_path / "remote"
    for part in ("out", "in", "done"):
        (root / part).mkdir(parents=True)
    monkeypatch.setattr(Files, "root", root)
    monkeypatch.setenv("NEUROREED_TRANSPORT_PASSWORD", PASSWORD)
    key = paramiko.RSAKey.generate(2048)
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
            transports.append(transport)
            try:
                transport.start_server(server=Door())
            except (paramiko.SSHException, EOFError, OSError):
                continue

    threading.Thread(target=serve, daemon=True).start()
    hosts = tmp_path / "hosts"
    hosts.write_text(f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n")
    yield f"sftp://clinic@127.0.0.1:{port}/?hosts={hosts}", root
    listening.close()
    for transport in transports:
        transport.close()


def test_claims_go_out_and_answers_come_in_by_sftp(desk_clinic: Any, server: Any) -> None:
    address, root = server
    file = desk_clinic.file()
    answers = [Answer(claim.body) for claim in desk_clinic.claims]
    (root / "in" / "answer.835").write_bytes(payer.remittance(answers))

    sent = sending.deliver(desk_clinic.biller, at=at(11, 5), address=address)
    came = receiving.collect(None, at=at(12), address=address)

    assert (sent.sent, sent.failed) == (1, 0)
    (out,) = (root / "out").iterdir()
    assert out.read_bytes() == bytes(file.content)
    assert [one.outcome for one in came.taken] == ["taken"]
    assert Remittance.objects.count() == 1
    assert [path.name for path in (root / "done").iterdir()] == ["answer.835"]


def test_a_file_collected_before_we_noted_it_is_not_sent_again(
    desk_clinic: Any, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, root = server
    desk_clinic.file()
    release = connectors.Sftp.release

    def released_and_broken(self: Any, name: str) -> str:
        release(self, name)
        raise OSError("the line broke after the renaming")

    monkeypatch.setattr(connectors.Sftp, "release", released_and_broken)
    first = sending.deliver(None, at=at(11, 5), address=address)
    (root / "out" / next((root / "out").iterdir()).name).unlink()  # the other side collects it
    monkeypatch.setattr(connectors.Sftp, "release", release)

    second = sending.deliver(None, at=at(11, 30), address=address)

    assert (first.failed, second.sent) == (1, 1)
    assert list((root / "out").iterdir()) == []
    assert OutgoingStep.objects.get(state="sent").says == "found released"


@pytest.mark.parametrize("fault", ["stranger", "password", "nobody"])
def test_a_stranger_host_a_wrong_password_or_no_server_sends_nothing_and_is_tried_again(
    desk_clinic: Any, server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    address, root = server
    desk_clinic.file()
    wrong = address
    if fault == "stranger":
        (tmp_path / "empty").write_text("")
        wrong = address.replace(f"{tmp_path}/hosts", f"{tmp_path}/empty")
    elif fault == "password":
        monkeypatch.setenv("NEUROREED_TRANSPORT_PASSWORD", "wrong")
    else:
        free = socket.create_server(("127.0.0.1", 0))
        wrong = f"sftp://clinic@127.0.0.1:{free.getsockname()[1]}/?hosts={tmp_path}/hosts"
        free.close()

    failed = sending.deliver(None, at=at(11, 5), address=wrong)

    assert (failed.sent, failed.failed) == (0, 1)
    assert list((root / "out").iterdir()) == []
    assert PASSWORD not in OutgoingStep.objects.get().says
    monkeypatch.setenv("NEUROREED_TRANSPORT_PASSWORD", PASSWORD)
    assert sending.deliver(None, at=at(11, 30), address=address).sent == 1


def test_a_name_from_the_other_side_cannot_leave_its_folder(tmp_path: Path) -> None:
    folder = connectors.Folder(tmp_path)
    for name in ("../up", "/etc/passwd", ".hidden", "a/b", ""):
        with pytest.raises(ValueError, match="file name"):
            folder.fetch(name)
