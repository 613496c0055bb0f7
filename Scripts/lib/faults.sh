# shellcheck shell=bash
# The fault suite: systems of our own that are killed, cut and filled under load. Sourced after tiers.sh.

# Messages for each fault, in the short form and in the long one.
FAULT_MESSAGES_SHORT=200
FAULT_MESSAGES_LONG=10000
# The nodes and databases that Tests/Python/faults makes.
FAULT_THEATRES=(processes broker postgres)

# faults BINARY [--long] [FAULT…]
faults() {
    local binary=$1 messages=$FAULT_MESSAGES_SHORT TIER_SECONDS=1800
    shift
    if [[ ${1:-} = --long ]]; then
        shift
        messages=$FAULT_MESSAGES_LONG TIER_SECONDS=28800
    fi
    if [[ -n ${SWITCHBOARD_FAULT_MESSAGES:-} ]]; then messages=$SWITCHBOARD_FAULT_MESSAGES TIER_SECONDS=28800; fi
    tier faults "$LOGS/faults.xml" env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$ROOT/Tests/Python" \
        SWITCHBOARD_TEST_BINARY="$binary" "$PYTHON" -m faults --messages "$messages" --folder "$LOGS/faults" \
        --junit "$LOGS/faults.xml" "$@"
    cat "$LOGS/faults.log"
    faults_stop
}

# The executable that is tried: the one that the caller names, or a build of these sources; the long form's optimised.
faults_binary() {
    BINARY=${SWITCHBOARD_TEST_BINARY:-}
    [[ -z $BINARY ]] || return 0
    if [[ ${1:-} = --long ]]; then
        build_swift 'switchboard, optimised' --configuration release --product switchboard
        BINARY=$ROOT/.build/release/switchboard
    else
        build_swift switchboard --product switchboard
        BINARY=$ROOT/.build/debug/switchboard
    fi
}

# The file systems in memory that a run leaves behind that was killed.
faults_unmount() {
    local theatre volume
    for theatre in "${FAULT_THEATRES[@]}"; do
        for volume in "$LOCAL/test/log/faults/$theatre"/{ledger,spool}; do
            ! mountpoint -q "$volume" 2>/dev/null || umount --lazy "$volume" || true
        done
    done
}

# What a run leaves behind that was ended before its time.
faults_stop() {
    local theatre
    faults_unmount
    for theatre in "${FAULT_THEATRES[@]}"; do
        if [[ -d $LOCAL/faults-$theatre ]]; then (broker_use "faults-$theatre" && broker_wipe) || true; fi
        (postgres_use "faults-$theatre" && postgres_wipe) || true
    done
}
