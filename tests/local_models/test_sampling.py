"""Which sampling settings are taken and which are refused in words."""

import math
from dataclasses import replace

import pytest

from local_models.errors import UsageError
from local_models.sampling import check_sampling
from local_models.types import Sampling


@pytest.mark.parametrize(
    "sampling", [Sampling(), Sampling(2.0, 1.0, 0, 0.0, 1.0, -1, 1), Sampling(seed=2**32 - 1), Sampling(min_p=0.99)]
)
def test_settings_within_their_ranges_are_taken(sampling: Sampling) -> None:
    assert check_sampling(sampling) is sampling


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -0.1),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("top_p", 0.0),
        ("top_p", 1.5),
        ("top_k", -1),
        ("min_p", 1.0),
        ("repeat_penalty", 0.5),
        ("seed", -2),
        ("seed", 2**32),
        ("max_tokens", 0),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(UsageError, match=name.split("_", maxsplit=1)[0].capitalize()):
        check_sampling(replace(Sampling(), **{name: value}))  # type: ignore[arg-type]  # a name from the list above
