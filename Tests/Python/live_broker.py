"""Scripts/broker as its users meet it: a node of our own that starts, says what is wrong, and leaves nothing behind."""

import os
import re
import shutil
import socket
import stat
import subprocess
import time

import pytest
from topology import ROOT, definitions

pytestmark = pytest.mark.skipif("SWITCHBOARD_TEST_BROKER" not in os.environ, reason="no broker")

NAME = "scratch"
FOLDER = ROOT / ".local" / NAME


def broker(command: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(ROOT / "Scripts" / "broker"), command, "--name", NAME, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def processes() -> list[str]:
    """Everything that runs in the node's name."""
    found = []
    for process in os.listdir("/proc"):
        try:
            with open(f"/proc/{process}/environ", "rb") as environment:
                if f"STARTED_BELOW={FOLDER}/broker".encode() in environment.read().split(b"\0"):
                    found.append(process)
        except (OSError, ValueError):
            continue
    return found


@pytest.fixture(autouse=True)
def fixture_wiped():
    broker("wipe")
    yield
    broker("wipe")
    shutil.rmtree(FOLDER, ignore_errors=True)


def test_a_node_keeps_its_state_starts_again_at_once_and_leaves_nothing():
    started = broker("start")
    assert started.returncode == 0, started.stderr
    passwords = FOLDER / "passwords"
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    kept = passwords.read_text(encoding="utf-8")
    assert len(kept.splitlines()) == len({line.split()[1] for line in kept.splitlines()})
    users = broker("ctl", "list_users", "--no-table-headers").stdout
    assert "guest" not in users and {line.split()[0] for line in users.splitlines()} == {
        line.split()[0] for line in kept.splitlines()
    }
    assert broker("ctl", "list_vhosts", "--no-table-headers").stdout.split() == ["switchboard"]

    node = (FOLDER / "broker" / "node.pid").read_text(encoding="utf-8")
    assert broker("start").stdout == started.stdout
    assert (FOLDER / "broker" / "node.pid").read_text(encoding="utf-8") == node

    assert broker("stop").returncode == 0 and processes() == []
    assert broker("status").stderr == f"error: node '{NAME}' is not running\n"
    assert broker("start").returncode == 0
    assert passwords.read_text(encoding="utf-8") == kept
    queues = broker("ctl", "list_queues", "-p", "switchboard", "--no-table-headers", "name").stdout.split()
    assert sorted(queues) == sorted(queue["name"] for queue in definitions()["queues"])

    assert broker("wipe").returncode == 0 and processes() == []
    assert not passwords.exists() and not (FOLDER / "broker").exists()


def test_no_password_stands_in_a_command_line():
    assert broker("start").returncode == 0
    secrets_ = [line.split()[1] for line in (FOLDER / "passwords").read_text(encoding="utf-8").splitlines()]
    for process in processes():
        for part in ("cmdline", "environ"):
            with open(f"/proc/{process}/{part}", "rb") as file:
                content = file.read().decode(errors="replace")
            assert not [secret for secret in secrets_ if secret in content]


@pytest.mark.parametrize(("offset", "kind"), [(0, "amqp"), (-1000, "epmd"), (20000, "distribution")])
def test_a_port_that_is_taken_is_named_in_one_line(offset, kind):
    with socket.create_server(("127.0.0.1", 0)) as finder:
        # Below the range of outgoing connections, as the node wants it, and its neighbours free in all likelihood.
        port = 9000 + finder.getsockname()[1] % 2000
    with socket.create_server(("127.0.0.1", port + offset)):
        refused = broker("start", "--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"error: port {port + offset} ({kind}) of node '{NAME}' is taken")
    assert len(refused.stderr.splitlines()) == 1
    assert processes() == []


def test_a_killed_node_starts_again_with_what_it_had():
    port = int(re.search(r":(\d+)\b", broker("start").stdout)[1])
    os.kill(int((FOLDER / "broker" / "node.pid").read_text(encoding="utf-8")), 9)
    # Its port outlives its first thread.
    deadline = time.monotonic() + 60
    with pytest.raises(ConnectionRefusedError):
        while time.monotonic() < deadline:
            socket.create_connection(("127.0.0.1", port), timeout=10).close()
    started = broker("start")
    assert started.returncode == 0, started.stderr
    assert "switchboard" in broker("ctl", "list_vhosts").stdout
