"""A child process that does what its requests say: counts, waits, hangs, dies. Run with `python -m`."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from local_models.cancel import CancelToken
from local_models.errors import ModelBroken
from local_models.offline import refuse_network
from local_models.worker import serve

Events = Iterator[Mapping[str, object]]


def count(params: Mapping[str, Any], cancel: CancelToken) -> Events:
    for number in range(params["to"]):
        cancel.check()
        yield {"number": number}


def wait(params: Mapping[str, Any], cancel: CancelToken) -> Events:
    yield {"state": "waiting"}
    cancel.wait(60)
    yield {"state": "cancelled"}


def hang(params: Mapping[str, Any], cancel: CancelToken) -> Events:
    yield {"state": "hanging"}
    time.sleep(60)


def tick(params: Mapping[str, Any], cancel: CancelToken) -> Events:
    for number in range(params["times"]):
        yield {"number": number}
        cancel.wait(params["every"])


def die(params: Mapping[str, Any], cancel: CancelToken) -> Events:
    yield {"state": "dying"}
    os.write(2, b"the last words\n")
    os._exit(params["code"])


def print_natively(params: Mapping[str, Any], cancel: CancelToken) -> Events:
    os.write(1, b"a library talks\n")
    print("so does Python")
    yield {"stdin": sys.stdin.read()}


def fail(params: Mapping[str, Any], cancel: CancelToken) -> Events:
    yield {}
    if params["how"] == "for the user":
        raise ModelBroken("The model “x.gguf” is cut short.", "Download it again.")
    raise KeyError("secret text of a document")


def connect(params: Mapping[str, Any], cancel: CancelToken) -> Events:
    with socket.socket() as plug:
        try:
            plug.connect(("127.0.0.1", params["port"]))
        except OSError as error:
            yield {"refused": f"{type(error).__name__}: {error}"}
    try:
        socket.getaddrinfo("example.org", 443)
    except OSError as error:
        yield {"refused": f"{type(error).__name__}: {error}"}


def environment(params: Mapping[str, Any], cancel: CancelToken) -> Events:
    yield {name: os.environ.get(name) for name in params["names"]}


if __name__ == "__main__":
    refuse_network()
    operations = (count, wait, hang, tick, die, print_natively, fail, connect, environment)
    sys.exit(serve({operation.__name__: operation for operation in operations}))
