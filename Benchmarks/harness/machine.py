"""Where and on what a run was made: figures mean nothing without it."""

import os
import platform
import subprocess
import time
from pathlib import Path

from paths import ROOT


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return ""


def describe() -> dict:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "cores": os.cpu_count(),
        "cpu": _cpu_model(),
        "kernel": platform.release(),
        "commit": commit.stdout.strip(),
        "load_before": round(os.getloadavg()[0], 2),
    }
