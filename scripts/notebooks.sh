#!/bin/sh
# Run notebooks again and compare every output with the one that is saved, to the letter.
#   notebooks.sh FILE…
set -eu
cd "$(dirname "$0")/.."
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT

unset ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL JPY_SESSION_NAME
export CLAUDE_NB_BACKEND=emulator CLAUDE_NB_DISPLAY=final CLAUDE_NB_EMULATOR_SPEED=0
export IPYTHONDIR="$home/ipython" JUPYTER_CONFIG_DIR="$home/config"
export JUPYTER_DATA_DIR="$home/data" JUPYTER_RUNTIME_DIR="$home/runtime"

.venv/bin/python -m pytest -q --nbval --nbval-current-env --nbval-cell-timeout 300 "$@"
