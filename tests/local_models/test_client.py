"""The parent's and the child's side of the pipes, with real child processes."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local_models.cancel import CancelToken, never
from local_models.client import WorkerClient, worker_command
from local_models.errors import Cancelled, ModelBroken, WorkerDied, WorkerTimedOut
from local_models.protocol import WorkerBug

pytestmark = pytest.mark.real
COMMAND = [sys.executable, "-m", "tests.fakes.echo_worker"]


@pytest.fixture
def client() -> Iterator[WorkerClient]:
    threads = set(threading.enumerate())
    with WorkerClient("llm", COMMAND) as client:
        yield client
    assert set(threading.enumerate()) == threads


def numbers(client: WorkerClient, to: int, cancel: CancelToken | None = None) -> list[int]:
    return [event["number"] for event in client.request("count", {"to": to}, cancel or never())]


def test_the_child_starts_with_the_first_request_and_answers_in_order(client: WorkerClient) -> None:
    assert not client.running
    assert client.memory() == 0
    assert numbers(client, 3) == [0, 1, 2]
    assert client.running
    assert client.memory() > 1_000_000


def test_several_threads_get_their_own_answers(client: WorkerClient) -> None:
    answers: queue.SimpleQueue[list[int]] = queue.SimpleQueue()
    threads = [threading.Thread(target=lambda n=n: answers.put(numbers(client, n))) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers.get() for _ in threads) == [list(range(n)) for n in range(1, 9)]


def test_a_cancelled_request_may_say_how_far_it_came(client: WorkerClient) -> None:
    cancel = CancelToken()
    events = client.request("wait", {}, cancel)
    assert next(events) == {"state": "waiting"}
    cancel.cancel()
    assert list(events) == [{"state": "cancelled"}]


def test_a_request_cancelled_before_it_is_sent_starts_nothing(client: WorkerClient) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        numbers(client, 3, cancel)
    assert not client.running


def test_a_request_that_waits_behind_another_is_cancelled_without_harm_to_it(client: WorkerClient) -> None:
    first_cancel, second_cancel = CancelToken(), CancelToken()
    first = client.request("wait", {}, first_cancel)
    next(first)
    pid = client.pid
    threading.Timer(0.05, second_cancel.cancel).start()
    with pytest.raises(Cancelled):
        numbers(client, 3, second_cancel)
    assert client.pid == pid
    first_cancel.cancel()
    assert list(first) == [{"state": "cancelled"}]


def test_a_child_that_does_not_hear_a_cancel_is_killed_and_the_next_request_answered(client: WorkerClient) -> None:
    cancel = CancelToken()
    events = client.request("hang", {}, cancel)
    next(events)
    started = time.monotonic()
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(events)
    assert time.monotonic() - started < 4
    assert numbers(client, 2) == [0, 1]


def test_a_request_that_takes_too_long_is_stopped(client: WorkerClient) -> None:
    with pytest.raises(WorkerTimedOut, match=r"longer than 0.5 s"):
        list(client.request("hang", {}, never(), timeout_s=0.5))
    assert numbers(client, 2) == [0, 1]


def test_a_child_that_falls_silent_is_stopped(client: WorkerClient) -> None:
    with pytest.raises(WorkerTimedOut, match=r"longer than 0.5 s"):
        list(client.request("hang", {}, never(), silence_s=lambda: 0.5))
    assert numbers(client, 2) == [0, 1]


def test_a_child_may_take_as_long_as_it_is_heard_from(client: WorkerClient) -> None:
    heard = list(client.request("tick", {"times": 8, "every": 0.2}, never(), silence_s=lambda: 1.2))
    assert len(heard) == 8


def test_leaving_an_answer_half_read_frees_the_child(client: WorkerClient) -> None:
    events = client.request("wait", {}, never())
    next(events)
    events.close()
    assert numbers(client, 2) == [0, 1]


def test_a_death_tells_how_and_with_which_last_words(client: WorkerClient) -> None:
    with pytest.raises(WorkerDied) as death:
        list(client.request("die", {"code": 3}, never()))
    assert (death.value.role, death.value.exit_code) == ("llm", 3)
    assert death.value.stderr_tail.endswith("the last words")
    assert numbers(client, 2) == [0, 1]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_a_killed_child_is_named_by_its_signal_and_leaves_no_zombie(client: WorkerClient) -> None:
    events = client.request("wait", {}, never())
    next(events)
    pid = client.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(WorkerDied, match="SIGKILL"):
        next(events)
    assert not psutil.pid_exists(pid)


def test_a_child_that_dies_twice_stays_down_until_asked(client: WorkerClient) -> None:
    for _ in range(2):
        with pytest.raises(WorkerDied):
            list(client.request("die", {"code": 3}, never()))
    with pytest.raises(WorkerDied, match="2 times within a minute") as refused:
        numbers(client, 2)
    assert "smaller model" in refused.value.advice
    client.start()
    assert numbers(client, 2) == [0, 1]


def test_deaths_more_than_a_minute_apart_are_forgiven() -> None:
    now = [0.0]
    with WorkerClient("llm", COMMAND, clock=lambda: now[0]) as client:
        for _ in range(3):
            with pytest.raises(WorkerDied, match="exit code 3"):
                list(client.request("die", {"code": 3}, never()))
            now[0] += 61


def test_an_error_for_the_user_is_raised_again(client: WorkerClient) -> None:
    with pytest.raises(ModelBroken, match="cut short"):
        list(client.request("fail", {"how": "for the user"}, never()))
    assert numbers(client, 2) == [0, 1]


def test_a_bug_in_a_handler_is_told_without_the_text_it_was_about(client: WorkerClient) -> None:
    with pytest.raises(WorkerBug, match="KeyError"):
        list(client.request("fail", {"how": "as a bug"}, never()))
    assert numbers(client, 2) == [0, 1]


def test_stray_prints_do_not_reach_the_pipe(client: WorkerClient) -> None:
    assert list(client.request("print_natively", {}, never())) == [{"stdin": ""}]
    assert numbers(client, 2) == [0, 1]


def test_sockets_are_refused_in_a_child(client: WorkerClient) -> None:
    refusals = [event["refused"] for event in client.request("connect", {"port": 9}, never())]
    assert len(refusals) == 2
    assert all("NetworkRefused" in refusal for refusal in refusals)


def test_the_libraries_in_a_child_are_told_to_stay_offline(client: WorkerClient) -> None:
    names = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"]
    assert list(client.request("environment", {"names": names}, never())) == [dict.fromkeys(names, "1")]


def test_threads_in_a_child_wait_without_spinning_unless_the_user_said_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = {"names": ["OMP_WAIT_POLICY"]}
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    with WorkerClient("llm", COMMAND) as client:
        assert list(client.request("environment", asked, never())) == [{"OMP_WAIT_POLICY": "passive"}]
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    with WorkerClient("llm", COMMAND) as client:
        assert list(client.request("environment", asked, never())) == [{"OMP_WAIT_POLICY": "active"}]


def test_stop_ends_the_child_in_the_middle_of_its_work(client: WorkerClient) -> None:
    events = client.request("hang", {}, never())
    next(events)
    pid = client.pid
    assert pid is not None
    started = time.monotonic()
    client.stop()
    assert time.monotonic() - started < 1
    assert not psutil.pid_exists(pid)
    with pytest.raises(Cancelled):
        next(events)
    assert numbers(client, 2) == [0, 1]


def test_a_command_that_is_not_there_is_an_error_in_words() -> None:
    with WorkerClient("llm", ["/nowhere/python"]) as client, pytest.raises(WorkerDied, match="can't be started"):
        numbers(client, 1)


def test_a_child_started_in_a_users_folder_imports_nothing_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('a trap')")
    (tmp_path / "local_models").mkdir()
    (tmp_path / "local_models" / "__init__.py").write_text("raise SystemExit('a trap')")
    monkeypatch.chdir(tmp_path)
    with WorkerClient("llm", worker_command("llm", "tests.fakes.echo_worker")) as client:
        assert numbers(client, 2) == [0, 1]


def test_a_frozen_program_calls_itself_with_a_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert worker_command("embed") == [sys.executable, "--worker", "embed"]


def test_after_close_nothing_is_started_again(client: WorkerClient) -> None:
    assert numbers(client, 1) == [0]
    client.close()
    client.close()
    with pytest.raises(Cancelled):
        numbers(client, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_child_leaves_when_its_parent_is_killed() -> None:
    program = (
        "import sys, time; from local_models.client import WorkerClient; from local_models.cancel import never;"
        f"client = WorkerClient('llm', {COMMAND!r}); events = client.request('hang', {{}}, never()); next(events);"
        "print(client.pid, flush=True); time.sleep(60)"
    )
    parent = psutil.Popen([sys.executable, "-c", program], stdout=-1)
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    psutil.wait_procs([child], timeout=5)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_program_that_forgets_to_close_its_client_still_ends_and_so_does_the_child() -> None:
    program = (
        "from local_models.client import WorkerClient; from local_models.cancel import never;"
        f"client = WorkerClient('llm', {COMMAND!r}); list(client.request('count', {{'to': 1}}, never()));"
        "print(client.pid, flush=True); raise RuntimeError('forgotten')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "RuntimeError: forgotten" in done.stderr
    assert not psutil.pid_exists(int(done.stdout))
