"""The note of a mark: a legacy comment known by its first line, under the user's own text where there is one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from converter.issues import Gravite
from converter.xlsx import boxes
from converter.xlsx.book import in_main
from converter.xlsx.package import Package, serialise
from converter.xlsx.sheet import Cell, Worksheet, cells_of, reference
from converter.xlsx.sound import child, required, whole
from converter.xlsx.text import MAIN, plain
from converter.xlsx.trace import ALONE, Tree, erase, trace, traces

_AUTHORS = "authors"
_EMPTY, _DRAWN = "empty", "drawn"
"""Noted of comments that were there and said nothing, and of a drawing that was there and held no shape."""
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
AUTHOR = "segur-hop"
TITLES = {
    Gravite.ERREUR: "segur-hop — à corriger",
    Gravite.AVERTISSEMENT: "segur-hop — à vérifier",
    Gravite.CORRECTION: "segur-hop — corrigé",
}
_OURS = re.compile(r"\n{0,2}segur-hop — (?:à corriger|à vérifier|corrigé)(?:\n• [^\n]*)*")
_THREAD = "tc={"
"""What the author of a comment starts with that mirrors a conversation: Excel owns its text."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a note says: its title by gravity, then one line for each text."""

    gravite: Gravite
    textes: Sequence[str]

    @property
    def title(self) -> str:
        """The first line, by which the note is known to be ours."""
        return TITLES[self.gravite]

    @property
    def body(self) -> str:
        """The lines under the title, each starting with a bullet and a line break before it."""
        return "".join(f"\n• {plain(' '.join(texte.split()))}" for texte in self.textes)


def without_notes(package: Package, part: str, sheet: Worksheet) -> Worksheet:
    """Take our notes away from a sheet, with their boxes and the parts that held nothing else."""
    found = package.related(part, "comments")
    if found is None or "segur-hop — ".encode() not in package.read(found.target):
        return sheet
    root = package.edit(found.target)
    noted = traces(root)
    with package.interpreting(found.target):
        gone = [cell for comment in list(root.iter(in_main("comment"))) if (cell := _cleaned(comment)) is not None]
        _forget_author(root)
        if gone and _EMPTY not in noted and not _told(root):
            package.drop(found.target)
            package.unrelate(part, found.id)
    for each in (_EMPTY, _DRAWN):
        erase(root, each)
    return boxes.without_boxes(package, part, sheet, set(gone), keep=_DRAWN in noted)


def _told(root: Tree) -> list[Tree]:
    found: list[Tree] = child(root, in_main("commentList")).findall(in_main("comment"))
    return found


def _cleaned(comment: Tree) -> Cell | None:
    """Cut our lines out of a comment; its cell when nothing else was in it and it went away."""
    runs = _texts(comment)
    whole = "".join(run.text or "" for run in runs)
    ours = _OURS.search(whole)
    if ours is None:
        return None
    if whole.startswith(AUTHOR) and not whole[ours.end() :].strip():
        comment.getparent().remove(comment)
        return cells_of(required(comment, "ref"))[:2]
    _cut(runs, *ours.span())
    return None


def _texts(comment: Tree) -> list[Tree]:
    """The elements that hold a comment's text, phonetics apart."""
    holders = {in_main("text"), in_main("r")}
    return [each for each in comment.iter(in_main("t")) if each.getparent().tag in holders]


def _cut(runs: list[Tree], start: int, end: int) -> None:
    position = 0
    for run in runs:
        text = run.text or ""
        low, high = max(0, start - position), max(0, end - position)
        position += len(text)
        if low >= len(text) or high == 0:
            continue
        run.text = text[:low] + text[high:]
        if not run.text and run.getparent().tag == in_main("r"):
            run.getparent().getparent().remove(run.getparent())


def _forget_author(root: Tree) -> None:
    number = traces(root).get(_AUTHORS)
    if number is None or any(each.get("authorId") == number for each in root.iter(in_main("comment"))):
        return
    authors = child(root, in_main("authors"))
    for ours in authors.findall(in_main("author"))[whole(number) :][:1]:
        authors.remove(ours)
    erase(root, _AUTHORS)


