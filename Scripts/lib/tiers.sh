# shellcheck shell=bash
# The tiers of tests. Each runs quietly into a log of its own and leaves a line in RESULTS for summary.py: what it is,
# seconds, exit code, the report that names its tests. Sourced after common.sh.

# A component test has a scripted peer on loopback or a file of its own, a live test a real broker; the rest are unit
# tests, so that a new target is never left out.
COMPONENT_TESTS='^(AMQPTests|EventLoopTests|HTTPTransferTests|JournalTests|LedgerTests|PostgresTests)\.|^BridgeTests\.(SpoolTests|LookUpPeerTests)|^SimulatorTests\.WireTests|^ObservabilityTests\.(AdminServerTests|ReadinessTests)'
LIVE_TESTS='^LiveTests\.'
# Component tests that do more where there is a database.
DATABASE_TESTS='^(LedgerTests|PostgresTests)\.'
# No tier may hang.
TIER_SECONDS=3600

tiers_prepare() {
    LOGS=$LOCAL/test/log
    RESULTS=$LOGS/results
    rm -rf "$LOGS"
    mkdir -p "$LOGS"
    : >"$RESULTS"
}

# tier NAME REPORT COMMAND…: REPORT is - where the command itself is the one test.
tier() {
    local name=$1 report=$2 started=$SECONDS status=0
    shift 2
    printf '%s …\n' "$name"
    run_in_group timeout --kill-after=10 "$TIER_SECONDS" "$@" >"$LOGS/$name.log" 2>&1 || status=$?
    printf '%s\t%s\t%s\t%s\n' "$name" "$((SECONDS - started))" "$status" "$report" >>"$RESULTS"
    ((status == 0)) || tier_failed "$name" "$status"
}

# Enough of the log to see what is wrong without the file, which a machine that tests may not keep.
tier_failed() {
    printf '%s failed with exit code %s; .local/test/log/%s.log, the lines that say why:\n' "$1" "$2" "$1"
    grep -E '✘|↳|error:|warning:|^FAILED|^E  |Fatal|SC[0-9]{4}' "$LOGS/$1.log" | cut -c1-400 | tail -n 80 || true
    printf '  … and its end:\n'
    tail -n 15 "$LOGS/$1.log" | cut -c1-400
}

# tier_swift NAME ARGUMENTS…: which tests, by --filter and --skip.
tier_swift() {
    local name=$1
    shift
    tier "$name" "$LOGS/$name.xml" swift test --package-path "$ROOT" --skip-build --disable-xctest \
        --xunit-output "$LOGS/$name.xml" "$@"
}

# tier_python NAME FILES…
tier_python() {
    local name=$1
    shift
    tier "$name" "$LOGS/$name.xml" env PYTHONDONTWRITEBYTECODE=1 "$PYTHON" -m pytest -q \
        --config-file="$ROOT/Tests/Python/pytest.ini" --junitxml="$LOGS/$name.xml" "$@"
}
