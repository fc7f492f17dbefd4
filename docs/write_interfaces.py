"""Write docs/interfaces.md from the code: python -m docs.write_interfaces.

Pages with the fields of their addresses, downloads, commands with their options, variables. What the
page says of a field or an option is what the code says of it.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app import local_server
from app.frame.page import Page
from app.pages import PAGES
from cnn_core import __main__ as core_command

PAGE = Path(__file__).parent / "interfaces.md"
DOWNLOADS = {
    "/download/activations.<ending>": "`.npz` or `.csv`: one layer's values for an image. Query: "
    "`model`, `set`, `image`, `layer`; the `.npz` holds pre-activations, logits and probabilities too",
    "/download/ledger.<ending>": "`.npz` or `.csv`: a margin as an exact sum. Query: `model`, `set`, "
    "`image`, `p`, `q`, `layer`, a name or `pixels`, and for these `ref`, what they are counted from",
    "/download/circles.csv": "every circle with its hit rates. Query: that of Compare",
    "/download/compare.npz": "members, activations and circles of the groups. Query: that of Compare",
    "/download/class-statistics.csv": "means, difference and AUC of every cell. Query: that of Compare",
    "/download/evidence/<file>": "the tables that Evidence names. Query: that of Evidence",
    "/download/model/<file>": "the tables that Model names. Query: that of Model",
    "/download/quiz.<ending>": "`.csv` or `.txt`: a finished block, question by question, or its result "
    "in words. Query: that of Quiz, with all its answers",
}
PROBES = {
    "/healthz": "200 as soon as the process serves; `ready` false while what computes starts (anew)",
    "/readyz": "200 once model and data are loaded, 503 before; both tell `ready`, `step`, `done`, `total`",
}
VARIABLES = {
    "LOOKING_GLASS_MODELS": "model files, separated as in `PATH`; default: the shipped ones",
    "LOOKING_GLASS_DATA": "labelled images, a file or a folder; default: the shipped MNIST",
    "LOOKING_GLASS_PIXELS": "what the models take for black and white, as `--pixels`",
    "LOOKING_GLASS_SNAPSHOTS": "weights kept while the first model was trained, as `--snapshots`",
    "LOOKING_GLASS_CACHE": "folder for what is computed once; default: the user's cache folder",
    "LOOKING_GLASS_PREFIX": "path of a proxy that it stands below, such as `/looking`",
    "LOOKING_GLASS_FRAME_ANCESTORS": "addresses of pages that may show it in a frame; default: none",
    "LOOKING_GLASS_HOSTS": "names by which browsers may call it, with commas; `*` for any",
    "LOOKING_GLASS_HOST": "address to serve on",
    "LOOKING_GLASS_PORT": "port to serve on",
    "FORWARDED_ALLOW_IPS": "addresses of proxies that are believed when they tell a reader's address and "
    "https, with commas; default: this machine",
    "WEB_CONCURRENCY": "processes of the server; default: 1",
}


def rendered() -> str:
    """Render the page."""
    return "\n".join((
        "# Addresses, commands, variables", "",
        "Written from the code by `python -m docs.write_interfaces`.", "",
        "## Pages", "",
        "An address holds the whole state of a page; a field that is left out has its default. The "
        "reader's own image stands in the fragment, `#own=…`, which no server is sent.", "",
        *(line for page in PAGES for line in _page(page)),
        "## Downloads", "",
        "The numbers behind the pictures, to be asked for without the page.", "",
        *_table(("address", "what it gives"), DOWNLOADS.items()),
        "## Is it ready?", "",
        *_table(("address", "what it answers"), PROBES.items()),
        "## Commands", "",
        *_command("python -m app", local_server.command_parser()),
        "An installed package has it as `cnn-looking-glass`.", "",
        *(line for name, one in _commands() for line in _command(name, one)),
        "## Variables", "",
        "An option goes before its variable.", "",
        *_table(("variable", "meaning"), VARIABLES.items()),
    ))  # fmt: skip


def _page(page: Page[Any]) -> Iterator[str]:
    yield from (f"### {page.title}: `{page.path}`", "", page.question, "")
    yield from _table(("field", "meaning"), ((one.key, one.meaning) for one in page.fields))


def _commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in core_command.command_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, parser in action.choices.items():
                yield f"python -m cnn_core {name}", parser


def _command(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield from (f"### `{name}`", "")
    yield from _table(
        ("option", "meaning"),
        (_option(action, parser) for action in parser._actions if action.dest != "help"),
    )


def _option(action: argparse.Action, parser: argparse.ArgumentParser) -> tuple[str, str]:
    meaning = parser._get_formatter()._expand_help(action) if action.help else ""
    return " ".join(action.option_strings) or action.dest.upper(), meaning


def _table(head: tuple[str, str], rows: Any) -> Iterator[str]:
    yield from (f"| {head[0]} | {head[1]} |", "|---|---|")
    yield from (f"| `{name}` | {told} |" for name, told in rows)
    yield ""


if __name__ == "__main__":
    PAGE.write_text(rendered(), encoding="utf-8")
