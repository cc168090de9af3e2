"""Downloads, against a real server on 127.0.0.1."""

import errno
import hashlib
import os
import socket
import threading
from pathlib import Path

import pytest

from local_models import download as module
from local_models.cancel import CancelToken, never
from local_models.download import download, is_allowed
from local_models.errors import Cancelled, DownloadError, UsageError
from local_models.offline import NetworkGate
from local_models.types import DownloadProgress
from tests.fakes.file_server import FileServer, serving

DATA = os.urandom(1_000_000)
SUM = hashlib.sha256(DATA).hexdigest()


def fetch(
    server: FileServer, folder: Path, sha256: str = SUM, cancel: CancelToken | None = None
) -> list[DownloadProgress]:
    return list(download(server.url, sha256, folder / "tiny.gguf", NetworkGate(), cancel or never(), timeout_s=5))


def part(folder: Path) -> Path:
    return folder / "tiny.gguf.part"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://example.org/x.gguf", True),
        ("http://example.org/x.gguf", False),
        ("http://127.0.0.1:8000/x.gguf", True),
        ("http://[::1]/x.gguf", True),
        ("http://localhost/x.gguf", True),
        ("http://127.0.0.1.example.org/x.gguf", False),
        ("ftp://example.org/x.gguf", False),
        ("file:///etc/passwd", False),
        ("https:///x.gguf", False),
        ("x.gguf", False),
    ],
)
def test_only_https_and_this_computer_are_allowed(url: str, allowed: bool) -> None:
    assert is_allowed(url) is allowed


def test_an_address_or_checksum_that_can_not_be_used_is_refused_before_anything(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="https"):
        next(download("http://example.org/x", SUM, tmp_path / "x", NetworkGate(), never()))
    with pytest.raises(UsageError, match="64 hexadecimal"):
        next(download("https://example.org/x", "abc", tmp_path / "x", NetworkGate(), never()))


