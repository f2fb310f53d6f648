"""The zips of a deposit made again from the registry and the attachments: same names, same bytes, or a clear refusal.

The portal may take a JSON file and not its zip: its requests are then found under « Suivi demandes incomplètes »
(the portal's public FAQ), and it is the zip alone that is to be sent again.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from converter.attachments import inspection
from converter.attachments.inspection import Inspection
from converter.checking.demande import Piece
from converter.checking.lecture import Lecture
from converter.depositing.deposit import Depots
from converter.depositing.pack import Entry, FichierChange, plan, write_zip
from converter.issues import Empeche, Inutilisable, Issue
from converter.registry import found
from converter.registry.fingerprint import of_pieces
from converter.registry.rows import Rangs
from converter.registry.store import Depot, EtatDepot, Fichier, Inscrite
from converter.spec.names import depot_name, is_zip, number_key, zip_number
from converter.spec.programme import EXTENSIONS
from converter.spec.sheets import PIECES
from converter.system.files import sync_file, sync_folder
from converter.system.refusals import guarded

Pieces = Mapping[str, Sequence[tuple[str, str]]]
"""The attachments of each request of a deposit, by the number it had there: type and file name, as typed."""


def remake(depots: Depots, nom: str, lecture: Lecture) -> Issue:
    """Make the zips of a deposit again in its folder, those that lie there intact left alone; return what to tell.

    `nom` is the name of its folder or of its JSON file. Tells D033 (all intact), D034 (made again), D035 (made again
    by another version of the system: same content, other bytes). Raises `Inutilisable`: D030 the registry does not
    know such a deposit or its zips, D031 an attachment is not found, D032 it is not the one that was deposited; and
    `Empeche`. Nothing is written in all these cases.
    """
    depot = _known(depots, depot_name(nom))
    zips = [fichier for fichier in depot.fichiers if is_zip(fichier.nom)]
    folder = depots.dossier / depot.nom
    with guarded(depots.dossier):
        if all(_intact(folder / each.nom, each) for each in zips):
            return _told("D033", depot, zips)
        staged = depots.en_cours / depot.nom
        try:
            made = _pack(staged, depot, zips, _requests(depot, lecture))
            folder.mkdir(exist_ok=True)
            for path in made:
                sync_file(path)
                path.replace(folder / path.name)
            sync_folder(folder)
        finally:
            shutil.rmtree(depots.en_cours, ignore_errors=True)
        same = all(_intact(folder / each.nom, each) for each in zips)
    return _told("D034" if same else "D035", depot, zips)


def _known(depots: Depots, nom: str) -> Depot:
    depot = depots.registre.depot(nom)
    if depot is None or depot.etat is not EtatDepot.PUBLIE or not depot.zips or not depot.logiciel:
        raise Inutilisable(Issue("D030", valeur=nom))
    return depot


def _intact(path: Path, fichier: Fichier) -> bool:
    return path.is_file() and path.stat().st_size == fichier.octets and found.measure(path).sha256 == fichier.sha256


def _told(code: str, depot: Depot, zips: Sequence[Fichier]) -> Issue:
    return Issue(code, faits=(("depot", depot.nom), ("zips", ", ".join(each.nom for each in zips))))


# --- the attachments --------------------------------------------------------------------------------------------------


def _requests(depot: Depot, lecture: Lecture) -> list[tuple[str, list[Entry]]]:
    """Return what each request puts into the zips, in the order of the file; raises where one is not what it was."""
    pieces = _of_requests(lecture)
    names = {fichier for each in depot.demandes for _, fichier in pieces.get(number_key(each.numero), ())}
    inspected = inspection.inspect(sorted(names), lecture.dossier_pieces, EXTENSIONS)
    issues = [
        issue
        for each in depot.demandes
        for issue in _departures(depot, each, pieces.get(number_key(each.numero), ()), inspected)
    ]
    if issues:
        raise Inutilisable(*issues)
    in_order = sorted(depot.demandes, key=lambda each: each.num_ligne)
    return [(each.numero, _entries(depot, each, pieces[number_key(each.numero)], inspected)) for each in in_order]


def _of_requests(lecture: Lecture) -> Pieces:
    """Return the attachments by every number (`number_key`) that a request has or has had: refused, it has another."""
    rangs, frame = Rangs(lecture), lecture.frames.pieces.valeurs
    own: dict[str, list[tuple[str, str]]] = {}
    rows = frame.dropna(subset=["numeroEditeur", "typeFichier", "fichier"])
    for numero, kind, fichier in zip(rows["numeroEditeur"], rows["typeFichier"], rows["fichier"], strict=True):
        own.setdefault(number_key(numero), []).append((kind, fichier))
    former = {numero: own.get(number_key(rangs.number(lignes[-1])), []) for numero, lignes in rangs.by_former.items()}
    return {numero: sorted(held) for numero, held in (former | own).items()}


def _departures(
    depot: Depot, inscrite: Inscrite, pieces: Sequence[tuple[str, str]], inspected: Mapping[str, Inspection]
) -> Iterator[Issue]:
    named = ", ".join(fichier for _, fichier in pieces) or f"aucune ligne de {PIECES}"
    lost = [fichier for _, fichier in pieces if not inspected[fichier].sha256]
    content = of_pieces((kind, inspected[fichier].sha256) for kind, fichier in pieces)
    if lost:
        yield _issue("D031", depot, inscrite, ", ".join(lost))
    elif not inscrite.empreinte.pieces or content != inscrite.empreinte.pieces:
        yield _issue("D032", depot, inscrite, named)


def _issue(code: str, depot: Depot, inscrite: Inscrite, fichier: str) -> Issue:
    return Issue(code, valeur=inscrite.numero, faits=(("depot", depot.nom), ("fichier", fichier)))


def _entries(
    depot: Depot, inscrite: Inscrite, pieces: Sequence[tuple[str, str]], inspected: Mapping[str, Inspection]
) -> list[Entry]:
    return [_entry(depot, inscrite, kind, inspected[fichier]) for kind, fichier in pieces]


def _entry(depot: Depot, inscrite: Inscrite, kind: str, held: Inspection) -> Entry:
    piece = Piece(kind, held.format, held.path, held.octets, held.sha256)
    return Entry(piece.name(depot.logiciel, inscrite.numero), held.path, held.octets, held.sha256)


def _pack(
    staged: Path, depot: Depot, zips: Sequence[Fichier], requests: Sequence[tuple[str, Sequence[Entry]]]
) -> list[Path]:
    """Write the zips aside, under the names that the registry holds."""
    staged.mkdir(parents=True)
    lots = plan(requests)
    if len(lots) != len(zips):
        raise Inutilisable(Issue("D030", valeur=depot.nom))
    in_order = sorted(zips, key=lambda each: zip_number(each.nom))
    made = [staged / each.nom for each in in_order]
    for path, lot in zip(made, lots, strict=True):
        try:
            write_zip(path, lot.entries)
        except FichierChange as change:
            raise Empeche(Issue("E031", faits=(("fichier", change.path),))) from change
    return made
