#!/bin/bash
# Do what repo2docker would do with binder/, in an environment of its own, and run a notebook there
# through the browser.
#   binder_check.sh [NOTEBOOK]
# Differs from Binder in that the Python is the one at hand, if there is none of binder/runtime.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
project=$PWD
notebook=${1:-notebooks/00_first_light.ipynb}
home=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$home"' EXIT

wanted=$(sed 's/^python-/python/' binder/runtime.txt)
python=$wanted
"$python" -c "" 2>/dev/null || python=python3
echo "Building with $("$python" --version) (binder/runtime.txt: $wanted) …"
git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - | tar -x --one-top-level="$home/repo"
cd "$home/repo"

"$python" -m venv "$home/venv"
export PATH="$home/venv/bin:$PATH" PIP_DISABLE_PIP_VERSION_CHECK=1
unset PYTHONPATH ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL
export IPYTHONDIR="$home/ipython" JUPYTER_CONFIG_DIR="$home/config"
export JUPYTER_DATA_DIR="$home/data" JUPYTER_RUNTIME_DIR="$home/runtime"
pip install --quiet --no-cache-dir -r binder/requirements.txt
binder/postBuild

echo "Starting JupyterLab …"
token=binder-check-$$
binder/start jupyter lab --no-browser --allow-root --ip 127.0.0.1 --port-retries 50 \
    --LabApp.expose_app_in_browser=True --IdentityProvider.token="$token" >"$home/lab.log" 2>&1 &
server=$!
address=
for _ in $(seq 120); do
    address=$(jupyter server list 2>/dev/null | sed -n "s|^\(http[^?]*\).*$token.*|\1|p")
    [ -z "$address" ] || break
    kill -0 "$server" || { cat "$home/lab.log"; exit 1; }
    sleep 1
done
mkdir -p "$project/artifacts"
"$project/.venv/bin/python" "$project/scripts/binder_browser.py" \
    "${address}lab/tree/$notebook?token=$token" "$project/artifacts/binder.png"
