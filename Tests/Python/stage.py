"""A running system in the trouble that a broker makes: each role is a process of its own, and its log is counted."""

import re
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import requests
from faults.checker import judge
from faults.load import Load, Numbers
from faults.provider_record import ProviderRecord
from faults.subscriber import Subscriber
from faults.theatre import Postgres, Theatre, Volume
from rig import Node, Program, System, until

CONFIGURATION = """\
worker: {{slots: {slots}, reservedSlots: 2{drain}}}
http: {{timeoutSeconds: {timeout}}}
bridge: {{spool: {{path: "{spool}", megabytes: 64}}}}
"""

LOST = "The connection to the broker is lost"
CONNECTED = "Connected to the broker"
AWAY = "A node of the broker does not take the connection"
UNREACHABLE = "The broker cannot be reached"
BLOCKED = "The broker takes no messages"
UNBLOCKED = "The broker takes messages again"
SPOOLING = "webhooks go to disk"
SPOOLED = "has every webhook that was on disk"
REFUSED = "The broker does not take what is published"
TAKEN = "No message waits any more for the broker"
CANCELLED = "The broker ended a subscription"
CONSUMING = "Consuming again"


class Stage(Theatre):
    """One worker, bridge, recorder and simulator on a node or a cluster, without anything in between."""

    slots, timeout = 64, 5
    drain: int | None = None
    """Seconds; by default 15 more than the timeout."""
    address_of_subscriber: str | None = None
    addresses: dict[str, str] | None = None
    postgres: Postgres | None = None

    def __init__(self, node: Node, folder: Path, **settings):
        super().__init__(node.name, folder)
        self.node = node
        for name, value in settings.items():
            setattr(self, name, value)

    def open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.numbers = Numbers()
        self.ledger_volume, self.spool_volume = Volume(self.folder / "ledger"), Volume(self.folder / "spool")
        for volume in (self.ledger_volume, self.spool_volume):
            volume.path.mkdir()
        self.addresses = self.addresses or self.node.addresses()
        self._make_system()
        address = self.address_of_subscriber or self.addresses["SWITCHBOARD_ARCHIVE_AMQP_URL"]
        self.subscriber = Subscriber(self.node, address)
        self.subscriber.start()
        self.record = ProviderRecord(self.system.provider)

    def _make_system(self) -> None:
        configuration = self.folder / "switchboard.yaml"
        configuration.write_text(
            CONFIGURATION.format(
                slots=self.slots,
                drain=f", drainSeconds: {self.drain}" if self.drain else "",
                timeout=self.timeout,
                spool=self.spool_volume.path / "journal",
            ),
            encoding="utf-8",
        )
        variables = {
            "SWITCHBOARD_CONFIG": str(configuration),
            "SWITCHBOARD_LEDGER_URL": self.postgres.url
            if self.postgres
            else f"sqlite:{self.ledger_volume.path}/ledger.sqlite",
            "SWITCHBOARD_IN_DOUBT_GRACE": "1",
            "SWITCHBOARD_TOKEN_KEYS": "k1:" + "A" * 43 + "=",
        }
        self.system = System(self.folder, self.addresses, variables)
        self.simulator, self.recorder, self.bridge, self.worker = (
            self.system.program(role) for role in ("simulator", "recorder", "bridge", "worker")
        )

    def start(self) -> None:
        for program in self.system.programs:
            program.start()
        # Until then nothing promotional is sent.
        until(self.knows_opt_outs, 30, "that opt-outs are known")

    def knows_opt_outs(self) -> bool:
        self.worker.health()
        metrics = requests.get(f"http://{self.worker.admin}/metrics", timeout=30).text
        (age,) = re.findall(r"^switchboard_consent_age_seconds (\S+)$", metrics, re.MULTILINE) or ["+Inf"]
        return float(age) < 5

    @contextmanager
    def under_load(self, name: str, rate: float = 40) -> Iterator["SteadyLoad"]:
        """While so many messages a second are published. At the end all of them must have come to their end, and nothing
        be lost or sent twice."""
        with self.steady_load(name, rate) as steady:
            yield steady
        self.must_hold(steady.load)

    @contextmanager
    def steady_load(self, name: str, rate: float = 40) -> Iterator["SteadyLoad"]:
        steady = SteadyLoad(self.new_load(name, 0), rate)
        steady.await_more(10)
        try:
            yield steady
            steady.await_more(20)
        finally:
            steady.stop()

    def must_hold(self, load: Load, seconds: float = 90) -> None:
        """Every confirmed message of the load has come to its end, none was lost, and none was sent twice."""
        self.settle(seconds)
        verdict = judge(self.history(), {request.key for request in load.requests})
        assert verdict.holds, verdict.problems()
        # Of some the provider could not tell the end, because the bridge was away for longer than it tries.
        open_count = verdict.attempted - verdict.final - len(verdict.untold)
        assert open_count == 0, f"{open_count} have no end"
        # Not even where the settings allow it: nothing here makes the provider's list useless.
        assert not verdict.allowed_duplicates

    def close(self) -> None:
        self.subscriber.stop()
        self.system.kill()
        for load in self.loads:
            try:
                load.close()
            except Exception:  # noqa: BLE001  a connection that a fault has broken
                pass

    # MARK: What is said

    @contextmanager
    def said(self, program: Program, **expected: int | range) -> Iterator[None]:
        """What a process says meanwhile, by the names of the lines above: so often, and no other of them at all."""
        size = len(program.log())
        yield
        lines = {name.lower(): text for name, text in globals().items() if name.isupper() and isinstance(text, str)}
        lines.pop("configuration")

        def counted() -> Counter:
            log = program.log()[size:]
            return Counter({name: log.count(text) for name, text in lines.items()})

        def is_as_expected() -> bool:
            counts = counted()
            return all(
                counts[name] in wanted if isinstance(wanted, range) else counts[name] == wanted
                for name, wanted in ({name: 0 for name in lines} | expected).items()
            )

        try:
            until(is_as_expected, 20)
        except AssertionError:
            said = {name: count for name, count in counted().items() if count}
            raise AssertionError(f"said {said}, expected {expected}:\n{program.log()[size:][-6000:]}") from None


class SteadyLoad:
    """Publishes with confirms, in the background, until it is stopped; what got no confirm again and again."""

    def __init__(self, load: Load, rate: float):
        self.load, self.rate = load, rate
        self.is_stopping = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            while not self.is_stopping:
                request = self.load.new_request()
                self.load.requests.append(request)
                self.load.publish(request)
                time.sleep(1 / self.rate)
        except BaseException as error:  # noqa: BLE001  it is raised where the load is stopped
            self.load.failure = error

    def await_more(self, count: int, seconds: float = 60) -> None:
        """Until so many more are confirmed."""
        wanted = len(self.load.confirmed) + count
        until(lambda: self.load.failure or len(self.load.confirmed) >= wanted, seconds, "the load")

    def stop(self) -> None:
        self.is_stopping = True
        self.thread.join(60)
        if self.load.failure:
            raise self.load.failure
        assert not self.thread.is_alive(), "the load does not end"


def await_health(program: Program, part: str, ready: bool, reason: str = "", seconds: float = 30) -> dict:
    """Until a part's line of the readiness report says so."""

    def seen():
        check = program.health().get(part)
        is_so = check is not None and check["ready"] == ready and reason in check.get("reason", "")
        return check if is_so and (reason or not ready or "reason" not in check) else None

    return until(seen, seconds, f"{part} ready={ready} {reason}")
