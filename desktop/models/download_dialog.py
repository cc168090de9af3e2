"""Asks where to download a model from, and shows whom it will speak to before anything is sent.

This is the one place in the window that leads to the network. It opens no connection itself.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QFormLayout, QLineEdit, QWidget

from desktop.controls import button, column, label, redress, row
from desktop.tokens import L, M, S

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class DownloadDialog(QDialog):
    """Read `url` and `sha256` after it was accepted. Nothing goes on before the user has agreed to the host."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Download a model")
        self.setMinimumWidth(520)
        self._url = QLineEdit()
        self._url.setPlaceholderText("https://…/model.gguf")
        self._sha256 = QLineEdit()
        self._sha256.setPlaceholderText("64 hexadecimal digits, from the page you trust")
        self._host = label("", wrap=True)
        self._agree = QCheckBox("Yes, connect to this host")
        self._start = button("Download", "primary")
        self._cancel = button("Cancel")
        self._lay_out()
        self._url.textChanged.connect(self._follow_url)
        self._sha256.textChanged.connect(self._follow)
        self._agree.toggled.connect(self._follow)
        self._start.clicked.connect(self.accept)
        self._cancel.clicked.connect(self.reject)
        self._follow_url()

    @property
    def url(self) -> str:
        return self._url.text().strip()

    @property
    def sha256(self) -> str:
        return self._sha256.text().strip().lower()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(S)
        form.addRow("Address", self._url)
        form.addRow("SHA-256", self._sha256)
        buttons = row(gap=S)
        buttons.addStretch()
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._start)
        intro = "The file is checked against its SHA-256 and thrown away if it differs. A cut download goes on later."
        stack = column(self, margin=L, gap=M)
        stack.addWidget(label(intro, "muted", wrap=True))
        stack.addLayout(form)
        stack.addWidget(self._host)
        stack.addWidget(self._agree)
        stack.addStretch()
        stack.addLayout(buttons)

    @Slot()
    def _follow_url(self) -> None:
        """Another address needs another yes."""
        self._agree.setChecked(False)
        problem, host = host_of(self.url)
        self._host.setText(problem or f"Footnote will connect to {host}. It learns your network address and this file.")
        redress(self._host, "role", "bad" if problem and self.url else "muted")
        self._agree.setText(f"Yes, connect to {host}" if host else "Yes, connect to this host")
        self._follow()

    @Slot()
    def _follow(self) -> None:
        problem, _ = host_of(self.url)
        self._agree.setEnabled(not problem)
        ready = not problem and self._agree.isChecked() and _SHA256.fullmatch(self.sha256) is not None
        self._start.setEnabled(ready)
        self._start.setToolTip("" if ready else "Needs an address, its SHA-256 and your yes to the host")


def host_of(url: str) -> tuple[str, str]:
    """What is wrong with the address (empty: nothing), and the host it leads to."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "This is not an address.", ""
    if not url:
        return "The host it leads to will be shown here first.", ""
    if parts.scheme != "https":
        return "Only addresses that begin with https:// are used: others can be read and changed on their way.", ""
    if not host:
        return "The address names no host.", ""
    return "", f"{host}:{port}" if port else host
