# shellcheck shell=bash
# A RabbitMQ node of our own below .local/NAME: its ports, cookie, data and logs touch nothing else on the machine.
# Sourced after common.sh.

# The scripts in /usr/sbin switch to the user rabbitmq; these run as whoever calls them.
RABBITMQ_BIN=/usr/lib/rabbitmq/bin
TOPOLOGY=$ROOT/Topology
FIRST_PORT=5680

# broker_use NAME: which node the other functions speak of.
broker_use() {
    [[ $1 =~ ^[a-z0-9-]{1,20}$ ]] || die "a node's name is 1 to 20 of a-z 0-9 -, not '$1'"
    BROKER_NAME=$1
    BROKER_DIR=$LOCAL/$1/broker
    BROKER_PASSWORDS=$LOCAL/$1/passwords
    BROKER_MARK=STARTED_BELOW=$BROKER_DIR
    BROKER_NODE=switchboard-$1@localhost
    # The cookie and the port mapper, which the nodes of a cluster share.
    BROKER_HOME=$BROKER_DIR/home
    BROKER_MAPPER=$BROKER_DIR
    BROKER_MAPPER_MARK=$BROKER_MARK
    BROKER_PEERS=()
}

broker_port() { cat "$BROKER_DIR/port"; }
broker_mapper_port() { port_of epmd "$(cat "$BROKER_MAPPER/port")"; }
broker_running() { process_alive "$BROKER_DIR/node.pid" "$BROKER_MARK"; }

# Ports derived from the AMQP port, also those of a system that a test starts beside the node. All lie below the
# range from which the kernel takes ports for outgoing connections: a restart must not find its port in use by one.
port_of() {
    case $1 in
        amqp) echo "$2" ;;
        epmd) echo $(($2 - 1000)) ;;
        tls) echo $(($2 + 1000)) ;;
        bridge) echo $(($2 + 2000)) ;;
        admin) echo $(($2 + 3000)) ;;
        simulator) echo $(($2 + 4000)) ;;
        postgres) echo $(($2 + 5000)) ;;
        distribution) echo $(($2 + 20000)) ;;
        control) echo $(($2 + 21000)) ;;
        *) die "no such port: $1" ;;
    esac
}

# In a subshell: the environment of the node and of its command line tools, and nothing of another installation.
broker_environment() {
    local port dir=$BROKER_DIR variable
    port=$(broker_port)
    for variable in $(compgen -v RABBITMQ_); do
        [[ $variable = RABBITMQ_BIN ]] || unset "$variable"
    done
    export "${BROKER_MARK?}"
    export HOME=$BROKER_HOME LC_ALL=C.UTF-8
    export ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT
    ERL_EPMD_PORT=$(broker_mapper_port)
    export RABBITMQ_NODENAME=$BROKER_NODE RABBITMQ_DIST_PORT RABBITMQ_PID_FILE=$dir/rabbitmq.pid
    RABBITMQ_DIST_PORT=$(port_of distribution "$port")
    export RABBITMQ_MNESIA_BASE=$dir/mnesia RABBITMQ_LOG_BASE=$dir/log RABBITMQ_GENERATED_CONFIG_DIR=$dir/generated
    export RABBITMQ_CONFIG_FILE=$dir/rabbitmq.conf RABBITMQ_CONFIG_FILES=$dir/conf.d
    export RABBITMQ_ADVANCED_CONFIG_FILE=$dir/advanced.config
    export RABBITMQ_CONF_ENV_FILE=$dir/env.conf RABBITMQ_ENABLED_PLUGINS_FILE=$dir/enabled_plugins
    # By default it would stand wherever the caller is.
    export ERL_CRASH_DUMP=$dir/log/erl_crash.dump
    # Erlang's distribution on loopback only.
    local loopback='-kernel inet_dist_use_interface {127,0,0,1}'
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=$loopback
    export RABBITMQ_CTL_ERL_ARGS=$loopback RABBITMQ_CTL_DIST_PORT_MIN RABBITMQ_CTL_DIST_PORT_MAX
    RABBITMQ_CTL_DIST_PORT_MIN=$(port_of control "$port")
    RABBITMQ_CTL_DIST_PORT_MAX=$((RABBITMQ_CTL_DIST_PORT_MIN + 9))
}

