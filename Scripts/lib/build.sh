# shellcheck shell=bash
# Builds with SwiftPM, quietly where nobody watches, and not at all where nothing has changed. Sourced after common.sh.

# build_swift WHAT ARGUMENTS…: `swift build ARGUMENTS…`; WHAT names it to people. Off a terminal a line every 10 s.
build_swift() {
    local what=$1 started=$SECONDS status=0 shown reader
    shift
    echo "building $what"
    if [[ -t 1 ]]; then
        run_in_group swift build --package-path "$ROOT" "$@" || status=$?
    else
        exec {shown}> >(build_progress)
        reader=$!
        run_in_group swift build --package-path "$ROOT" "$@" >&"$shown" 2>&1 || status=$?
        exec {shown}>&-
        wait "$reader"
    fi
    ((status == 0)) || die "the build of $what failed"
    echo "built in $((SECONDS - started)) s"
}

# Passes on what is not a step, but for what SwiftPM says of other people's packages; of the steps one every 10 s.
build_progress() {
    local line next=0
    while IFS= read -r line; do
        if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
            ((SECONDS < next)) && continue
            next=$((SECONDS + 10))
            echo "  step ${BASH_REMATCH[1]} of about ${BASH_REMATCH[2]}"
        elif [[ -n $line && ! $line =~ ^(warning: \'.*\ are\ unhandled\;|Working copy of) ]]; then
            echo "  $line"
        fi
    done
}

# build_current STAMP: whether no source is newer than the last build that wrote STAMP.
build_current() {
    [[ -e $1 ]] && [[ -z $(find "$ROOT/Sources" "$ROOT/Package.swift" -newer "$1" -print -quit) ]]
}