def with_notes(package: Package, part: str, sheet: Worksheet, notes: Mapping[Cell, Note]) -> Worksheet:
    """Add notes to a sheet; a cell that holds a conversation (threaded comment) gets none."""
    notes = {cell: note for cell, note in notes.items() if note.textes}
    if not notes or not boxes.can_hold(package, part, sheet):
        return sheet
    name = _comments(package, part)
    with package.interpreting(name):
        new = _say(package.edit(name), notes)
    if not new:
        return sheet
    if boxes.is_empty(package, part, sheet):
        trace(package.edit(name), _DRAWN)
    return boxes.with_boxes(package, part, sheet, {cell: note.title + note.body for cell, note in new.items()})


def _say(root: Tree, notes: Mapping[Cell, Note]) -> dict[Cell, Note]:
    """Put notes among the comments; those that stand at a cell that had none."""
    there = {cells_of(required(comment, "ref"))[:2]: comment for comment in root.iter(in_main("comment"))}
    new = {cell: note for cell, note in sorted(notes.items()) if cell not in there}
    threads = {i for i, each in enumerate(root.iter(in_main("author"))) if (each.text or "").startswith(_THREAD)}
    for cell in there.keys() & notes.keys():
        if whole(there[cell].get("authorId"), 0) not in threads:
            _extend(there[cell], notes[cell])
    if not new:
        return new
    if not there and ALONE not in traces(root):
        trace(root, _EMPTY)
    author, comments = _author(root), child(root, in_main("commentList"))
    for cell, note in new.items():
        comment = etree.SubElement(comments, in_main("comment"), ref=reference(*cell, *cell), authorId=str(author))
        _write(etree.SubElement(comment, in_main("text")), note.title, note.body)
    return new


def _comments(package: Package, part: str) -> str:
    found = package.related(part, "comments")
    if found is not None:
        return found.target
    name = package.free_name("xl/commentsSegurHop{}.xml")
    root = etree.Element(in_main("comments"), nsmap={None: MAIN})
    etree.SubElement(root, in_main("authors"))
    etree.SubElement(root, in_main("commentList"))
    package.add(name, serialise(trace(root, ALONE)), CONTENT_TYPE)
    package.relate(part, "comments", name)
    return name


def _author(root: Tree) -> int:
    authors = child(root, in_main("authors"))
    names = [each.text for each in authors.findall(in_main("author"))]
    if AUTHOR in names:
        return names.index(AUTHOR)
    trace(root, _AUTHORS, str(len(names)))
    etree.SubElement(authors, in_main("author")).text = AUTHOR
    return len(names)


def _extend(comment: Tree, note: Note) -> None:
    text = child(comment, in_main("text"))
    alone = text.find(in_main("t"))
    if alone is not None and text.find(in_main("r")) is None:
        alone.text = f"{alone.text or ''}\n\n{note.title}{note.body}"
    else:
        _write(text, f"\n\n{note.title}", note.body)


def _write(text: Tree, title: str, body: str) -> None:
    """Add two runs, the title in bold, before what phonetics may follow."""
    place = max((i for i, each in enumerate(text, 1) if each.tag in {in_main("t"), in_main("r")}), default=0)
    text.insert(place, _run(title, bold=True))
    text.insert(place + 1, _run(body, bold=False))


def _run(content: str, *, bold: bool) -> Tree:
    run = etree.Element(in_main("r"), nsmap={None: MAIN})
    properties = etree.SubElement(run, in_main("rPr"))
    if bold:
        etree.SubElement(properties, in_main("b"))
    for tag, value in (("sz", "9"), ("color", "81"), ("rFont", "Tahoma"), ("family", "2")):
        etree.SubElement(properties, in_main(tag), {"indexed" if tag == "color" else "val": value})
    written = etree.SubElement(run, in_main("t"))
    written.text = content
    written.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return run
