"""The publisher: its command line and the log of what was meant to be sent when."""

import os
import struct
import subprocess
from pathlib import Path

from broker import APP, Broker
from errors import BenchmarkError
from paths import LOAD, LOCAL

_RECORD = struct.Struct("<Q56s")


def _log_path(message_class: str) -> Path:
    return LOCAL / f"sent-{message_class}"


class Publication:
    """A publisher at work. `rate` 0: as fast as the broker confirms."""

    def __init__(self, broker: Broker, message_class: str, prefix: str, count: int, rate: int = 0):
        self._class = message_class
        environment = {**os.environ, "BENCH_AMQP_URL": broker.urls[APP]}
        self._process = subprocess.Popen(
            [LOAD, "publish", message_class, APP, prefix, str(count), str(rate), _log_path(message_class)],
            stdout=subprocess.DEVNULL,
            env=environment,
        )

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def finish(self) -> dict[str, int]:
        """Waits until all is confirmed. The monotonic ns at which each id was meant to be sent."""
        if self._process.wait() != 0:
            raise BenchmarkError("the publisher failed")
        return self.read_log(self._class)

    @staticmethod
    def read_log(message_class: str) -> dict[str, int]:
        """That of the last publication of the class."""
        raw = _log_path(message_class).read_bytes()
        return {name.rstrip(b"\0").decode(): ns for ns, name in _RECORD.iter_unpack(raw)}
