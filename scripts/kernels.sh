#!/bin/sh
# Run the kernel tests on another version of ipykernel, in an environment of its own.
#   kernels.sh 6.29
set -eu
cd "$(dirname "$0")/.."
environment=.venv-ipykernel-$1
stamp=$environment/.installed

if [ ! -f "$stamp" ] || [ pyproject.toml -nt "$stamp" ]; then
    echo "Setting up $environment …"
    .venv/bin/python -m venv "$environment"
    grep -v '^ipykernel==' requirements/constraints.txt > "$environment/constraints.txt"
    "$environment/bin/python" -m pip install --quiet --editable . "ipykernel==$1.*" \
        --constraint "$environment/constraints.txt"
    touch "$stamp"
fi
"$environment/bin/python" -c 'import ipykernel; print("ipykernel", ipykernel.__version__)'
CLAUDE_NB_KERNEL_PYTHON=$PWD/$environment/bin/python .venv/bin/python -m pytest -q -m kernel