# broker_control ARGUMENTS…: rabbitmqctl on this node.
broker_control() {
    (
        broker_environment
        exec "$RABBITMQ_BIN/rabbitmqctl" --quiet --node "$RABBITMQ_NODENAME" "$@"
    )
}

# The node keeps the port of its first start. The node `run` has a fixed one, which people write down; the others
# take the first that is free.
broker_choose_port() {
    local wanted=${1:-} port kind
    mkdir -p "$BROKER_DIR"
    [[ -n $wanted || ! -s $BROKER_DIR/port ]] || wanted=$(broker_port)
    [[ -n $wanted || $BROKER_NAME != run ]] || wanted=$FIRST_PORT
    if [[ -n $wanted ]]; then
        if ! [[ $wanted =~ ^[1-9][0-9]{3,4}$ ]] || ((wanted < 2024 || wanted > 11758)); then
            die "the AMQP port must be 2024 to 11758 (the node's other ports lie up to 21009 above it), not '$wanted'"
        fi
        for kind in amqp epmd tls distribution; do
            port=$(port_of "$kind" "$wanted")
            if port_taken "$port"; then
                die "port $port ($kind) of node '$BROKER_NAME' is taken by another program: stop it, or choose" \
                    "another AMQP port with ${BROKER_PORT_OPTION:---port}"
            fi
        done
        echo "$wanted" >"$BROKER_DIR/port"
        return 0
    fi
    for ((wanted = FIRST_PORT + 10; wanted < FIRST_PORT + 300; wanted += 10)); do
        for kind in amqp epmd tls bridge admin simulator distribution; do
            port_taken "$(port_of "$kind" "$wanted")" && continue 2
        done
        echo "$wanted" >"$BROKER_DIR/port"
        return 0
    done
    die "no free AMQP port between $((FIRST_PORT + 10)) and $wanted"
}

# Makes sure that a node which is to be started can have its ports.
broker_claim_ports() {
    broker_running && return 0
    # A mapper left behind by a node that was killed holds the port that it is about to need.
    end_process "$BROKER_DIR/epmd.pid" "$BROKER_MARK" 5
    broker_choose_port "${1:-}"
}

