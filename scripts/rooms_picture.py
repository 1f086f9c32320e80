"""Draw the rooms of docs/rooms.toml, and write their list into docs/architecture.md.

python scripts/rooms_picture.py            writes docs/pictures/rooms.svg and the list
python scripts/rooms_picture.py --check    fails if they are not what would be written

Each room stands above all that it imports. An arrow that follows from others is left out, and so
are those to the ground. One picture serves light and dark pages: its colours read on both.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import pairwise, permutations

import rooms
from rooms import ROOT, TABLE, Room, Rooms

PICTURE = ROOT / "docs" / "pictures" / "rooms.svg"
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms: written by `make rooms` -->\n", "<!-- rooms: end -->\n"

GROUND = "ground"
COLUMNS = {  # part: (title, left, width) in pixels
    "emulator": ("emulator", 12, 240),
    "client": ("client", 264, 360),
    "ask": ("ask", 636, 124),
    "notebook": ("notebook", 772, 352),
}
DOORS = "doors"  # above this column:
ABOVE = "client"
COLOURS = {  # about 4 to 1 against white and against nearly black
    "emulator": "#8f6f22",
    "client": "#2f74c0",
    "ask": "#2b8259",
    "notebook": "#aa5a9e",
    "ground": "#717a85",
    "doors": "#b0603a",
}
WIDTH, BOX, HEIGHT, PITCH, TOP = 1136, 102, 32, 62, 28
LINE = "#808893"
LEGEND = (
    "Each room stands above",
    "all that it imports.",
    "What follows from other",
    "arrows is left out.",
)


@dataclass(frozen=True)
class House:
    """Which rooms are drawn, which arrows, and on which floor each stands.

    Parameters
    ----------
    table : Rooms
        All rooms.
    arrows : Mapping
        What each imports.
    """

    table: Rooms
    arrows: Mapping[str, set[str]]

    @cached_property
    def below(self) -> dict[str, list[str]]:
        """By room, what it imports, without the ground and without what follows from the rest."""
        high = [name for name in self.table if self.table[name].part != GROUND]
        drawn = {name: [each for each in high if each in self.arrows[name]] for name in high}
        reach: dict[str, set[str]] = {}
        for name, under in drawn.items():  # from the ground up
            reach[name] = {*under}.union(*(reach[each] for each in under))
        return {
            name: [e for e in under if not any(e in reach[other] for other in under)]
            for name, under in drawn.items()
        }

    @cached_property
    def floors(self) -> dict[str, int]:
        """The floor of each room, from 1: as low as it can be, but near to what stands on it."""
        floors: dict[str, int] = {}
        for name, under in self.below.items():
            floors[name] = 1 + max((floors[each] for each in under), default=0)
        for name, under in reversed(self.below.items()):
            over = [floors[other] for other, its in self.below.items() if name in its]
            if over and (not under or self.table[name].part == DOORS):
                del floors[name]
                floors[name] = self._free(floors, name, min(over) - 1)
        return floors

    def _free(self, floors: Mapping[str, int], name: str, floor: int) -> int:
        """Return the first floor from this one down on which two rooms are beside each other."""
        part = self.table[name].part
        beside = [f for other, f in floors.items() if self.table[other].part == part]
        return next((f for f in range(floor, 1, -1) if beside.count(f) < 2), 1)  # noqa: PLR2004


Spot = tuple[str, int]  # a room, or an arrow on its way past a floor: ("a>b", floor)


class Plan:
    """Where everything stands: rooms and bends of arrows, in cells of one column and one floor.

    Parameters
    ----------
    house : House
        What is drawn.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self.paths = {
            (upper, lower): [*self._path(upper, lower)]
            for upper, under in house.below.items()
            for lower in under
        }
        self.cells: dict[tuple[str, int], list[Spot]] = {}
        for spot in dict.fromkeys(spot for path in self.paths.values() for spot in path):
            self.cells.setdefault((self._column(spot[0]), spot[1]), []).append(spot)
        self.x: dict[Spot, float] = {}
        for key, spots in self.cells.items():
            self._place(key, spots)
        for _ in range(8):
            for key in sorted(self.cells, key=lambda cell: cell[1]):
                self._settle(key)

    def _path(self, upper: str, lower: str) -> Iterator[Spot]:
        floors = self.house.floors
        yield upper, floors[upper]
        for floor in range(floors[upper] - 1, floors[lower], -1):
            yield f"{upper}>{lower}", floor
        yield lower, floors[lower]

    def _column(self, name: str) -> str:
        """Return a room's column; an arrow on its way goes down in that of where it ends."""
        room = name.rpartition(">")[2]
        part = self.house.table[room].part
        return part if part in COLUMNS else ABOVE

    def _place(self, key: tuple[str, int], spots: Sequence[Spot]) -> None:
        """Put spots beside each other, in the middle of their column."""
        _, left, width = COLUMNS[key[0]]
        needs = [BOX if ">" not in name else 14 for name, _ in spots]
        gap = (width - sum(needs)) / (len(spots) + 1)
        for need, spot in zip(needs, spots, strict=True):
            self.x[spot] = left + gap + need / 2
            left += gap + need

    def _settle(self, key: tuple[str, int]) -> None:
        """Put the spots of a cell into the order in which their arrows are short."""
        orders = [*permutations(self.cells[key])]

        def length(order: tuple[Spot, ...]) -> float:
            self._place(key, order)
            ends = (pair for path in self.paths.values() for pair in pairwise(path))
            return sum(abs(self.x[a] - self.x[b]) ** 1.5 for a, b in ends if {a, b} & {*order})

        best = min(orders, key=length)
        self.cells[key] = [*best]
        self._place(key, best)

    def y(self, floor: int) -> float:
        """Return the middle of a floor."""
        return TOP + (max(self.house.floors.values()) - floor) * PITCH


