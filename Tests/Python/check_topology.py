"""Holds Topology/definitions.json and permissions.json to the wire contract. Needs no broker."""

import pytest

from topology import definitions, pattern, permissions

CLASSES = ["transactional", "promotional"]
STEPS = {"5s": 5, "30s": 30, "2m": 120, "10m": 600, "1h": 3600, "6h": 21600}
DAY = 86_400_000
DEFINITIONS = definitions()
PERMISSIONS = permissions()
QUEUES = [queue["name"] for queue in DEFINITIONS["queues"]]
QUEUE_POLICIES = [policy for policy in DEFINITIONS["policies"] if policy["apply-to"] == "queues"]

EXCHANGES = {
    "send": "topic",
    "events": "topic",
    "events.clear": "topic",
    "delay": "direct",
    "requeue": "direct",
    "dead": "direct",
    "unroutable": "fanout",
}
SUBSCRIPTIONS = {
    "consent": ("events", ["consent.#", "bridge.tick.#"]),
    "recorder": ("events", ["#"]),
    "crm": ("events.clear", ["message.#", "inbound.#", "consent.#"]),
    "cdp": ("events", ["message.#", "inbound.#", "consent.#", "link.#"]),
    "archive": ("events", ["#"]),
    "alerts": ("events", ["error.#", "account.#"]),
}
# What 3.10.8 and every later release accept in a policy; another key makes the whole import fail.
PORTABLE = {
    "alternate-exchange",
    "dead-letter-exchange",
    "dead-letter-routing-key",
    "dead-letter-strategy",
    "delivery-limit",
    "max-length",
    "message-ttl",
    "overflow",
}


def expected_bindings() -> set[tuple[str, str, str]]:
    bindings = {("unroutable", "unroutable", "")}
    for name in CLASSES:
        bindings |= {("send", f"send.{name}", f"{name}.#"), ("requeue", f"send.{name}", name)}
        bindings |= {("dead", f"dead.{name}", name)}
        bindings |= {("delay", f"delay.{name}.{step}", f"{name}.{step}") for step in STEPS}
    for queue, (exchange, keys) in SUBSCRIPTIONS.items():
        bindings |= {(exchange, queue, key) for key in keys}
    return bindings


def policy_of(queue: str) -> dict:
    matching = [policy for policy in QUEUE_POLICIES if pattern(policy["pattern"]).search(queue)]
    assert len(matching) == 1, f"{queue} matches {[policy['name'] for policy in matching]}"
    return matching[0]["definition"]


def test_the_exchanges_are_the_contracts():
    assert {exchange["name"]: exchange["type"] for exchange in DEFINITIONS["exchanges"]} == EXCHANGES
    assert all(exchange["durable"] and not exchange["auto_delete"] for exchange in DEFINITIONS["exchanges"])


def test_the_queues_are_the_contracts():
    assert sorted(QUEUES) == sorted({destination for _, destination, _ in expected_bindings()})
    for queue in DEFINITIONS["queues"]:
        only_consent = {"x-single-active-consumer": True} if queue["name"] == "consent" else {}
        assert queue["arguments"] == {"x-queue-type": "quorum", **only_consent}
        assert queue["durable"] and not queue["auto_delete"]


def test_the_bindings_are_the_contracts():
    bindings = [(b["source"], b["destination"], b["routing_key"]) for b in DEFINITIONS["bindings"]]
    assert len(bindings) == len(set(bindings))
    assert set(bindings) == expected_bindings()


def test_everything_is_in_one_vhost_and_nobody_is_named():
    assert [vhost["name"] for vhost in DEFINITIONS["vhosts"]] == ["switchboard"]
    for kind in ("policies", "exchanges", "queues", "bindings"):
        assert {item["vhost"] for item in DEFINITIONS[kind]} == {"switchboard"}
    assert not {"users", "permissions", "topic_permissions"} & DEFINITIONS.keys()
    assert "users" not in PERMISSIONS


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_matches_exactly_one_policy(queue):
    assert policy_of(queue)["max-length"] > 0


@pytest.mark.parametrize("policy", DEFINITIONS["policies"], ids=lambda policy: policy["name"])
def test_a_policy_is_portable_and_anchored(policy):
    assert policy["definition"].keys() <= PORTABLE
    assert policy["apply-to"] in {"queues", "exchanges"}
    assert policy["pattern"].startswith("^") and policy["pattern"].endswith(r"\z")
    names = QUEUES if policy["apply-to"] == "queues" else EXCHANGES
    assert any(pattern(policy["pattern"]).search(name) for name in names), "matches nothing"


@pytest.mark.parametrize("queue", QUEUES)
def test_dead_letters_arrive_somewhere_and_are_not_lost_on_the_way(queue):
    policy = policy_of(queue)
    if "dead-letter-exchange" not in policy:
        return
    route = (policy["dead-letter-exchange"], policy["dead-letter-routing-key"])
    assert route in {(exchange, key) for exchange, _, key in expected_bindings()}
    # Without reject-publish RabbitMQ falls back to at-most-once, and says so only in its log.
    assert policy["dead-letter-strategy"] == "at-least-once"
    assert policy["overflow"] == "reject-publish"


def test_an_unroutable_message_is_kept():
    [policy] = [policy for policy in DEFINITIONS["policies"] if policy["apply-to"] == "exchanges"]
    assert [name for name in EXCHANGES if pattern(policy["pattern"]).search(name)] == ["send"]
    assert policy["definition"] == {"alternate-exchange": "unroutable"}