# Files that the node reads. The definitions are loaded at boot: then RabbitMQ makes no `guest` and no vhost `/`.
broker_configure() {
    local dir=$BROKER_DIR port
    port=$(broker_port)
    mkdir -p "$dir"/{mnesia,log,generated,conf.d} "$BROKER_HOME"
    chmod 700 "$LOCAL/$BROKER_NAME" "$dir"
    if [[ ! -s $BROKER_HOME/.erlang.cookie ]]; then
        (umask 077 && random_hex 24 >"$BROKER_HOME/.erlang.cookie")
        chmod 400 "$BROKER_HOME/.erlang.cookie"
    fi
    printf '[].\n' >"$dir/enabled_plugins"
    {
        printf 'listeners.tcp.1 = 127.0.0.1:%s\n' "$port"
        if ((${#BROKER_PEERS[@]})); then
            broker_cluster_configuration
        else
            printf 'load_definitions = %s\n' "$TOPOLOGY/definitions.json"
        fi
        grep '^max_message_size' "$TOPOLOGY/rabbitmq.conf"
        printf 'log.console = false\nvm_memory_high_watermark.relative = 0.3\n'
        [[ ! -d $LOCAL/$BROKER_NAME/tls ]] || tls_listener "$(port_of tls "$port")"
    } >"$dir/rabbitmq.conf"
}

# Erlang's port mapper, our own: started by the node it would outlive it.
broker_launch_mapper() {
    process_alive "$BROKER_MAPPER/epmd.pid" "$BROKER_MAPPER_MARK" && return 0
    (
        broker_environment
        export "${BROKER_MAPPER_MARK?}"
        exec setsid epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" </dev/null >"$BROKER_MAPPER/epmd.log" 2>&1 9>&-
    ) &
    echo $! >"$BROKER_MAPPER/epmd.pid"
    until_true 10 port_taken "$(broker_mapper_port)" ||
        die "Erlang's port mapper did not start; see $BROKER_MAPPER/epmd.log"
}

broker_launch_node() {
    (
        broker_environment
        # The start script then becomes the Erlang VM instead of waiting for it, so that our pid is the node's.
        export RUNNING_UNDER_SYSTEMD=true
        exec setsid "$RABBITMQ_BIN/rabbitmq-server" </dev/null >"$BROKER_DIR/log/console" 2>&1 9>&-
    ) &
    echo $! >"$BROKER_DIR/node.pid"
}

broker_up_or_dead() { port_taken "$(broker_port)" || ! broker_running; }

broker_await() {
    # The mark is in the environment from exec on; the first look may come before it.
    until_true 5 broker_running || true
    until_true 120 broker_up_or_dead || die "node '$BROKER_NAME' did not listen within 120 s; see $BROKER_DIR/log"
    broker_running || die "node '$BROKER_NAME' did not start; see $BROKER_DIR/log/console and the log beside it"
}

# What is loaded is known by its checksum, so that a second start imports only what has changed.
broker_revision() { cat "$TOPOLOGY"/{definitions,permissions}.json "$BROKER_PASSWORDS" | sha256sum; }

broker_provision() {
    broker_passwords
    [[ $(cat "$BROKER_DIR/provisioned" 2>/dev/null) != "$(broker_revision)" ]] || return 0
    broker_control import_definitions "$TOPOLOGY/definitions.json" >/dev/null ||
        die "the node refused $TOPOLOGY/definitions.json"
    broker_import_users || die "the node refused the users or $TOPOLOGY/permissions.json"
    broker_revision >"$BROKER_DIR/provisioned"
}

# A definitions file that fails at boot fails silently, so health is: every queue of ours is there and running.
broker_healthy() {
    local running wanted
    running=$(broker_control list_queues --vhost switchboard --no-table-headers name state 2>/dev/null </dev/null |
        awk '$2 == "running" { print $1 }' | sort) || return 1
    wanted=$(jq -r '.queues[].name' "$TOPOLOGY/definitions.json" | sort)
    [[ -z $(comm -13 <(echo "$running") <(echo "$wanted")) ]]
}

# broker_start [PORT]
broker_start() {
    [[ -x $RABBITMQ_BIN/rabbitmq-server ]] || die "RabbitMQ is not installed: sudo apt-get install rabbitmq-server"
    if ! broker_running; then
        broker_claim_ports "${1:-}"
        broker_configure
        broker_launch_mapper
        broker_launch_node
        broker_await
    fi
    broker_provision
    until_true 30 broker_healthy ||
        die "node '$BROKER_NAME' lacks queues of $TOPOLOGY/definitions.json; see $BROKER_DIR/log"
}

broker_stop() {
    end_process "$BROKER_DIR/node.pid" "$BROKER_MARK" 60
    end_process "$BROKER_DIR/epmd.pid" "$BROKER_MARK" 10
    rm -f "$BROKER_DIR/node.pid" "$BROKER_DIR/epmd.pid"
}

broker_wipe() {
    broker_stop
    rm -rf "$BROKER_DIR" "$BROKER_PASSWORDS" "${LOCAL:?}/$BROKER_NAME/tls"
    rmdir "$LOCAL/$BROKER_NAME" 2>/dev/null || true
}
