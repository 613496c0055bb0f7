"""A broker node and a system of our own for tests that kill, stop and cut things: each role is a process by itself.

Needs the built executable, in SWITCHBOARD_TEST_BINARY.
"""

import os
import random
import re
import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import pika
import requests
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError
from topology import ROOT

BINARY = os.environ.get("SWITCHBOARD_TEST_BINARY", "")
SENDER = "+15005550006"
"""The number that the simulator, like Twilio with test credentials, always takes as a sender."""
BROKEN = (AMQPError, AMQPConnectorException, OSError)
"""What pika raises when the broker is away or goes away."""
PORTS = range(13000, 24000)
"""Below those that the kernel takes for outgoing connections: who is started again must not find its own taken."""


def until(wanted, seconds: float = 60, what: str = "it"):
    """Asks again and again, and returns the first answer that is true."""
    deadline = time.monotonic() + seconds
    while not (found := wanted()):
        assert time.monotonic() < deadline, f"{what} did not come to pass within {seconds} s"
        time.sleep(0.05)
    return found


def free_port() -> int:
    """A port on loopback at which nobody listens."""
    for port in random.sample(PORTS, 200):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise AssertionError("no free port")


NODE_PORTS = range(6000, 11750, 10)
"""From which a node takes its AMQP port; its other ports lie 1000 below to 21009 above (`Scripts/lib/broker.sh`)."""


def free_node_port() -> int:
    """An AMQP port whose node finds its others free too. By chance, so that nodes that start together differ."""
    for port in random.sample(NODE_PORTS, 100):
        try:
            for number in (port, port - 1000, port + 1000, port + 20_000):
                socket.create_server(("127.0.0.1", number)).close()
            return port
        except OSError:
            continue
    raise AssertionError("no free port for a node")


