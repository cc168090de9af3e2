"""PDF pages, drawn by a child process (desktop.viewer.drawing) that is started when first needed.

Called in a lane, never on the GUI thread: what is done here besides waiting is to unpack the picture, which zlib does
without the interpreter. A child that dies or hangs is a page that can't be drawn, and the next request has a new one.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtGui import QImage

from desktop.viewer.pages import MarkedWord, PageSize, PageText
from local_models.cancel import CancelToken
from local_models.client import WorkerClient, worker_command
from local_models.errors import WorkerDied
from local_models.protocol import decode_array
from rag.errors import DocumentBroken, DocumentMissing

ROLE = "draw"

PATIENCE_S = 20.0
"""A page of text takes 10 to 30 ms, a scan 0.2 s, the heaviest map tried 4 s; after this the page is given up."""

_FORMATS = {
    1: QImage.Format.Format_Grayscale8,
    3: QImage.Format.Format_RGB888,
    4: QImage.Format.Format_RGBX8888,
}


class PdfPages:
    """desktop.viewer.pages.PageSource over the drawing child."""

    def __init__(self, client: WorkerClient | None = None) -> None:
        self._client = client or WorkerClient(
            ROLE,
            worker_command(ROLE, "desktop.viewer.drawing"),
            deaths_allowed=None,  # one poison page must not end the drawing of the next
        )

    @property
    def ready(self) -> bool:
        return self._client.running

    def warm(self) -> None:
        self._client.start()

    def rest(self) -> None:
        self._client.stop()

    def outline(self, path: Path, cancel: CancelToken) -> tuple[PageSize, ...]:
        sides = self._ask("outline", path, cancel)["sizes"]
        return tuple(PageSize(width, height) for width, height in zip(sides[::2], sides[1::2], strict=True))

    def draw(self, path: Path, number: int, width: int, cancel: CancelToken) -> QImage:
        drawn = self._ask("draw", path, cancel, number=number, width=width)
        pixels = zlib.decompress(base64.b64decode(drawn["pixels"]))
        kind = _FORMATS[drawn["channels"]]
        picture = QImage(pixels, drawn["width"], drawn["height"], drawn["stride"], kind)
        return picture.convertToFormat(QImage.Format.Format_RGB32)  # a copy, in what Qt paints fastest

    def read(self, path: Path, number: int, words: tuple[MarkedWord, ...], cancel: CancelToken) -> PageText:
        wanted = [[word.text, *word.box, word.first, word.last] for word in words]
        found = self._ask("read", path, cancel, number=number, words=wanted)
        left_top_right_bottom = (tuple(map(float, box)) for box in found["marks"])
        marks = tuple((box[0], box[1], box[2], box[3]) for box in left_top_right_bottom)
        return PageText(found["text"], decode_array(found["boxes"]).astype(np.float32, copy=False), marks)

    def release(self) -> None:
        if self._client.running:
            for _ in self._client.request("release", {}, CancelToken(), timeout_s=PATIENCE_S):
                pass

    def close(self) -> None:
        self._client.close()

    @property
    def pid(self) -> int | None:
        """The child's process id, None when none runs."""
        return self._client.pid

    def _ask(self, op: str, path: Path, cancel: CancelToken, **params: object) -> Mapping[str, Any]:
        request = {"path": str(path), "stamp": _stamp(path), **params}
        try:
            answers = list(self._client.request(op, request, cancel, timeout_s=PATIENCE_S))
        except WorkerDied as error:
            what = f"Page {params['number']} of “{path.name}”" if "number" in params else f"“{path.name}”"
            raise DocumentBroken(f"{what} can't be drawn.", "This is its text as it was read.") from error
        return answers[0]


def _stamp(path: Path) -> list[int]:
    """Another number for another file of the same name."""
    try:
        found = path.stat()
    except OSError as error:
        raise DocumentMissing(
            f"“{path.name}” is no longer where it was.", "This is its text as it was read."
        ) from error
    return [found.st_size, found.st_mtime_ns]
