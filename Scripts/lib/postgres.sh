# shellcheck shell=bash
# A PostgreSQL node of our own on a private port, in a folder of its own. Sourced after common.sh, install.sh and tls.sh.
#
# The server refuses to run as root, and its user may not be able to reach this folder: the data stand below /tmp.

# postgres_use NAME: which node the other functions speak of.
postgres_use() { POSTGRES_DIR=/tmp/switchboard-postgres-$1-$EUID; }

# The newest version that is installed.
postgres_binaries() { find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort --version-sort | tail -n 1; }

# As the user of Debian's package where we are root.
as_postgres() {
    if ((EUID == 0)); then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

postgres_url() { echo "postgres://switchboard:$(<"$POSTGRES_DIR/password")@127.0.0.1:$(<"$POSTGRES_DIR/port")/switchboard"; }

# postgres_start PORT: a new node with a role and a database `switchboard`.
postgres_start() {
    local binaries
    binaries=$(postgres_binaries)
    [[ -n $binaries ]] || die 'there is no PostgreSQL server: install the package postgresql'
    postgres_wipe
    tls_make "$LOCAL/postgres-tls"
    (umask 077 && mkdir "$POSTGRES_DIR" && random_hex 16 >"$POSTGRES_DIR/password" && echo "$1" >"$POSTGRES_DIR/port" &&
        cp "$LOCAL"/postgres-tls/server.{pem,key} "$POSTGRES_DIR")
    ((EUID != 0)) || chown -R postgres: "$POSTGRES_DIR"
    {
        as_postgres "$binaries/initdb" --pgdata="$POSTGRES_DIR/data" --username=switchboard --auth=scram-sha-256 \
            --pwfile="$POSTGRES_DIR/password" --encoding=UTF8 --locale=C.UTF-8
        postgres_up
        PGPASSWORD=$(<"$POSTGRES_DIR/password") "$binaries/createdb" --host=127.0.0.1 --port="$1" \
            --username=switchboard switchboard
    } >"$LOCAL/postgres.log" 2>&1 9>&- || die "PostgreSQL could not be started; see $LOCAL/postgres.log"
}

postgres_up() {
    as_postgres "$(postgres_binaries)/pg_ctl" --pgdata="$POSTGRES_DIR/data" --log="$POSTGRES_DIR/server.log" --wait start \
        --options="-p $(<"$POSTGRES_DIR/port") -c listen_addresses=127.0.0.1 -c unix_socket_directories=$POSTGRES_DIR -c ssl=on -c ssl_cert_file=$POSTGRES_DIR/server.pem -c ssl_key_file=$POSTGRES_DIR/server.key -c max_connections=200"
}

# What its clients find out by the connection that breaks.
postgres_down() {
    as_postgres "$(postgres_binaries)/pg_ctl" --pgdata="$POSTGRES_DIR/data" --wait --mode=immediate stop
}

# Ends the node, if it runs, and deletes it.
postgres_wipe() {
    [[ -z ${POSTGRES_DIR:-} || ! -d $POSTGRES_DIR ]] && return
    postgres_down >/dev/null 2>&1 || true
    rm -rf "$POSTGRES_DIR"
}
