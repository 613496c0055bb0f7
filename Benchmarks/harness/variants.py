"""The programs that are compared, and how each is started."""

import random
import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path

from broker import Broker
from errors import BenchmarkError
from measured import Program
from mock import Mock
from paths import LOCAL, REFERENCE

# Slots that promotional messages never take, for every variant.
RESERVED_SLOTS = 2


def _free_port() -> int:
    """A port on loopback at which nobody listens, below those that the kernel takes for outgoing connections."""
    for port in random.sample(range(13000, 24000), 100):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise BenchmarkError("no free port")


def _common(broker: Broker, mock: Mock) -> dict[str, str]:
    return {
        "SWITCHBOARD_WORKER_AMQP_URL": broker.urls["worker"],
        "TWILIO_API_BASE_URL": mock.url,
        "TWILIO_ACCOUNT_SID": "AC0123456789abcdef0123456789abcdef",
        "TWILIO_AUTH_TOKEN": "0123456789abcdef0123456789abcdef",
        "TWILIO_DEFAULT_FROM_NUMBER": "+15557122661",
        "SWITCHBOARD_PUBLIC_URL": "http://127.0.0.1:8080",
    }


@dataclass
class Reference:
    """The C loop. `arguments`: its own options."""

    name: str = "reference"
    arguments: tuple[str, ...] = ()

    def start(self, broker: Broker, mock: Mock, slots: int) -> list[Program]:
        command = [REFERENCE, "--slots", slots, "--reserved", RESERVED_SLOTS, *self.arguments]
        return [Program(self.name, command, _common(broker, mock))]


@dataclass
class Worker:
    """`switchboard run worker` with a new SQLite ledger on the disk. `settings`: further environment."""

    executable: Path
    settings: dict[str, str] = field(default_factory=dict)
    name: str = "worker"

    def start(self, broker: Broker, mock: Mock, slots: int) -> list[Program]:
        return [
            Program(self.name, [self.executable, "run", "worker"], self._environment(broker, mock, slots, new=True))
        ]

    def _environment(self, broker: Broker, mock: Mock, slots: int, new: bool) -> dict[str, str]:
        ledger = LOCAL / "ledger.sqlite"
        if new:
            for path in LOCAL.glob("ledger.sqlite*"):
                # A bridge makes its spool a folder beside the ledger.
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        configuration = LOCAL / "worker.yaml"
        configuration.write_text(f"worker:\n  slots: {slots}\n  reservedSlots: {RESERVED_SLOTS}\n", encoding="utf-8")
        return {
            **_common(broker, mock),
            "SWITCHBOARD_MODE": "development",
            "SWITCHBOARD_CONFIG": str(configuration),
            "SWITCHBOARD_LEDGER_URL": f"sqlite:{ledger}",
            "SWITCHBOARD_ADMIN_LISTEN": f"127.0.0.1:{_free_port()}",
            **self.settings,
        }


@dataclass
class WorkerWithTicks(Worker):
    """The same, and a second process with bridge and recorder on the same ledger: promotional sends wait for ticks."""

    def start(self, broker: Broker, mock: Mock, slots: int) -> list[Program]:
        first = self._environment(broker, mock, slots, new=True)
        second = {
            **self._environment(broker, mock, slots, new=False),
            "SWITCHBOARD_BRIDGE_AMQP_URL": broker.urls["bridge"],
            "SWITCHBOARD_RECORDER_AMQP_URL": broker.urls["recorder"],
            "SWITCHBOARD_BRIDGE_LISTEN": f"127.0.0.1:{_free_port()}",
        }
        ticks = Program(f"{self.name}-ticks", [self.executable, "run", "bridge", "recorder"], second)
        try:
            # Before the first tick is recorded every promotional message would be put off.
            broker.await_ticks(ticks, timeout=30)
            return [Program(self.name, [self.executable, "run", "worker"], first), ticks]
        except BaseException:
            ticks.kill()
            raise
