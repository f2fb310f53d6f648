"""One pass over everything: every issue of every row, and the requests that can be converted as they stand.

Pure: the workbook and its attachments were read before, the day is given.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from converter import rules, schema, spec
from converter.attachments import Inspection
from converter.document import Demande, Piece
from converter.formats import show
from converter.frames import Frame, Frames, typed
from converter.issues import Gravite, Issue, Place
from converter.messages import gravite
from converter.spec import BENEFICIAIRES, PIECES, Etat
from converter.workbook import Classeur


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a check.

    `demandes` are the convertible requests in the order of the workbook; `etats` maps the Excel row of every request
    of the sheet `Demandes` to where it stands; `siret` and `numeros_ans` are what files need, by software.
    """

    issues: tuple[Issue, ...]
    demandes: tuple[Demande, ...]
    etats: Mapping[int, Etat]
    numeros: Mapping[int, str]
    siret: str
    numeros_ans: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lecture:
    """A workbook in canonical values, with what reading its cells found.

    `etats` is the state of the rows of `Demandes` that have one: as the workbook says, until the registry is asked.
    """

    classeur: Classeur
    frames: Frames
    issues: tuple[Issue, ...]
    etats: Mapping[int, Etat]

    @property
    def frozen(self) -> frozenset[str]:
        """The numbers of the requests that were converted already: they are not checked again."""
        numbers = self.frames.demandes.valeurs["numeroEditeur"]
        return frozenset(numbers[ligne] for ligne, etat in self.etats.items() if etat in spec.FIGES)

    @property
    def dossier_pieces(self) -> Path:
        """The folder of the attachments."""
        typed_name = self.frames.parametres["dossierPieces"] or spec.TAG["dossierPieces"].vide
        return self.classeur.chemin.parent / str(typed_name)

    def fichiers(self) -> tuple[str, ...]:
        """The distinct attachment names to inspect, of requests not converted yet."""
        pieces = self.frames.pieces.valeurs
        waiting = pieces[~pieces["numeroEditeur"].isin(self.frozen)]
        return tuple(waiting["fichier"].dropna().unique())


def lire(classeur: Classeur) -> Lecture:
    """Read the cells of a workbook into canonical values."""
    frames, issues = typed(classeur)
    return Lecture(classeur, frames, tuple(issues), _etats(frames.demandes))


def _etats(frame: Frame) -> dict[int, Etat]:
    brut = frame.table.brut
    known = {etat.value: etat for etat in Etat}
    return {ligne: known[text] for ligne, text in brut.get("etat", pd.Series()).items() if text in known}


def check(lecture: Lecture, pieces: Mapping[str, Inspection], au: date, deja: Sequence[Issue] = ()) -> Verdict:
    """Check all that was read: `pieces` has an inspection for each of `lecture.fichiers()`, `au` is the deposit day.

    `deja` is what the registry says of the requests: it holds them back as any other issue does.
    """
    frames = lecture.frames
    contents = {name: found.sha256 for name, found in pieces.items() if found.sha256}
    found = [
        *lecture.issues,
        *_settings(lecture),
        *(issue for nom in spec.DATA_SHEETS for issue in schema.validate(frames.of(nom))),
        *rules.apply(rules.Data(frames, au, contents)),
        *_attachments(lecture, pieces),
    ]
    issues = _in_reading_order([*_without_frozen(found, lecture), *deja])
    return _verdict(lecture, pieces, issues)


def _settings(lecture: Lecture) -> list[Issue]:
    """Check `Paramètres`: a SIRET, one numéro ANS at least, none given twice."""
    settings, values = lecture.classeur.parametres, lecture.frames.parametres

    def issue(code: str, nom: str, **faits: str) -> Issue:
        place = settings.places.get(nom, Place(settings.feuille))
        return Issue(code, place, nom, show(settings.valeurs.get(nom)), tuple(sorted(faits.items())))

    refused = {issue.balise for issue in lecture.issues if gravite(issue.code) is Gravite.ERREUR}
    issues = [
        issue(code, parametre.nom)
        for parametre in spec.parametres()
        for code in _broken_conditions(parametre.tag, values[parametre.nom])
    ]
    if values["SIRET"] is None and "SIRET" not in refused:
        issues.append(issue(schema.REQUIRED, "SIRET"))
    names = [f"numeroAns.{logiciel}" for logiciel in spec.LOGICIELS]
    if not any(values[nom] or nom in refused for nom in names):
        issues.append(issue("R106", names[0]))
    for rank, nom in enumerate(names):
        if values[nom] and values[nom] in [values[other] for other in names[:rank]]:
            issues.append(issue("R107", nom))
    return issues


def _broken_conditions(tag: spec.Tag, value: Any) -> list[str]:
    if value is None:
        return []
    column = pd.Series([value])
    return [condition.code for condition in tag.format.conditions if not condition.holds(column).all()]


_NO_FOLDER = frozenset({"P001", "P002"})


def _attachments(lecture: Lecture, pieces: Mapping[str, Inspection]) -> list[Issue]:
    """Return the findings of the inspected files, each at the cell that names the file.

    Where the folder itself is missing, that is said once, at its parameter, and not of every file.
    """
    folder = next((f for found in pieces.values() for f in found.findings if f.code in _NO_FOLDER), None)
    if folder:
        settings = lecture.classeur.parametres
        place = settings.places.get("dossierPieces", Place(settings.feuille))
        return [Issue(folder.code, place, "dossierPieces", show(settings.valeurs.get("dossierPieces")), folder.faits)]
    frame = lecture.frames.pieces
    speaking = {name: found for name, found in pieces.items() if found.findings}
    names = frame.valeurs["fichier"]
    return [
        replace(frame.issue(finding.code, ligne, "fichier", **dict(finding.faits)), proposition=finding.proposition)
        for ligne, name in names[names.isin(list(speaking))].items()
        for finding in speaking[name].findings
    ]


