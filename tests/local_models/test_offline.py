"""The promise that nothing leaves the machine, in a process of its own: an audit hook can't be taken off again."""

import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.real


def run(program: str) -> str:
    whole = "import socket, threading\nfrom local_models.offline import *\n" + textwrap.dedent(program)
    return subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=True).stdout.strip()


REFUSALS = """
    def refused(call):
        try:
            call()
        except NetworkRefused:
            return True
        except OSError:
            return False
        return False
    def connect(): socket.create_connection(("127.0.0.1", 9), timeout=1)
    def bind(): socket.socket().bind(("127.0.0.1", 0))
    def look_up(): socket.getaddrinfo("example.org", 443)
    def send(): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))
"""


def test_every_way_out_is_refused() -> None:
    program = REFUSALS + "    refuse_network(); print([refused(way) for way in (connect, bind, look_up, send)])"
    assert run(program) == "[True, True, True, True]"


def test_the_gate_lets_only_its_own_thread_through() -> None:
    program = (
        REFUSALS
        + """
    gate = refuse_network()
    with gate.opened():
        print(refused(bind))
        thread = threading.Thread(target=lambda: print(refused(bind))); thread.start(); thread.join()
    print(refused(bind), gate.is_open)
    """
    )
    assert run(program).split() == ["False", "True", "True", "False"]


@pytest.mark.skipif(sys.platform == "win32", reason="local sockets are POSIX")
def test_local_sockets_stay_allowed() -> None:
    program = """
    refuse_network()
    one, other = socket.socketpair()
    one.send(b"x"); print(other.recv(1))
    """
    assert run(program) == "b'x'"


def test_a_library_that_asks_takes_it_as_being_offline() -> None:
    program = """
    import urllib.request, urllib.error
    refuse_network()
    try:
        urllib.request.urlopen("https://example.org", timeout=1)
    except urllib.error.URLError as error:
        print(type(error.reason).__name__)
    """
    assert run(program) == "NetworkRefused"