def picture(house: House) -> str:
    """Return the picture, as SVG."""
    plan = Plan(house)
    bottom = plan.y(1) + 68
    parts = [
        *(panel for part in COLUMNS for panel in column(plan, part)),
        *(arrow(plan, path) for path in plan.paths.values()),
        *(box(house.table[name], plan.x[name, f], plan.y(f)) for name, f in house.floors.items()),
        *ground(house.table, bottom),
        *(
            f'<text x="12" y="{20 + 20 * line}" fill="{COLOURS[GROUND]}">{text}</text>\n'
            for line, text in enumerate(LEGEND)
        ),
    ]
    return f"{HEAD.format(WIDTH, bottom + 74)}{''.join(parts)}</svg>\n"


HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {:.0f}" role="img" '
    'font-family="system-ui, sans-serif" font-size="14">\n'
    "<title>The rooms of claude_nb: each stands above all that it imports.</title>\n"
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0.8 8 4 0 7.2z" fill="' + LINE + '"/></marker></defs>\n'
)


def column(plan: Plan, part: str) -> Iterator[str]:
    """Yield the ground of a column, as high as its rooms, and its name."""
    title, left, width = COLUMNS[part]
    table, floors = plan.house.table, plan.house.floors
    high = max(floor for name, floor in floors.items() if table[name].part == part)
    top, bottom = plan.y(high) - 28, plan.y(1) + 54
    yield (
        f'<rect x="{left}" y="{top:.0f}" width="{width}" height="{bottom - top:.0f}" rx="10" '
        f'fill="{COLOURS[part]}" fill-opacity="0.12"/>\n<text x="{left + width / 2:.0f}" '
        f'y="{bottom - 13:.0f}" text-anchor="middle" font-size="16" font-weight="600" '
        f'fill="{COLOURS[part]}">{title}</text>\n'
    )


