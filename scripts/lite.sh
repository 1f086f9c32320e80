#!/bin/sh
# Build the JupyterLite site in build/lite, with a Python environment of its own.
#   lite.sh [PYODIDE]        PYODIDE: Pyodide's npm archive; fetched with npm if it is not given
set -eu
cd "$(dirname "$0")/.."
environment=.venv-lite
stamp=$environment/.installed
pyodide=314.0.6 # what jupyterlite-pyodide-kernel of requirements/lite.txt is made for
archive=${1:-build/pyodide-$pyodide.tgz}

if [ ! -f "$stamp" ] || [ requirements/lite.txt -nt "$stamp" ] || [ pyproject.toml -nt "$stamp" ]; then
    echo "Setting up $environment …"
    .venv/bin/python -m venv "$environment"
    "$environment/bin/python" -m pip install --quiet . --requirement requirements/lite.txt \
        --constraint requirements/constraints.txt
    touch "$stamp"
fi
if [ ! -f "$archive" ]; then
    scripts/setup.sh npm
    mkdir -p build
    (cd build && npm pack --silent "pyodide@$pyodide")
fi
"$environment/bin/python" scripts/lite.py "$archive"
echo "Serve build/lite as plain files, for example: python -m http.server --directory build/lite"
