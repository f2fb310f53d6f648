"""The kit: a folder that a finance team copies and works in, made new or brought up to date around its workbook."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from converter.blank import template
from converter.issues import Inutilisable, Issue
from converter.kit import embedded, guide, libraries, wheels
from converter.kit.embedded import Embarque
from converter.kit.libraries import BIBLIOTHEQUES, CIBLES, EMPREINTE, LOCK, PYTHON, WINDOWS, Cible
from converter.spec.shape import ADOPTED
from converter.system.depots import DEPOTS, SUITE, depots_beside, name_depots
from converter.system.files import ensure_output
from converter.system.refusals import guarded
from converter.system.resources import shipped

LANCEURS = ("Convertir.cmd", "Convertir.command", "Convertir.sh", "lanceur.py")
_OURS = "segur_hop-*.whl"
"""Our wheel, by which a folder is known for a kit."""
_EXECUTABLE = {".command", ".sh"}
CLASSEUR, PIECES, GUIDE, EXEMPLE, ROUES = "demandes.xlsx", "pieces", "Guide.html", "exemple", "roues"
DOSSIER_PYTHON = "python"
EN_COURS = ".segur-hop-en-cours"
"""What the folder that a kit is made in is called, or its name ends with."""
_CLASSEURS = {".xlsx", ".xlsm"}
_SOURCE_EXEMPLE = "samples/exemple-du-guide"


@dataclass(frozen=True, slots=True)
class KitVoulu:
    """What a kit is to hold beside the tool: the targets whose libraries it brings, and a Python for Windows."""

    cibles: tuple[Cible, ...] = ()
    python: Embarque | None = None
    suite: Path | None = None
    """The folder of deposits of an earlier campaign, which this one carries on."""
    modele: Path | None = None
    """The portal's model that the earlier campaign adopted."""
    libre: str = ""
    """The first number that none of its deposits has used, where there are any."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What was made: whether the folder held something before, its targets, those gone stale, and its bytes."""

    dossier: Path
    mis_a_jour: bool
    cibles: tuple[str, ...]
    perimees: tuple[str, ...]
    octets: int


def contenu(
    *,
    hors_ligne: bool,
    systemes: Sequence[str] = (),
    pythons: Sequence[str] = (),
    archive: Path | None = None,
    suite: Path | None = None,
) -> KitVoulu:
    """Settle what a kit is to hold.

    Raises `Inutilisable` where the archive is no Python for a kit (F001, F033), or nothing is there to carry on (F034).
    """
    python = embedded.inspect_python(archive) if archive else None
    depots = _carried_on(suite) if suite else None
    modele = suite / ADOPTED if suite and (suite / ADOPTED).is_file() else None
    if not (hors_ligne or systemes or pythons or python):
        return KitVoulu(suite=depots, modele=modele)
    asked = {(cle, version) for cle in systemes or (WINDOWS.cle,) for version in pythons or (PYTHON,)}
    if python:
        asked = {(cle, version) for cle, version in asked if pythons or cle != WINDOWS.cle}
        asked.add((WINDOWS.cle, python.python))
    cibles = tuple(cible for cible in CIBLES if (cible.systeme.cle, cible.python) in asked)
    return KitVoulu(cibles, python, depots, modele)


def _carried_on(dossier: Path) -> Path:
    """Return the folder of deposits of an earlier campaign, perhaps itself that of a still earlier one."""
    depots = depots_beside(dossier).resolve()
    if not depots.is_dir():
        raise Inutilisable(Issue("F034", faits=(("fichier", str(dossier)),)))
    return depots


def write_kit(dossier: Path, voulu: KitVoulu, *, step: Callable[[Cible], None]) -> Kit:
    """Write a kit into a new folder, or bring the one in a folder up to date: a user's file is never touched.

    Everything is made aside first, so a failure leaves the folder as it was.
    Raises `Inutilisable` (F016, F030, F035) and `Empeche`.
    """
    place = dossier.resolve()
    with guarded(place):
        if place.exists() and not place.is_dir():
            raise Inutilisable(Issue("F030", faits=(("fichier", str(dossier)),)))
        if voulu.suite and (place / DEPOTS).exists():
            raise Inutilisable(Issue("F035", faits=(("fichier", str(dossier)),)))
        there = place.is_dir()
        is_a_kit = any((place / ROUES).glob(_OURS))
        for name in (*LANCEURS, GUIDE):
            ensure_output(place / name, is_ours=lambda _: is_a_kit)
        _ensure_free([place / name for name in (ROUES, BIBLIOTHEQUES, DOSSIER_PYTHON) if not is_a_kit])
        if voulu.suite and depots_beside(place).resolve() != voulu.suite:
            _ensure_free([place / SUITE])
        used = there and any(place.iterdir())
        aside = place / EN_COURS if there else place.with_name(f".{place.name}{EN_COURS}")  # on the same disk
        shutil.rmtree(aside, ignore_errors=True)
        try:
            _make(aside, voulu, unpacked=bool(voulu.cibles) or any(_stamps(place)), step=step)
            if there:
                _update(aside, place)
            else:
                aside.rename(place)
            if voulu.suite:
                name_depots(voulu.suite, place)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return _held(dossier, place, mis_a_jour=used)


