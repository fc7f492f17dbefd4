"""Measure the dashboard: python -m bench [--short] [--only NAME ...]."""

import argparse
import json
import os
import platform
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench import compare, decide, explore, server
from tests.browser.find_browser import FLAGS, installed_browser
from tests.browser.served import served

RESULTS = Path(__file__).resolve().parent / "results.json"
PARTS = {"explore": explore, "compare": compare, "decide": decide, "server": server}


def main():
    """Run the benchmarks, print them and write `bench/results.json`."""
    options = _parser().parse_args()
    names = options.only or list(PARTS)
    told = {}
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(),
                                             args=list(FLAGS))
        for name in names:
            page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
            told[name] = PARTS[name].measure(page, address, short=options.short)
            page.context.close()
            _print(name, told[name])
        browser.close()
    if not options.only:
        told["machine"] = {"cores": os.cpu_count(), "python": platform.python_version(),
                           "system": platform.system(), "short": options.short,
                           "load": round(os.getloadavg()[0], 2)}
        RESULTS.write_text(json.dumps(told, indent=1) + "\n")
        print(f"written: {RESULTS.name}")


def _parser():
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few repetitions only")
    parser.add_argument("--only", nargs="+", choices=list(PARTS),
                        help="these parts only; nothing is written")
    return parser


def _print(name, figures):
    print(f"\n{name}")
    for what, figure in figures.items():
        text = (f"median {figure['median']}, 95th percentile {figure['p95']}, n {figure['n']}"
                if isinstance(figure, dict) else figure)
        print(f"  {what}: {text}")


if __name__ == "__main__":
    main()
