"""The inputs of `tests.tools.fuzz`: small good ones, each damaged in a few random ways, and what they go through."""

import io
import json
import random
import shutil
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree
from PIL import Image

from converter.attachments import inspection
from converter.commands import session, valider, verifier
from converter.commands.modele import modele_depuis
from converter.commands.screen import console
from converter.issues import Gravite, Inutilisable
from converter.marking.annotate import ErrorLine, Mark, annotate
from converter.reading import workbook as reading
from converter.returning import adopt, received
from converter.spec.programme import EXTENSIONS
from tests.support.annotated import CASES, EXCEL_MADE, case
from tests.support.workbooks import good

ROOT = Path(__file__).parents[2]
AU = date(2022, 6, 1)
WEIRD = (
    "",
    "-1",
    "0",
    "999999999999",
    "0x10",
    "1e308",
    "nan",
    "#REF!",
    "A0",
    "XFE9999999",
    "é😀",
    "\u202e",
    "_x0000_",
    "'",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of input: the name of its file, how one is built, what it is run through, and whether that twice."""

    name: str
    build: Callable[[random.Random], bytes]
    run: Callable[[Path], object]
    again: bool = False

    def built(self, seed: int) -> bytes:
        """The input of a seed."""
        return self.build(random.Random(seed))  # noqa: S311 - the same seed gives the same input


# --- bytes ------------------------------------------------------------------------------------------------------------


def damaged(data: bytes, draw: random.Random) -> bytes:
    """The bytes with one of them changed, a piece cut out, doubled, or the end missing."""
    if not data:
        return b"\0"
    at, length = draw.randrange(len(data)), draw.choice((1, 4, 40, 400))
    piece = data[at : at + length]
    changed: tuple[bytes, ...] = (
        data[:at] + draw.randbytes(len(piece)) + data[at + length :],
        data[:at] + data[at + length :],
        data[:at] + piece + data[at:],
        data[:at],
        data[:at] + draw.choice(WEIRD).encode() + data[at:],
    )
    return draw.choices(changed, (6, 3, 2, 1, 4))[0]


# --- workbooks --------------------------------------------------------------------------------------------------------


@cache
def _workbooks() -> tuple[bytes, ...]:
    """Good ones of ours, also once annotated and with what annotations left; small ones of every other kind."""
    ours = [good(), (ROOT / "samples/exemple-du-guide/demandes.xlsx").read_bytes(), _annotated(good())]
    others = [case(name) for name in CASES]
    excel = [path.read_bytes() for path in sorted(EXCEL_MADE.glob("*.xlsx")) if path.stat().st_size < 12_000]
    return (*ours * 12, *others, *map(_annotated, others[::3]), *excel[::4])


def _annotated(data: bytes) -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(data)
        _annotate(path)
        return path.read_bytes()


def _annotate(path: Path) -> None:
    line = ErrorLine(Gravite.ERREUR, "V001", "Demandes", 3, 2, "Date", "hier", "JJ/MM/AAAA", "Illisible.", "Corrigez.")
    marks = [Mark(sheet, row, 2, Gravite.ERREUR, "faux") for sheet in ("Demandes", "S", "Sheet1") for row in (1, 3)]
    target = path.with_suffix(".new")
    annotate(path, target, marks=marks, errors=[line])
    reading.ensure_opens(target, path.name)
    target.replace(path)


def workbook(draw: random.Random) -> bytes:
    """A workbook with one to three damages."""
    data = draw.choice(_workbooks())
    for _ in range(draw.choice((1, 1, 2, 3))):
        data = damaged(data, draw) if draw.random() < 0.2 else _repackaged(data, draw)
    return data


def _repackaged(data: bytes, draw: random.Random) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # noqa: BLE001 - whatever an earlier damage makes of a zip
        return damaged(data, draw)
    _damage_an_entry(entries, draw)
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        warnings.simplefilter("ignore")
        for name, part in entries.items():
            archive.writestr(name, part)
    return out.getvalue()


def _damage_an_entry(entries: dict[str, bytes], draw: random.Random) -> None:
    if not entries:
        return
    name = draw.choice(sorted(entries))
    way = draw.randrange(12)
    if way == 0:
        del entries[name]
    elif way == 1:
        entries[draw.choice((name.upper(), name + "x", "é" + name))] = entries.pop(name)
    elif way == 2:
        entries[name] = entries[draw.choice(sorted(entries))]
    elif way < 5:
        entries[name] = damaged(entries[name], draw)
    else:
        entries[name] = _damaged_xml(entries[name], draw)


def _damaged_xml(data: bytes, draw: random.Random) -> bytes:
    try:
        root = etree.fromstring(data)
    except etree.XMLSyntaxError:
        return damaged(data, draw)
    node = draw.choice([each for each in root.iter() if isinstance(each.tag, str)])
    way = draw.randrange(9)
    if way < 4 and node.attrib:
        attribute = draw.choice(sorted(node.attrib))
        if way == 0:
            del node.attrib[attribute]
        else:
            node.set(attribute, draw.choice(WEIRD))
    elif way == 4 and node.getparent() is not None:
        node.getparent().remove(node)
    elif way == 5 and node.getparent() is not None:
        node.addnext(etree.fromstring(etree.tostring(node, with_tail=False)))
    elif way == 6:
        node.tag = draw.choice(("autre", "{urn:autre}x", node.tag + "x"))
    else:
        node.text = draw.choice(WEIRD).replace("\0", "")
    written: bytes = etree.tostring(root, encoding=draw.choices(("UTF-8", "UTF-16"), (19, 1))[0])
    return written


def _validate(path: Path) -> None:
    """Run `valider`; a workbook that is not ours is annotated all the same."""
    try:
        valider.valider(path, session.Options(AU))
    except Inutilisable as refusal:
        if refusal.issues[0].code not in {"F009", "F010", "F011", "F014"}:
            raise
        _annotate(path)


def _move(path: Path) -> None:
    """Run `modele --depuis`: whatever was read, what is written can be opened."""
    target = path.with_name("neuf.xlsx")
    target.unlink(missing_ok=True)
    modele_depuis(path, None, target, console=console(quiet=True))
    reading.ensure_opens(target, target.name)


# --- JSON -------------------------------------------------------------------------------------------------------------


def document(draw: random.Random) -> bytes:
    """A deposit, an answer or a model, damaged as text or as data."""
    data = json.loads((ROOT / "converter/spec/modele-hop.json").read_bytes())
    for _ in range(draw.choice((0, 1, 1, 2, 3))):
        data = _damaged_data(data, draw)
    text = json.dumps(data, ensure_ascii=draw.random() < 0.5).encode(
        draw.choices(("utf-8", "utf-8-sig", "utf-16", "cp1252"), (8, 1, 1, 1))[0], "replace"
    )
    return damaged(text, draw) if draw.random() < 0.4 else text


def _damaged_data(data: Any, draw: random.Random) -> Any:
    if isinstance(data, dict) and data and draw.random() < 0.8:
        key = draw.choice(sorted(data))
        changed = {**data, key: _damaged_data(data[key], draw)}
        if draw.random() < 0.1:
            changed[draw.choice(WEIRD)] = changed.pop(key)
        return changed
    if isinstance(data, list) and data and draw.random() < 0.8:
        at = draw.randrange(len(data))
        return [*data[:at], _damaged_data(data[at], draw), *data[at + draw.randrange(2) :]]
    nested: Any = "x"
    for _ in range(draw.choice((1, 5, 500))):
        nested = [nested]
    return draw.choice((None, True, 0, -1, 1e308, 10**30, 1.5, [], {}, nested, *WEIRD))


def _read_document(path: Path) -> None:
    verifier.verify(path, (), AU)
    for run in (lambda: received.read_answer(path.read_bytes(), path.name), lambda: adopt.adopt(path, path.parent)):
        try:
            run()
        except Inutilisable:
            continue


# --- attachments ------------------------------------------------------------------------------------------------------


@cache
def _attachments() -> tuple[bytes, ...]:
    pictures = []
    for form in ("PNG", "JPEG"):
        out = io.BytesIO()
        Image.new("RGB", (40, 30), "blue").save(out, form)
        pictures.append(out.getvalue())
    pdfs = [path.read_bytes() for path in sorted((ROOT / "samples/exemple-du-guide/pieces").glob("*.pdf"))]
    return (*pictures, *pdfs)


def attachment(draw: random.Random) -> bytes:
    """A PDF, a PNG or a JPG with one to five damages."""
    data = draw.choice(_attachments())
    for _ in range(draw.randint(1, 5)):
        data = damaged(data, draw)
    return data


def _inspect(path: Path) -> None:
    names = [f"piece{extension}" for extension in EXTENSIONS]
    for name in names:
        shutil.copyfile(path, path.with_name(name))
    inspection.inspect(names, path.parent, EXTENSIONS)


KINDS: Mapping[str, Kind] = {
    "workbooks": Kind("demandes.xlsx", workbook, _validate, again=True),
    "moved": Kind("ancien.xlsx", workbook, _move),
    "json": Kind("JSON-1234567890-20220601-001.json", document, _read_document),
    "attachments": Kind("origine.bin", attachment, _inspect),
}
