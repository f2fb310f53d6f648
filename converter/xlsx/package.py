"""An OPC package edited in place: entries nobody touched are copied byte for byte, header included."""

import copy
import errno
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast
from urllib.parse import unquote

from lxml import etree

from converter.issues import Inutilisable, Issue
from converter.xlsx.sound import Malformed
from converter.xlsx.text import MAIN
from converter.xlsx.trace import ALONE, Tree, trace, traces

CONTENT_TYPES = "[Content_Types].xml"
CT_NS = "http://schemas.openxmlformats.org/package/2006/content-types"
REL_NS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OUR_ID = "rIdSegurHop"
"""How the identifiers of our relationships start."""

_RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_STRICT = b"http://purl.oclc.org/ooxml/"
_NAMESPACES = (
    (_STRICT + b"spreadsheetml/main", MAIN.encode(), b"urn:segur-hop:main"),
    (_STRICT + b"officeDocument/relationships", OFFICE_REL.encode(), b"urn:segur-hop:relationships"),
)
"""What the Strict variant of the format calls what we touch, what we call it, and what stands meanwhile for what a
strict part says in the other variant."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError)
"""What reading an entry raises when its bytes are not what the package says."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """One internal relationship, its target as the name of a part of the package."""

    id: str
    type: str
    target: str


def parse(data: bytes) -> Tree:
    """Parse a part; nothing is fetched and no entity is expanded."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=False, huge_tree=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Malformed(str(error)) from error


def unreadable(part: str) -> Inutilisable:
    """Return the exception that says which part of a workbook is damaged."""
    return Inutilisable(Issue("F018", faits=(("partie", part),)))


def serialise(root: Tree) -> bytes:
    """The bytes of a part, comments beside the root included."""
    written: bytes = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + written


