"""Deposits found on disk, read back as the registry would hold them: how a lost registry is made anew.

What lies there may have been written by hand, damaged or hostile: what cannot be read is left out, never trusted.
"""

import hashlib
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from converter.registry.fingerprint import Empreinte, of_pieces, of_values
from converter.registry.store import Depot, EtatDepot, Fichier, Inscrite
from converter.spec.names import NomDepot, NomPiece, json_name
from converter.spec.programme import BON_COMMANDE
from converter.spec.shape import DEMANDES, ETABLISSEMENTS, PIECES, Shape, builtin_model
from converter.spec.tags import TAG

_LARGEST_PIECE = 50_000_000
"""Bytes of an attachment that is read to know its content: ours are far smaller, and a zip may lie."""
_UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
"""What `zipfile` raises on a damaged, encrypted or exotic zip."""


def folders(dossier: Path) -> Iterator[tuple[str, Path]]:
    """Yield the deposits of a folder: name and path; a copy that a number in parentheses tells apart counts."""
    if not dossier.is_dir():
        return
    for folder in sorted(dossier.iterdir()):
        nom = NomDepot.of(folder.name)
        if nom and folder.is_dir():
            yield str(nom), folder


def read_deposit(nom: str, folder: Path, etat: EtatDepot, shape: Shape) -> Depot | None:
    """Return the deposit that a folder holds, `None` where it has no readable JSON file of its name."""
    try:
        document = msgspec.json.decode((folder / json_name(nom)).read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    model, rows = _rows(document, shape)
    born = datetime.fromtimestamp(folder.stat().st_mtime).astimezone().isoformat(timespec="seconds")
    contents = _contents(folder)
    requests = {row["numeroEditeur"]: _request(row, contents) for row in rows if _has_number(row)}
    software = Counter(_software(row) for row in rows).most_common(1)
    logiciel = software[0][0] if software else ""
    return Depot(nom, logiciel, etat, born, model, tuple(files_in(folder)), tuple(requests.values()))


def unreadable_deposit(nom: str, etat: EtatDepot) -> Depot:
    """Return a deposit of which only the name is known: its rank stays taken."""
    return Depot(nom, "", etat, "", "", (), ())


def measure(path: Path) -> Fichier:
    """Return name, size and SHA-256 of a file."""
    with path.open("rb") as file:
        return Fichier(path.name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def files_in(folder: Path) -> Iterator[Fichier]:
    """Yield the files of a folder, by name."""
    return (measure(path) for path in sorted(folder.iterdir()) if path.is_file())


def _rows(document: Any, shape: Shape) -> tuple[str, list[dict[str, Any]]]:
    """Return the requests by the given model, else by the built-in one: the deposit may be older than an adoption."""
    for model in (shape, builtin_model()):
        rows = model.read(document).get(DEMANDES, [])
        if any(_has_number(row) for row in rows):
            return model.nom, rows
    return shape.nom, []


def _has_number(row: Mapping[str, Any]) -> bool:
    numero = row.get("numeroEditeur")
    return isinstance(numero, str) and bool(numero)


def _request(row: Mapping[str, Any], contents: Mapping[str, str]) -> Inscrite:
    valeurs = _values(row)
    clients = [_values(client) for client in row.get(ETABLISSEMENTS, ())]
    pieces = [
        (str(piece.get("typeFichier")), contents.get(str(piece.get("nomFichier")))) for piece in row.get(PIECES, ())
    ]
    known = [(kind, sha256) for kind, sha256 in pieces if sha256]
    said = Empreinte(of_values(_software(row), valeurs, clients), of_pieces(known) if len(known) == len(pieces) else "")
    num_ligne = row.get("numLigne")
    return Inscrite(
        row["numeroEditeur"],
        num_ligne if isinstance(num_ligne, int) else 0,
        valeurs.get("montantSegurHT", 0),
        said,
        next((sha256 for kind, sha256 in known if kind == BON_COMMANDE), ""),
        tuple(str(client["FINESSPMSI"]) for client in clients if client.get("FINESSPMSI")),
    )


def _software(row: Mapping[str, Any]) -> str:
    """Return the software that the names of a request's attachments tell (section 3.3)."""
    names = (NomPiece.of(piece.get("nomFichier")) for piece in row.get(PIECES, ()))
    return next((nom.logiciel for nom in names if nom), "")


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    values = {nom: TAG[nom].format.from_json(held) for nom, held in row.items() if nom in TAG}
    return {nom: value for nom, value in values.items() if isinstance(value, str | bool | int | date)}


def _contents(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each attachment in the zips of a deposit, by name."""
    return {nom: sha256 for path in sorted(folder.glob("*.zip")) for nom, sha256 in _entries(path)}


def _entries(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.file_size <= _LARGEST_PIECE:
                    yield info.filename, hashlib.sha256(archive.read(info)).hexdigest()
    except _UNREADABLE:
        return
