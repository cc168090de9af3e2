"""A server on 127.0.0.1 that gives out one file, and can behave badly in the ways servers do."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """`cut_after`: the connection ends after so many bytes of a body. `hold`: a body's second half waits for it."""

    data: bytes
    ranges: bool = True
    status: int = 200
    cut_after: int | None = None
    hold: threading.Event | None = None
    redirect: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(server: FileServer) -> Iterator[FileServer]:
    """Serve in a thread until the block ends; `server.url` is the file's address."""
    listener = _Listener(server)
    server.url = f"http://127.0.0.1:{listener.server_port}/models/tiny.gguf"
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        if server.hold is not None:
            server.hold.set()
        listener.shutdown()
        thread.join()
        listener.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, file: FileServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.file = file


class _Handler(BaseHTTPRequestHandler):
    server: _Listener

    def do_GET(self) -> None:
        file, wanted = self.server.file, self.headers.get("Range", "")
        file.requests.append((self.path, wanted))
        if file.redirect and self.path != "/moved":
            self._answer(302, b"", {"Location": file.redirect})
        elif file.status != 200:
            self._answer(file.status, b"sorry", {})
        else:
            self._give(file, wanted)

    def log_message(self, *args: object) -> None:
        return

    def _give(self, file: FileServer, wanted: str) -> None:
        match = re.fullmatch(r"bytes=(\d+)-", wanted)
        if match is None or not file.ranges:
            self._answer(200, file.data, {})
        elif (start := int(match[1])) >= len(file.data):
            self._answer(416, b"", {})
        else:
            place = f"bytes {start}-{len(file.data) - 1}/{len(file.data)}"
            self._answer(206, file.data[start:], {"Content-Range": place})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):  # the client hung up, as some tests want
            self._write(self.server.file, body)

    def _write(self, file: FileServer, body: bytes) -> None:
        body = body[: file.cut_after]
        half = len(body) // 2 if file.hold is not None else 0
        self.wfile.write(body[:half])
        if file.hold is not None:
            file.hold.wait(30)
        self.wfile.write(body[half:])
