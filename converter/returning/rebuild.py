"""The way back: JSON files, ours or handmade, to the rows of a workbook that converts to the same JSON.

Nothing is lost on the way: a value that its column cannot take as such is kept as text, for the check to mark.
"""

import os
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from converter.attachments.inspection import OCTETS
from converter.blank.template import Rows, Value
from converter.issues import Inutilisable, Issue, Place
from converter.returning.received import Recu, Sens, Valeurs, empreintes, read_answer, reponse, rows_of, sens, texte
from converter.spec.names import NomDepot, NomPiece, number_key, zip_name
from converter.spec.programme import DPI, EXTENSIONS, LOGICIELS, Etat
from converter.spec.shape import ETABLISSEMENTS, Shape
from converter.spec.shape import PIECES as PIECES_LIST
from converter.spec.sheets import BENEFICIAIRES, DATA_SHEETS, DEMANDES, FIRST_ROW, PIECES
from converter.spec.tags import TAG, Tag, columns, vendor_columns
from converter.system.refusals import guarded

_LARGEST_FILE = 100_000_000
"""Bytes of a JSON file: 200 requests take less than one."""
_LONGEST_CELL = 32_000
"""Characters that a cell holds; Excel's own limit is a little above."""


@dataclass(frozen=True, slots=True)
class Reprise:
    """What JSON files become: the arguments of `template.write_template`, and what to know about it (S032 to S038)."""

    parametres: Mapping[str, str]
    rows: Rows
    issues: tuple[Issue, ...]

    def pieces(self) -> tuple[str, ...]:
        """Return the names of the attachments, each once."""
        return tuple(dict.fromkeys(str(row["fichier"]) for row in self.rows[PIECES] if row.get("fichier")))


def reprendre(documents: Sequence[bytes | Path], shape: Shape) -> Reprise:
    """Return the rows of JSON files; `shape` tells which other keys belong to the adopted model.

    A request that the portal has answered keeps its answer and state. Raises `Inutilisable` when a file is none of
    ours (F001, F021, F022, S001) or when they cannot share a workbook (S030 SIRET, S031 numéro ANS).
    """
    recus, doubles = _read_all(documents)
    recus, again = _once(recus)
    logiciels = _software(recus)
    taken = [_Taken(recu, logiciel or DPI) for recu, logiciel in zip(recus, logiciels, strict=True)]
    sheets: dict[str, list[dict[str, Value]]] = {nom: [] for nom in DATA_SHEETS}
    issues = [*doubles, *again]
    for each, logiciel in zip(taken, logiciels, strict=True):
        issues += each.issues(shape, supposed=not logiciel)
        for nom, row in each.rows():
            issues += _cuts(nom, row, FIRST_ROW + len(sheets[nom]))
            sheets[nom].append({tag: _cut(value) for tag, value in row.items()})
    return Reprise(_parametres(taken), sheets, tuple(issues))


def _read_all(documents: Sequence[bytes | Path]) -> tuple[list[Recu], list[Issue]]:
    recus: dict[str, Recu] = {}
    doubles: list[Issue] = []
    for rank, document in enumerate(documents, start=1):
        recu = read_answer(*_content(document, rank))
        if recu.sha256 in recus:
            doubles.append(Issue("S035", faits=(("fichier", recu.nom),)))
        recus.setdefault(recu.sha256, recu)
    return list(recus.values()), doubles


def _once(recus: Sequence[Recu]) -> tuple[list[Recu], list[Issue]]:
    """Keep each request of several files once, as the file has it that says most of its answer."""
    best: dict[tuple[str, str, frozenset[str]], tuple[int, int]] = {}
    for rank, recu in enumerate(recus):
        for demande in recu.demandes:
            weight = (_WEIGHT[sens(reponse(demande))], -rank)
            best[_key(recu, demande)] = max(best.get(_key(recu, demande), weight), weight)
    kept: list[Recu] = []
    issues: list[Issue] = []
    for rank, recu in enumerate(recus):
        demandes = tuple(demande for demande in recu.demandes if best[_key(recu, demande)][1] == -rank)
        kept.append(replace(recu, demandes=demandes))
        if left := len(recu.demandes) - len(demandes):
            issues.append(Issue("S040", faits=(("fichier", recu.nom), ("nombre", str(left)))))
    return kept, issues


_WEIGHT = {Sens.AUCUN: 0, Sens.INDECIS: 1, Sens.REJETEE: 2, Sens.ACCEPTEE: 3}


def _key(recu: Recu, demande: Valeurs) -> tuple[str, str, frozenset[str]]:
    """Return what makes two requests one: the numéro ANS of the file, their number, and all that they say."""
    numeros = (texte(recu.entete.get("numeroAns")), texte(demande.get("numeroEditeur")))
    return number_key(numeros[0]), number_key(numeros[1]), empreintes(demande)


