"""Look the pinned packages up among the known vulnerabilities: python deploy/audit_packages.py.

It needs the package index's list of vulnerabilities. Where that is out of reach it says
"NOT RUN: ..." and ends with 0; it ends with 1 only when a vulnerability is known.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OWN_PACKAGES = ROOT / "deploy" / "audit-requirements.txt"
AUDITED = ROOT / "requirements.txt"
_SECONDS = 300


def main() -> int:
    """Audit the pins and give the exit code: 1 when a vulnerability is known, else 0."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            told = _report(Path(folder))
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            reason = getattr(error, "stderr", None) or str(error)
            lines = reason.strip().splitlines() or [type(error).__name__]
            print(f"NOT RUN: pip-audit over {AUDITED.name}: {lines[-1].strip()[:200]}")
            return 0
    lines, code = judged(told)
    print("\n".join(lines))
    return code


def _report(folder: Path) -> dict[str, Any]:
    """Run pip-audit in an environment of its own, so that its packages meet none of ours."""
    venv.create(folder / "own", with_pip=True)
    python = str(folder / "own" / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r",
               str(OWN_PACKAGES)]  # fmt: skip
    subprocess.run(install, check=True, capture_output=True, text=True, timeout=_SECONDS)
    audit = [python, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-r",
             str(AUDITED), "--format", "json", "--progress-spinner", "off"]  # fmt: skip
    done = subprocess.run(audit, capture_output=True, text=True, timeout=_SECONDS)
    if not done.stdout.strip():
        raise subprocess.SubprocessError(done.stderr or "it told nothing")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def judged(report: dict[str, Any]) -> tuple[list[str], int]:
    """Say in lines what a report of pip-audit comes to; the code is 1 for a known vulnerability."""
    packages = report["dependencies"]
    skipped = [one for one in packages if "skip_reason" in one]
    found = [
        f"{one['name']} {one['version']}: {fault['id']}, repaired in "
        f"{', '.join(fault['fix_versions']) or 'no version yet'}"
        for one in packages
        for fault in one.get("vulns", ())
    ]
    n_audited = len(packages) - len(skipped)
    if n_audited == 0:
        return ["NOT RUN: pip-audit: the package index tells nothing about vulnerabilities "
                f"({len(skipped)} packages skipped)"], 0  # fmt: skip
    lines = [f"pip-audit: {n_audited} of {len(packages)} pinned packages looked up, "
             f"{len(found)} known vulnerabilities", *found]  # fmt: skip
    if skipped:
        lines.append(f"NOT RUN: pip-audit over {', '.join(one['name'] for one in skipped)}")
    return lines, int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
