# shellcheck shell=bash
# Paths, messages and small questions that every script shares. Sourced, never run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Everything that the scripts make lies here: nodes, ledgers, logs, passwords. Ignored by git, safe to delete.
LOCAL=$ROOT/.local

step() { printf '\n== %s\n' "$*"; }

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# port_taken PORT: whether something accepts connections there. A connection is the test that works for every owner.
port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# random_hex BYTES: from the kernel, so that no package is needed.
random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

# until_true SECONDS COMMAND…: repeats the command until it succeeds; fails when the time is over.
until_true() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# take_lock FILE WHAT: for the life of this script, or one clear line. Children that outlive it must close fd 9.
take_lock() {
    mkdir -p "$(dirname "$1")"
    exec 9>"$1"
    flock --nonblock 9 || die "$2 is already at work in this folder ($1 is locked)"
}

# process_alive PIDFILE MARK: whether the recorded process lives and carries MARK in its environment (a pid may be reused).
process_alive() {
    local pid environment state
    [[ -s $1 ]] && read -r pid <"$1" && [[ $pid =~ ^[0-9]+$ ]] || return 1
    {
        # Every reading may fail because the process has just gone. (`$(<FILE)` would end the whole script then.)
        environment=$(tr '\0' '\n' <"/proc/$pid/environ") || return 1
        if [[ -n $environment ]]; then
            grep -qxF -- "$2" <<<"$environment"
        else
            # One that is just becoming another program has none for a moment; a dead one has none for good.
            read -r state <"/proc/$pid/stat" && [[ ${state##*)} != ' '[ZX]* ]]
        fi
    } 2>/dev/null
}

process_gone() { ! process_alive "$@"; }

# end_process PIDFILE MARK SECONDS: TERM, then after SECONDS KILL; returns when it is gone. (In a trap a bare `return`
# would return the status from before the trap, and `set -e` would end the clean-up there.)
end_process() {
    process_alive "$1" "$2" || return 0
    local pid
    read -r pid <"$1"
    kill -TERM "$pid" 2>/dev/null || true
    until_true "$3" process_gone "$1" "$2" && return 0
    printf 'warning: process %s did not stop within %s s and was killed\n' "$pid" "$3" >&2
    kill -KILL "$pid" 2>/dev/null || true
    until_true 10 process_gone "$1" "$2"
}

# run_in_group COMMAND…: in a process group of its own and without standard input, so that stop_group can end it with
# all that it started, and so that a signal to this script is handled at once and not when the command is done.
run_in_group() {
    setsid "$@" </dev/null 9>&- &
    GROUP=$!
    local status=0
    wait "$GROUP" || status=$?
    GROUP=''
    return "$status"
}

# Returns when all of it is gone: what is cleaned up afterwards must not be made again meanwhile.
stop_group() {
    [[ -n ${GROUP:-} ]] || return 0
    kill -TERM -- "-$GROUP" 2>/dev/null || true
    until_true 15 group_gone || kill -KILL -- "-$GROUP" 2>/dev/null || true
}
group_gone() { ! kill -0 -- "-$GROUP" 2>/dev/null; }
