# shellcheck shell=bash
# Three RabbitMQ nodes of our own that form a cluster, below .local/NAME/node-1 to node-3: quorum queues have a member on
# each. For tests of what happens when a node goes. Sourced after broker.sh and users.sh.
#
# The nodes share a cookie, the passwords and a port mapper; the n-th has the AMQP port of the first plus n - 1.

CLUSTER_NODES=(1 2 3)

# cluster_node NAME N: which node of the cluster the functions of broker.sh speak of.
cluster_node() {
    broker_use "$1"
    BROKER_DIR=$LOCAL/$1/node-$2
    BROKER_MARK=STARTED_BELOW=$BROKER_DIR
    BROKER_NODE=switchboard-$1-$2@localhost
    BROKER_HOME=$LOCAL/$1/home
    BROKER_MAPPER=$LOCAL/$1/node-1
    BROKER_MAPPER_MARK=STARTED_BELOW=$BROKER_MAPPER
    local node
    for node in "${CLUSTER_NODES[@]}"; do BROKER_PEERS+=("switchboard-$1-$node@localhost"); done
}

# Lines of rabbitmq.conf. The definitions are imported when the cluster is formed: a queue has its members on the nodes
# that run when it is declared.
broker_cluster_configuration() {
    local index
    printf 'cluster_formation.peer_discovery_backend = classic_config\n'
    for index in "${!BROKER_PEERS[@]}"; do
        printf 'cluster_formation.classic_config.nodes.%d = %s\n' $((index + 1)) "${BROKER_PEERS[index]}"
    done
    printf 'cluster_partition_handling = pause_minority\nqueue_leader_locator = balanced\n'
}

cluster_ports_free() {
    local node kind
    for kind in epmd bridge admin simulator; do
        port_taken "$(port_of "$kind" "$1")" && return 1
    done
    for node in "${CLUSTER_NODES[@]}"; do
        for kind in amqp distribution; do
            port_taken "$(port_of "$kind" $(($1 + node - 1)))" && return 1
        done
    done
    return 0
}

# The nodes keep the ports of their first start.
cluster_choose_ports() {
    local port node
    cluster_node "$1" 1
    [[ ! -s $BROKER_DIR/port ]] || return 0
    for ((port = FIRST_PORT + 10; port < FIRST_PORT + 300; port += 10)); do
        cluster_ports_free "$port" || continue
        for node in "${CLUSTER_NODES[@]}"; do
            mkdir -p "$LOCAL/$1/node-$node"
            echo $((port + node - 1)) >"$LOCAL/$1/node-$node/port"
        done
        return 0
    done
    die "no free ports for a cluster between $((FIRST_PORT + 10)) and $port"
}

cluster_launch() {
    cluster_node "$1" "$2"
    broker_running && return 0
    broker_configure
    broker_launch_mapper
    broker_launch_node
}

cluster_member_count() { broker_control eval 'length(rabbit_nodes:all_running()).' 2>/dev/null </dev/null; }
cluster_formed() { [[ $(cluster_member_count) = "${#CLUSTER_NODES[@]}" ]]; }

# cluster_start NAME: makes it, or starts what of it does not run.
cluster_start() {
    local node
    [[ -x $RABBITMQ_BIN/rabbitmq-server ]] || die "RabbitMQ is not installed: sudo apt-get install rabbitmq-server"
    cluster_choose_ports "$1"
    for node in "${CLUSTER_NODES[@]}"; do cluster_launch "$1" "$node"; done
    for node in "${CLUSTER_NODES[@]}"; do
        cluster_node "$1" "$node"
        broker_await
    done
    cluster_node "$1" 1
    until_true 60 cluster_formed || die "the nodes of '$1' did not form a cluster; see $LOCAL/$1/node-*/log"
    broker_provision
    # A node that starts without definitions makes a user that everybody knows.
    if broker_control list_users </dev/null | grep -q '^guest'; then broker_control delete_user guest; fi
    until_true 30 broker_healthy || die "the cluster '$1' lacks queues of $TOPOLOGY/definitions.json"
}

# cluster_start_node NAME N: starts a node that was stopped or killed, and waits until it takes part again.
cluster_start_node() {
    cluster_launch "$1" "$2"
    broker_await
}

# cluster_kill_node NAME N: as a crash of its machine would; returns when it is gone.
cluster_kill_node() {
    cluster_node "$1" "$2"
    broker_running || die "node $2 of '$1' is not running"
    kill -KILL "$(cat "$BROKER_DIR/node.pid")"
    until_true 10 process_gone "$BROKER_DIR/node.pid" "$BROKER_MARK"
}

# cluster_stop_node NAME N: in order.
cluster_stop_node() {
    cluster_node "$1" "$2"
    end_process "$BROKER_DIR/node.pid" "$BROKER_MARK" 60
    rm -f "$BROKER_DIR/node.pid"
}

# cluster_any_node NAME: the first node that runs.
cluster_any_node() {
    local node
    for node in "${CLUSTER_NODES[@]}"; do
        cluster_node "$1" "$node"
        ! broker_running || return 0
    done
    die "no node of '$1' is running"
}

# cluster_leader NAME QUEUE: the number of the node that leads a queue.
cluster_leader() {
    local leader
    cluster_any_node "$1"
    leader=$(broker_control list_queues --vhost switchboard --no-table-headers name leader </dev/null |
        awk -v queue="$2" '$1 == queue { print $2 }')
    [[ $leader =~ ^switchboard-$1-([0-9])@ ]] || die "nobody leads the queue '$2' of '$1'"
    echo "${BASH_REMATCH[1]}"
}

# cluster_hosts NAME: the nodes as an AMQP URL names them, joined by commas.
cluster_hosts() {
    local node hosts=()
    for node in "${CLUSTER_NODES[@]}"; do hosts+=("127.0.0.1:$(cat "$LOCAL/$1/node-$node/port")"); done
    (IFS=, && echo "${hosts[*]}")
}

cluster_stop() {
    local node
    for node in "${CLUSTER_NODES[@]}"; do
        cluster_node "$1" "$node"
        # At the same time: the last of them would wait for the others otherwise.
        end_process "$BROKER_DIR/node.pid" "$BROKER_MARK" 60 &
    done
    wait
    end_process "$BROKER_MAPPER/epmd.pid" "$BROKER_MAPPER_MARK" 10
    rm -f "$LOCAL/$1"/node-*/{node,epmd}.pid
}

cluster_wipe() {
    cluster_stop "$1"
    rm -rf "${LOCAL:?}/$1"/{node-1,node-2,node-3,home,passwords}
    rmdir "$LOCAL/$1" 2>/dev/null || true
}