@pytest.mark.parametrize("name", CLASSES)
def test_a_send_queue_parks_poison_and_a_delay_queue_holds_for_its_step(name):
    sending = policy_of(f"send.{name}")
    assert (sending["delivery-limit"], sending["dead-letter-exchange"]) == (200, "dead")
    assert sending["dead-letter-routing-key"] == name and "message-ttl" not in sending
    for step, seconds in STEPS.items():
        delay = policy_of(f"delay.{name}.{step}")
        assert (delay["message-ttl"], delay["dead-letter-exchange"]) == (seconds * 1000, "requeue")
        assert delay["dead-letter-routing-key"] == name


@pytest.mark.parametrize("queue", ["dead.transactional", "dead.promotional", "unroutable"])
def test_what_was_given_up_is_kept_30_days(queue):
    policy = policy_of(queue)
    # RabbitMQ takes a TTL below 2^32 milliseconds.
    assert policy["message-ttl"] == 30 * DAY < 2**32
    # 4.x would drop a message after 20 returns, 3.10 never: looking at one must not lose it.
    assert policy["overflow"] == "reject-publish" and policy["delivery-limit"] >= 1_000_000


@pytest.mark.parametrize("queue", ["consent", "recorder"])
def test_only_these_push_back(queue):
    policy = policy_of(queue)
    assert policy["overflow"] == "reject-publish"
    assert "message-ttl" not in policy and policy["delivery-limit"] >= 1_000_000


@pytest.mark.parametrize("queue", ["crm", "cdp", "archive", "alerts"])
def test_a_dead_subscriber_never_stops_a_send(queue):
    policy = policy_of(queue)
    assert policy["overflow"] == "drop-head" and policy["message-ttl"] <= 7 * DAY
    assert "dead-letter-exchange" not in policy


# Permissions: what each role may read and write, of everything there is.
RIGHTS = {
    "worker": (
        {"send.transactional", "send.promotional"},
        {"delay", "dead", "events", "events.clear"},
    ),
    "bridge": (set(), {"events", "events.clear"}),
    "recorder": ({"recorder", "consent"}, set()),
    "replay": ({"dead.transactional", "dead.promotional", "unroutable"}, {"requeue"}),
    "crm": ({"crm"}, set()),
    "cdp": ({"cdp"}, set()),
    "archive": ({"archive"}, set()),
    "alerts": ({"alerts"}, set()),
    "ops": (
        {"events", "dead.transactional", "dead.promotional", "unroutable", "archive", "alerts", "tail.x1"},
        {"tail.x1"},
    ),
    "shop": (set(), {"send"}),
    "marketing": (set(), {"send"}),
}
OBJECTS = {*EXCHANGES, *QUEUES, "amq.default", "amq.topic", "tail.x1", "tail.", "tailx", "crm.more", ""}


def test_every_role_has_rights_and_nobody_else():
    assert [entry["user"] for entry in PERMISSIONS["permissions"]] == list(RIGHTS)


@pytest.mark.parametrize("entry", PERMISSIONS["permissions"], ids=lambda entry: entry["user"])
def test_a_role_has_the_least_rights(entry):
    read, write = RIGHTS[entry["user"]]
    allowed = {
        kind: {name for name in OBJECTS - {""} if pattern(entry[kind]).search(name)}
        for kind in entry
        if kind not in {"user", "vhost"}
    }
    assert allowed["read"] == read
    assert allowed["write"] == write
    assert allowed["configure"] == ({"tail.x1"} if entry["user"] == "ops" else set())


@pytest.mark.parametrize("kind", ["configure", "write", "read"])
def test_a_right_is_anchored_at_both_ends(kind):
    for entry in PERMISSIONS["permissions"]:
        regex = entry[kind]
        assert regex == "^$" or (regex.startswith("^") and regex.endswith(r"\z")), entry["user"]


@pytest.mark.parametrize("entry", PERMISSIONS["topic_permissions"], ids=lambda e: f"{e['user']} on {e['exchange']}")
def test_a_topic_right_ends_at_the_end_of_the_text(entry):
    # `$` would also match before a last newline.
    assert entry["write"].startswith("^") and entry["write"].endswith(r"\z")
    assert entry["read"] == "^$"


@pytest.mark.parametrize("app", ["shop", "marketing"])
def test_an_app_may_publish_only_its_own_keys(app):
    [entry] = [entry for entry in PERMISSIONS["topic_permissions"] if entry["user"] == app]
    assert entry["exchange"] == "send"
    own = pattern(entry["write"].replace("{username}", app))
    assert own.search(f"transactional.{app}.order-shipped") and own.search(f"promotional.{app}.spring")
    for key in (
        "transactional.bank.otp",
        f"transactional.{app}.otp\n",
        f"transactional.{app}.otp.more",
        f"transactional.{app}.",
        f"Transactional.{app}.otp",
        f"urgent.{app}.otp",
        f"x.transactional.{app}.otp",
        "",
    ):
        assert not own.search(key), key


def test_only_a_bridge_may_tick_and_only_a_worker_judges():
    by_role = {e["user"]: pattern(e["write"]) for e in PERMISSIONS["topic_permissions"] if e["exchange"] == "events"}
    tick, blocked = "bridge.tick.none.none.none", "request.conflict.sms.promotional.shop"
    assert by_role["bridge"].search(tick) and not by_role["worker"].search(tick)
    assert by_role["worker"].search(blocked) and not by_role["bridge"].search(blocked)
