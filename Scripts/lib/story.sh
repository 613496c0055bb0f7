# shellcheck shell=bash
# The story that Scripts/run plays with real traffic, told by the events themselves. Sourced after system.sh.
#
# `switchboard tail` writes every event as one line: time, routing key, recipient token, status, and why. The lines of
# this run stand in EVENTS; each step waits until the line that it expects is there.

CAMPAIGN_SIZE=200
# The simulator's landline: undelivered, error 30006.
LANDLINE=+15005550106

story_prepare() {
    EVENTS=$SYSTEM_DIR/events.log
    CAMPAIGN=$SYSTEM_DIR/campaign.ndjson
    FAILED_STEPS=0
    # Somebody new in every run: who said STOP once is not written to again.
    ANSWERING=+1415555$((1000 + 16#$(random_hex 3) % 9000))
    : >"$EVENTS"
    story_campaign >"$CAMPAIGN"
}

# One send request a line: CAMPAIGN_SIZE people, among them a landline and the one who will answer.
story_campaign() {
    local index to
    for ((index = 0; index < CAMPAIGN_SIZE; index++)); do
        case $index in
            20) to=$LANDLINE ;;
            40) to=$ANSWERING ;;
            *) to=+1415555$(printf '%04d' "$index") ;;
        esac
        printf '{"to":"%s","body":"Spring sale: 20 %% off until Sunday. Reply STOP to end.",' "$to"
        printf '"consent":{"evidence":"signup-2026-03"},"metadata":{"campaign":"spring"}}\n'
    done
}

# Shows what happens while it happens; a bridge's ticks come every 2 s and would drown the rest.
story_tail() {
    (switchboard_exec tail '#') > >(tee -a "$EVENTS" | grep --line-buffered -v 'bridge\.tick') 2>>"$SYSTEM_LOG" &
    TAIL=$!
    until_true 15 story_seen 'bridge\.tick' || die "no tick of the bridge within 15 s; see $SYSTEM_LOG"
}

# What the story has started and may still run.
story_end() {
    local process
    for process in ${TAIL:-} ${SENDING:-}; do kill -TERM "$process" 2>/dev/null || true; done
}

story_seen() { grep -qE -- "$1" "$EVENTS"; }
story_count() { grep -cE -- "$1" "$EVENTS" || true; }

# story_await SECONDS WHAT CONDITION…: waits until it is true, and says whether it became so.
story_await() {
    if until_true "$1" "${@:3}"; then
        printf -- '-- %s\n' "$2"
    else
        printf -- '-- NOT SEEN within %s s: %s\n' "$1" "$2"
        FAILED_STEPS=$((FAILED_STEPS + 1))
    fi
}

# story_expect SECONDS PATTERN WHAT: waits for an event.
story_expect() { story_await "$1" "$3" story_seen "$2"; }

# How many messages of the campaign the provider took before and after it took the notice.
story_overtaken() {
    awk '/message\.accepted\.[a-z]+\.promotional\.marketing/ { if (notice) after++; else before++ }
        /message\.accepted\.[a-z]+\.transactional\.shop/ { notice = 1 }
        END { printf "%d campaign messages were taken before it, %d after it", before, after }' "$EVENTS"
}

story_campaign_done() {
    (($(story_count 'message\.(delivered|undelivered|failed)\.[a-z]+\.promotional\.marketing') >= CAMPAIGN_SIZE))
}

story_notice() {
    step "An app sends an order notice while a campaign of $CAMPAIGN_SIZE is on its way"
    (AS=marketing switchboard_exec send --app marketing --class promotional --purpose spring "$CAMPAIGN") &
    SENDING=$!
    until_true 30 story_seen 'message\.accepted\.[a-z]+\.promotional\.marketing' || true
    AS=shop switchboard send --app shop --class transactional --purpose order-shipped \
        --to +14155559999 --body 'Your order A-17 has shipped' || FAILED_STEPS=$((FAILED_STEPS + 1))
    wait "$SENDING" || FAILED_STEPS=$((FAILED_STEPS + 1))
    story_expect 30 'message\.delivered\.[a-z]+\.transactional\.shop' 'the notice was delivered, by a signed callback'
    story_await 60 "every message of the campaign reached its end" story_campaign_done
    printf -- '-- the notice overtook the campaign: %s\n' "$(story_overtaken)"
    printf -- '-- of the campaign %s accepted, %s delivered, %s undelivered\n' \
        "$(story_count 'message\.accepted\.[a-z]+\.promotional\.marketing')" \
        "$(story_count 'message\.delivered\.[a-z]+\.promotional\.marketing')" \
        "$(story_count 'message\.undelivered\.[a-z]+\.promotional\.marketing')"
}

story_landline() {
    step 'One of the numbers is a landline'
    story_expect 30 'message\.undelivered\.' 'undelivered'
    story_expect 30 'error\.30006\.' 'error 30006, which a subscriber can bind to'
}

story_stop() {
    step "$ANSWERING answers STOP"
    curl --silent --show-error --fail --output /dev/null --data-urlencode "To=$SENDER_NUMBER" --data-urlencode Body=STOP \
        "$SIMULATOR_URL/phones/%2B${ANSWERING#+}/replies" || FAILED_STEPS=$((FAILED_STEPS + 1))
    story_expect 30 'consent\.revoked\.' 'her consent is revoked'
    step 'The next promotional message to her'
    AS=marketing switchboard send --app marketing --class promotional --purpose spring \
        --to "$ANSWERING" --body 'Last day of the spring sale' || FAILED_STEPS=$((FAILED_STEPS + 1))
    story_expect 30 'message\.blocked\.[a-z]+\.promotional\.marketing' 'is blocked, and the event says why'
}
