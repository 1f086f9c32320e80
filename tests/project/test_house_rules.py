"""The rules of the house on small sample packages: each finds what it is for, and says it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "scripts"))
import house_rules as rules
import rooms
from rooms import Package

TABLE = """
[[room]]
name = "ground"
says = "Stones."
holds = ["stone.py"]
imports = []
packages = ["quarry"]

[[room]]
name = "kitchen"
says = "What is cooked."
holds = ["kitchen/"]
imports = []

[[room]]
name = "hall"
says = "Where one meets."
holds = ["hall/"]
imports = ["ground", "kitchen"]
"""
FILES = {
    "stone.py": "import os\nimport quarry\n",
    "kitchen/__init__.py": "",
    "kitchen/stove.py": "",
    "hall/__init__.py": "",
    "hall/door.py": "from house import stone\nfrom house.kitchen.stove import heat\n",
}


@pytest.fixture
def build(tmp_path):
    """Give a function that writes the sample with other files and another table, and reads it."""

    def build(files=None, table=TABLE):
        for name, text in {**FILES, **(files or {})}.items():
            path = tmp_path / "house" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (tmp_path / "rooms.toml").write_text(table, encoding="utf-8")
        return Package(tmp_path / "house"), rooms.read(tmp_path / "rooms.toml")

    return build


def said(package, table):
    """Return what all rules say."""
    of_both = (rules.homeless, rules.forbidden, rules.unused, rules.foreign)
    found = [line for rule in of_both for line in rule(package, table)]
    found += [*rules.unordered(table), *rules.circles(package), *rules.crowded(package.folder)]
    return found + rules.unexplained(package)


def test_a_house_in_order_is_not_blamed(build):
    assert said(*build()) == []


def test_a_file_in_no_room(build):
    [line] = said(*build({"attic.py": ""}))
    assert line == "attic.py is in no room: name it in the table, in the room whose line fits it."


def test_a_place_that_is_not_there(build):
    table = TABLE.replace('"stone.py"', '"stone.py", "cellar/"')
    assert said(*build(table=table)) == ["The room ground holds cellar/, which is not there."]


BACK = {
    "at the top": "from house.hall.door import bell",
    "for types": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import house.hall.door",
    "in a function": "def f():\n    import house.hall.door  # noqa: PLC0415 (a good reason)",
    "relative": "from .hall import door",
    "by its name": "from importlib import import_module\nimport_module('.hall.door', __package__)",
    "from a list": "NEEDED = ('house.hall.door',)",
}


@pytest.mark.parametrize("text", BACK.values(), ids=BACK)
def test_an_arrow_back(build, text):
    line = said(*build({"stone.py": f"import quarry\n{text}\n"}))[0]
    number = text.count("\n") + 2
    assert line == (
        f"stone.py:{number} imports hall/door.py: the room ground may not import hall; it stands "
        f"above; give ground what it needs from there when it is called."
    )


def test_an_arrow_down_that_the_table_does_not_have(build):
    [line] = said(*build({"kitchen/stove.py": "import house.stone\n"}))
    assert line == (
        "kitchen/stove.py:1 imports stone.py: the room kitchen may not import ground; what needs "
        "both belongs in hall (Where one meets.); if kitchen itself must, say so in its row."
    )


@pytest.mark.parametrize(
    ("name", "why"), [("hall", "it stands later"), ("cellar", "there is no such room")]
)
def test_a_table_cannot_hold_an_arrow_back(build, name, why):
    _, table = build(table=TABLE.replace("imports = []", f'imports = ["{name}"]', 1))
    assert rules.unordered(table) == [f"The room ground may not name {name}: {why}."]


def test_an_arrow_that_nothing_needs(build):
    [line] = said(*build({"hall/door.py": "from house.kitchen.stove import heat\n"}))
    assert line == "The room hall no longer imports ground: take it out of its row."


def test_a_package_that_its_room_does_not_name(build):
    [line] = said(*build({"kitchen/stove.py": "import quarry.pits\n"}))
    assert line == ("kitchen/stove.py:1 imports quarry: the room kitchen may not; only ground may.")


def test_a_circle_through_type_checking(build):
    types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import house.hall.bell\n"
    files = {"hall/door.py": FILES["hall/door.py"] + types}
    [line] = said(*build({**files, "hall/bell.py": "from house.hall.door import ring\n"}))
    assert line == "A circle of imports: hall/bell.py <- hall/door.py <- hall/bell.py."


def test_a_folder_of_21_entries(build):
    package, table = build({f"hall/chair_{number}.py": "" for number in range(18)})
    for name in ("__pycache__", "gone/__pycache__"):
        (package.folder / "hall" / name).mkdir(parents=True)
        (package.folder / "hall" / name / "chair.pyc").touch()
    assert said(package, table) == []
    (package.folder / "hall" / "carpet.txt").touch()
    assert said(package, table) == ["house/hall has 21 entries, more than 20: it is two rooms."]


@pytest.mark.parametrize("reason", ["", "  # noqa: PLC0415", "  # noqa: PLC0415 (why)"])
def test_an_import_inside_a_function_without_a_reason(build, reason):
    [line] = said(*build({"kitchen/stove.py": f"def heat():\n    import json{reason}\n"}))
    assert line.startswith("kitchen/stove.py:2 imports inside a function: to the top of the file")


def test_two_rooms_of_one_name_are_refused(build):
    with pytest.raises(ValueError, match="two rooms of one name"):
        build(table=TABLE.replace("kitchen", "hall"))
