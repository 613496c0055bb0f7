"""Three RabbitMQ nodes below .local/NAME that form a cluster, as `Scripts/cluster` makes them."""

import re
import subprocess

import pika
from rig import Node
from topology import ROOT

NODES = (1, 2, 3)


class Cluster(Node):
    """The addresses that it gives name all nodes, from the first to the third, or from the one that is asked for."""

    def run(self, command: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(ROOT / "Scripts" / "cluster"), command, self.name, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        self.run("start")

    def control(self, *arguments: str) -> str:
        return self.run("ctl", "1", *arguments)

    def kill_node(self, number: int) -> None:
        """As a crash of its machine would."""
        self.run("kill-node", str(number))

    def stop_node(self, number: int) -> None:
        self.run("stop-node", str(number))

    def start_node(self, number: int) -> None:
        self.run("start-node", str(number))

    def leader(self, queue: str) -> int:
        """The number of the node that leads a queue."""
        return int(self.run("leader", queue))

    def leads(self, queue: str) -> int | None:
        """The same; None while nobody does."""
        try:
            return self.leader(queue)
        except AssertionError:
            return None

    def addresses(self, first: int = 1) -> dict[str, str]:
        def rotated(address: str) -> str:
            head, hosts, tail = re.fullmatch(r"(.*@)([^/]*)(/.*)", address).groups()
            hosts = hosts.split(",")
            return head + ",".join(hosts[first - 1 :] + hosts[: first - 1]) + tail

        return {name: rotated(address) for name, address in super().addresses().items()}

    def address_at(self, user: str, number: int) -> str:
        """The address of one node alone."""
        address = self.addresses(number)[f"SWITCHBOARD_{user.upper()}_AMQP_URL"]
        return re.sub(r",[^/]*", "", address)

    def connect(self, user: str = "admin") -> pika.BlockingConnection:
        """To the first node that takes the connection."""
        parameters = [pika.URLParameters(self.address_at(user, number)) for number in NODES]
        return pika.BlockingConnection(parameters)
