"""One deposit built aside: its JSON, zips and slip, checked with the portal's own controls.

Nothing of it depends on the registry or on other deposits, and it lies in a folder whose name nobody knows yet: who
builds it may be a process of its own, whose run is killed meanwhile.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from converter import portal
from converter.checking.demande import Lot
from converter.depositing import bordereau
from converter.depositing.bordereau import BORDEREAU, Archive, Remise
from converter.depositing.document import write_document
from converter.depositing.pack import Entry, FichierChange, plan, write_zip
from converter.issues import Empeche, Issue
from converter.registry.store import Fichier
from converter.spec.names import json_name, zip_name
from converter.spec.shape import Shape
from converter.system.files import sync_file, sync_folder
from converter.system.refusals import refuse_long_path


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be built: the deposit `nom` of a lot, in some new folder of `en_cours`."""

    en_cours: Path
    nom: str
    lot: Lot
    jour: date
    shape: Shape

    def will_be(self, name: str) -> Path:
        """Return the longest path that a file of it will have."""
        return self.en_cours / self.nom / name


def build_deposit(order: Order) -> tuple[Path, tuple[Fichier, ...]]:
    """Build a deposit and sync it; return its folder and files.

    Raises `OSError` and `Empeche` (E023; E031 when an attachment changed since its check), and leaves the rest behind.
    """
    folder = order.en_cours / secrets.token_hex(4)
    folder.mkdir()
    with ThreadPoolExecutor(1) as disk:  # which writes one file out while the next is made
        files = [(file, disk.submit(sync_file, folder / file.nom)) for file in _files(order, folder)]
        for _, synced in files:
            synced.result()
    sync_folder(folder)
    return folder, tuple(file for file, _ in files)


def _files(order: Order, folder: Path) -> Iterator[Fichier]:
    """Write the files, and yield each once it is there."""
    json = _written(order, folder, json_name(order.nom), write_document(order.lot, order.shape))
    yield json
    archives = []
    for archive in _packed(order, folder):
        archives.append(archive)
        yield archive.fichier
    contenu = (folder / json.nom).read_bytes()
    _refuse_faulty(order, contenu, [folder / archive.fichier.nom for archive in archives])
    remise = Remise(order.lot, order.jour, json, contenu, archives, order.shape)
    yield _written(order, folder, BORDEREAU, bordereau.write_bordereau(remise))


def _packed(order: Order, folder: Path) -> Iterator[Archive]:
    """Write the zips; yield each with the names it holds."""
    requests = [(demande.numero, _entries(order.lot, rank)) for rank, demande in enumerate(order.lot.demandes)]
    for suite, packed in enumerate(plan(requests), start=1):
        name = zip_name(order.nom, suite)
        refuse_long_path(order.will_be(name))
        try:
            fichier = write_zip(folder / name, packed.entries)
        except FichierChange as change:
            raise Empeche(Issue("E031", faits=(("fichier", change.path),))) from change
        yield Archive(fichier, [entry.name for entry in packed.entries])


def _entries(lot: Lot, rank: int) -> list[Entry]:
    demande = lot.demandes[rank]
    return [
        Entry(name, piece.source, piece.octets, piece.sha256)
        for name, piece in zip(demande.archive_names(), demande.pieces, strict=True)
    ]


def _refuse_faulty(order: Order, contenu: bytes, zips: Sequence[Path]) -> None:
    """Put a deposit to the portal's controls; what they refuse now is a fault of ours, never the user's."""
    nom = json_name(order.nom)
    report = portal.verify(contenu, zips, shape=order.shape, au=order.jour, nom=nom, ouvrir=False)
    if not report.conforme:
        faults = "; ".join(f"{fault.code} {fault.chemin} {fault.fichier}" for fault in report.erreurs)
        msg = f"a deposit of ours fails the portal's controls, nothing was published: {faults}"
        raise RuntimeError(msg)


def _written(order: Order, folder: Path, name: str, data: bytes) -> Fichier:
    """Write a file and return what it is."""
    refuse_long_path(order.will_be(name))
    (folder / name).write_bytes(data)
    return Fichier(name, len(data), hashlib.sha256(data).hexdigest())
