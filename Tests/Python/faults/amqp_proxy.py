"""Stands between a process and its broker, reads the frames of AMQP 0-9-1, and acts at a chosen one."""

import asyncio
import struct
import threading
from dataclasses import dataclass
from enum import Enum
from typing import Callable

from rig import free_port

# Class and method of the method frames that are told apart (AMQP 0-9-1, section 1.8).
PUBLISH, RETURN, DELIVER, ACK, REJECT, NACK = (60, 40), (60, 50), (60, 60), (60, 80), (60, 90), (60, 120)
METHOD, HEADER, BODY = 1, 2, 3
PREAMBLE = 8
"""Bytes of the protocol header that a client sends first."""


class Act(Enum):
    FORWARD = 1
    DROP = 2
    CUT = 3
    """The frame is not forwarded, and both connections are reset; what came before has been forwarded."""


@dataclass(frozen=True)
class Frame:
    kind: int
    channel: int
    payload: bytes
    from_client: bool
    connection: int
    """Counts the client's connections."""

    @property
    def method(self) -> tuple[int, int] | None:
        return struct.unpack_from(">HH", self.payload) if self.kind == METHOD else None

    def publish_target(self) -> tuple[str, str]:
        """Exchange and routing key of a basic.publish."""
        exchange, offset = self._short_text(6)
        return exchange, self._short_text(offset)[0]

    def settled(self) -> tuple[int, bool]:
        """Delivery tag and `multiple` of a basic.ack or basic.nack."""
        tag, bits = struct.unpack_from(">QB", self.payload, 4)
        return tag, bool(bits & 1)

    def _short_text(self, offset: int) -> tuple[str, int]:
        end = offset + 1 + self.payload[offset]
        return self.payload[offset + 1 : end].decode(), end


Rule = Callable[[Frame], Act]


def write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.transport.is_closing():
        writer.write(bytes(data))


class AMQPProxy:
    """Forwards everything while it has no rule. A rule is asked about each frame, in the order of the connection, and
    may kill somebody before it answers."""

    def __init__(self, port: int):
        self.target, self.port = port, free_port()
        self.rule: Rule | None = None
        self.connections = 0
        self.open: set[asyncio.StreamWriter] = set()
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self._run, args=(started,), daemon=True).start()
        assert started.wait(10)

    def address(self, url: str) -> str:
        """The URL of the broker, through here."""
        return url.replace(f":{self.target}/", f":{self.port}/")

    def cut(self) -> None:
        """Resets every connection."""
        self.loop.call_soon_threadsafe(self._reset_all)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        started.set()
        self.loop.run_forever()

    def _reset_all(self) -> None:
        for writer in self.open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            upstream, broker = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, broker}
        self.open |= ends
        try:
            await asyncio.gather(
                self._pump(reader, broker, number, True, ends), self._pump(upstream, writer, number, False, ends)
            )
        finally:
            self.open -= ends

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int, from_client: bool, ends: set
    ) -> None:
        pending, skip = bytearray(), PREAMBLE if from_client else 0
        try:
            while not writer.transport.is_closing() and (data := await reader.read(65_536)):
                pending += data
                used, is_cut = self._take(pending, skip, writer, number, from_client)
                if used:
                    skip = 0
                    del pending[:used]
                if is_cut or writer.transport.is_closing():
                    break
                await writer.drain()
        except (ConnectionError, OSError):
            pass
        for end in ends:
            end.transport.abort()

    def _take(
        self, pending: bytearray, skip: int, writer: asyncio.StreamWriter, number: int, from_client: bool
    ) -> tuple[int, bool]:
        """Forwards whole frames; how many bytes were dealt with, and whether the rule cuts."""
        if len(pending) < skip:
            return 0, False
        if skip:
            write(writer, pending[:skip])
        start = end = skip
        while len(pending) - end >= 8:
            kind, channel, size = struct.unpack_from(">BHI", pending, end)
            if len(pending) - end < size + 8:
                break
            # Another thread may take it away.
            if rule := self.rule:
                # What came before is on its way before the rule acts.
                if end > start:
                    write(writer, pending[start:end])
                start = end
                frame = Frame(kind, channel, bytes(pending[end + 7 : end + 7 + size]), from_client, number)
                act = rule(frame)
                if act is Act.CUT:
                    return end, True
                if act is Act.DROP:
                    start = end + size + 8
            end += size + 8
        if end > start:
            write(writer, pending[start:end])
        return end, False
