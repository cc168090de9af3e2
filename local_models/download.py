"""Fetches one file over https and checks it. The only module that opens a socket, and only when the user asks.

Certificates are checked; plain http is for this computer only. What arrived stays in a .part file after a cut or a
cancel, and the next try goes on from there (RFC 9110, 14.2); the checksum covers the whole file, so a part of
another file can't slip in. It knows nothing of models.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import ipaddress
import os
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from local_models.cancel import CancelToken
from local_models.errors import DownloadError, UsageError
from local_models.offline import NetworkGate
from local_models.types import DownloadProgress

CHUNK = 1 << 18
TIMEOUT_S = 30.0
MAX_REDIRECTS = 5
AGENT = "footnote"  # says nothing of the user, the machine or the version

_NO_SPACE = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))  # Windows knows no quotas
_GO_ON = "Try again: it goes on where it stopped."


def download(
    url: str, sha256: str, target: Path, gate: NetworkGate, cancel: CancelToken, *, timeout_s: float = TIMEOUT_S
) -> Iterator[DownloadProgress]:
    """Fetch `url` into `target`, whose folder exists. `sha256` in hexadecimal, of the whole file.

    Raises UsageError (address or checksum), DownloadError (the sentence names the host and what happened; the part
    is kept but after a wrong checksum), Cancelled (the part is kept).
    """
    _check_asked(url, sha256)
    part = target.with_name(target.name + ".part")
    try:
        yield from _fetch(url, part, gate, cancel, timeout_s)
        _check_sum(url, part, sha256, cancel)
        part.replace(target)
    except OSError as error:
        cancel.check()
        raise _translate(url, error) from error
    except http.client.HTTPException as error:
        cancel.check()
        raise DownloadError(f"{_host(url)} broke off the download.", _GO_ON) from error


def is_allowed(url: str) -> bool:
    """True for https, and for http on this computer."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(url)))


@dataclass(frozen=True, slots=True)
class _Reply:
    """A server's answer: its body, the host that sends it, and from which byte of how many."""

    response: http.client.HTTPResponse
    plug: socket.socket
    host: str
    start: int
    total: int


def _fetch(
    url: str, part: Path, gate: NetworkGate, cancel: CancelToken, timeout_s: float
) -> Iterator[DownloadProgress]:
    have = part.stat().st_size if part.exists() else 0
    reply = _ask(url, have, gate, cancel, timeout_s)
    if reply is None:  # the server has nothing beyond what is here
        yield DownloadProgress(have, have, have, _host(url))
        return
    forget = cancel.on_cancel(lambda: _hang_up(reply.plug))
    try:
        with part.open("ab") as file:
            file.truncate(reply.start)
            yield DownloadProgress(reply.start, reply.total, reply.start, reply.host)
            yield from _receive(reply, file, cancel)
            file.flush()
            os.fsync(file.fileno())
    finally:
        forget()
        reply.response.close()
        reply.plug.close()


def _receive(reply: _Reply, file: BinaryIO, cancel: CancelToken) -> Iterator[DownloadProgress]:
    done = reply.start
    while chunk := reply.response.read1(CHUNK):
        cancel.check()
        done += file.write(chunk)
        yield DownloadProgress(done, reply.total, reply.start, reply.host)
    cancel.check()
    if done < reply.total:
        raise DownloadError(f"{reply.host} broke off after {done:,} of {reply.total:,} bytes.", _GO_ON)


def _ask(url: str, have: int, gate: NetworkGate, cancel: CancelToken, timeout_s: float) -> _Reply | None:
    """Send the request, following redirects. None: `have` bytes are all there is."""
    for _ in range(MAX_REDIRECTS + 1):
        cancel.check()
        connection = _connect(url, gate, timeout_s)
        assert connection.sock is not None
        plug = connection.sock
        path = urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl() or "/"
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"}
        connection.request("GET", path, headers=headers | ({"Range": f"bytes={have}-"} if have else {}))
        response = connection.getresponse()
        if response.status in (301, 302, 303, 307, 308):
            plug.close()
            url = _redirected(url, response.getheader("Location") or "")
            continue
        if response.status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            plug.close()
            return None
        if response.status not in (http.client.OK, http.client.PARTIAL_CONTENT):
            plug.close()
            raise _refused(url, response.status)
        start, total = _extent(response, have)
        return _Reply(response, plug, _host(url), start, total)
    raise DownloadError(f"{_host(url)} redirects in circles.", "Check the address.")