@pytest.mark.loopback
@pytest.mark.enable_socket
class TestFromAServer:
    def test_a_file_arrives_whole_with_progress(self, tmp_path: Path) -> None:
        with serving(FileServer(DATA)) as server:
            progress = fetch(server, tmp_path)
        assert (tmp_path / "tiny.gguf").read_bytes() == DATA
        assert not part(tmp_path).exists()
        assert progress[0] == DownloadProgress(0, len(DATA), 0, "127.0.0.1")
        assert progress[-1].done == progress[-1].total == len(DATA)
        assert [step.done for step in progress] == sorted(step.done for step in progress)

    def test_after_a_cut_it_goes_on_where_it_stopped(self, tmp_path: Path) -> None:
        with serving(FileServer(DATA, cut_after=400_000)) as server:
            with pytest.raises(DownloadError, match=r"broke off after 400,000 of 1,000,000") as cut:
                fetch(server, tmp_path)
            assert "goes on where it stopped" in cut.value.advice
            assert part(tmp_path).stat().st_size == 400_000
            server.cut_after = None
            progress = fetch(server, tmp_path)
        assert server.requests[-1][1] == "bytes=400000-"
        assert progress[0] == DownloadProgress(400_000, len(DATA), 400_000, "127.0.0.1")
        assert (tmp_path / "tiny.gguf").read_bytes() == DATA

    def test_a_server_without_ranges_sends_it_from_the_start(self, tmp_path: Path) -> None:
        part(tmp_path).write_bytes(b"x" * 500)
        with serving(FileServer(DATA, ranges=False)) as server:
            progress = fetch(server, tmp_path)
        assert progress[0].resumed_from == 0
        assert (tmp_path / "tiny.gguf").read_bytes() == DATA

    def test_a_part_that_is_whole_already_is_only_checked(self, tmp_path: Path) -> None:
        part(tmp_path).write_bytes(DATA)
        with serving(FileServer(DATA)) as server:
            progress = fetch(server, tmp_path)
        assert progress == [DownloadProgress(len(DATA), len(DATA), len(DATA), "127.0.0.1")]
        assert (tmp_path / "tiny.gguf").read_bytes() == DATA

    def test_a_wrong_checksum_is_an_error_and_the_part_is_removed(self, tmp_path: Path) -> None:
        with serving(FileServer(DATA)) as server, pytest.raises(DownloadError, match="not the one that was promised"):
            fetch(server, tmp_path, sha256="0" * 64)
        assert list(tmp_path.iterdir()) == []

    def test_a_part_of_another_file_does_not_slip_in(self, tmp_path: Path) -> None:
        part(tmp_path).write_bytes(b"x" * 500)
        with serving(FileServer(DATA)) as server:
            with pytest.raises(DownloadError, match="promised"):
                fetch(server, tmp_path)
            fetch(server, tmp_path)
        assert (tmp_path / "tiny.gguf").read_bytes() == DATA

    def test_a_cancel_is_heard_while_the_server_is_silent_and_keeps_the_part(self, tmp_path: Path) -> None:
        cancel, hold = CancelToken(), threading.Event()
        with serving(FileServer(DATA, hold=hold)) as server:
            with pytest.raises(Cancelled):
                for progress in download(server.url, SUM, tmp_path / "tiny.gguf", NetworkGate(), cancel, timeout_s=60):
                    if progress.done == len(DATA) // 2:
                        threading.Timer(0.05, cancel.cancel).start()
            assert part(tmp_path).stat().st_size == len(DATA) // 2
            server.hold = None
            fetch(server, tmp_path)
        assert (tmp_path / "tiny.gguf").read_bytes() == DATA

    def test_a_server_that_stops_answering_is_an_error(self, tmp_path: Path) -> None:
        with (
            serving(FileServer(DATA, hold=threading.Event())) as server,
            pytest.raises(DownloadError, match="stopped answering"),
        ):
            list(download(server.url, SUM, tmp_path / "tiny.gguf", NetworkGate(), never(), timeout_s=0.2))

    @pytest.mark.parametrize(("status", "words"), [(404, "no such file"), (401, "sign-in"), (500, "status 500")])
    def test_a_refusal_is_told_in_words(self, tmp_path: Path, status: int, words: str) -> None:
        with serving(FileServer(DATA, status=status)) as server, pytest.raises(DownloadError, match=words):
            fetch(server, tmp_path)

    def test_a_redirect_is_followed_and_the_new_host_shown(self, tmp_path: Path) -> None:
        with serving(FileServer(DATA, redirect="/moved")) as server:
            server.redirect = server.url.replace("127.0.0.1", "localhost").replace("models/tiny.gguf", "moved")
            progress = fetch(server, tmp_path)
        assert progress[-1].host == "localhost"
        assert (tmp_path / "tiny.gguf").read_bytes() == DATA

    @pytest.mark.parametrize("location", ["http://example.org/x.gguf", "file:///etc/passwd"])
    def test_an_unsafe_redirect_is_not_followed(self, tmp_path: Path, location: str) -> None:
        server = FileServer(DATA, redirect=location)
        with serving(server), pytest.raises(DownloadError, match="not safe"):
            fetch(server, tmp_path)

    def test_redirects_in_circles_end(self, tmp_path: Path) -> None:
        with serving(FileServer(DATA, redirect="/again")) as server, pytest.raises(DownloadError, match="circles"):
            fetch(server, tmp_path)

    def test_a_server_that_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        with socket.socket() as plug:
            plug.bind(("127.0.0.1", 0))
            port = plug.getsockname()[1]
        with pytest.raises(DownloadError, match=r"127\.0\.0\.1 failed"):
            list(download(f"http://127.0.0.1:{port}/x.gguf", SUM, tmp_path / "x", NetworkGate(), never()))

    def test_a_certificate_nobody_vouches_for_is_not_trusted(self, tmp_path: Path) -> None:
        with serving(FileServer(DATA)) as server:
            address = server.url.replace("http://", "https://")
            with pytest.raises(DownloadError):
                list(download(address, SUM, tmp_path / "x", NetworkGate(), never(), timeout_s=5))
        assert list(tmp_path.iterdir()) == []

    def test_a_full_disk_is_told_and_the_part_kept(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def no_space(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(module.os, "fsync", no_space)
        with serving(FileServer(DATA)) as server, pytest.raises(DownloadError, match="disk is full"):
            fetch(server, tmp_path)
        assert part(tmp_path).exists()
