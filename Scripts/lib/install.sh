# shellcheck shell=bash
# Installs what is missing, or says in one line what to run. Sourced after common.sh.

PACKAGES_TO_BUILD=(librabbitmq-dev libcurl4-openssl-dev libpq-dev libsqlite3-dev pkg-config)
PACKAGES_TO_RUN=(rabbitmq-server python3 curl jq)
PACKAGES_TO_TEST=(amqp-tools chromium docker-compose faketime openssl postgresql python3-venv shellcheck)
# The first of Debian 12 with the fixes for CVE-2026-44235, -44236, -59986 and -61547.
LIBRABBITMQ_FROM=0.11.0-1+deb12u3
SWIFT_FROM=6.2
# While it is there and says 101, packages start no service.
SERVICE_GUARD=/usr/sbin/policy-rc.d

require_debian() {
    command -v apt-get >/dev/null ||
        die "this needs Debian 12 or a system with its packages: there is no apt-get here"
}

require_swift() {
    local version
    command -v swift >/dev/null ||
        die "there is no Swift toolchain: install Swift $SWIFT_FROM or later (https://www.swift.org/install) and put it on PATH"
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
    dpkg --compare-versions "${version:-0}" ge "$SWIFT_FROM" ||
        die "Swift ${version:-of unknown version} is too old: $SWIFT_FROM or later is needed"
}

package_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) = installed ]]; }

librabbitmq_safe() {
    dpkg --compare-versions "$(dpkg-query -W -f '${Version}' librabbitmq4 2>/dev/null)" ge "$LIBRABBITMQ_FROM"
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi
}

# install_packages NAMES…
install_packages() {
    local missing=() package
    for package; do
        package_installed "$package" || missing+=("$package")
    done
    if [[ " $* " = *' librabbitmq-dev '* ]] && package_installed librabbitmq4 && ! librabbitmq_safe; then
        missing+=(librabbitmq4 librabbitmq-dev)
    fi
    if ((${#missing[@]})); then
        as_root true 2>/dev/null ||
            die "Debian packages are missing; as root run: apt-get update && apt-get install --no-install-recommends ${missing[*]}"
        echo "installing ${missing[*]}"
        mkdir -p "$LOCAL"
        (install_quietly "${missing[@]}") >"$LOCAL/install.log" 2>&1 ||
            die "apt-get could not install ${missing[*]}: $(grep -m1 '^E: ' "$LOCAL/install.log" || echo "see $LOCAL/install.log")"
    fi
    [[ " $* " != *' librabbitmq-dev '* ]] || librabbitmq_safe ||
        die "librabbitmq4 $(dpkg-query -W -f '${Version}' librabbitmq4) has known holes: $LIBRABBITMQ_FROM or later is needed"
}

# In a subshell. Debian starts a service as its package is installed, and at every boot; our nodes are our own.
install_quietly() {
    if [[ ! -e $SERVICE_GUARD ]]; then
        trap 'as_root rm -f "$SERVICE_GUARD"' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$SERVICE_GUARD" && as_root chmod 755 "$SERVICE_GUARD" || return 1
    fi
    as_root apt-get update -q || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" </dev/null || return 1
    if [[ " $* " = *' rabbitmq-server '* ]] && command -v systemctl; then
        as_root systemctl disable rabbitmq-server || true
    fi
}

# A folder of our own for the Python packages that the tests need; sets PYTHON.
install_python() {
    local wanted=$ROOT/Tests/Python/requirements.txt
    PYTHON=$LOCAL/venv/bin/python
    cmp -s "$wanted" "$LOCAL/venv/requirements.txt" && return 0
    echo "installing Python packages into .local/venv"
    rm -rf "$LOCAL/venv"
    mkdir -p "$LOCAL"
    {
        /usr/bin/python3 -m venv "$LOCAL/venv" &&
            "$PYTHON" -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
    } >"$LOCAL/install.log" 2>&1 || die "the Python packages could not be installed; see $LOCAL/install.log"
    cp "$wanted" "$LOCAL/venv/requirements.txt"
}