def box(room: Room, x: float, y: float, width: int = BOX) -> str:
    """Return a room, with what belongs there for who points at it."""
    short = room.name.partition(".")[2] if room.part in COLUMNS else ""
    return (
        f'<g><title>{escape(room.says)}</title><rect x="{x - width / 2:.0f}" '
        f'y="{y - HEIGHT / 2:.0f}" width="{width}" height="{HEIGHT}" rx="6" '
        f'fill="{COLOURS[room.part]}"/><text x="{x:.0f}" y="{y + 5:.0f}" text-anchor="middle" '
        f'fill="#fff">{escape(short or room.name)}</text></g>\n'
    )


def arrow(plan: Plan, path: Sequence[Spot]) -> str:
    """Return the arrow from a room down to one that it imports, past the boxes on its way."""
    points = [(plan.x[spot], plan.y(spot[1])) for spot in path]
    x, y = points[0][0], points[0][1] + HEIGHT / 2
    drawn = [f"M{x:.0f} {y:.0f}"]
    for x_next, y_next in points[1:]:
        enter = y_next - HEIGHT / 2 - 1
        bend = f"{x:.0f} {(y + enter) / 2:.0f} {x_next:.0f} {(y + enter) / 2:.0f}"
        drawn.append(f"C{bend} {x_next:.0f} {enter:.0f}")
        x, y = x_next, y_next + HEIGHT / 2
        drawn += [f"V{y:.0f}"] * ((x_next, y_next) != points[-1])
    return (
        f'<path d="{"".join(drawn)}" fill="none" stroke="{LINE}" stroke-width="1.5" '
        f'marker-end="url(#tip)"/>\n'
    )


def ground(table: Rooms, top: float) -> Iterator[str]:
    """Yield the rooms that many stand on, in a row below everything."""
    found = [room for room in table.values() if room.part == GROUND]
    yield (
        f'<rect x="12" y="{top:.0f}" width="{WIDTH - 24}" height="54" rx="10" '
        f'fill="{COLOURS[GROUND]}" fill-opacity="0.14"/>\n<text x="24" y="{top + 32:.0f}" '
        f'font-size="15" font-weight="600" fill="{COLOURS[GROUND]}">ground (its arrows are '
        f"left out)</text>\n"
    )
    for number, room in enumerate(found):
        yield box(room, WIDTH - 74 - (len(found) - 1 - number) * (BOX + 16), top + 27)


def listing(table: Rooms) -> str:
    """Return the list of rooms, as a table in Markdown."""
    rows = [f"| `{r.name}` | {places(r.holds)} | {r.says} |" for r in reversed([*table.values()])]
    return "\n".join(["| Room | Holds | What belongs there |", "|---|---|---|", *rows, ""])


def places(held: Iterable[str]) -> str:
    """Return what a room holds; files of one folder are named together."""
    folders: dict[str, list[str]] = {}
    for place in sorted(held, key=lambda place: place.endswith("/")):
        folder, _, name = place.rpartition("/")  # a folder stands by itself
        folders.setdefault(f"{folder}/" * bool(folder), []).append(name)
    return "; ".join(
        f"`{folder}{names[0]}`" + "".join(f", `{name}`" for name in names[1:])
        for folder, names in folders.items()
    )


def page(text: str, table: Rooms) -> str:
    """Return the page with the list of rooms in its place."""
    before, _, rest = text.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{PAGE.name} has no place for the list of rooms: {BEGIN}")
    return f"{before}{BEGIN}\n{listing(table)}\n{END}{after}"


def made() -> dict[object, str]:
    """Return what is to be written, by file."""
    table = rooms.read(TABLE)
    house = House(table, rooms.arrows(rooms.house(), table))
    return {PICTURE: picture(house), PAGE: page(PAGE.read_text(encoding="utf-8"), table)}


def main() -> int:
    """Write the picture and the list, or compare them with what is there."""
    for path, text in made().items():
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path.name} is not what docs/rooms.toml says. Run: make rooms", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
