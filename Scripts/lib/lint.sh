# shellcheck shell=bash
# Checks of form. Each takes what it should look at, so that a test can show it something bad. Sourced after common.sh.

lint_swift() { swift format lint --strict --parallel --recursive --configuration "$ROOT/.swift-format" "$@"; }

lint_shell() { shellcheck --check-sourced "$@"; }

# Every file that begins as a shell script.
shell_scripts() { find "$ROOT/Scripts" "$ROOT/.ci" -type f -exec grep -lE '^#!.*bash$' {} +; }

swift_sources() {
    local path
    for path in Sources Tests Package.swift Benchmarks/Sources Benchmarks/Package.swift Benchmarks/Ledger/{Package.swift,Measure}; do
        [[ ! -e $ROOT/$path ]] || echo "$ROOT/$path"
    done
}

lint() {
    local scripts sources status=0
    mapfile -t scripts < <(shell_scripts)
    mapfile -t sources < <(swift_sources)
    lint_shell "${scripts[@]}" || status=1
    lint_swift "${sources[@]}" || status=1
    return "$status"
}
