"""Which files are read, told by their names alone: suffix -> media type.

Light on purpose: the parent needs it to walk a folder and must not import the libraries that parse. What a file
really is, is found out in the child by rag.parsers.catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
RTF = "application/rtf"
OLD_WORD = "application/msword"
OLD_EXCEL = "application/vnd.ms-excel"
OLD_POWERPOINT = "application/vnd.ms-powerpoint"
MARKDOWN = "text/markdown"
HTML = "text/html"
MHTML = "application/x-mimearchive"
WEB_ARCHIVE = "application/x-webarchive"
EPUB = "application/epub+zip"
EML = "message/rfc822"
MBOX = "application/mbox"
OUTLOOK = "application/vnd.ms-outlook"
NOTEBOOK = "application/x-ipynb+json"
SRT = "text/x-subrip"
VTT = "text/vtt"
TEXT = "text/plain"
CSV = "text/csv"
TSV = "text/tab-separated-values"

MARKUP: Mapping[str, str] = {
    **dict.fromkeys((".rst", ".rest"), "text/x-rst"),
    **dict.fromkeys((".adoc", ".asciidoc"), "text/asciidoc"),
    **dict.fromkeys((".tex", ".ltx", ".latex"), "text/x-tex"),
    ".org": "text/x-org",
}
"""Text with marks of its own, read as its source."""

DATA: Mapping[str, str] = {
    **dict.fromkeys((".json", ".geojson", ".json5", ".jsonc"), "text/x-json"),
    **dict.fromkeys((".jsonl", ".ndjson"), "text/x-jsonl"),
    **dict.fromkeys((".yaml", ".yml"), "text/x-yaml"),
    ".toml": "text/x-toml",
    **dict.fromkeys((".ini", ".cfg", ".conf", ".properties"), "text/x-ini"),
    **dict.fromkeys((".xml", ".rss", ".atom", ".opml", ".xsd", ".xsl", ".gpx", ".kml"), "text/xml"),
}
"""Data that people read and write as text."""

IMAGES: Mapping[str, str] = {
    ".png": "image/png",
    **dict.fromkeys((".jpg", ".jpeg"), "image/jpeg"),
    **dict.fromkeys((".tif", ".tiff"), "image/tiff"),
    ".bmp": "image/bmp",
    ".webp": "image/webp",
}
"""Pictures, read when the program that recognises text in them is there (rag.parsers.ocr)."""

CODE: Mapping[str, str] = {
    ".py": "text/x-python", ".pyi": "text/x-python", ".pyw": "text/x-python",
    ".js": "text/javascript", ".mjs": "text/javascript", ".cjs": "text/javascript", ".jsx": "text/javascript",
    ".ts": "text/x-typescript", ".tsx": "text/x-typescript", ".vue": "text/x-vue", ".svelte": "text/x-svelte",
    ".java": "text/x-java", ".kt": "text/x-kotlin", ".kts": "text/x-kotlin", ".scala": "text/x-scala",
    ".groovy": "text/x-groovy", ".gradle": "text/x-groovy", ".clj": "text/x-clojure",
    ".c": "text/x-c", ".h": "text/x-c", ".cc": "text/x-c++", ".cpp": "text/x-c++", ".cxx": "text/x-c++",
    ".hh": "text/x-c++", ".hpp": "text/x-c++", ".cu": "text/x-c++", ".m": "text/x-objective-c",
    ".mm": "text/x-objective-c",
    ".cs": "text/x-csharp", ".fs": "text/x-fsharp", ".vb": "text/x-vb", ".go": "text/x-go", ".rs": "text/x-rust",
    ".swift": "text/x-swift", ".dart": "text/x-dart", ".zig": "text/x-zig", ".nim": "text/x-nim", ".d": "text/x-d",
    ".rb": "text/x-ruby", ".php": "text/x-php", ".pl": "text/x-perl", ".pm": "text/x-perl", ".lua": "text/x-lua",
    ".r": "text/x-r", ".jl": "text/x-julia", ".hs": "text/x-haskell", ".ml": "text/x-ocaml", ".mli": "text/x-ocaml",
    ".ex": "text/x-elixir", ".exs": "text/x-elixir", ".erl": "text/x-erlang", ".lisp": "text/x-lisp",
    ".el": "text/x-lisp",
    ".scm": "text/x-scheme", ".f90": "text/x-fortran", ".f": "text/x-fortran", ".pas": "text/x-pascal",
    ".asm": "text/x-asm", ".s": "text/x-asm", ".v": "text/x-verilog", ".vhd": "text/x-vhdl",
    ".sh": "text/x-sh", ".bash": "text/x-sh", ".zsh": "text/x-sh", ".fish": "text/x-sh", ".ps1": "text/x-powershell",
    ".bat": "text/x-batch", ".cmd": "text/x-batch", ".sql": "text/x-sql", ".graphql": "text/x-graphql",
    ".proto": "text/x-protobuf", ".css": "text/css", ".scss": "text/x-scss", ".less": "text/x-less",
    ".cmake": "text/x-cmake", ".mk": "text/x-makefile", ".tf": "text/x-terraform", ".nix": "text/x-nix",
    ".diff": "text/x-diff", ".patch": "text/x-diff",
    **DATA,
}  # fmt: skip
"""Source code, data among it: all that a viewer shows with its lines numbered and its words coloured."""

CODE_NAMES: Mapping[str, str] = {
    "makefile": "text/x-makefile",
    "gnumakefile": "text/x-makefile",
    "dockerfile": "text/x-dockerfile",
    "cmakelists.txt": "text/x-cmake",
    "rakefile": "text/x-ruby",
    "gemfile": "text/x-ruby",
}
"""Lower case; files of code that are known by their whole name."""

MEDIA_TYPES: Mapping[str, str] = {
    ".pdf": PDF,
    **dict.fromkeys((".docx", ".docm", ".dotx", ".dotm"), DOCX),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"), PPTX),
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx", ".xltm"), XLSX),
    **dict.fromkeys((".odt", ".ott", ".fodt"), ODT),
    **dict.fromkeys((".ods", ".ots", ".fods"), ODS),
    **dict.fromkeys((".odp", ".otp", ".fodp"), ODP),
    ".rtf": RTF,
    **dict.fromkeys((".doc", ".dot"), OLD_WORD),
    **dict.fromkeys((".xls", ".xlt"), OLD_EXCEL),
    **dict.fromkeys((".ppt", ".pps", ".pot"), OLD_POWERPOINT),
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".mdx"), MARKDOWN),
    **dict.fromkeys((".html", ".htm", ".xhtml"), HTML),
    **dict.fromkeys((".mhtml", ".mht"), MHTML),
    ".webarchive": WEB_ARCHIVE,
    ".epub": EPUB,
    **dict.fromkeys((".eml", ".emlx"), EML),
    ".mbox": MBOX,
    ".msg": OUTLOOK,
    ".ipynb": NOTEBOOK,
    ".srt": SRT,
    ".vtt": VTT,
    **dict.fromkeys((".txt", ".text", ".log"), TEXT),
    ".csv": CSV,
    **dict.fromkeys((".tsv", ".tab"), TSV),
    **MARKUP,
    **CODE,
    **IMAGES,
}
"""Suffix in lower case, with its dot -> media type."""


def suffixes_of(*media_types: str) -> frozenset[str]:
    """All suffixes of these media types."""
    return frozenset(suffix for suffix, media_type in MEDIA_TYPES.items() if media_type in media_types)


def media_type_by_name(path: Path) -> str | None:
    """What the name promises; None for a name that promises nothing that is read."""
    return CODE_NAMES.get(path.name.lower()) or MEDIA_TYPES.get(path.suffix.lower())


def is_picture(path: Path) -> bool:
    """Whether its name is that of a picture: it is read for the text in it, or not at all."""
    return path.suffix.lower() in IMAGES


def looks_readable(path: Path) -> bool:
    """Whether a walk through a folder should try this file: a known name, or none at all (README, LICENSE).

    Not a picture: a folder's are nearly all photographs, and each takes seconds (rag.recognition).
    """
    return not is_picture(path) and (media_type_by_name(path) is not None or not path.suffix)
