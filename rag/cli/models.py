"""models: the language models on this computer; the download is the only command that uses the network."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from rag.assistant import Assistant
from rag.cli import index_change
from rag.cli.session import Commands, Session
from rag.cli.shapes import model_json
from rag.cli.terminal import Terminal
from rag.errors import UsageError

MEGABYTE = 1_000_000

NO_RERANKER = "none"


def register(commands: Commands) -> None:
    models = commands.add_parser("models", help="the language models", description="The language models (GGUF files).")
    actions = models.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="what is there", description="List the models.")
    listing.set_defaults(run=run_list)
    add = actions.add_parser("add", help="copy a GGUF file in", description="Check a GGUF file and copy it in.")
    add.add_argument("file", type=Path, metavar="FILE")
    add.set_defaults(run=run_add)
    download = actions.add_parser(
        "download",
        help="fetch a GGUF file",
        description="Fetch a GGUF file over HTTPS. This is the only command that uses the network. "
        "After a cut, the same command goes on where it stopped; the file is kept only if its checksum is right.",
    )
    download.add_argument("url", metavar="URL")
    download.add_argument("--sha256", required=True, metavar="HEX", help="the file's checksum, from its publisher")
    download.set_defaults(run=run_download)
    use = actions.add_parser("use", help="choose a model", description="Choose the model for answers and drafts.")
    use.add_argument("model", metavar="NAME", help="a name from the list, or the path of a GGUF file")
    use.set_defaults(run=run_use)
    remove = actions.add_parser("remove", help="delete a model's file", description="Delete a model that was added.")
    remove.add_argument("model", metavar="NAME")
    remove.set_defaults(run=run_remove)
    settings = actions.add_parser(
        "settings", help="how the model is loaded", description="Show how the model is loaded, or change what is given."
    )
    settings.add_argument("--gpu-layers", type=int, metavar="N", help="layers on the GPU; -1: all, 0: none")
    settings.add_argument(
        "--context", type=int, metavar="TOKENS", help="the longest prompt with its answer; 0: the model's"
    )
    settings.add_argument("--threads", type=int, metavar="N", help="0: the physical cores")
    settings.set_defaults(run=run_settings)
    reranker = actions.add_parser(
        "reranker",
        help="a model that puts what is found in a better order",
        description="Show the reranker, or choose one: a cross-encoder that reads the best passages once more with the "
        "question. None is needed, and none comes with Footnote.",
    )
    reranker.add_argument(
        "folder", nargs="?", metavar="FOLDER", help=f'a sentence-transformers cross-encoder folder, or "{NO_RERANKER}"'
    )
    reranker.set_defaults(run=run_reranker)
    index_change.register(actions)


def run_list(_: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        _list(assistant, session.terminal)
    return 0


def run_add(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        with session.terminal.bar("Copying") as bar:
            for step in assistant.add_model(args.file, session.cancel):
                bar.show(step.done, step.total, step.label)
        _list(assistant, session.terminal)
    return 0


def run_download(args: argparse.Namespace, session: Session) -> int:
    if len(args.sha256) != 64 or set(args.sha256.lower()) - set("0123456789abcdef"):
        raise UsageError("A SHA-256 checksum has 64 hexadecimal digits.", "Copy it from the model's page.")
    with session.open() as assistant:
        with session.terminal.bar("Downloading") as bar:
            for step in assistant.download_model(args.url, args.sha256.lower(), session.cancel):
                bar.show(step.done // MEGABYTE, step.total // MEGABYTE, "Downloading (MB)")
        _list(assistant, session.terminal)
    return 0


def run_use(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        chosen = assistant.use_model(args.model)
    if session.terminal.as_json:
        session.terminal.result({"model": model_json(chosen, chosen=True)})
    session.terminal.say(f"{chosen.name} answers from now on.")
    return 0


def run_remove(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        assistant.remove_model(args.model)
    if session.terminal.as_json:
        session.terminal.result({"removed": args.model})
    session.terminal.say(f"{args.model} is deleted.")
    return 0


def run_settings(args: argparse.Namespace, session: Session) -> int:
    given = {"n_gpu_layers": args.gpu_layers, "n_ctx": args.context, "threads": args.threads}
    for name, least in (("n_gpu_layers", -1), ("n_ctx", 0), ("threads", 0)):
        if given[name] is not None and given[name] < least:
            raise UsageError(f"{given[name]} is too small.", "See `footnote models settings --help`.")
    with session.open() as assistant:
        preferences = assistant.preferences()
        wanted = replace(preferences, **{name: value for name, value in given.items() if value is not None})
        if wanted != preferences:
            assistant.save_preferences(wanted)
    shown = {"n_gpu_layers": wanted.n_gpu_layers, "n_ctx": wanted.n_ctx, "threads": wanted.threads}
    if session.terminal.as_json:
        session.terminal.result({"settings": shown})
    labels = (("GPU layers", wanted.n_gpu_layers), ("Context", wanted.n_ctx), ("Threads", wanted.threads))
    session.terminal.say("\n".join(f"{label}: {value}" for label, value in labels))
    return 0


def run_reranker(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        if args.folder is not None:
            assistant.model_room.use_reranker("" if args.folder == NO_RERANKER else args.folder)
        folder = assistant.preferences().reranker
    if session.terminal.as_json:
        session.terminal.result({"reranker": folder or None})
    session.terminal.say(f"Reranker: {folder or NO_RERANKER}")
    return 0


def _list(assistant: Assistant, terminal: Terminal) -> None:
    files = assistant.models()
    wanted = assistant.preferences().model
    chosen = [wanted in {file.name, str(file.path)} if wanted else file.bundled for file in files]
    if terminal.as_json:
        terminal.result({"models": [model_json(file, chosen=is_it) for file, is_it in zip(files, chosen, strict=True)]})
        return
    rows = [
        (
            "*" if is_it else "",
            file.name,
            f"{file.parameters / 1e6:,.0f} M" if file.parameters else "?",
            file.quantization,
            f"{file.size / MEGABYTE:,.0f} MB",
            file.problem or ("in the box" if file.bundled else ""),
        )
        for file, is_it in zip(files, chosen, strict=True)
    ]
    terminal.table(("", "Model", "Parameters", "Weights", "Size", ""), rows)
