"""segur-hop's own wheel, and what pip is told."""

import base64
import hashlib
import importlib.util
import re
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from converter.issues import Empeche, Issue
from converter.system.resources import checkout


def write_own(folder: Path) -> None:
    """Write segur-hop's wheel into a folder: built from the checkout, or made again from what was installed."""
    root = checkout()
    if root:
        pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(root))
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


def pip(*arguments: str, cible: str = "") -> None:
    """Run pip; raises `Empeche` (E041 to E043), for `cible` where a library has no wheel for it."""
    if not importlib.util.find_spec("pip"):
        raise Empeche(Issue("E041", faits=(("python", sys.executable),)))
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)  # noqa: S603 - our own pip
    if done.returncode:
        raise Empeche(_refusal(done.stderr, cible))


def _refusal(said: str, cible: str) -> Issue:
    absent = re.search(r"No matching distribution found for (\S+)", said)
    if absent and cible:
        return Issue("E042", faits=(("bibliotheque", absent[1]), ("cible", cible)))
    lines = [line for line in said.splitlines() if line.strip()] or ["aucune explication"]
    return Issue("E043", faits=(("raison", lines[-1].removeprefix("ERROR: ")),))
