# shellcheck shell=bash
# Builds with SwiftPM, quietly where nobody watches, and not at all where nothing has changed. Sourced after common.sh.

# build_swift WHAT ARGUMENTS…: `swift build ARGUMENTS…`; WHAT names it to people. Off a terminal a line every 10 s.
build_swift() {
    local what=$1 started=$SECONDS status=0 shown reader log=$LOCAL/build.log
    shift
    echo "building $what"
    if [[ -t 1 ]]; then
        run_in_group swift build --package-path "$ROOT" "$@" || status=$?
    else
        mkdir -p "$LOCAL"
        exec {shown}> >(build_progress "$log")
        reader=$!
        run_in_group swift build --package-path "$ROOT" "$@" >&"$shown" 2>&1 || status=$?
        exec {shown}>&-
        wait "$reader"
        ((status == 0)) || build_failed "$log"
    fi
    ((status == 0)) || die "the build of $what failed"
    echo "built in $((SECONDS - started)) s"
}

# build_progress LOG: shows that it goes on; what else is said goes into the log, since it is of other people's packages
# unless the build fails.
build_progress() {
    local line next=0
    : >"$1"
    while IFS= read -r line; do
        if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
            ((SECONDS < next)) && continue
            echo "  step ${BASH_REMATCH[1]} of about ${BASH_REMATCH[2]}"
        else
            echo "$line" >>"$1"
            if [[ $line != Fetching* ]] || ((SECONDS < next)); then continue; fi
            echo '  fetching packages'
        fi
        next=$((SECONDS + 10))
    done
}

# build_failed LOG: why, without the file, which a machine that tests may not keep.
build_failed() {
    grep -E -A 6 'error:|warning:' "$1" | cut -c1-400 | head -n 100 || true
    echo '  … and its end:'
    tail -n 15 "$1" | cut -c1-400
}

# build_current STAMP: whether no source is newer than the last build that wrote STAMP.
build_current() {
    [[ -e $1 ]] && [[ -z $(find "$ROOT/Sources" "$ROOT/Package.swift" -newer "$1" -print -quit) ]]
}
