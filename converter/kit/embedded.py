"""The Python inside a kit: python.org's « embeddable » archive, as an IT department downloads it."""

import hashlib
import re
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path

from converter.issues import Inutilisable, Issue
from converter.kit.libraries import PYTHONS

PROGRAMME = "python.exe"
_X86_64 = 0x8664


@dataclass(frozen=True, slots=True)
class Embarque:
    """An archive that was looked into: its version of Python (`3.13`) and its SHA-256."""

    archive: Path
    python: str
    sha256: str


def inspect_python(archive: Path) -> Embarque:
    """Look into an archive. Raises `Inutilisable` (F001, F033) where it is not a Python that a kit can hold."""
    if not archive.is_file():
        raise Inutilisable(Issue("F001", faits=(("fichier", str(archive)),)))
    try:
        with zipfile.ZipFile(archive) as package:
            python = _version(package.namelist()) if _is_64_bits(package.read(PROGRAMME)) else ""
            sound = package.testzip() is None
    except (zipfile.BadZipFile, KeyError, struct.error):
        python, sound = "", False
    if python not in PYTHONS or not sound:
        raise Inutilisable(Issue("F033", faits=(("fichier", str(archive)),)))
    return Embarque(archive, python, hashlib.sha256(archive.read_bytes()).hexdigest())


def unpack_python(embarque: Embarque, folder: Path) -> None:
    """Unpack the archive where the launchers look for a Python first."""
    with zipfile.ZipFile(embarque.archive) as package:
        package.extractall(folder)


def _version(names: list[str]) -> str:
    """Return `3.13` of the `python313._pth` that only the embeddable archive holds."""
    found = (re.fullmatch(r"python3(\d+)\._pth", name) for name in names)
    return next((f"3.{match[1]}" for match in found if match), "")


def _is_64_bits(programme: bytes) -> bool:
    """Tell from the header of a Windows program (PE format) whether it is for x86-64."""
    (header,) = struct.unpack_from("<I", programme, 0x3C)
    (machine,) = struct.unpack_from("<H", programme, header + 4)
    return bool(machine == _X86_64)