def _connect(url: str, gate: NetworkGate, timeout_s: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "http":
        connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    else:
        connection = _https(host, port, timeout_s)
    with gate.opened():
        connection.connect()
    return connection


def _https(host: str, port: int | None, timeout_s: float) -> http.client.HTTPSConnection:
    """A connection that checks certificates, through the system's proxy where there is one."""
    context = ssl.create_default_context()
    proxy = urlsplit(getproxies().get("https", "")) if not proxy_bypass(host) else None
    if proxy is None or not proxy.hostname:
        return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=context)
    connection = http.client.HTTPSConnection(proxy.hostname, proxy.port, timeout=timeout_s, context=context)
    connection.set_tunnel(host, port)
    return connection


def _extent(response: http.client.HTTPResponse, have: int) -> tuple[int, int]:
    """Where the body starts and how long the whole file is (0: not told). 200: no ranges here, from the start."""
    length = int(response.getheader("Content-Length") or 0)
    if response.status == http.client.OK:
        return 0, length
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.getheader("Content-Range") or "")
    if found is None or int(found[1]) > have:
        raise http.client.HTTPException("a range that was not asked for")
    start = int(found[1])
    return start, start + length if found[2] == "*" else int(found[2])


def _redirected(url: str, location: str) -> str:
    new = urljoin(url, location)
    if not location or not is_allowed(new) or (_is_loopback(new) and not _is_loopback(url)):
        raise DownloadError(f"{_host(url)} redirects to an address that is not safe to follow.", "Check the address.")
    return new


def _check_asked(url: str, sha256: str) -> None:
    if not is_allowed(url):
        raise UsageError(f"{url} is not an https address.", "Use an address that begins with https://.")
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise UsageError("The checksum must be 64 hexadecimal digits (SHA-256).", "Copy it from the model's page.")


def _check_sum(url: str, part: Path, expected: str, cancel: CancelToken) -> None:
    total = hashlib.sha256()
    with part.open("rb") as file:
        while chunk := file.read(CHUNK):
            cancel.check()
            total.update(chunk)
    if total.hexdigest() != expected.lower():
        part.unlink()
        raise DownloadError(
            f"The file from {_host(url)} is not the one that was promised (its SHA-256 differs); it was deleted.",
            "Check the address and the checksum.",
        )


def _refused(url: str, status: int) -> DownloadError:
    reasons = {401: "asks for a sign-in", 403: "does not give it out", 404: "has no such file", 410: "has it no more"}
    what = reasons.get(status, "did not answer as expected")
    return DownloadError(f"{_host(url)} {what} (status {status}).", "Check the address.")


def _translate(url: str, error: OSError) -> DownloadError:
    host = _host(url)
    if error.errno in _NO_SPACE:
        return DownloadError("The disk is full.", "Free some space and try again: it goes on where it stopped.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return DownloadError(f"The certificate of {host} can't be trusted.", "Check the address and the date.")
    if isinstance(error, TimeoutError):
        return DownloadError(f"{host} stopped answering.", _GO_ON)
    if isinstance(error, socket.gaierror):
        return DownloadError(f"{host} can't be found.", "Check the address and the connection.")
    return DownloadError(f"The download from {host} failed ({error.strerror or type(error).__name__}).", _GO_ON)


def _hang_up(plug: socket.socket) -> None:
    """End a read that another thread waits in."""
    with suppress(OSError):
        plug.shutdown(socket.SHUT_RDWR)


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