def _content(document: bytes | Path, rank: int) -> tuple[bytes, str]:
    if isinstance(document, bytes):
        return document, f"fichier {rank}"
    faits = (("fichier", document.name),)
    if not document.is_file():
        raise Inutilisable(Issue("F001", faits=faits))
    if document.stat().st_size > _LARGEST_FILE:
        raise Inutilisable(Issue("F022", faits=faits))
    with guarded(document.parent):
        return document.read_bytes(), document.name


def _software(recus: Sequence[Recu]) -> list[str]:
    """Return the software of each file: its own word, else that of another file with its numéro ANS, else `""`."""
    known = {texte(recu.entete.get("numeroAns")): recu.logiciel for recu in recus if recu.logiciel}
    return [recu.logiciel or known.get(texte(recu.entete.get("numeroAns")), "") for recu in recus]


# --- one file ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Taken:
    """A file and the software that its requests are for."""

    recu: Recu
    logiciel: str

    def rows(self) -> Iterator[tuple[str, dict[str, Value]]]:
        """Yield the rows with their sheet, request by request."""
        for demande in self.recu.demandes:
            numero = {"numeroEditeur": _cell(TAG["numeroEditeur"], demande.get("numeroEditeur"), self.logiciel)}
            logiciel: dict[str, Value] = {"logiciel": self.logiciel}
            yield DEMANDES, logiciel | self._row(DEMANDES, demande) | self._answer(demande)
            for client in rows_of(demande, ETABLISSEMENTS):
                yield BENEFICIAIRES, self._row(BENEFICIAIRES, client) | numero
            for piece in rows_of(demande, PIECES_LIST):
                yield PIECES, self._row(PIECES, piece) | numero | {"fichier": _file(piece)}

    def _row(self, feuille: str, valeurs: Valeurs) -> dict[str, Value]:
        tags = [tag for tag in vendor_columns(feuille) if tag.json]
        return {tag.nom: _cell(tag, valeurs.get(tag.nom), self.logiciel) for tag in tags}

    def _answer(self, demande: Valeurs) -> dict[str, Value]:
        """Return the tool's columns of a request that was answered."""
        answered = reponse(demande)
        etat = _ETATS.get(sens(answered))
        filled: dict[str, Value] = {nom: texte for nom, texte in answered.items() if texte}
        return filled | {"etat": etat.value} | self._deposit() if etat else filled

    def _deposit(self) -> dict[str, Value]:
        nom = NomDepot.within(self.recu.nom)
        return {"fichierJSON": nom.json, "dateDepot": nom.jour} if nom else {}

    def issues(self, shape: Shape, *, supposed: bool) -> Iterator[Issue]:
        """Tell what the workbook cannot say of this file, and what to do about its requests."""
        fichier = ("fichier", self.recu.nom)
        if supposed:
            yield Issue("S032", faits=(fichier,))
        meant = [sens(reponse(demande)) for demande in self.recu.demandes]
        for code, said in (("S036", Sens.AUCUN), ("S037", Sens.REJETEE)):
            if said in meant:
                yield Issue(code, faits=(fichier, ("nombre", str(meant.count(said)))))
        for chemin, valeur in _strangers(self.recu, shape):
            yield Issue("S033", valeur=texte(valeur)[:200], faits=(fichier, ("chemin", chemin)))
        for demande in self.recu.demandes:
            yield from map(_format_issue, filter(_is_misnamed, rows_of(demande, PIECES_LIST)))


_ETATS = {Sens.ACCEPTEE: Etat.ACCEPTEE, Sens.REJETEE: Etat.REJETEE, Sens.INDECIS: Etat.CONVERTIE}
"""The state of a request that the portal has answered; what it left undecided must not be sent again."""


def _strangers(recu: Recu, shape: Shape) -> Iterator[tuple[str, Any]]:
    """Yield what has no column, the same key of many requests once, the adopted model's own keys not at all."""
    told = set(shape.unknown_keys())
    for chemin, valeur in recu.autres:
        alike = re.sub(r" › \d+(?= ›|$)", "", chemin)
        if alike not in told and alike.rpartition(" › ")[2] not in told:
            told.add(alike)
            yield chemin, valeur


def _file(piece: Valeurs) -> str | None:
    """Return the name of an attachment's file; one that lacks its extension gets that of its format."""
    nom = texte(piece.get("nomFichier"))
    extension = f".{texte(piece.get('formatFichier')).lower()}"
    return (nom if _extension(nom) or extension not in EXTENSIONS else f"{nom}{extension}") or None


def _extension(nom: str) -> str:
    end = f".{nom.rpartition('.')[2].lower()}"
    return end if end in EXTENSIONS else ""


def _is_misnamed(piece: Valeurs) -> bool:
    return EXTENSIONS.get(_extension(_file(piece) or ""), "") != texte(piece.get("formatFichier"))


