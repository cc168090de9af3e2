"""Which model files there are: the bundled ones, and those the user added to the data directory.

A file comes in whole or not at all: it is copied under a temporary name and then renamed. This module knows nothing
of running a model, or of where one may be had (local_models.download).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from local_models.cancel import CancelToken
from local_models.errors import ModelBroken, ModelError, ModelNotFound, UsageError
from local_models.gguf import describe, read_header
from local_models.types import DownloadProgress, ModelFile

SUFFIX = ".gguf"
CHECKSUMS = "checksums.json"
CHUNK = 1 << 22  # 4 MiB: progress many times a second on any disk, and few system calls
SPARE_DISK = 200 * 10**6
"""Bytes left free beside a model, so that the library's database can still be written."""


class ModelFolder:
    """The user's folder of models and the bundled files. Files of the user's may come and go at any time."""

    def __init__(self, folder: Path, bundled: Sequence[Path] = ()) -> None:
        self.folder = folder
        self._bundled = tuple(bundled)

    def list(self) -> list[ModelFile]:
        """Bundled files first, then the user's by name; a file that can't be used has a `problem`."""
        return [describe(path, bundled=bundled) for path, bundled in self._paths()]

    def find(self, name_or_path: str) -> ModelFile:
        """A model by its name, its file's name, or a path anywhere. Raises ModelNotFound, ModelBroken."""
        for path, bundled in self._paths():
            if name_or_path in (path.name, path.stem):
                read_header(path)
                return describe(path, bundled=bundled)
        path = Path(name_or_path).expanduser()
        if _is_there(path):
            read_header(path)
            return describe(path)
        known = ", ".join(path.stem for path, _ in self._paths())
        raise ModelNotFound(
            f"There is no model “{name_or_path}”.",
            f"Choose one of: {known}." if known else "Add one with: footnote models add FILE.",
        )

    def add(self, source: Path, cancel: CancelToken) -> Iterator[DownloadProgress]:
        """Copy a model into the folder; one that is there already is left alone.

        Raises ModelNotFound, ModelBroken, UsageError (another file has its name), ModelError (disk), Cancelled.
        """
        size = read_header(source).size
        target = self.folder / (source.stem + SUFFIX)
        if target.exists() and _same(source, target, cancel):
            yield DownloadProgress(size, size, size)
            return
        if target.exists():
            raise UsageError(f"There is another model named “{source.stem}” already.", "Rename one of the two files.")
        self.make_room(size)
        yield from _copy(source, target, size, cancel)

    def remove(self, name: str) -> None:
        """Delete one of the user's models. Raises ModelNotFound, UsageError for a bundled one, ModelError (disk)."""
        for path, bundled in self._paths():
            if name not in (path.name, path.stem):
                continue
            if bundled:
                raise UsageError(f"The model “{path.stem}” belongs to Footnote and stays.", "Choose one you added.")
            try:
                path.unlink()
            except OSError as error:
                raise _disk_error(path, error) from error
            return
        raise ModelNotFound(f"There is no model “{name}” among those you added.", "See: footnote models list.")

    def target_for(self, url: str) -> Path:
        """Where a download goes: the folder, and the name at the end of the address. Raises UsageError."""
        name = PurePosixPath(unquote(urlsplit(url).path)).name
        if not name.endswith(SUFFIX) or name.startswith(".") or "\\" in name:
            raise UsageError(f"The address {url} does not name a {SUFFIX} file.", "Use the file's own address.")
        return self.folder / name

    def make_room(self, size: int) -> None:
        """Make the folder, and check that `size` bytes fit on its disk. Raises ModelError."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            raise _disk_error(self.folder, error) from error
        if free < size + SPARE_DISK:
            raise ModelError(
                f"The model needs {size / 10**9:.1f} GB of disk, but {free / 10**9:.1f} GB are free in {self.folder}.",
                "Free some space and try again.",
            )

    def _paths(self) -> tuple[tuple[Path, bool], ...]:
        """Every model's path, and whether it is bundled."""
        own = sorted(self.folder.glob("*" + SUFFIX), key=lambda path: path.name.lower())
        bundled = [path for path in self._bundled if path.is_file()]
        return *((path, True) for path in bundled), *((path, False) for path in own)


def sha256_of(path: Path) -> str:
    """The digest of a file, as CHECKSUMS keeps it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_sum(path: Path) -> None:
    """Compare a bundled file with the checksum beside it, if there is one. Raises ModelBroken."""
    manifest = path.with_name(CHECKSUMS)
    if not manifest.is_file():
        return
    expected = json.loads(manifest.read_text("utf-8")).get(path.name)
    if expected is None:
        return
    if sha256_of(path) != expected:
        raise ModelBroken(f"The bundled model file {path} was changed or is damaged.", "Install Footnote again.")


def _is_there(path: Path) -> bool:
    """True also for a file that can't be looked at, whose reader says so."""
    try:
        return path.is_file()
    except OSError:
        return True


def _same(one: Path, other: Path, cancel: CancelToken) -> bool:
    if one.samefile(other):
        return True
    return one.stat().st_size == other.stat().st_size and _digest(one, cancel) == _digest(other, cancel)


def _digest(path: Path, cancel: CancelToken) -> bytes:
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            cancel.check()
            total.update(chunk)
    return total.digest()


def _copy(source: Path, target: Path, size: int, cancel: CancelToken) -> Iterator[DownloadProgress]:
    part = target.with_name(f".{target.name}.copy")
    done = 0
    try:
        with source.open("rb") as reader, part.open("wb") as writer:
            while chunk := reader.read(CHUNK):
                cancel.check()
                done += writer.write(chunk)
                yield DownloadProgress(done, size, 0)
            writer.flush()
            os.fsync(writer.fileno())
        read_header(part)
        part.replace(target)
    except OSError as error:
        raise _disk_error(target, error) from error
    finally:
        part.unlink(missing_ok=True)


def _disk_error(path: Path, error: OSError) -> ModelError:
    return ModelError(f"{path} can't be written ({error.strerror}).", "Check the disk and who may write there.")
