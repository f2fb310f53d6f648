"""Draws the imports of the package, folder by folder: `python -m tests.tools.architecture`; a test fails on drift.

The picture goes beside this file, for ARCHITECTURE.md. Printed are the number of modules, the longest way from importer
to imported in floors, and the number of circles; `python -m tests.tools.architecture FOLDER` prints them of another
checkout's package, to compare. `__main__`, which only starts the command line, is not counted.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.support.imports import ROOT, Graph, by_folder, circles, floors, folder, graph, longest_path, reachable

PICTURE = Path(__file__).with_suffix(".svg")

WIDTH, FLOOR, BOX, HEIGHT = 860, 74, 150, 40
"""Pixels: of the picture, from floor to floor, and of one box."""


def house(root: Path = ROOT) -> Graph:
    """Return the imports without the face of the package and its starter."""
    left_out = {"", "__main__"}
    return {name: others - left_out for name, others in graph(root).items() if name not in left_out}


def figures(root: Path = ROOT) -> str:
    """Say how many modules there are, how many floors they stand on, and how many circles they make."""
    edges = house(root)
    return f"{len(edges)} modules, {max(floors(edges).values())} floors, {len(circles(edges))} circles"


def _direct(edges: Graph) -> Iterator[tuple[str, str]]:
    """Yield the imports that follow from no other: from a folder to those that nothing between them imports."""
    for name, others in sorted(edges.items()):
        told = {below for other in others for below in reachable(edges, other)}
        yield from ((name, other) for other in sorted(others - told))


def _places(edges: Graph) -> Mapping[str, tuple[float, float]]:
    """Return the middle of each folder's box: its floor from the bottom; on a floor, the order of names."""
    rows: dict[int, list[str]] = defaultdict(list)
    for name, floor in sorted(floors(edges).items()):
        rows[floor].append(name)
    return {
        name: (WIDTH * (rank + 0.5) / len(row), FLOOR * (len(rows) - floor + 0.5))
        for floor, row in rows.items()
        for rank, name in enumerate(row)
    }


def _box(name: str, x: float, y: float, modules: int) -> str:
    count = f"{modules} modules" if modules > 1 else "1 module"
    return (
        f'<rect fill="#eef3f8" stroke="#567" x="{x - BOX / 2:.0f}" y="{y - HEIGHT / 2:.0f}"'
        f' width="{BOX}" height="{HEIGHT}" rx="6"/>'
        f'<text x="{x:.0f}" y="{y - 1:.0f}" font-weight="bold">{name}</text>'
        f'<text x="{x:.0f}" y="{y + 13:.0f}" font-size="10">{count}</text>'
    )


def _arrow(above: tuple[float, float], below: tuple[float, float]) -> str:
    top, foot = above[1] + HEIGHT / 2, below[1] - HEIGHT / 2 - 4
    middle = (top + foot) / 2
    start, end = f"{above[0]:.0f}", f"{below[0]:.0f}"
    return f'<path d="M{start} {top:.0f}C{start} {middle:.0f} {end} {middle:.0f} {end} {foot:.0f}"/>'


def drawn() -> str:
    """Return the picture: a box a folder, a row a floor, an arrow an import that follows from no other."""
    edges = by_folder(house())
    modules = [folder(name) for name in house()]
    places = _places(edges)
    arrows = [_arrow(places[name], places[other]) for name, other in _direct(edges)]
    boxes = [_box(name, *place, modules.count(name)) for name, place in sorted(places.items())]
    height = FLOOR * max(floors(edges).values())
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}">',
            '<marker id="head" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7" orient="auto">',
            '<path d="M0 0L8 4L0 8z" fill="#567"/>',
            "</marker>",
            '<rect width="100%" height="100%" fill="#fff"/>',
            '<g fill="none" stroke="#567" marker-end="url(#head)">',
            *arrows,
            "</g>",
            '<g fill="#123" font-family="sans-serif" font-size="14" text-anchor="middle">',
            *boxes,
            "</g>",
            "</svg>\n",
        )
    )


def main(arguments: list[str]) -> None:
    """Print the figures of the package, or of another checkout's; draw the picture of ours."""
    root = Path(arguments[0]) if arguments else ROOT
    rings = sorted(map(sorted, circles(house(root))))
    lines = (figures(root), " → ".join(longest_path(house(root))), *(f"circle: {' '.join(ring)}" for ring in rings))
    sys.stdout.write("\n".join(lines) + "\n")
    if not arguments:
        PICTURE.write_text(drawn(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
