"""Measure the dashboard: python -m bench [--short] [--check] [--only PART ...]."""

import argparse
import importlib
import os
import sys
import time
from contextlib import contextmanager

from bench import record
from bench.bounds import BOUNDS
from bench.ratios import as_text, verdicts
from bench.running import SURROUNDINGS, started
from bench.summary import lines
from tests.harness.driven import started_browser

IN_BROWSER = ("explore", "compare", "decide", "draw", "training")
"""Parts that drive a page of a server which runs for all of them."""
ON_THEIR_OWN = ("server", "start", "growth", "classroom", "strain", "memory")
"""Parts that start what they measure themselves."""
PARTS = (*IN_BROWSER, *ON_THEIR_OWN)
_VIEW = {"width": 1280, "height": 800}


def main(arguments=None):
    """Run the benchmarks and print them.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the command line.

    Returns
    -------
    int
        Exit code: 1 when `--check` finds a ratio that does not hold.
    """
    options = _parser().parse_args(arguments)
    names = [name for name in PARTS if name in (options.only or PARTS)]
    if options.check and not options.only:
        names = [
            name
            for name in names
            if any(bound.part == name and bound.holds is not None for bound in BOUNDS)
        ]
    writes = options.write if options.write is not None else not options.short
    os.environ.update(SURROUNDINGS)
    figures = {}

    def take(name, page=None, address=None):
        load, began = os.getloadavg()[0], time.monotonic()
        figures[name] = _measured(name, page, address, options)
        found = verdicts(BOUNDS, figures, name)
        _print(f"{name} ({time.monotonic() - began:.0f} s)", figures[name], found)
        if writes:
            record.merge(
                name,
                {
                    "measured": record.surroundings(options.short, load),
                    "figures": figures[name],
                    "bounds": found,
                },
                record.RESULTS,
            )

    in_browser = [name for name in names if name in IN_BROWSER]
    if in_browser:
        with _dashboard() as (browser, address):
            for name in in_browser:
                with browser.new_context(viewport=_VIEW) as context:
                    take(name, context.new_page(), address)
    for name in names:
        if name not in in_browser:
            take(name)
    if writes:
        print(f"\nwritten: bench/{record.RESULTS.name}")
    return _check(figures) if options.check else 0


def _parser():
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few repetitions only")
    parser.add_argument(
        "--check",
        action="store_true",
        help="measure only parts with ratios that must hold, and end with 1 when one does not",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=PARTS,
        metavar="PART",
        help=f"these parts only: {', '.join(PARTS)}",
    )
    parser.add_argument(
        "--write",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="put what was measured into bench/results.json, where parts that were "
        "not measured stay as they are (default: unless --short)",
    )
    parser.add_argument("--minutes", type=float, help="length of the load in the part memory")
    return parser


@contextmanager
def _dashboard():
    with started() as server, started_browser() as browser:
        server.wait_until_read()
        yield browser, server.address


def _measured(name, page, address, options):
    part = importlib.import_module(f"bench.{name}")
    more = {"minutes": options.minutes} if name == "memory" else {}
    return part.measure(page, address, short=options.short, **more)


def _print(title, figures, found):
    print(f"\n{title}")
    for what, figure in figures.items():
        print(*lines(what, figure), sep="\n")
    for verdict in found:
        print(f"  -> {as_text(verdict)}")
    sys.stdout.flush()


def _check(figures):
    broken = [verdict for verdict in verdicts(BOUNDS, figures) if verdict.get("holds") is False]
    for verdict in broken:
        print(f"DOES NOT HOLD: {as_text(verdict)}", file=sys.stderr)
    if not broken:
        print("\nevery ratio holds that has to")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
