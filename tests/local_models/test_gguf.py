import struct
from pathlib import Path

import pytest

from local_models.errors import ModelBroken, ModelError, ModelNotFound, ModelTooLarge
from local_models.gguf import describe, read_header
from local_models.hardware import check_fits, context_tokens, memory_need, physical_cores, read_hardware
from tests.fakes.tiny_gguf import CHATML, TinySize, write_tiny_gguf


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf")


def with_bytes(tiny: Path, folder: Path, place: int, data: bytes) -> Path:
    path = folder / "changed.gguf"
    content = bytearray(tiny.read_bytes())
    content[place : place + len(data)] = data
    path.write_bytes(content)
    return path


def test_a_header_tells_what_the_model_is(tiny: Path) -> None:
    header = read_header(tiny)
    assert (header.architecture, header.name, header.parameters) == ("llama", "tiny", 123_968)
    assert (header.quantization, header.context_length, header.vocabulary) == ("F32", 2048, 390)
    assert header.chat_template == CHATML
    assert header.weight_bytes == 4 * 123_968
    assert "tokenizer.ggml.tokens" not in header.texts()


def test_a_good_file_has_no_problem_and_a_bad_one_is_still_listed(tiny: Path, tmp_path: Path) -> None:
    assert describe(tiny).problem == ""
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"GGUF")
    file = describe(bad)
    assert (file.name, file.size) == ("bad", 4)
    assert "cut short" in file.problem


def test_a_file_cut_anywhere_is_told_as_such(tiny: Path, tmp_path: Path) -> None:
    data, path = tiny.read_bytes(), tmp_path / "cut.gguf"
    for length in [*range(4, 4000, 97), *range(4000, len(data), 40_000), len(data) - 33]:
        path.write_bytes(data[:length])
        with pytest.raises(ModelBroken, match=r"cut\.gguf is (cut short|damaged)"):
            read_header(path)


def test_how_much_is_missing_is_told(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(tiny.read_bytes()[:-1000])
    with pytest.raises(ModelBroken, match=r"it has [\d,]+ of [\d,]+ bytes"):
        read_header(path)


@pytest.mark.parametrize("content", [b"", b"GG", b"PK\x03\x04 a zip", b"<!DOCTYPE html><html>"])
def test_what_is_no_gguf_is_told_as_such(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "page.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelBroken, match=r"page\.gguf is not a GGUF file"):
        read_header(path)


def test_a_big_endian_file_is_told_as_such(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="big-endian"):
        read_header(with_bytes(tiny, tmp_path, 4, struct.pack(">I", 3)))


def test_an_unknown_version_is_told(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="version 9"):
        read_header(with_bytes(tiny, tmp_path, 4, struct.pack("<I", 9)))


def test_a_header_of_nonsense_is_damaged(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match=r"damaged|cut short"):
        read_header(with_bytes(tiny, tmp_path, 24, b"\xff" * 64))


def test_an_unknown_architecture_is_named_with_known_ones(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "new.gguf", architecture="tomorrow")
    with pytest.raises(ModelBroken, match=r"“tomorrow”.*llama, qwen3"):
        read_header(path)


def test_a_model_that_can_not_write_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="can't write text"):
        read_header(write_tiny_gguf(tmp_path / "bert.gguf", architecture="bert"))


def test_a_missing_file_and_a_folder_are_errors_in_words(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"nowhere\.gguf"):
        read_header(tmp_path / "nowhere.gguf")
    with pytest.raises(ModelError, match="can't be read"):
        read_header(tmp_path)


def test_a_context_is_as_asked_but_never_longer_than_trained(tiny: Path) -> None:
    header = read_header(tiny)
    assert [context_tokens(header, asked) for asked in (0, 512, 9999)] == [2048, 512, 2048]


def test_a_kv_cache_is_counted_by_layers_heads_and_tokens(tiny: Path) -> None:
    need = memory_need(read_header(tiny), 1000)
    assert need.weights == 4 * 123_968
    assert need.kv_cache == 2 * 1000 * 2 * (16 + 16) * 2  # layers, tokens, key heads, key and value, float16


def test_a_model_larger_than_memory_is_refused_with_the_numbers(tmp_path: Path) -> None:
    header = read_header(write_tiny_gguf(tmp_path / "wide.gguf", size=TinySize(width=256, layers=4)))
    check_fits(header, 2048, 10**9)
    with pytest.raises(ModelTooLarge, match=r"“wide\.gguf” needs about .* GB .* but 0\.0 GB are free") as refused:
        check_fits(header, 2048, 10**6)
    assert "smaller model" in refused.value.advice


def test_this_computer_has_memory_and_cores() -> None:
    hardware = read_hardware()
    assert 0 < hardware.free_memory <= hardware.memory
    assert hardware.cores == physical_cores() >= 1
