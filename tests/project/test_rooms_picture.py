"""The picture of the rooms: each stands above all that it imports, and nothing is missing."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

sys.path.append(str(Path(__file__).parents[2] / "scripts"))
import rooms
import rooms_picture
from rooms import Room
from rooms_picture import House

SVG = "{http://www.w3.org/2000/svg}"


def house(**imports):
    """Return rooms by what they import, in the notebook's column; `stone` is of the ground."""
    table = {
        name: Room(name, (), tuple(below.split()), part="ground" if name == "stone" else "notebook")
        for name, below in imports.items()
    }
    return House(table, {name: {*room.imports} for name, room in table.items()})


def test_arrows_that_follow_from_others_are_left_out():
    drawn = house(stone="", cellar="stone", hall="stone cellar", roof="stone cellar hall")
    assert drawn.below == {"cellar": [], "hall": ["cellar"], "roof": ["hall"]}


def test_each_room_stands_above_all_that_it_imports():
    table = rooms.read()
    drawn = House(table, {name: {*room.imports} for name, room in table.items()})
    for name, floor in drawn.floors.items():
        assert all(
            drawn.floors[each] < floor for each in table[name].imports if each in drawn.below
        )


def test_what_nothing_holds_up_stands_near_to_what_stands_on_it():
    drawn = house(cellar="", shelf="", hall="cellar", roof="hall shelf")
    assert drawn.floors == {"cellar": 1, "shelf": 2, "hall": 2, "roof": 3}


def test_the_picture_shows_every_room_once():
    tree = ET.fromstring(rooms_picture.PICTURE.read_text(encoding="utf-8"))  # noqa: S314 (ours)
    boxes = [group for group in tree.iter(f"{SVG}g") if group.find(f"{SVG}rect") is not None]
    table = rooms.read()
    says = [str(group.findtext(f"{SVG}title")) for group in boxes]
    assert sorted(says) == sorted(room.says for room in table.values())


def test_boxes_do_not_overlap():
    tree = ET.fromstring(rooms_picture.PICTURE.read_text(encoding="utf-8"))  # noqa: S314 (ours)
    found = [group.find(f"{SVG}rect") for group in tree.iter(f"{SVG}g")]
    edges = [[float(box.get(key)) for key in ("x", "y", "width", "height")] for box in found]
    for number, (x, y, width, height) in enumerate(edges):
        for x2, y2, _, _ in edges[number + 1 :]:
            assert abs(x - x2) >= width or abs(y - y2) >= height


def test_a_page_without_a_place_for_the_list_is_refused():
    with pytest.raises(ValueError, match="no place for the list"):
        rooms_picture.page("# Rooms", rooms.read())
