# shellcheck shell=bash
# An older version of the program beside this one: on one queue, one broker and one ledger. Sourced after tiers.sh,
# build.sh and faults.sh.

# upgrade_build REVISION: builds an older version in a folder of its own, once; sets OLD_BINARY.
upgrade_build() {
    local revision folder
    revision=$(git -C "$ROOT" rev-parse --verify --quiet "$1^{commit}") || die "'$1' names no commit"
    folder=$LOCAL/upgrade/$revision
    OLD_BINARY=$folder/switchboard
    [[ ! -x $OLD_BINARY ]] || return 0
    mkdir -p "$folder"
    if [[ ! -e $folder/source/.git ]]; then
        git -C "$ROOT" worktree prune
        git -C "$ROOT" worktree add --quiet --detach "$folder/source" "$revision"
    fi
    # What has been fetched for these sources need not be fetched again.
    if [[ ! -d $folder/source/.build && -d $ROOT/.build/repositories ]]; then
        mkdir "$folder/source/.build"
        cp -a "$ROOT"/.build/{repositories,checkouts,artifacts,workspace-state.json} "$folder/source/.build" 2>/dev/null || true
        [[ ! -e $ROOT/Package.resolved ]] || cp "$ROOT/Package.resolved" "$folder/source"
    fi
    build_swift "switchboard of $1" --package-path "$folder/source" --product switchboard
    cp "$folder/source/.build/debug/switchboard" "$OLD_BINARY"
    git -C "$ROOT" worktree remove --force "$folder/source"
}

# upgrade REVISION
upgrade() {
    upgrade_build "$1"
    faults_binary
    SWITCHBOARD_TEST_BINARY=$BINARY SWITCHBOARD_TEST_OLD_BINARY=$OLD_BINARY \
        tier_python upgrade "$ROOT/Tests/Python/upgrade_versions.py"
    upgrade_stop
}

# What a run leaves behind that was ended before its time.
upgrade_stop() {
    if [[ -d $LOCAL/upgrade-versions ]]; then (broker_use upgrade-versions && broker_wipe) || true; fi
    (postgres_use upgrade-versions && postgres_wipe) || true
}