def _ensure_free(paths: Iterable[Path]) -> None:
    """Raise `Inutilisable` (F016) where something stands there: not ours, it is not replaced."""
    there = [path for path in paths if path.exists()]
    if there:
        raise Inutilisable(*(Issue("F016", faits=(("fichier", str(path)),)) for path in there))


def _stamps(place: Path) -> list[Path]:
    """Return the stamp of each target whose libraries a kit holds."""
    return sorted(place.glob(f"{BIBLIOTHEQUES}/*/{EMPREINTE}"))


def _held(dossier: Path, place: Path, *, mis_a_jour: bool) -> Kit:
    lock = shipped(LOCK).read_bytes()
    stamps = {path.parent.name: path.read_bytes() for path in _stamps(place)}
    ready = tuple(nom for nom, stamp in stamps.items() if stamp == lock)
    parts = (BIBLIOTHEQUES, DOSSIER_PYTHON, ROUES)
    size = sum(file.stat().st_size for part in parts for file in (place / part).rglob("*") if file.is_file())
    return Kit(dossier, mis_a_jour, ready, tuple(nom for nom in stamps if nom not in ready), size)


def _make(folder: Path, voulu: KitVoulu, *, unpacked: bool, step: Callable[[Cible], None]) -> None:
    (folder / PIECES).mkdir(parents=True)
    (folder / ROUES).mkdir()
    for name in LANCEURS:
        _copy(f"templates/{name}", folder / name)
    (folder / GUIDE).write_text(guide.html(), encoding="utf-8")
    template.write_template(folder / CLASSEUR, libre=voulu.libre)
    if voulu.modele:
        shutil.copyfile(voulu.modele, folder / ADOPTED)
    _copy(f"{_SOURCE_EXEMPLE}/{CLASSEUR}", folder / EXEMPLE / CLASSEUR)
    for piece in sorted(shipped(f"{_SOURCE_EXEMPLE}/{PIECES}").iterdir()):
        _copy(f"{_SOURCE_EXEMPLE}/{PIECES}/{piece.name}", folder / EXEMPLE / PIECES / piece.name)
    _copy(LOCK, folder / ROUES / LOCK)
    wheels.write_own(folder / ROUES)
    if unpacked:
        libraries.unpack_own(next((folder / ROUES).glob("*.whl")), folder / BIBLIOTHEQUES)
    for cible in voulu.cibles:
        step(cible)
        libraries.unpack(cible, folder / BIBLIOTHEQUES)
    if voulu.python:
        embedded.unpack_python(voulu.python, folder / DOSSIER_PYTHON)


def _copy(name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shipped(name), target)
    if target.suffix in _EXECUTABLE:
        target.chmod(target.stat().st_mode | 0o111)


def _update(made: Path, dossier: Path) -> None:
    """Replace what is ours; the user's workbook, attachments and tried example stay, an absent part is added.

    The folders come first: one that is in use refuses, and nothing has changed.
    """
    discarded = made / "remplacés"
    discarded.mkdir()
    for folder in (*made.glob(DOSSIER_PYTHON), *sorted(made.glob(f"{BIBLIOTHEQUES}/*"))):
        _replace(folder, dossier / folder.relative_to(made), discarded)
    for name in (*LANCEURS, GUIDE):
        (made / name).replace(dossier / name)
    for name in (PIECES, EXEMPLE, ADOPTED):
        if (made / name).exists() and not (dossier / name).exists():
            (made / name).rename(dossier / name)
    if not any(file.suffix.lower() in _CLASSEURS for file in dossier.iterdir()):
        (made / CLASSEUR).rename(dossier / CLASSEUR)
    _update_wheels(made / ROUES, dossier / ROUES, "*.whl" if _stamps(dossier) else _OURS)


def _replace(folder: Path, place: Path, discarded: Path) -> None:
    """Put a folder in the place of its predecessor, which comes back where that fails."""
    place.parent.mkdir(exist_ok=True)
    before = discarded / place.name
    if place.exists():
        place.rename(before)
    try:
        folder.rename(place)
    except OSError:
        if before.exists():
            before.rename(place)
        raise


def _update_wheels(made: Path, roues: Path, replaced: str) -> None:
    """Put our new wheel in; wheels that an earlier offline kit held are taken away once its libraries are unpacked."""
    roues.mkdir(exist_ok=True)
    new = {file.name for file in made.iterdir()}
    for name in sorted(new):
        (made / name).replace(roues / name)
    for old in sorted(roues.glob(replaced)):
        if old.name not in new:
            old.unlink()
