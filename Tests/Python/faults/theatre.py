"""A node and a system of its own, in which faults follow one another, and the witnesses of what comes of it."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable
from urllib.parse import urlsplit

from rig import Node, Program, System, free_node_port, free_port, until
from topology import ROOT

from faults.amqp_proxy import AMQPProxy
from faults.http_proxy import HTTPProxy
from faults.history import STATES, History, Row, Standing, Stop
from faults.load import STOPPING_SHARE, Load, Numbers, now
from faults.provider_record import ProviderRecord
from faults.subscriber import Subscriber

HTTP_TIMEOUT = 3
"""Seconds that a call may take; a dead worker's attempt counts as unknown 15 s after that."""
CONFIGURATION = """\
worker: {{slots: 16, reservedSlots: 2}}
http: {{timeoutSeconds: {timeout}}}
bridge: {{spool: {{path: "{spool}", megabytes: 64}}}}
simulator: {{messages: {messages}}}
"""
LEAST_SIZE = 4
"""Kilobytes of a page, the smallest file system in memory."""
QUEUES = [f"send.{c}" for c in ("transactional", "promotional")]
LADDER = [f"delay.{c}.{s}" for c in ("transactional", "promotional") for s in ("5s", "30s", "2m", "10m", "1h", "6h")]
KEPT = ["dead.transactional", "dead.promotional", "unroutable"]


