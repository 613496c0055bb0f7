"""Stands between a worker and its provider, reads whole requests and answers, and acts at a chosen one."""

import asyncio
import threading
from enum import Enum
from typing import Callable

from rig import free_port


class Moment(Enum):
    BEFORE_CALL = "before the request is forwarded"
    BEFORE_ANSWER = "after the provider answered, before the worker hears it"
    AFTER_ANSWER = "after the worker was given the answer"


Rule = Callable[[Moment], bool]
"""Asked at each moment of a request to send; it may kill somebody. True breaks the connection there."""


class HTTPProxy:
    """Forwards requests one by one, with keep-alive."""

    def __init__(self, port: int):
        self.target, self.port = port, free_port()
        self.rule: Rule | None = None
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self._run, args=(started,), daemon=True).start()
        assert started.wait(10)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        started.set()
        self.loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        provider = None
        try:
            upstream, provider = await asyncio.open_connection("127.0.0.1", self.target)
            while request := await read_message(reader):
                is_call = request.startswith(b"POST ")
                if is_call and self._breaks(Moment.BEFORE_CALL):
                    break
                provider.write(request)
                answer = await self._answer(upstream, reader)
                if not answer or (is_call and self._breaks(Moment.BEFORE_ANSWER)):
                    break
                writer.write(answer)
                await writer.drain()
                if is_call and self._breaks(Moment.AFTER_ANSWER):
                    break
        except (ConnectionError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        writer.transport.abort()
        if provider:
            provider.transport.abort()

    async def _answer(self, upstream: asyncio.StreamReader, client: asyncio.StreamReader) -> bytes:
        """The provider's answer; empty when either side goes away before it."""
        answer = asyncio.ensure_future(read_message(upstream))
        # Nothing is pipelined: what the client does meanwhile can only be to go.
        gone = asyncio.ensure_future(client.read(1))
        await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            return b""
        gone.cancel()
        try:
            await gone
        except asyncio.CancelledError:
            pass
        return answer.result()

    def _breaks(self, moment: Moment) -> bool:
        rule = self.rule
        return bool(rule and rule(moment))


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """One HTTP/1.1 request or answer with its body, as it came; empty at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return b""
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        match name.strip().lower(), value.strip().lower():
            case b"content-length", digits:
                length = int(digits)
            case b"transfer-encoding", _:
                raise ConnectionError("a body without a length is not expected here")
    return head + (await reader.readexactly(length) if length else b"")
