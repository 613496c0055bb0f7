"""The benchmark's own RabbitMQ node, started by Scripts/broker, and what the harness asks of it while a run is on."""

import json
import os
import shlex
import subprocess
import time
from urllib.parse import urlsplit

from errors import BenchmarkError
from measured import Program
from paths import LOAD, ROOT

APP = "shop"
ADMIN = "test-admin"
# Every queue that a run may leave something in.
CLASSES = ("transactional", "promotional")
STEPS = ("5s", "30s", "2m", "10m", "1h", "6h")
SEND = [f"send.{c}" for c in CLASSES]
LOST = [f"dead.{c}" for c in CLASSES] + [f"delay.{c}.{s}" for c in CLASSES for s in STEPS] + ["unroutable"]
EVENTS = ["consent", "recorder", "crm", "cdp", "archive", "alerts"]
# Each of these gets every event of the worker exactly once: one on `events`, one on `events.clear`.
COUNTED = ["archive", "crm"]
# What --lean takes away: two of the three copies that an event on `events` makes.
SPARED = [("recorder", "events", "#")] + [
    ("cdp", "events", f"{f}.#") for f in ("message", "inbound", "consent", "link")
]


class Broker:
    """A started node and one open connection with every right (test-admin)."""

    def __init__(self, name: str, lean: bool):
        self._script = [str(ROOT / "Scripts" / "broker")]
        self._name = name
        self._run("start", "--admin")
        self.urls = self._read_urls()
        self.pid = int(self._run("ctl", "eval", "os:getpid().").strip().strip('"'))
        admin = {**os.environ, "BENCH_AMQP_URL": self.urls[ADMIN]}
        self._control = subprocess.Popen(
            [LOAD, "control"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=admin
        )
        self._lean = lean
        self._set_spared(bound=not lean)

    def _run(self, command: str, *arguments: str) -> str:
        done = subprocess.run(
            [*self._script, command, "--name", self._name, *arguments],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BenchmarkError(f"Scripts/broker {command} failed")
        return done.stdout

    def _read_urls(self) -> dict[str, str]:
        """The AMQP URL of each broker user."""
        words = [word for line in self._run("env").splitlines() for word in shlex.split(line)]
        found = [word.partition("=")[2] for word in words if "=amqp://" in word]
        urls = {urlsplit(url).username: url for url in found}
        for user in (ADMIN, APP, "worker", "bridge", "recorder"):
            if user not in urls:
                raise BenchmarkError(f"Scripts/broker env names no user {user}")
        return urls

    def _ask(self, command: str, *words: str) -> dict:
        self._control.stdin.write(" ".join((command, *words)) + "\n")
        self._control.stdin.flush()
        answer = self._control.stdout.readline()
        if not answer:
            raise BenchmarkError("the connection to the broker was lost")
        return json.loads(answer)

    def _set_spared(self, bound: bool) -> None:
        for queue, exchange, key in SPARED:
            self._ask("bind" if bound else "unbind", queue, exchange, key)

    def ready(self, *queues: str) -> dict[str, int]:
        return {name: depth["ready"] for name, depth in self._ask("depth", *queues).items()}

    def purge(self, *queues: str) -> None:
        self._ask("purge", *queues)

    def purge_all(self) -> None:
        self.purge(*SEND, *LOST, *EVENTS)

    def await_consumers(self, program: Program, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while any(d["consumers"] == 0 for d in self._ask("depth", *SEND).values()):
            if time.monotonic() > deadline:
                raise BenchmarkError(f"{program.name} consumes nothing after {timeout:.0f} s: {program.last_line()}")
            program.check_alive()
            time.sleep(0.05)

    def await_ticks(self, program: Program, timeout: float) -> None:
        """Until a second tick was published, so that the first is surely recorded. The queues were empty before."""
        deadline = time.monotonic() + timeout
        while self.ready("archive")["archive"] < 2:
            if time.monotonic() > deadline:
                raise BenchmarkError(f"{program.name} publishes no ticks: {program.last_line()}")
            program.check_alive()
            time.sleep(0.05)

    def await_events(self, count: int, timeout: float) -> int:
        """Returns the monotonic time in ns at which every subscriber's queue held `count` events."""
        deadline = time.monotonic() + timeout
        while True:
            depths = self.ready(*COUNTED)
            if all(depth >= count for depth in depths.values()):
                return time.monotonic_ns()
            if time.monotonic() > deadline:
                raise BenchmarkError(f"{count} events were expected in {timeout:.0f} s, found {depths}")
            time.sleep(0.005)

    def close(self, stop: bool) -> None:
        if self._lean:
            self._set_spared(bound=True)
        self._control.communicate("quit\n", timeout=10)
        if stop:
            self._run("stop")
