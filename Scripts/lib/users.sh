# shellcheck shell=bash
# Users of a node: fresh random passwords in one file that only its owner may read. Sourced after broker.sh.

# Adds to .local/NAME/passwords (lines `user password`) who is missing: every user that permissions.json names, and
# test-admin where the node was started with --admin.
broker_passwords() {
    local user users
    users=$(jq -r '[.permissions[].user] | unique[]' "$TOPOLOGY/permissions.json")
    [[ -z ${BROKER_ADMIN:-} ]] || users+=$'\ntest-admin'
    (
        umask 077
        touch "$BROKER_PASSWORDS"
        chmod 600 "$BROKER_PASSWORDS"
        while read -r user; do
            grep -q "^$user " "$BROKER_PASSWORDS" || printf '%s %s\n' "$user" "$(random_hex 16)" >>"$BROKER_PASSWORDS"
        done <<<"$users"
    )
}

# Users and their rights in one import: no password in a command line, and one start of the tool, not thirty. By a file
# and not a pipe: on a busy machine rabbitmqctl 3.10.8 was once seen to read only a part of what came by one.
broker_import_users() {
    local file=$BROKER_DIR/users.json status=0
    (umask 077 && python3 "$ROOT/Scripts/lib/users.py" "$BROKER_PASSWORDS" "$TOPOLOGY/permissions.json" >"$file") &&
        broker_control import_definitions "$file" >/dev/null || status=1
    rm -f "$file"
    return "$status"
}

# broker_url USER [SCHEME] [HOST] [PORT]. BROKER_HOSTS are the nodes of a cluster, where there is one.
broker_url() {
    local password
    password=$(awk -v user="$1" '$1 == user { print $2 }' "$BROKER_PASSWORDS")
    [[ -n $password ]] || die "node '$BROKER_NAME' has no user '$1'"
    printf '%s://%s:%s@%s/switchboard' "${2:-amqp}" "$1" "$password" \
        "${BROKER_HOSTS:-${3:-127.0.0.1}:${4:-$(broker_port)}}"
}

# broker_exports PREFIX: a line `export PREFIX_<USER>_AMQP_URL=…` for every user; test-admin is called ADMIN.
broker_exports() {
    local user word
    while read -r user _; do
        word=${user#test-}
        word=${word^^}
        printf "export %s_%s_AMQP_URL='%s'\n" "$1" "${word//-/_}" "$(broker_url "$user")"
    done <"$BROKER_PASSWORDS"
}