class Node:
    """A RabbitMQ node below .local/NAME, as `Scripts/broker` makes it, with the user test-admin."""

    def __init__(self, name: str, first_port: int | None = None):
        self.name, self.first_port = name, first_port
        self.has_started = False
        self.folder = ROOT / ".local" / name / "broker"

    def run(self, command: str, *arguments: str) -> str:
        """`Scripts/broker COMMAND` on this node; its output."""
        done = subprocess.run(
            [str(ROOT / "Scripts" / "broker"), command, "--name", self.name, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Starts it, or leaves it running; what it had before is there again."""
        for attempt in range(5):
            try:
                self.run("start", "--admin", *(["--port", str(self.first_port)] if self.first_port else []))
                self.has_started = True
                return
            except AssertionError as error:
                # Nodes that are made at the same moment may have found the same ports free; one that ran has its own.
                if self.has_started or not self.first_port or "is taken by another program" not in str(error):
                    raise
                if attempt == 4:
                    raise
                self.first_port = free_node_port()

    def stop(self) -> None:
        self.run("stop")

    def wipe(self) -> None:
        self.run("wipe")

    def control(self, *arguments: str) -> str:
        """`rabbitmqctl ARGUMENTS`."""
        return self.run("ctl", *arguments)

    @property
    def port(self) -> int:
        return int((self.folder / "port").read_text(encoding="utf-8"))

    def send_signal(self, number: int) -> None:
        """A signal to the node's own process: SIGKILL, SIGSTOP, SIGCONT."""
        os.kill(int((self.folder / "node.pid").read_text(encoding="utf-8")), number)

    def kill(self) -> None:
        """As a crash would; returns when its port is free, which is a little after its first thread is gone."""
        self.send_signal(signal.SIGKILL)
        until(lambda: not self.listens, 30, "the end of the node")

    @property
    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def addresses(self) -> dict[str, str]:
        """The AMQP URL of each user, by the variable that takes it: SWITCHBOARD_<USER>_AMQP_URL."""
        return dict(re.findall(r"export (\w+)='([^']*)'", self.run("env")))

    def connect(self, user: str = "admin") -> pika.BlockingConnection:
        address = self.addresses()[f"SWITCHBOARD_{user.upper()}_AMQP_URL"]
        return pika.BlockingConnection(pika.URLParameters(address))


class Program:
    """`switchboard run ROLES` as a process that can be killed and started again at the same addresses."""

    def __init__(self, roles: list[str], environment: dict[str, str], log: Path, binary: str = ""):
        self.roles, self.environment, self.log_path = roles, environment, log
        self.command = [binary or BINARY]
        self.admin = f"127.0.0.1:{free_port()}"
        self.process: subprocess.Popen | None = None

    def begin(self) -> None:
        """Starts it, and does not wait until it works."""
        environment = self.environment | {"SWITCHBOARD_ADMIN_LISTEN": self.admin}
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.command, "run", *self.roles], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def start(self) -> None:
        self.begin()
        self.await_ready()

    def await_ready(self, seconds: float = 60) -> None:
        until(lambda: not self.is_running or self.is_ready, seconds, f"the start of {' '.join(self.roles)}")
        assert self.is_running, self.log()[-2000:]

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def health(self) -> dict[str, dict]:
        """The readiness report: each part by its name; empty while nobody answers."""
        try:
            report = requests.get(f"http://{self.admin}/health/ready", timeout=30).json()
        except (requests.ConnectionError, requests.Timeout):
            return {}
        return {check["name"]: check for check in report["checks"]}

    @property
    def is_ready(self) -> bool:
        try:
            return requests.get(f"http://{self.admin}/health/ready", timeout=30).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    def send_signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """As a crash would."""
        self.end(signal.SIGKILL)

    def end(self, number: int = signal.SIGTERM) -> int | None:
        """Ends it and returns its exit code; None when it never ran."""
        if self.is_running:
            self.process.send_signal(number)
        return self.process.wait(timeout=90) if self.process else None

    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")


class Provider:
    """What a test tells the simulator, and what the simulator says that it took."""

    def __init__(self, listen: str, account: str, token: str):
        self.url, self.account, self.token = f"http://{listen}", account, token

    def post(self, path: str, document: dict) -> None:
        answer = requests.post(f"{self.url}/simulator/{path}", json=document, timeout=10)
        assert answer.ok, answer.text

    def program(self, number: str, outcome: str) -> None:
        """What becomes of messages to a number from now on: a name of Sources/Simulator/Outcome.swift."""
        self.post("outcomes", {"number": number, "outcome": outcome})

    def forget_outcomes(self) -> None:
        """What was programmed no longer holds."""
        assert requests.delete(f"{self.url}/simulator/outcomes", timeout=10).ok

    def latency(self, minimum: float, maximum: float) -> None:
        """How long it takes to answer, in milliseconds."""
        self.post("latency", {"minimum": minimum, "maximum": maximum})

    def record(self, number: str | None = None) -> dict:
        """Everything that it took (`messages`) and was asked (`attempts`), oldest first."""
        query = {"number": number} if number else {}
        return requests.get(f"{self.url}/simulator/messages", params=query, timeout=120).json()

    def listed(self, number: str) -> list[dict]:
        """The account's messages to a number, by the API's own list, newest first."""
        page = requests.get(
            f"{self.url}/2010-04-01/Accounts/{self.account}/Messages.json",
            params={"To": number},
            auth=(self.account, self.token),
            timeout=10,
        )
        return page.json()["messages"]

    def reply(self, number: str, text: str) -> str | None:
        """The person with this number writes to the sender; the message's SID if the bridge answered with 2xx."""
        answer = requests.post(
            f"{self.url}/phones/{quote(number, safe='')}/replies",
            data={"To": SENDER, "Body": text},
            headers={"Accept": "application/json"},
            allow_redirects=False,
            timeout=30,
        )
        if answer.status_code == 502:
            return None
        assert answer.ok, answer.text
        return answer.json()["sid"]


class System:
    """The processes of one system, all on one ledger, with one account of the simulator's.

    `addresses` are the AMQP URLs by variable, as `Node.addresses` gives them. The folder holds ledger, spool and logs,
    and outlives the processes. A variable in `variables` goes to every process.
    """

    def __init__(self, folder: Path, addresses: dict[str, str], variables: dict[str, str] | None = None):
        self.folder = folder
        self.account, self.token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
        self.bridge_listen = f"127.0.0.1:{free_port()}"
        self.simulator_listen = f"127.0.0.1:{free_port()}"
        self.provider = Provider(self.simulator_listen, self.account, self.token)
        self.programs: list[Program] = []
        self.variables = addresses | {
            "SWITCHBOARD_MODE": "development",
            "SWITCHBOARD_LEDGER_URL": f"sqlite:{folder}/ledger.sqlite",
            "SWITCHBOARD_BRIDGE_LISTEN": self.bridge_listen,
            "SWITCHBOARD_SIMULATOR_LISTEN": self.simulator_listen,
            "SWITCHBOARD_PUBLIC_URL": f"http://{self.bridge_listen}",
            "TWILIO_API_BASE_URL": f"http://{self.simulator_listen}",
            "TWILIO_ACCOUNT_SID": self.account,
            "TWILIO_AUTH_TOKEN": self.token,
            "TWILIO_DEFAULT_FROM_NUMBER": SENDER,
            **(variables or {}),
        }

    def environment(self, variables: dict[str, str] | None = None) -> dict[str, str]:
        """The settings of a process, and none that the caller happens to have set."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SWITCHBOARD_", "TWILIO_"))}
        return kept | self.variables | (variables or {})

    def program(self, *roles: str, name: str = "", binary: str = "", **variables: str) -> Program:
        """A process of the system that is not started yet; `name` is that of its log."""
        log = self.folder / f"{name or '-'.join(roles)}.log"
        program = Program(list(roles), self.environment(variables), log, binary)
        self.programs.append(program)
        return program

    def launch(self, *roles: str, **options: str) -> Program:
        """The same, started and ready."""
        program = self.program(*roles, **options)
        program.start()
        return program

    def end(self) -> None:
        """Ends all in order, the last started first; nothing is left running, whatever fails."""
        codes = {}
        for program in reversed(self.programs):
            try:
                codes[program.log_path.name] = program.end()
            except subprocess.TimeoutExpired:
                program.kill()
                codes[program.log_path.name] = -signal.SIGKILL
        assert all(code in (0, -signal.SIGKILL, None) for code in codes.values()), codes

    def kill(self) -> None:
        """Ends all at once, where a test has failed or does not care."""
        for program in self.programs:
            program.kill()