def _format_issue(piece: Valeurs) -> Issue:
    faits = (("format", texte(piece.get("formatFichier")) or "rien"),)
    return Issue("S038", balise="fichier", valeur=texte(piece.get("nomFichier")), faits=faits)


# --- one value --------------------------------------------------------------------------------------------------------


def _cell(tag: Tag, valeur: Any, logiciel: str) -> Value:
    """Return what to write for a JSON value: typed when its column reads it back as it is, else as text."""
    if valeur is None or (valeur is False and logiciel not in tag.logiciels):
        return None  # what another software's tag is left at in the JSON stays blank in the workbook
    typed = tag.format.excel_of_json(valeur)
    return texte(valeur) if typed is None else typed


def _cut(value: Value) -> Value:
    return value[:_LONGEST_CELL] if isinstance(value, str) else value


def _cuts(nom: str, row: Mapping[str, Value], ligne: int) -> Iterator[Issue]:
    """Tell the texts of a row that no cell can hold whole."""
    position = {tag.nom: column for column, tag in enumerate(columns(nom), start=1)}
    for balise, value in row.items():
        if isinstance(value, str) and len(value) > _LONGEST_CELL:
            yield Issue(
                "S034", Place(nom, ligne, position[balise]), balise, value[:200], (("longueur", str(len(value))),)
            )


# --- the parameters ---------------------------------------------------------------------------------------------------


def _parametres(taken: Sequence[_Taken]) -> dict[str, str]:
    sirets = list(dict.fromkeys(filter(None, (texte(each.recu.entete.get("SIRET")) for each in taken))))
    if len(sirets) > 1:
        raise Inutilisable(Issue("S030", faits=(("valeurs", ", ".join(sirets)),)))
    found = {"SIRET": sirets[0]} if sirets else {}
    for logiciel in LOGICIELS:
        numbers = [texte(each.recu.entete.get("numeroAns")) for each in taken if each.logiciel == logiciel]
        distinct = list(dict.fromkeys(filter(None, numbers)))
        if len(distinct) > 1:
            raise Inutilisable(Issue("S031", faits=(("logiciel", logiciel), ("valeurs", ", ".join(distinct)))))
        if distinct:
            found[f"numeroAns.{logiciel}"] = distinct[0]
    return found


# --- the attachments --------------------------------------------------------------------------------------------------

_UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
"""What `zipfile` raises on a damaged, encrypted or exotic zip."""


def zips_beside(fichier: Path) -> tuple[Path, ...]:
    """Return the zips that lie beside a JSON file: those of its deposit where its name tells it, else all."""
    nom = NomDepot.within(fichier.name)
    return tuple(sorted(fichier.parent.glob(zip_name(str(nom), "*") if nom else "*.zip")))


def extraire(archives: Sequence[Path], noms: Sequence[str], dossier: Path) -> tuple[Issue, ...]:
    """Extract the attachments of these names from zips into a folder, made where missing.

    Only a name of section 3.3 is ever written, straight into the folder, at most 3 Mio each and over no other file:
    what a zip says of paths, links and sizes counts for nothing. An issue (S039) tells each one not extracted.
    Raises `Empeche` when the folder refuses.
    """
    causes = dict.fromkeys(noms, "absente des fichiers zip")
    with guarded(dossier):
        dossier.mkdir(parents=True, exist_ok=True)
        for archive in archives:
            for nom, data in _members(archive, {nom for nom, cause in causes.items() if cause}):
                causes[nom] = _place(data, dossier / nom)
    return tuple(
        Issue("S039", balise="fichier", valeur=nom, faits=(("cause", cause),)) for nom, cause in causes.items() if cause
    )


def _members(archive: Path, wanted: Collection[str]) -> Iterator[tuple[str, bytes | None]]:
    """Yield what a zip holds of the names wanted, `None` where it cannot be read; nothing from what is no zip."""
    try:
        with zipfile.ZipFile(archive) as package:
            for info in package.infolist():
                nom = info.filename.rpartition("/")[2]
                if nom in wanted and NomPiece.of(nom):
                    yield nom, _unpacked(package, info)
    except _UNREADABLE:
        return


def _unpacked(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    try:
        with package.open(info) as member:
            return member.read(OCTETS + 1)
    except _UNREADABLE:
        return None


def _place(data: bytes | None, target: Path) -> str:
    """Write a file that is not there yet; return why not, `""` where it lies there now."""
    if data is None:
        return "elle est illisible dans le zip"
    if len(data) > OCTETS:
        return "elle pèse plus de 3 Mo"
    if os.path.lexists(target):
        same = target.is_file() and target.stat().st_size == len(data) and target.read_bytes() == data
        return "" if same else "un autre fichier de ce nom existe déjà dans le dossier"
    with ExitStack() as undo:
        undo.callback(target.unlink, missing_ok=True)
        with target.open("xb") as file:
            file.write(data)
        undo.pop_all()
    return ""
