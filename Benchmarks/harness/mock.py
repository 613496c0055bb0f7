"""The mock API's process and its log, which both sides map. The layout is that of Shared/include/bench_shared.h."""

import mmap
import struct
import subprocess
import time

from errors import BenchmarkError
from measured import Program
from paths import LOCAL, MOCK_API

_HEADER = 128
_RECORD = struct.Struct("<Q56s")
_MAGIC = int.from_bytes(b"NBCHLOG1", "little")
_POSTS, _FAULTS, _DELAY, _PID, _WATCHED_POST, _WATCHED_CPU, _WATCHED_AT = (8 * i for i in (2, 4, 5, 6, 7, 8, 9))


class Mock:
    """Answers message creates after `delay_ms`, and knows when each came."""

    def __init__(self, delay_ms: int, capacity: int = 1_000_000):
        LOCAL.mkdir(exist_ok=True)
        path = LOCAL / "arrivals"
        self.process = subprocess.Popen([MOCK_API, "0", path, str(capacity)], stdout=subprocess.PIPE, text=True)
        port = self.process.stdout.readline().strip()
        if not port:
            raise BenchmarkError("the mock API did not start")
        self.url = f"http://127.0.0.1:{port}"
        with open(path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self._set(_DELAY, delay_ms * 1000)

    def _get(self, offset: int) -> int:
        return int.from_bytes(self._map[offset : offset + 8], "little")

    def _set(self, offset: int, value: int) -> None:
        self._map[offset : offset + 8] = value.to_bytes(8, "little")

    @property
    def posts(self) -> int:
        return self._get(_POSTS)

    def watch(self, pid: int, post: int) -> None:
        """Lets the mock read the CPU time of a process at the moment when POST number `post` (from 1) has come."""
        self._set(_WATCHED_CPU, 0)
        self._set(_PID, pid)
        self._set(_WATCHED_POST, post)

    def watched(self) -> tuple[int, int]:
        """(monotonic ns, CPU ns) of that moment."""
        return self._get(_WATCHED_AT), self._get(_WATCHED_CPU)

    def await_posts(self, count: int, program: Program, timeout: float) -> None:
        """Until so many POSTs have come in all; fails when none comes for `timeout` seconds or the program ends."""
        last, deadline = self.posts, time.monotonic() + timeout
        while last < count:
            time.sleep(0.02)
            now = self.posts
            if now > last:
                last, deadline = now, time.monotonic() + timeout
            elif time.monotonic() > deadline:
                raise BenchmarkError(f"no POST for {timeout:.0f} s, {count - now} are missing: {program.last_line()}")
            program.check_alive()

    def await_quiet(self, seconds: float) -> None:
        """Until no POST has come for so long."""
        last, since = self.posts, time.monotonic()
        while time.monotonic() - since < seconds:
            time.sleep(0.02)
            if self.posts != last:
                last, since = self.posts, time.monotonic()

    def arrivals(self, first: int) -> list[tuple[int, str]]:
        """(monotonic ns, message id) of every POST from number `first` (from 0) on."""
        if self._get(_FAULTS):
            raise BenchmarkError(f"the mock API understood {self._get(_FAULTS)} requests not, or its log is full")
        raw = self._map[_HEADER + first * _RECORD.size : _HEADER + self.posts * _RECORD.size]
        return [(ns, name.rstrip(b"\0").decode()) for ns, name in _RECORD.iter_unpack(raw)]

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()
        self._map.close()
