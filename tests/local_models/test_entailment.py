"""footnote-entailment in the child: loaded once, asked in order, gone with its files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_models.bundled import bundled_entailment
from local_models.cancel import CancelToken, never
from local_models.client import WorkerClient, worker_command
from local_models.embedders.entailment_child import REQUEST_PAIRS, ChildEntailment
from local_models.errors import Cancelled, ModelBroken

pytestmark = pytest.mark.real

TEXT = "Lease. The monthly rent is 950 euros. It is due on the third working day."


@pytest.fixture(scope="module")
def client() -> Iterator[WorkerClient]:
    client = WorkerClient("embed", worker_command("embed"))
    yield client
    client.close()


def test_what_a_text_says_is_likelier_than_what_it_does_not(client: WorkerClient) -> None:
    entailment = ChildEntailment(client, bundled_entailment(), threads=2)
    said, other, unsaid = entailment.probabilities(
        [
            ("The rent is 950 euros a month.", TEXT),
            ("The rent is 590 euros a month.", TEXT),
            ("The deposit is 950 euros.", TEXT),
        ],
        never(),
    )
    assert said > 0.5 > max(other, unsaid)


def test_more_pairs_than_one_request_takes_keep_their_order(client: WorkerClient) -> None:
    entailment = ChildEntailment(client, bundled_entailment(), threads=2)
    claims = [("The rent is 950 euros.", TEXT), ("Dogs bark.", TEXT)] * REQUEST_PAIRS
    found = entailment.probabilities(claims, never())
    assert len(found) == len(claims)
    assert found[::2] == pytest.approx([found[0]] * REQUEST_PAIRS)
    assert found[0] > found[1]


def test_a_long_text_is_cut_where_its_context_stands(client: WorkerClient) -> None:
    entailment = ChildEntailment(client, bundled_entailment(), threads=2)
    long = "Nothing is said of it here. " * 100 + TEXT
    near, far = entailment.probabilities([("The monthly rent is 950 euros.", long), ("Dogs bark.", long)], never())
    assert near > 0.5 > far


def test_a_changed_file_is_refused(client: WorkerClient, tmp_path: Path) -> None:
    folder = tmp_path / "entailment"
    shutil.copytree(bundled_entailment(), folder)
    (folder / "calibration.json").write_text('{"slope": 9.0, "bias": 0.0}')
    with pytest.raises(ModelBroken, match=r"calibration\.json"):
        ChildEntailment(client, folder).probabilities([("a", "b")], never())


def test_a_cancel_is_heard(client: WorkerClient) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        ChildEntailment(client, bundled_entailment()).probabilities([("a", "b")], cancel)
