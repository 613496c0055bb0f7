# shellcheck shell=bash
# The whole system in one process: worker, bridge, recorder and simulator on SQLite, beside a node. Sourced after
# broker.sh and users.sh.

# The number that the simulator, like Twilio with test credentials, always takes as a sender.
SENDER_NUMBER=+15005550006

# system_use BINARY BRIDGE_PORT ADMIN_PORT SIMULATOR_PORT: which system the other functions speak of; after broker_use.
# Without ports: those with which it was last started.
system_use() {
    SWITCHBOARD=$1
    SYSTEM_DIR=$LOCAL/$BROKER_NAME
    shift
    if (($#)); then
        SYSTEM_PORTS=("$@")
    else
        read -ra SYSTEM_PORTS <"$SYSTEM_DIR/ports"
    fi
    BRIDGE_URL=http://127.0.0.1:${SYSTEM_PORTS[0]}
    ADMIN_URL=http://127.0.0.1:${SYSTEM_PORTS[1]}
    SIMULATOR_URL=http://127.0.0.1:${SYSTEM_PORTS[2]}
    SYSTEM_LOG=$SYSTEM_DIR/switchboard.log
    SYSTEM_MARK=STARTED_BELOW=$SYSTEM_DIR
}

system_running() { process_alive "$SYSTEM_DIR/switchboard.pid" "$SYSTEM_MARK"; }

system_ports_free() {
    local index names=(bridge admin simulator) variables=(BRIDGE ADMIN SIMULATOR)
    for index in 0 1 2; do
        if port_taken "${SYSTEM_PORTS[index]}"; then
            die "port ${SYSTEM_PORTS[index]} (${names[index]}) is taken by another program: stop it, or choose another" \
                "with SWITCHBOARD_${variables[index]}_PORT"
        fi
    done
}

# An account of the simulator's own, made once per folder.
system_account() {
    local file=$SYSTEM_DIR/account
    if [[ ! -s $file ]]; then
        (umask 077 && printf 'AC%s %s\n' "$(random_hex 16)" "$(random_hex 16)" >"$file")
    fi
    cat "$file"
}

# In a subshell: the settings of the system and of its commands, and none that the caller happens to have set: a real
# account's credentials have no business here.
system_environment() {
    local variable
    for variable in $(compgen -v SWITCHBOARD_) $(compgen -v TWILIO_); do unset "$variable"; done
    export "${SYSTEM_MARK?}"
    eval "$(broker_exports SWITCHBOARD)"
    export SWITCHBOARD_MODE=development SWITCHBOARD_AMQP_URL=$SWITCHBOARD_OPS_AMQP_URL
    [[ -z ${SYSTEM_CONFIG:-} ]] || export SWITCHBOARD_CONFIG=$SYSTEM_CONFIG
    export SWITCHBOARD_LEDGER_URL=sqlite:$SYSTEM_DIR/ledger.sqlite
    export SWITCHBOARD_PUBLIC_URL=$BRIDGE_URL SWITCHBOARD_BRIDGE_LISTEN=${BRIDGE_URL#http://}
    export SWITCHBOARD_ADMIN_LISTEN=${ADMIN_URL#http://} SWITCHBOARD_SIMULATOR_LISTEN=${SIMULATOR_URL#http://}
    export TWILIO_API_BASE_URL=$SIMULATOR_URL TWILIO_DEFAULT_FROM_NUMBER=$SENDER_NUMBER
    export TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN
    read -r TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN < <(system_account)
}

# switchboard COMMAND ARGUMENTS…: one of its commands, as an operator. As an app: AS=shop switchboard send …
switchboard() { (switchboard_exec "$@"); }

# The same in place of this (sub)shell, so that the process that is started in the background is the command itself.
switchboard_exec() {
    system_environment
    [[ -z ${AS:-} ]] || SWITCHBOARD_AMQP_URL=$(broker_url "$AS")
    exec "$SWITCHBOARD" "$@" 9>&-
}

system_answers() { curl --silent --fail --output /dev/null --max-time 2 "$ADMIN_URL/health/ready"; }
system_ready_or_dead() { system_answers || ! system_running; }

system_start() {
    system_stop
    system_ports_free
    echo "${SYSTEM_PORTS[*]}" >"$SYSTEM_DIR/ports"
    (
        system_environment
        exec setsid "$SWITCHBOARD" run worker bridge recorder simulator </dev/null >"$SYSTEM_LOG" 2>&1 9>&-
    ) &
    echo $! >"$SYSTEM_DIR/switchboard.pid"
    until_true 5 system_running || true
    until_true 30 system_ready_or_dead || die "switchboard was not ready within 30 s; see $SYSTEM_LOG"
    system_running || die "switchboard stopped: $(tail -n 1 "$SYSTEM_LOG")"
}

# What is in flight is finished first.
system_stop() {
    end_process "$SYSTEM_DIR/switchboard.pid" "$SYSTEM_MARK" 60
    rm -f "$SYSTEM_DIR/switchboard.pid"
}

system_wipe() {
    system_stop
    rm -rf "$SYSTEM_DIR"/{ledger.sqlite*,account,ports,switchboard.log,events.log,campaign.ndjson,token-keys*}
}
