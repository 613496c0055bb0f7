"""A cluster whose nodes go: the system works on with those that are left, says so once, and loses and doubles nothing.

Starts three nodes and a system of its own; needs the built executable, in SWITCHBOARD_TEST_BINARY.
"""

from contextlib import ExitStack

import pytest
from cluster import NODES, Cluster
from rig import BINARY, until
from stage import Stage, await_health

pytestmark = pytest.mark.skipif(not BINARY, reason="no executable")

CLUSTER = Cluster("cluster")
PARTS = ("worker", "recorder", "bridge")


@pytest.fixture(name="stage", scope="module")
def fixture_stage(tmp_path_factory):
    CLUSTER.wipe()
    stage = None
    try:
        CLUSTER.start()
        stage = Stage(CLUSTER, tmp_path_factory.mktemp("cluster"))
        # The witness stands where no node is killed.
        leader = CLUSTER.leader("send.transactional")
        stage.victim, stage.witness = leader, NODES[leader % len(NODES)]
        stage.address_of_subscriber = CLUSTER.address_at("archive", stage.witness)
        # Everybody begins on the node that will die.
        stage.addresses = CLUSTER.addresses(leader)
        stage.open()
        stage.start()
        yield stage
        stage.subscriber.stop()
        stage.system.end()
    finally:
        if stage:
            stage.close()
        CLUSTER.wipe()


def test_each_queue_has_a_member_on_every_node(stage):
    lines = CLUSTER.run("ctl", "1", "list_queues", "-p", "switchboard", "--no-table-headers", "name", "members")
    assert lines.splitlines() and all(line.count("@localhost") == len(NODES) for line in lines.splitlines())


def test_the_leaders_node_dies_with_everybody_connected_to_it(stage):
    """A channel that publishes before the new leader is known may be refused for ever: it is replaced."""
    with ExitStack() as expectations:
        for program, connections in ((stage.worker, 2), (stage.recorder, 1), (stage.bridge, 1)):
            spool = {"spooling": range(4), "spooled": range(4)} if program is stage.bridge else {}
            stuck = {} if program is stage.recorder else {"refused": range(3), "taken": range(3)}
            expectations.enter_context(
                stage.said(program, lost=connections, connected=connections, **spool, **stuck)
            )
        with stage.under_load("killed") as steady:
            CLUSTER.kill_node(stage.victim)
            until(lambda: CLUSTER.leads("send.transactional") not in (None, stage.victim))
            steady.await_more(40)
            # While the node is still down.
            for program, part in zip((stage.worker, stage.recorder, stage.bridge), PARTS):
                await_health(program, part, True)


def test_a_node_that_stays_away_is_named_by_who_looks_for_it(stage):
    with stage.said(stage.worker, connected=2, away=2):
        assert stage.worker.end() == 0
        stage.worker.start()
    with stage.under_load("without-one"):
        pass
    CLUSTER.start_node(stage.victim)


def test_without_a_majority_nothing_is_promised_and_with_it_everything_goes_on(stage):
    others = [node for node in NODES if node != stage.witness]
    with stage.steady_load("minority") as steady:
        for node in others:
            CLUSTER.kill_node(node)
        for program, part in ((stage.worker, "worker"), (stage.recorder, "recorder")):
            await_health(program, part, False, "no connection to the broker")
        for node in others:
            CLUSTER.start_node(node)
        for program, part in zip((stage.worker, stage.recorder, stage.bridge), PARTS):
            await_health(program, part, True, seconds=90)
    stage.must_hold(steady.load)
