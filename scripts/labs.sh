#!/bin/sh
# Run the front-end tests on other versions of JupyterLab and Notebook, in an environment of its own
# that has this project as a wheel, the way people install it.
#   labs.sh 4.2 7.2
set -eu
cd "$(dirname "$0")/.."
environment=.venv-lab-$1
python=$environment/bin/python
stamp=$environment/.installed

if [ ! -f "$stamp" ] || [ pyproject.toml -nt "$stamp" ]; then
    echo "Setting up $environment …"
    scripts/setup.sh python -m venv "$environment"
    grep -Ev '^(jupyterlab|notebook|jupyter_builder)==' requirements/constraints.txt \
        > "$environment/constraints.txt"
    "$python" -m pip install --quiet '.[test]' "jupyterlab==$1.*" "notebook==$2.*" \
        --constraint "$environment/constraints.txt"
    touch "$stamp"
fi
"$python" -m pip install --quiet --no-deps --force-reinstall .
diff -r claude_nb/labextension "$environment/share/jupyter/labextensions/claude-nb"
"$python" -m jupyter labextension list
"$python" -m pytest -q tests/browser/test_labextension.py tests/browser/test_notebook7.py \
    tests/browser/test_first_light.py
