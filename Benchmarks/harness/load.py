"""The publisher: its command line and the log of what was meant to be sent when."""

import os
import struct
import subprocess

from broker import APP, Broker
from errors import BenchmarkError
from paths import LOAD, LOCAL

_RECORD = struct.Struct("<Q56s")


class Publication:
    """A publisher at work. `rate` 0: as fast as the broker confirms."""

    def __init__(self, broker: Broker, message_class: str, prefix: str, count: int, rate: int = 0):
        self._log = LOCAL / f"sent-{message_class}"
        environment = {**os.environ, "BENCH_AMQP_URL": broker.urls[APP.upper()]}
        self._process = subprocess.Popen(
            [LOAD, "publish", message_class, APP, prefix, str(count), str(rate), self._log],
            stdout=subprocess.DEVNULL, env=environment)

    def finish(self) -> dict[str, int]:
        """Waits until all is confirmed. The monotonic ns at which each id was meant to be sent."""
        if self._process.wait() != 0:
            raise BenchmarkError("the publisher failed")
        return {name.rstrip(b"\0").decode(): ns for ns, name in _RECORD.iter_unpack(self._log.read_bytes())}