class Postgres:
    """A database node of our own, as `Scripts/postgres` makes it."""

    def __init__(self, name: str):
        self.name = name
        self.url = ""

    def run(self, command: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(ROOT / "Scripts" / "postgres"), command, self.name, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        self.url = self.run("start", str(free_port())).strip().splitlines()[-1]

    def crash(self) -> None:
        """What its clients find out by the connection that breaks."""
        self.run("down")

    def restart(self) -> None:
        self.run("up")

    def wipe(self) -> None:
        self.run("wipe")

    def rows(self, query: str) -> list[list[str]]:
        url = urlsplit(self.url)
        address = ["--host", url.hostname, "--port", str(url.port), "--username", url.username, url.path[1:]]
        done = subprocess.run(
            ["psql", "-XAt", "--field-separator=\t", "--command", query, *address],
            env=os.environ | {"PGPASSWORD": url.password},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return [line.split("\t") for line in done.stdout.splitlines() if line]


@dataclass
class Volume:
    """A small file system in memory whose size can be changed while it is used; needs root and the right to mount."""

    path: Path
    is_mounted: bool = False

    def mount(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=512m", "tmpfs", str(self.path)], capture_output=True, check=False
        )
        self.is_mounted = done.returncode == 0

    def leave(self, kilobytes: int) -> None:
        """Leaves so much room, or the least that there can be: a size of 0 would mean none at all."""
        # What is written meanwhile may need more than is left to it: then the size is refused.
        until(lambda: self._resize(max((shutil.disk_usage(self.path).used >> 10) + kilobytes, LEAST_SIZE)), 30)

    def make_room(self) -> None:
        assert self._resize(512 << 10), "the file system cannot grow"

    def _resize(self, kilobytes: int) -> bool:
        command = ["mount", "-o", f"remount,size={kilobytes}k", str(self.path)]
        return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0

    def unmount(self) -> None:
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", str(self.path)], check=False, timeout=30)
            self.is_mounted = False


@dataclass
class Theatre:
    """Two workers, of which the first speaks to broker and provider through proxies, bridge, recorder and simulator.

    What stands in `loads` is judged, each fault by its own messages.
    """

    name: str
    folder: Path
    seed: int = 1
    on_postgres: bool = False
    has_volumes: bool = False
    most_messages: int = 0
    """How many the provider must keep."""
    loads: list[Load] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    replies: set[str] = field(default_factory=set)
    finds_lost_callbacks: bool = False
    """Whether the system asks the provider for a status that it was not told while the run lasts (SWITCHBOARD_LOST_AFTER):
    then no message may stay without a final event."""
    endings: list[Callable[[], None]] = field(default_factory=list)
    """What ends what was begun, in the order of the beginnings."""

    def open(self) -> None:
        self.random = random.Random(f"{self.seed}/{self.name}")
        self.numbers = Numbers()
        self.node = Node(f"faults-{self.name}", free_node_port())
        self.node.wipe()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.ledger_volume, self.spool_volume = Volume(self.folder / "ledger"), Volume(self.folder / "spool")
        for volume in (self.ledger_volume, self.spool_volume):
            volume.path.mkdir(parents=True)
            if self.has_volumes:
                self.endings.append(volume.unmount)
                volume.mount()
        self.endings += [self.node.wipe, self._keep_log, lambda: self.node.send_signal(signal.SIGCONT)]
        self.node.start()
        self.postgres = Postgres(f"faults-{self.name}") if self.on_postgres else None
        if self.postgres:
            self.endings.append(self.postgres.wipe)
            self.postgres.start()
        self.addresses = self.node.addresses()
        self.worker_broker, self.bridge_broker = AMQPProxy(self.node.port), AMQPProxy(self.node.port)
        self._make_system()
        self.endings.append(self.system.kill)
        self.subscriber = Subscriber(self.node, self.addresses["SWITCHBOARD_ARCHIVE_AMQP_URL"])
        self.subscriber.start()
        self.endings.append(self.subscriber.stop)
        self.record = ProviderRecord(self.system.provider)
        for program in self.programs:
            program.start()

    def _make_system(self) -> None:
        configuration = self.folder / "switchboard.yaml"
        spool = self.spool_volume.path / "journal"
        text = CONFIGURATION.format(timeout=HTTP_TIMEOUT, spool=spool, messages=max(1000, self.most_messages))
        configuration.write_text(text, encoding="utf-8")
        ledger = self.postgres.url if self.postgres else f"sqlite:{self.ledger_volume.path}/ledger.sqlite"
        variables = {
            "SWITCHBOARD_CONFIG": str(configuration),
            "SWITCHBOARD_LEDGER_URL": ledger,
            "SWITCHBOARD_IN_DOUBT_GRACE": "1",
            "SWITCHBOARD_LOST_AFTER": "60",
            "SWITCHBOARD_TOKEN_KEYS": "k1:" + "A" * 43 + "=",
        }
        self.system = System(self.folder, self.addresses, variables)
        self.calls = HTTPProxy(int(self.system.simulator_listen.rsplit(":", 1)[1]))
        self.simulator = self.system.program("simulator")
        self.recorders = [self.system.program("recorder", name="recorder-1")]
        if self.on_postgres:
            self.recorders.append(self.system.program("recorder", name="recorder-2"))
        bridge_url = self.bridge_broker.address(self.addresses["SWITCHBOARD_BRIDGE_AMQP_URL"])
        self.bridge = self.system.program("bridge", SWITCHBOARD_BRIDGE_AMQP_URL=bridge_url)
        worker_url = self.worker_broker.address(self.addresses["SWITCHBOARD_WORKER_AMQP_URL"])
        self.worker = self.system.program(
            "worker",
            name="worker-1",
            SWITCHBOARD_WORKER_AMQP_URL=worker_url,
            TWILIO_API_BASE_URL=f"http://127.0.0.1:{self.calls.port}",
        )
        self.other_worker = self.system.program("worker", name="worker-2")

    @property
    def programs(self) -> list[Program]:
        return self.system.programs

    def new_load(self, name: str, count: int) -> Load:
        load = Load(name, count, self.node, self.numbers, self.stops, self.subscriber.told, self.seed)
        self.loads.append(load)
        return load

    def restart(self, program: Program, seconds: float = 60) -> None:
        """After it was killed: at once, as its supervisor would."""
        program.begin()
        program.await_ready(seconds)

    def let_people_stop(self, load: Load) -> None:
        """Some who got a promotional message say STOP, again after a while if it was not taken, until the event is
        there."""
        taken = {message.key for message in self.record.refresh().values()}
        known = {stop.to for stop in self.stops}
        people = [r.to for r in load.requests if r.klass == "promotional" and r.key in taken and r.to not in known]
        for to in list(dict.fromkeys(people))[: max(1, load.count // 2 // STOPPING_SHARE)]:
            sid = until(lambda to=to: self.system.provider.reply(to, "STOP"), 120, "a STOP that is taken")
            self.replies.add(sid)
            until(lambda sid=sid: sid in self.subscriber.revoked, 120, "the event of a STOP")
            self.stops.append(Stop(to, now()))

    def heal(self) -> None:
        """After a fault that did not end as it should: the next one finds everything running."""
        self.worker_broker.rule = self.bridge_broker.rule = self.calls.rule = None
        with suppress(ProcessLookupError):
            self.node.send_signal(signal.SIGCONT)
        self.node.start()
        if self.worker.is_running:
            self.worker.send_signal(signal.SIGCONT)
        for program in self.programs:
            if not program.is_running:
                self.restart(program)

    # MARK: The end

    def settle(self, seconds: float) -> None:
        """Waits until every confirmed message has come to its end, as far as anybody will ever know."""
        deadline = time.monotonic() + seconds
        # What the subscriber has, the recorder gets too.
        while self.open_keys() or not self.ledger_is_settled():
            assert self.subscriber.is_alive, "the subscriber has died"
            if time.monotonic() > deadline:
                return
            time.sleep(1)

    def open_keys(self) -> set[str]:
        """Confirmed and without an end."""
        waiting = set().union(*(load.confirmed for load in self.loads)) - self.subscriber.finals
        if not self.finds_lost_callbacks and waiting and self.subscriber.accepted.issuperset(waiting):
            waiting -= self.record.untold()
        return waiting

    def ledger_is_settled(self) -> bool:
        rows = self.rows()
        keys = set().union(*(load.confirmed for load in self.loads))
        return all(rows[key].state not in ("attempting", "unknown", "held") for key in keys if key in rows)

    def rows(self) -> dict[str, Row]:
        """What the ledger says of every message."""
        columns = "coalesce(p.state, 0), coalesce(p.attempt, 0), p.sid"
        joined = "LEFT JOIN {0}progress p ON p.message = m.id"
        if self.postgres:
            query = f"SELECT m.app, m.message_id, {columns} FROM switchboard.message m " + joined.format("switchboard.")
            found = self.postgres.rows(query)
        else:
            query = f"SELECT n.text, m.message_id, {columns} FROM message m JOIN name n ON n.id = m.app "
            path = f"file:{self.ledger_volume.path}/ledger.sqlite?mode=ro"
            database = sqlite3.connect(path, uri=True, timeout=30)
            try:
                found = database.execute(query + joined.format("")).fetchall()
            finally:
                database.close()
        return {f"{r[0]}/{r[1]}": Row(STATES[int(r[2])], int(r[3]), r[4] or None) for r in found}

    def truncate_write_ahead_log(self) -> None:
        """The next commits of the SQLite ledger need new blocks."""
        database = sqlite3.connect(self.ledger_volume.path / "ledger.sqlite", timeout=30)
        try:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            database.close()

    def standing(self) -> list[Standing]:
        """What stands in the broker's queues; it is looked at and put back."""
        found = []
        with self.node.connect() as connection:
            channel = connection.channel()
            for queue in QUEUES + LADDER + KEPT:
                while (got := channel.basic_get(queue))[0]:
                    _, properties, _ = got
                    headers = properties.headers or {}
                    app = headers.get("sb-app") or properties.user_id or "none"
                    found.append(Standing(queue, f"{app}/{properties.message_id}"))
        return found

    def history(self) -> History:
        self.record.refresh(at_once=True)
        return History(
            attempted={request.key: request for load in self.loads for request in load.requests},
            confirmed=set().union(*(load.confirmed for load in self.loads)),
            taken=list(self.record.taken.values()),
            calls=list(self.record.calls),
            seen=list(self.subscriber.seen),
            rows=self.rows(),
            standing=self.standing(),
            stops=list(self.stops),
            replies=set(self.replies),
            heard=set(self.subscriber.heard),
            finds_lost_callbacks=self.finds_lost_callbacks,
        )

    def close(self) -> None:
        """Ends everything, whatever state it is in."""
        for end in reversed(self.endings):
            try:
                end()
            except Exception as error:  # noqa: BLE001  the rest must end all the same
                print(f"{self.name}: {end.__qualname__}: {error}", flush=True)

    def _keep_log(self) -> None:
        shutil.copytree(self.node.folder / "log", self.folder / "broker-log", dirs_exist_ok=True)
