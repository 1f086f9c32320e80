#!/bin/sh
# Make what the other commands need, or say in one line why it cannot be made.
#   setup.sh venv DIR        an environment in DIR with this project, editable, at the pinned versions
#   setup.sh chromium        Chromium for the browser tests, with apt if there is none
#   setup.sh python ARGS     run a suitable Python
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "$1" >&2
    exit 1
}

suitable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
        >/dev/null 2>&1
}

find_python() {
    for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
        if suitable "$python"; then
            echo "$python"
            return
        fi
    done
    fail "No Python 3.11 to 3.14 with venv found. Install one (Debian, Ubuntu: apt install \
python3 python3-venv), or name it: make PYTHON=/path/to/python …"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        return 1
    fi
}

find_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return
    done
    return 1
}

make_venv() {
    python=$(find_python)
    echo "Setting up $1 with $("$python" --version) …"
    [ -x "$1/bin/python" ] || "$python" -m venv "$1"
    "$1/bin/python" -m pip install --quiet --editable '.[dev,httpx2,keyring]' \
        --constraint requirements/constraints.txt
    touch "$1/.installed"
}

make_chromium() {
    find_chromium >/dev/null && return
    hint="Install Chromium or Chrome by hand, or leave those tests out: make quick"
    command -v apt-get >/dev/null || fail "The browser tests need Chromium, and there is no apt here. $hint"
    echo "Installing Chromium with apt, for the browser tests …"
    export DEBIAN_FRONTEND=noninteractive
    { as_root apt-get -qq update && as_root apt-get -qq install -y --no-install-recommends chromium; } \
        >/dev/null || fail "The browser tests need Chromium, and apt could not install it (it needs root or sudo). $hint"
    find_chromium >/dev/null || fail "apt installed no Chromium that can be found. $hint"
}

command=$1
shift
case $command in
    venv) make_venv "$@" ;;
    chromium) make_chromium ;;
    python) exec "$(find_python)" "$@" ;;
    *) fail "setup.sh: unknown command $command" ;;
esac