def _without_frozen(issues: Iterable[Issue], lecture: Lecture) -> list[Issue]:
    """Leave out what is said of converted requests: they are the portal's now, and their files may have moved."""
    frozen = lecture.frozen
    if not frozen:
        return list(issues)
    rows = {
        (frame.table.feuille, ligne)
        for frame in (lecture.frames.demandes, lecture.frames.beneficiaires, lecture.frames.pieces)
        for ligne in frame.valeurs.index[frame.valeurs["numeroEditeur"].isin(frozen)]
    }
    return [issue for issue in issues if (issue.place.feuille, issue.place.ligne) not in rows or issue.code == "R101"]


def _in_reading_order(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    return tuple(
        sorted(issues, key=lambda issue: (issue.place.feuille, issue.place.ligne, issue.place.colonne, issue.code))
    )


def _verdict(lecture: Lecture, pieces: Mapping[str, Inspection], issues: tuple[Issue, ...]) -> Verdict:
    frames, values = lecture.frames, lecture.frames.parametres
    numbers = frames.demandes.valeurs["numeroEditeur"]
    held = _held_rows(lecture, issues)
    etats = {
        ligne: known if (known := lecture.etats.get(ligne)) in spec.FIGES else _fresh(ligne in held)
        for ligne in numbers.index
    }
    ready = [ligne for ligne, etat in etats.items() if etat is Etat.PRETE]
    return Verdict(
        issues,
        _build(lecture, pieces, ready),
        etats,
        {ligne: number for ligne, number in numbers.items() if isinstance(number, str)},
        values["SIRET"] or "",
        {logiciel: ans for logiciel in spec.LOGICIELS if (ans := values[f"numeroAns.{logiciel}"])},
    )


def _fresh(held: bool) -> Etat:
    return Etat.A_CORRIGER if held else Etat.PRETE


def _held_rows(lecture: Lecture, issues: Iterable[Issue]) -> set[int]:
    """Return the rows of `Demandes` that an error holds back: its own, a child row's, or one of `Paramètres`."""
    frames = lecture.frames
    errors = [issue.place for issue in issues if gravite(issue.code) is Gravite.ERREUR]
    by_sheet: dict[str, set[int]] = {}
    for place in errors:
        by_sheet.setdefault(place.feuille, set()).add(place.ligne)
    numbers = frames.demandes.valeurs["numeroEditeur"]
    if lecture.classeur.parametres.feuille in by_sheet:
        return set(numbers.index)
    held = set(by_sheet.get(frames.demandes.table.feuille, ()))
    for nom in (BENEFICIAIRES, PIECES):
        frame = frames.of(nom)
        faulty = frame.valeurs.index.isin(list(by_sheet.get(frame.table.feuille, ())))
        held |= set(numbers.index[numbers.isin(frame.valeurs.loc[faulty, "numeroEditeur"].dropna())])
    return held


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as dictionaries of Python values, a blank as `None` and a day as a `date`."""
    columns = {
        name: column.dt.date if column.dtype.kind == "M" else column
        for name, column in rows.items()
        if isinstance(name, str)
    }
    plain = pd.DataFrame({name: column.astype(object).where(column.notna(), None) for name, column in columns.items()})
    records: list[dict[str, Any]] = plain.to_dict("records")
    return records


def _by_number(rows: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for record in _records(rows):
        grouped.setdefault(record.pop("numeroEditeur"), []).append(record)
    return grouped


@dataclass(frozen=True, slots=True)
class Contenu:
    """What a row of `Demandes` and the establishments under its number say, right or wrong."""

    ligne: int
    logiciel: str
    valeurs: Mapping[str, Any]
    etablissements: tuple[Mapping[str, Any], ...]


def contenus(lecture: Lecture, lignes: Sequence[int]) -> Iterator[Contenu]:
    """Yield what the requests at these Excel rows say: the tags that their software does not ask for are `vide`."""
    frames = lecture.frames
    data = rules.Data(frames, date.min, {})
    rows = frames.demandes.valeurs.loc[list(lignes)].assign(logiciel=data.logiciel.loc[list(lignes)])
    clients = _by_number(frames.beneficiaires.valeurs)
    for ligne, record in zip(lignes, _records(rows), strict=True):
        logiciel = record.pop("logiciel") or ""
        valeurs = {
            nom: valeur if logiciel in spec.TAG[nom].logiciels else spec.TAG[nom].vide for nom, valeur in record.items()
        }
        yield Contenu(ligne, logiciel, valeurs, tuple(clients.get(record["numeroEditeur"], ())))


def _build(lecture: Lecture, pieces: Mapping[str, Inspection], lignes: Sequence[int]) -> tuple[Demande, ...]:
    files = _by_number(lecture.frames.pieces.valeurs)
    return tuple(
        Demande(c.ligne, c.logiciel, c.valeurs, c.etablissements, _pieces(files[c.valeurs["numeroEditeur"]], pieces))
        for c in contenus(lecture, lignes)
    )


def _pieces(rows: Iterable[Mapping[str, Any]], pieces: Mapping[str, Inspection]) -> tuple[Piece, ...]:
    """Return the attachments of a request, the order form first."""
    return tuple(_piece(row, pieces) for row in sorted(rows, key=lambda row: str(row["typeFichier"])))


def _piece(row: Mapping[str, Any], pieces: Mapping[str, Inspection]) -> Piece:
    found = pieces[row["fichier"]]
    assert found.path is not None  # noqa: S101 - an accepted request has no attachment that was not found
    return Piece(row["typeFichier"], found.format, found.path, found.octets, found.sha256)
