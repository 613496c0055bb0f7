# shellcheck shell=bash
# The live tier: a broker and a whole system of our own, and what the tests are told of them. Sourced after tiers.sh.

# Every variable that a live test may read. Without them it is skipped.
live_environment() {
    eval "$(broker_exports SWITCHBOARD_TEST)"
    export SWITCHBOARD_TEST_AMQP_URL=$SWITCHBOARD_TEST_ADMIN_AMQP_URL SWITCHBOARD_TEST_AMQPS_URL
    SWITCHBOARD_TEST_AMQPS_URL=$(broker_url test-admin amqps localhost "$(port_of tls "$(broker_port)")")
    export SWITCHBOARD_TEST_CA_FILE=$LOCAL/test/tls/ca.pem
    export SWITCHBOARD_TEST_BROKER=$ROOT/Scripts/broker SWITCHBOARD_TEST_BROKER_NAME=$BROKER_NAME
    export SWITCHBOARD_TEST_BINARY=$SWITCHBOARD SWITCHBOARD_TEST_PYTHON=$PYTHON
    export SWITCHBOARD_TEST_BRIDGE_URL=$BRIDGE_URL SWITCHBOARD_TEST_ADMIN_URL=$ADMIN_URL
    export SWITCHBOARD_TEST_SIMULATOR_URL=$SIMULATOR_URL SWITCHBOARD_TEST_SENDER=$SENDER_NUMBER
    export SWITCHBOARD_TEST_SYSTEM_LOG=$SYSTEM_LOG SWITCHBOARD_TEST_SYSTEM_FOLDER=$SYSTEM_DIR
    export SWITCHBOARD_TEST_ACCOUNT_SID SWITCHBOARD_TEST_AUTH_TOKEN
    read -r SWITCHBOARD_TEST_ACCOUNT_SID SWITCHBOARD_TEST_AUTH_TOKEN < <(system_account)
}

# A database of our own, for the driver's and the ledger's tests.
live_database() {
    echo 'starting PostgreSQL'
    postgres_use test
    postgres_start "$(port_of postgres "$(broker_port)")"
    export SWITCHBOARD_TEST_POSTGRES_URL SWITCHBOARD_TEST_POSTGRES=$ROOT/Scripts/postgres
    SWITCHBOARD_TEST_POSTGRES_URL=$(postgres_url)
    export SWITCHBOARD_TEST_POSTGRES_CA_FILE=$LOCAL/postgres-tls/ca.pem
    tier_swift database --no-parallel --filter "$DATABASE_TESTS"
    tier_python ledger "$ROOT/Tests/Python/live_ledger.py"
    unset SWITCHBOARD_TEST_POSTGRES_URL SWITCHBOARD_TEST_POSTGRES
    postgres_wipe
}

live() {
    local port file strangers=()
    # The tests of the broker alone change queues and policies; every other one speaks to the running system.
    for file in "$ROOT"/Tests/Python/live_*.py; do
        [[ $file = *_@(broker|permissions|spool|lookup|outage|lost|ledger|recovery|cluster|shutdown).py ]] || strangers+=("$file")
    done
    echo 'starting RabbitMQ'
    broker_wipe
    tls_make "$LOCAL/test/tls"
    BROKER_ADMIN=yes broker_start ''
    port=$(broker_port)
    system_use "$ROOT/.build/debug/switchboard" "$(port_of bridge "$port")" "$(port_of admin "$port")" \
        "$(port_of simulator "$port")"
    SYSTEM_LOG=$LOGS/switchboard.log
    live_environment
    # First, on clean queues: the tests that follow leave messages behind that no recorder could read.
    if (system_start) >"$LOGS/system.log" 2>&1; then
        tier_python contract "${strangers[@]}"
    else
        tier contract - sh -c 'cat "$@"; exit 1' sh "$LOGS/system.log" "$SYSTEM_LOG"
    fi
    system_stop
    tier_swift live --filter "$LIVE_TESTS"
    tier_python broker "$ROOT"/Tests/Python/live_{broker,permissions,spool,lookup,outage,lost}.py
    tier_python recovery "$ROOT"/Tests/Python/live_{recovery,cluster,shutdown}.py
    live_database
    live_stop
}

# What the tests that have nodes of their own leave behind when they are ended before their time. Whatever cannot be
# stopped, the rest is.
recovery_stop() {
    local name
    for name in recovery shutdown spool lookup outage lost scratch; do
        [[ ! -d $LOCAL/$name ]] || (broker_use "$name" && broker_wipe) || true
    done
    [[ ! -d $LOCAL/cluster ]] || (broker_use cluster && cluster_wipe cluster) || true
    (postgres_use shutdown && postgres_wipe) || true
}

live_stop() {
    [[ -z ${SYSTEM_DIR:-} ]] || (system_wipe) || true
    recovery_stop
    (postgres_wipe) || true
    (broker_wipe) || true
}
