"""The proxies of the fault suite read frames and requests right, and act where they are told to."""

import asyncio
import socket
import struct
import threading

import pytest
from faults.amqp_proxy import ACK, DELIVER, METHOD, NACK, PREAMBLE, PUBLISH, Act, AMQPProxy, Frame
from faults.http_proxy import HTTPProxy, Moment, read_message
from faults.steps import Confirms, is_acceptance

PROTOCOL = b"AMQP\0\0\x09\x01"


def short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def method(
    channel: int, pair: tuple[int, int], arguments: bytes, from_client: bool = True, connection: int = 1
) -> Frame:
    return Frame(METHOD, channel, struct.pack(">HH", *pair) + arguments, from_client, connection)


def published(key: str, exchange: str = "events", channel: int = 1, connection: int = 1) -> Frame:
    return method(channel, PUBLISH, b"\0\0" + short(exchange) + short(key) + b"\1", connection=connection)


def settled(pair: tuple[int, int], tag: int, multiple: bool, channel: int = 1, connection: int = 1) -> Frame:
    return method(channel, pair, struct.pack(">QB", tag, multiple), False, connection)


def wire(frame: Frame) -> bytes:
    return struct.pack(">BHI", frame.kind, frame.channel, len(frame.payload)) + frame.payload + b"\xce"


def test_a_publish_names_its_target():
    frame = published("message.accepted.sms.transactional.shop")
    assert frame.publish_target() == ("events", "message.accepted.sms.transactional.shop")
    assert is_acceptance(frame)
    assert not is_acceptance(published("message.accepted.sms.transactional.shop", "events.clear"))
    assert not is_acceptance(published("message.deferred.sms.transactional.shop"))


def test_a_confirm_is_told_by_its_tag_connection_and_channel():
    confirms = Confirms()
    for frame in (published("bridge.tick"), published("message.accepted.x"), published("message.accepted.y")):
        assert not confirms.confirms_acceptance(frame)
    assert not confirms.confirms_acceptance(settled(ACK, 1, False))
    assert not confirms.confirms_acceptance(settled(ACK, 2, False, channel=2))
    assert not confirms.confirms_acceptance(settled(ACK, 2, False, connection=2))
    assert confirms.confirms_acceptance(settled(NACK, 3, True))
    assert not confirms.confirms_acceptance(settled(ACK, 2, False))


class Peer:
    """A server that keeps what it gets, and answers with what it is given."""

    def __init__(self, answer: bytes = b""):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.answer, self.got = answer, bytearray()
        self.done = threading.Event()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        connection, _ = self.listener.accept()
        try:
            while data := connection.recv(65_536):
                self.got += data
                if self.answer:
                    connection.sendall(self.answer)
        except ConnectionError:
            pass
        self.done.set()


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_frames_are_forwarded_dropped_and_cut_at_their_borders(step):
    frames = [published("a"), published("b"), method(1, DELIVER, b"c" * 300), published("d"), published("e")]
    asked = []

    def rule(frame: Frame) -> Act:
        asked.append(frame)
        return {1: Act.DROP, 3: Act.CUT}.get(len(asked) - 1, Act.FORWARD)

    peer = Peer()
    proxy = AMQPProxy(peer.port)
    proxy.rule = rule
    text = PROTOCOL + b"".join(map(wire, frames))
    assert len(PROTOCOL) == PREAMBLE
    with socket.create_connection(("127.0.0.1", proxy.port)) as client:
        for start in range(0, len(text), step):
            try:
                client.sendall(text[start : start + step])
            except ConnectionError:
                break
        assert peer.done.wait(10)
    assert bytes(peer.got) == PROTOCOL + wire(frames[0]) + wire(frames[2])
    assert asked == frames[:4]


@pytest.mark.parametrize(("moment", "reaches", "hears"), [
    (Moment.BEFORE_CALL, False, False), (Moment.BEFORE_ANSWER, True, False), (Moment.AFTER_ANSWER, True, True),
])  # fmt: skip
def test_a_call_is_broken_off_at_its_moment(moment, reaches, hears):
    request = b"POST /m HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    answer = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"
    peer = Peer(answer)
    proxy = HTTPProxy(peer.port)
    proxy.rule = lambda now: now is moment
    heard = bytearray()
    with socket.create_connection(("127.0.0.1", proxy.port)) as client:
        client.sendall(request)
        try:
            while data := client.recv(1000):
                heard += data
        except ConnectionError:
            pass
    assert peer.done.wait(10)
    assert bytes(peer.got) == (request if reaches else b"")
    assert bytes(heard) == (answer if hears else b"")


def test_a_message_is_read_with_its_body():
    async def read() -> list[bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(b"GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi")
        reader.feed_eof()
        return [await read_message(reader) for _ in range(3)]

    assert asyncio.run(read()) == [
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi",
        b"",
    ]
