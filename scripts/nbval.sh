#!/bin/sh
# Run notebooks with pytest --nbval, with no sanitising rules: every output as it is saved. (nbval
# looks neither at tracebacks nor at metadata: run_notebooks.py --check does.)
#   nbval.sh FILE…
set -eu
cd "$(dirname "$0")/.."
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT

unset ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL JPY_SESSION_NAME
export CLAUDE_NB_BACKEND=emulator CLAUDE_NB_DISPLAY=final CLAUDE_NB_EMULATOR_SPEED=0
export IPYTHONDIR="$home/ipython" JUPYTER_CONFIG_DIR="$home/config"
export JUPYTER_DATA_DIR="$home/data" JUPYTER_RUNTIME_DIR="$home/runtime"

.venv/bin/python -m pytest -q --nbval --nbval-current-env --nbval-cell-timeout 300 "$@"
