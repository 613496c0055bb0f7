"""A program under measurement: its start, its end, and what it used."""

import os
import signal
import subprocess
import time
from pathlib import Path

from errors import BenchmarkError
from paths import LOCAL


def cpu_ns(pid: int) -> int:
    """CPU time of another process in ns, user and system, all threads (the kernel's per-process clock)."""
    return time.clock_gettime_ns((~pid << 3) | 2)


class Program:
    def __init__(self, name: str, command: list, environment: dict[str, str]):
        self.name = name
        self._log = LOCAL / f"{name}.log"
        keep = {k: os.environ[k] for k in ("PATH", "HOME", "LANG", "LC_ALL") if k in os.environ}
        if not os.access(command[0], os.X_OK):
            raise BenchmarkError(f"{command[0]} is not there, or no program")
        with open(self._log, "wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                env={**keep, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def peak_rss_mb(self) -> float:
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise BenchmarkError(f"{self.name} has ended")

    def context_switches(self) -> int:
        """Of all threads that still live, voluntary and not."""
        total = 0
        for status in Path(f"/proc/{self.pid}/task").glob("*/status"):
            total += sum(
                int(l.split()[1]) for l in status.read_text(encoding="utf-8").splitlines() if "ctxt_switches" in l
            )
        return total

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise BenchmarkError(f"{self.name} did not stop within 30 s of SIGTERM") from None
        if code not in (0, -signal.SIGTERM):
            raise BenchmarkError(f"{self.name} ended with code {code}: {self.last_line()}")

    def check_alive(self) -> None:
        if self.process.poll() is not None:
            raise BenchmarkError(f"{self.name} ended with code {self.process.returncode}: {self.last_line()}")

    def last_line(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "(no output)"

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
