"""The wheels of a kit: segur-hop's own, and for PCs without network those of its libraries for every system."""

import base64
import hashlib
import importlib.util
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from types import MappingProxyType

from packaging.requirements import Requirement

from converter.issues import Empeche, Issue
from converter.system.resources import checkout, shipped

LOCK = "requirements.lock"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""The versions of Python that an offline kit serves: those for which every library has its wheels."""


@dataclass(frozen=True, slots=True)
class Systeme:
    """An operating system: its wheel platforms, the most recent first, and its environment markers."""

    nom: str
    plateformes: tuple[str, ...]
    marqueurs: Mapping[str, str]


def _systeme(nom: str, os_name: str, sys_platform: str, machine: str, *plateformes: str) -> Systeme:
    system = {"win32": "Windows", "darwin": "Darwin", "linux": "Linux"}[sys_platform]
    markers = {
        "os_name": os_name,
        "sys_platform": sys_platform,
        "platform_system": system,
        "platform_machine": machine,
    }
    return Systeme(nom, plateformes, MappingProxyType(markers))


_MANYLINUX = ("2_28", "2_27", "2_26", "2_24", "2_17", "2014", "2_12", "2010", "2_5", "1")
SYSTEMES = (
    _systeme("Windows", "nt", "win32", "AMD64", "win_amd64"),
    _systeme("macOS (puce Apple)", "posix", "darwin", "arm64", "macosx_13_0_arm64"),
    _systeme("macOS (puce Intel)", "posix", "darwin", "x86_64", "macosx_13_0_x86_64"),
    _systeme(
        "Linux",
        "posix",
        "linux",
        "x86_64",
        *(f"manylinux{'_' if '_' in glibc else ''}{glibc}_x86_64" for glibc in _MANYLINUX),
    ),
)


# --- our own ----------------------------------------------------------------------------------------------------------


def write_own(folder: Path) -> None:
    """Write segur-hop's wheel into a folder: built from the checkout, or made again from what was installed."""
    root = checkout()
    if root:
        _pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(root))
    else:
        _zip_again(_installed(), folder)


def _installed() -> Distribution:
    try:
        return distribution("segur-hop")
    except PackageNotFoundError as absent:
        raise Empeche(Issue("E040")) from absent


def _zip_again(installed: Distribution, folder: Path) -> None:
    """Make the wheel that was installed from the files its RECORD lists; the same files give the same bytes."""
    contents = {file.as_posix(): file.read_binary() for file in installed.files or () if _of_a_wheel(Path(file))}
    infos = next(Path(name).parent.as_posix() for name in contents if name.endswith(".dist-info/WHEEL"))
    lines = [f"{name},{_digest(data)},{len(data)}\n" for name, data in sorted(contents.items())]
    record = "".join((*lines, f"{infos}/RECORD,,\n")).encode()
    wheel = folder / f"{infos.removesuffix('.dist-info')}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in (*sorted(contents.items()), (f"{infos}/RECORD", record)):
            entry = zipfile.ZipInfo(name, (2020, 2, 2, 0, 0, 0))
            entry.external_attr = 0o100644 << 16
            package.writestr(entry, data, zipfile.ZIP_DEFLATED)


def _of_a_wheel(file: Path) -> bool:
    """Tell what came in the wheel from what the installer added."""
    if file.parts[0].endswith(".dist-info"):
        return file.name in {"METADATA", "WHEEL", "entry_points.txt"} or file.parts[1] == "licenses"
    return file.parts[0] == "converter" and file.suffix != ".pyc"


def _digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


# --- the libraries ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cible:
    """A system with one version of Python."""

    systeme: Systeme
    python: str

    def __str__(self) -> str:
        """Say it in French."""
        return f"{self.systeme.nom}, Python {self.python}"

    def pins(self) -> Iterator[str]:
        """Yield what is installed there, as `nom==version`, from the lock file."""
        markers = {**self.systeme.marqueurs, "python_version": self.python, "python_full_version": f"{self.python}.0"}
        for line in shipped(LOCK).read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                requirement = Requirement(line)
                if not requirement.marker or requirement.marker.evaluate(markers):
                    yield f"{requirement.name}{requirement.specifier}"


CIBLES = tuple(Cible(systeme, python) for systeme in SYSTEMES for python in PYTHONS)


def download(folder: Path, step: Callable[[Cible], None]) -> None:
    """Download the wheels of every library for every target from the user's index; one that serves several comes once.

    Raises `Empeche` (E042) naming the first library without a wheel.
    """
    for cible in CIBLES:
        step(cible)
        platforms = (f"--platform={nom}" for nom in cible.systeme.plateformes)
        told = ("--implementation=cp", f"--python-version={cible.python}", *platforms)
        _pip("download", "--no-deps", "--only-binary=:all:", f"--dest={folder}", *told, *cible.pins(), cible=cible)


def _pip(*arguments: str, cible: Cible | None = None) -> None:
    if not importlib.util.find_spec("pip"):
        raise Empeche(Issue("E041", faits=(("python", sys.executable),)))
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)  # noqa: S603 - our own pip
    if done.returncode:
        raise Empeche(_refusal(done.stderr, cible))


def _refusal(said: str, cible: Cible | None) -> Issue:
    absent = re.search(r"No matching distribution found for (\S+)", said)
    if absent and cible:
        return Issue("E042", faits=(("bibliotheque", absent[1]), ("cible", str(cible))))
    lines = [line for line in said.splitlines() if line.strip()] or ["aucune explication"]
    return Issue("E043", faits=(("raison", lines[-1].removeprefix("ERROR: ")),))
