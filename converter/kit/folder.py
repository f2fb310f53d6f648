"""The kit: a folder that a finance team copies and works in, made new or brought up to date around its workbook."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from converter.blank import template
from converter.issues import Inutilisable, Issue
from converter.kit import guide, wheels
from converter.system.files import ensure_output
from converter.system.refusals import guarded
from converter.system.resources import shipped

LANCEURS = ("Convertir.cmd", "Convertir.command", "Convertir.sh", "lanceur.py")
_OURS = "segur_hop-*.whl"
"""Our wheel, by which a folder is known for a kit."""
_EXECUTABLE = {".command", ".sh"}
CLASSEUR, PIECES, GUIDE, EXEMPLE, ROUES = "demandes.xlsx", "pieces", "Guide.html", "exemple", "roues"
EN_COURS = ".segur-hop-en-cours"
"""What the folder that a kit is made in is called, or its name ends with."""
_CLASSEURS = {".xlsx", ".xlsm"}
_SOURCE_EXEMPLE = "samples/exemple-du-guide"


@dataclass(frozen=True, slots=True)
class Kit:
    """What was made: whether the folder held something before, and how many wheels it holds, of how many bytes."""

    dossier: Path
    mis_a_jour: bool
    roues: int
    octets: int

    @property
    def hors_ligne(self) -> bool:
        """Whether the libraries are there too."""
        return self.roues > 1


def write(dossier: Path, *, hors_ligne: bool, step: Callable[[wheels.Cible], None]) -> Kit:
    """Write a kit into a new folder, or bring the one in a folder up to date: a user's file is never touched.

    Everything is made aside first, so a failure leaves the folder as it was. Raises `Inutilisable` (F030), `Empeche`.
    """
    place = dossier.resolve()
    with guarded(place):
        if place.exists() and not place.is_dir():
            raise Inutilisable(Issue("F030", faits=(("fichier", str(dossier)),)))
        there = place.is_dir()
        is_a_kit = any((place / ROUES).glob(_OURS))
        for name in (*LANCEURS, GUIDE):
            ensure_output(place / name, is_ours=lambda _: is_a_kit)
        used = there and any(place.iterdir())
        aside = place / EN_COURS if there else place.with_name(f".{place.name}{EN_COURS}")  # on the same disk
        shutil.rmtree(aside, ignore_errors=True)
        try:
            _make(aside, hors_ligne=hors_ligne, step=step)
            if there:
                _update(aside, place)
            else:
                aside.rename(place)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        held = sorted((place / ROUES).glob("*.whl"))
    return Kit(dossier, used, len(held), sum(wheel.stat().st_size for wheel in held))


def _make(folder: Path, *, hors_ligne: bool, step: Callable[[wheels.Cible], None]) -> None:
    (folder / PIECES).mkdir(parents=True)
    (folder / ROUES).mkdir()
    for name in LANCEURS:
        _copy(f"templates/{name}", folder / name)
    (folder / GUIDE).write_text(guide.html(), encoding="utf-8")
    template.write(folder / CLASSEUR)
    _copy(f"{_SOURCE_EXEMPLE}/{CLASSEUR}", folder / EXEMPLE / CLASSEUR)
    for piece in sorted(shipped(f"{_SOURCE_EXEMPLE}/{PIECES}").iterdir()):
        _copy(f"{_SOURCE_EXEMPLE}/{PIECES}/{piece.name}", folder / EXEMPLE / PIECES / piece.name)
    _copy(wheels.LOCK, folder / ROUES / wheels.LOCK)
    wheels.write_own(folder / ROUES)
    if hors_ligne:
        wheels.download(folder / ROUES, step)


def _copy(name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shipped(name), target)
    if target.suffix in _EXECUTABLE:
        target.chmod(target.stat().st_mode | 0o111)


def _update(made: Path, dossier: Path) -> None:
    """Replace what is ours; the user's workbook, attachments and tried example stay, an absent part is added."""
    for name in (*LANCEURS, GUIDE):
        (made / name).replace(dossier / name)
    for name in (PIECES, EXEMPLE):
        if not (dossier / name).exists():
            (made / name).rename(dossier / name)
    if not any(file.suffix.lower() in _CLASSEURS for file in dossier.iterdir()):
        (made / CLASSEUR).rename(dossier / CLASSEUR)
    _update_wheels(made / ROUES, dossier / ROUES)


def _update_wheels(made: Path, roues: Path) -> None:
    """Put the new wheels in and take the ones they replace away; the launcher reads the folder only when it starts."""
    roues.mkdir(exist_ok=True)
    new = {file.name for file in made.iterdir()}
    offline = sum(name.endswith(".whl") for name in new) > 1
    for name in sorted(new):
        (made / name).replace(roues / name)
    for old in sorted(roues.glob("*.whl" if offline else _OURS)):
        if old.name not in new:
            old.unlink()
