"""Simulated clients in a process of their own: a plan in, one line of JSON out."""

import json
import subprocess
import sys
from dataclasses import asdict


def begun(module, plan):
    """Let a module's `attend` begin with a plan.

    Parameters
    ----------
    module : str
        Reads the plan from stdin, and writes what came of it to stdout, when it is run.
    plan : dataclass

    Returns
    -------
    subprocess.Popen
        To be given to `told_by`.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.stdin.write(json.dumps(asdict(plan)))
    process.stdin.close()
    process.stdin = None
    return process


def told_by(process):
    """Wait for the clients to end; give what they told.

    Raises
    ------
    RuntimeError
        When they broke down.
    """
    told, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("the simulated clients broke down; see above")
    return json.loads(told)
