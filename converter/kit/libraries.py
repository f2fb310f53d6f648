"""The libraries of an offline kit, unpacked for a system and a Python: `bibliotheques/windows-3.13/`."""

import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from packaging.requirements import Requirement

from converter.kit.wheels import pip
from converter.system.resources import shipped

LOCK = "requirements.lock"
BIBLIOTHEQUES = "bibliotheques"
OUTIL = "segur-hop"
"""The folder of our own code among the libraries, the same for every system."""
EMPREINTE = "empreinte.txt"
"""In a target's folder: the lock file that it was made from; the launcher compares."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""The versions of Python for which every library has its wheels."""
PYTHON = "3.13"

_UNUSED = ("tests", "test", "SelfTest")
"""Folders of a library that only its own developers run."""


@dataclass(frozen=True, slots=True)
class Systeme:
    """An operating system: its word on the command line, its wheel platforms and its environment markers."""

    cle: str
    nom: str
    plateformes: tuple[str, ...]
    marqueurs: Mapping[str, str]


def _systeme(cle: str, nom: str, sys_platform: str, machine: str, *plateformes: str) -> Systeme:
    markers = {
        "os_name": "nt" if sys_platform == "win32" else "posix",
        "sys_platform": sys_platform,
        "platform_system": {"win32": "Windows", "darwin": "Darwin", "linux": "Linux"}[sys_platform],
        "platform_machine": machine,
    }
    return Systeme(cle, nom, plateformes, MappingProxyType(markers))


_MANYLINUX = ("2_28", "2_27", "2_26", "2_24", "2_17", "2014", "2_12", "2010", "2_5", "1")
WINDOWS = _systeme("windows", "Windows", "win32", "AMD64", "win_amd64")
SYSTEMES = (
    WINDOWS,
    _systeme("macos-arm", "macOS (puce Apple)", "darwin", "arm64", "macosx_13_0_arm64"),
    _systeme("macos-intel", "macOS (puce Intel)", "darwin", "x86_64", "macosx_13_0_x86_64"),
    _systeme(
        "linux",
        "Linux",
        "linux",
        "x86_64",
        *(f"manylinux{'_' if '_' in glibc else ''}{glibc}_x86_64" for glibc in _MANYLINUX),
    ),
)


@dataclass(frozen=True, slots=True)
class Cible:
    """A system with one version of Python."""

    systeme: Systeme
    python: str

    def __str__(self) -> str:
        """Say it in French."""
        return f"{self.systeme.nom}, Python {self.python}"

    @property
    def dossier(self) -> str:
        """The name of its folder, which the launcher works out from the Python at work."""
        return f"{self.systeme.cle}-{self.python}"

    def pins(self) -> Iterator[str]:
        """Yield what is installed there, as `nom==version`, from the lock file."""
        markers = {**self.systeme.marqueurs, "python_version": self.python, "python_full_version": f"{self.python}.0"}
        for line in shipped(LOCK).read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                requirement = Requirement(line)
                if not requirement.marker or requirement.marker.evaluate(markers):
                    yield f"{requirement.name}{requirement.specifier}"


CIBLES = tuple(Cible(systeme, python) for systeme in SYSTEMES for python in PYTHONS)


def unpack(cible: Cible, folder: Path) -> None:
    """Unpack the libraries of a target from the wheels of the user's index, so that a PC has nothing to install.

    Raises `Empeche` (E042) naming the first library without a wheel.
    """
    place = folder / cible.dossier
    platforms = (f"--platform={nom}" for nom in cible.systeme.plateformes)
    told = ("--implementation=cp", f"--python-version={cible.python}", *platforms)
    only = ("--no-deps", "--no-compile", "--only-binary=:all:", f"--target={place}")
    pip("install", *only, *told, *cible.pins(), cible=str(cible))
    for unused in sorted(path for path in place.rglob("*") if _is_unused(path, place)):
        shutil.rmtree(unused, ignore_errors=True)
    (place / EMPREINTE).write_bytes(shipped(LOCK).read_bytes())


def _is_unused(path: Path, place: Path) -> bool:
    """Tell the tests of a library, and the commands of all (`bin`), which nobody calls."""
    return path.is_dir() and (path.name in _UNUSED or (path.parent == place and path.name == "bin"))


def unpack_own(wheel: Path, folder: Path) -> None:
    """Unpack our own code beside the libraries."""
    with zipfile.ZipFile(wheel) as package:
        package.extractall(folder / OUTIL)