class Package:
    """The parts of a workbook: read from the source, changed in memory, written to a target."""

    def __init__(self, source: Path) -> None:
        self._source = source
        try:
            self._zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise unreadable(source.name) from error
        self._names = {name.lower(): name for name in self._zip.namelist()}
        starts = sorted(info.header_offset for info in self._zip.infolist())
        self._ends = dict(zip(starts, [*starts[1:], self._zip.start_dir], strict=True))
        self._ensure_within()
        self._changed: dict[str, bytes] = {}
        self._trees: dict[str, Tree] = {}
        self._edited: set[str] = set()
        self._dropped: set[str] = set()
        self._strict: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def _ensure_within(self) -> None:
        """Refuse an entry that is told to begin before the file or in the directory: its bytes cannot be copied."""
        for info in self._zip.infolist():
            if not 0 <= info.header_offset < self._zip.start_dir:
                self._zip.close()
                raise unreadable(info.filename)

    def __contains__(self, part: str) -> bool:
        """Part names are compared without case, as the standard says."""
        return part.lower() in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._names.values()))

    def read(self, part: str) -> bytes:
        """The part as it now stands, in UTF-8 and in the namespaces of the transitional format."""
        name = self._name(part)
        if name in self._edited:
            return serialise(self._trees[name])
        if name in self._changed:
            return self._changed[name]
        data = self._unpacked(name)
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            with self.interpreting(name):
                data = serialise(parse(data))
        if _STRICT in data:
            self._strict.add(name)
            data = _transitional(data)
        return data

    def _name(self, part: str) -> str:
        if part not in self:
            raise unreadable(part)
        return self._names[part.lower()]

    def _unpacked(self, name: str) -> bytes:
        try:
            return self._zip.read(name)
        except _DAMAGE as error:
            raise unreadable(name) from error
        except OSError as error:
            if error.errno in {None, errno.EINVAL}:  # raised by a codec, or for an entry that begins before the file
                raise unreadable(name) from error
            raise

    @contextmanager
    def interpreting(self, part: str) -> Iterator[None]:
        """Tell the user which part is at fault when what it says cannot be understood."""
        try:
            yield
        except Malformed as error:
            raise unreadable(part) from error

    def put(self, part: str, data: bytes) -> None:
        """Replace the bytes of a part, or add one (its content type is `declare`d apart)."""
        if part not in self and self._is_strict():
            self._strict.add(part)
        name = self._names.setdefault(part.lower(), part)
        self._trees.pop(name, None)
        self._edited.discard(name)
        self._changed[name] = data

    def tree(self, part: str) -> Tree:
        """The root element of a part, to look at; `edit` gives the same root to change."""
        name = self._name(part)
        if name not in self._trees:
            with self.interpreting(name):
                self._trees[name] = parse(self.read(name))
        return self._trees[name]

    def _is_strict(self) -> bool:
        """Tell whether a new part is to be in the Strict variant."""
        self.tree(rels_of(""))
        return rels_of("") in self._strict

    def edit(self, part: str) -> Tree:
        """The root element of a part, whose changes will be written."""
        root = self.tree(part)
        self._edited.add(self._name(part))
        return root

    def add(self, part: str, data: bytes, content_type: str) -> None:
        """Add a part and declare its content type."""
        self.put(part, data)
        etree.SubElement(
            self.edit(CONTENT_TYPES), f"{{{CT_NS}}}Override", PartName=f"/{part}", ContentType=content_type
        )

    def drop(self, part: str, *, declared: bool = False) -> None:
        """Remove a part, its content type unless it stays `declared`, and its own relationships, not those to it."""
        for name in (part, rels_of(part)):
            if name in self:
                self._forget(name)
        for override in [] if declared else self._declarations("Override"):
            if override.get("PartName", "").lower() == f"/{part}".lower():
                self.edit(CONTENT_TYPES).remove(override)

    def _declarations(self, kind: str) -> list[Tree]:
        found: list[Tree] = self.tree(CONTENT_TYPES).findall(f"{{{CT_NS}}}{kind}")
        return found

    def _forget(self, part: str) -> None:
        name = self._names.pop(part.lower())
        self._changed.pop(name, None)
        self._trees.pop(name, None)
        self._edited.discard(name)
        self._dropped.add(name)

    def free_name(self, pattern: str) -> str:
        """The first name of `pattern` (one `{}` for a number from 1) that no part has."""
        number = 1
        while not self.is_free(name := pattern.format(number)):
            number += 1
        return name

    def is_free(self, part: str) -> bool:
        """Tell whether no part has that name, nor is declared to have it."""
        declared = (each.get("PartName", "").lower() for each in self._declarations("Override"))
        return part not in self and f"/{part}".lower() not in declared

    def is_other(self, part: str, content_type: str) -> bool:
        """Tell whether a part is there and declared to be of another type."""
        told = {each.get("PartName", "").lower(): each.get("ContentType") for each in self._declarations("Override")}
        return part in self and told.get(f"/{part}".lower(), content_type) != content_type

    def relationships(self, part: str) -> list[Relationship]:
        """The internal relationships of a part (`""`: of the package)."""
        if rels_of(part) not in self:
            return []
        found = self.tree(rels_of(part)).findall(f"{{{REL_NS}}}Relationship")
        return [
            Relationship(each.get("Id"), each.get("Type"), self._resolve(part, each.get("Target")))
            for each in found
            if each.get("TargetMode") != "External" and self._is_whole(part, each)
        ]

    def _is_whole(self, part: str, relationship: Tree) -> bool:
        if any(relationship.get(each) is None for each in ("Id", "Type", "Target")):
            raise unreadable(rels_of(part))
        return True

    def _resolve(self, part: str, target: str) -> str:
        path = target if target.startswith("/") else posixpath.join("/", posixpath.dirname(part), target)
        name = posixpath.normpath(path).lstrip("/")
        name = name if name in self else unquote(name)
        return self._names.get(name.lower(), name)

    def related(self, part: str, kind: str) -> Relationship | None:
        """The first relationship of a part whose type ends with `kind` and whose target is there."""
        return next(
            (each for each in self.relationships(part) if each.type.endswith(f"/{kind}") and each.target in self),
            None,
        )

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relationship from a part to another; its id."""
        rels = rels_of(part)
        if rels not in self:
            root = etree.Element(f"{{{REL_NS}}}Relationships", nsmap={None: REL_NS})
            data = serialise(trace(root, ALONE))
            declared = any(each.get("ContentType") == _RELS_TYPE for each in self._declarations("Default"))
            self.put(rels, data) if declared else self.add(rels, data, _RELS_TYPE)
        root = self.edit(rels)
        taken = {each.get("Id") for each in root}
        number = 1
        while (name := f"{OUR_ID}{number}") in taken:
            number += 1
        etree.SubElement(
            root,
            f"{{{REL_NS}}}Relationship",
            Id=name,
            Type=f"{OFFICE_REL}/{kind}",
            Target=f"/{target}",
        )
        return name

    def unrelate(self, part: str, relationship: str) -> None:
        """Take a relationship away, and the part that held it when it was made for ours alone."""
        root = self.edit(rels_of(part))
        for each in root.findall(f"{{{REL_NS}}}Relationship"):
            if each.get("Id") == relationship:
                root.remove(each)
        if len(root) == 0 and ALONE in traces(root):
            self.drop(rels_of(part))

    def used(self) -> dict[str, set[str]]:
        """Each part that a way leads to from the package itself, and the parts it relates to."""
        found: dict[str, set[str]] = {}
        waiting = [""]
        while waiting:
            part = waiting.pop()
            found[part] = {each.target for each in self.relationships(part) if each.target in self}
            waiting += found[part] - found.keys() - {*waiting}
        return found

    def write(self, target: Path) -> None:
        """Write the package: same order, same bytes for what was not touched, new parts at the end."""
        if target.exists() and target.samefile(self._source):
            msg = "a package is not written over its source: save.replace_workbook does that"
            raise ValueError(msg)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
            written = set()
            for info in self._zip.infolist():
                if info.filename in self._dropped or info is not self._zip.getinfo(info.filename):
                    continue  # an entry that another of its name hides is no part
                written.add(info.filename)
                if info.filename in self._changed or info.filename in self._edited:
                    _store(out, info.filename, self._written(info.filename))
                else:
                    self._copy(out, info)
            for name in self._names.values():
                if name not in written:
                    _store(out, name, self._written(name))

    def _written(self, name: str) -> bytes:
        """The bytes of a part that was changed, in the variant of the format it was in."""
        return _in_strict(self.read(name)) if name in self._strict else self.read(name)

    def _copy(self, out: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        if not info.filename.isascii():  # the name might be encoded otherwise in the local header
            _store(out, info.filename, self._unpacked(info.filename))
            return
        end = self._ends[info.header_offset]
        clone = copy.copy(info)
        raw, target = cast("BinaryIO", self._zip.fp), cast("BinaryIO", out.fp)
        raw.seek(info.header_offset)
        clone.header_offset = out.start_dir
        target.seek(out.start_dir)
        target.write(raw.read(end - info.header_offset))
        out.start_dir = target.tell()
        out.filelist.append(clone)
        out.NameToInfo[clone.filename] = clone


def _transitional(data: bytes) -> bytes:
    for strict, ours, aside in _NAMESPACES:
        data = data.replace(ours, aside).replace(strict, ours)
    return data


def _in_strict(data: bytes) -> bytes:
    for strict, ours, aside in _NAMESPACES:
        data = data.replace(ours, strict).replace(aside, ours)
    return data


def rels_of(part: str) -> str:
    """The part that holds the relationships of `part`."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _store(out: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    out.writestr(info, data, compresslevel=1)  # as Excel does: three times faster, a fifth larger
