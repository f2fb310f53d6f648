"""One pass over everything: every issue of every row, and the requests that can be converted as they stand.

Pure: the workbook and its attachments were read before, the day is given.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from converter.attachments.inspection import Inspection
from converter.checking import establishments, forms, instruction, links, rules, schema
from converter.checking.demande import Demande, Piece
from converter.checking.instruction import Suites
from converter.issues import Gravite, Issue, Place
from converter.reading.finess_list import SANS_LISTE, Etablissements
from converter.reading.frames import Frame, Frames, typed
from converter.reading.strays import set_aside
from converter.reading.workbook import Classeur, fold
from converter.sentences.say import gravite
from converter.spec import programme, tags
from converter.spec.formats import show
from converter.spec.programme import Etat
from converter.spec.sheets import BENEFICIAIRES, DATA_SHEETS, DEMANDES, PIECES


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a check.

    `demandes` are the convertible requests in the order of the workbook; `etats` maps the Excel row of every request
    of the sheet `Demandes` to where it stands, and `retenues` that of a request held back to the cells at fault on
    other sheets; `siret` and `numeros_ans` are what files need, by software; `a_la_main` are the numbers of the
    requests whose order form was opened and only a person can compare, `etablissements` the names by FINESS.
    """

    issues: tuple[Issue, ...]
    demandes: tuple[Demande, ...]
    etats: Mapping[int, Etat]
    numeros: Mapping[int, str]
    siret: str
    numeros_ans: Mapping[str, str]
    retenues: Mapping[int, tuple[Place, ...]]
    a_la_main: tuple[str, ...] = ()
    etablissements: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lecture:
    """A workbook in canonical values, with what reading its cells found.

    `etats` is the state of the rows of `Demandes` that have one: as the workbook says, until the registry is asked.
    It is what the portal said; what instruction and payment made of an accepted request stands in `suites`.
    """

    classeur: Classeur
    frames: Frames
    issues: tuple[Issue, ...]
    etats: Mapping[int, Etat]
    suites: Suites = field(default_factory=Suites)

    @property
    def frozen(self) -> frozenset[str]:
        """The numbers of the requests that were converted already: they are not checked again."""
        numbers = self.frames.demandes.valeurs["numeroEditeur"]
        return frozenset(numbers[list(self.frozen_rows)].dropna())

    @property
    def frozen_rows(self) -> frozenset[int]:
        """The Excel rows of those requests."""
        return frozenset(ligne for ligne, etat in self.etats.items() if etat in programme.FIGES)

    @property
    def refused(self) -> frozenset[str]:
        """The numbers of the accepted requests that were refused since, at their instruction: asked for no more."""
        lignes = [ligne for ligne, etat in self.etats.items() if self.suites.etat(ligne, etat) is Etat.REFUSEE]
        return frozenset(self.frames.demandes.valeurs.loc[lignes, "numeroEditeur"].dropna())

    @property
    def dossier_pieces(self) -> Path:
        """The folder of the attachments."""
        typed_name = self.frames.parametres["dossierPieces"] or tags.TAG["dossierPieces"].vide
        return self.classeur.chemin.parent / str(typed_name)

    def fichiers(self) -> tuple[str, ...]:
        """The distinct attachment names to inspect, of requests not converted yet."""
        pieces = self.frames.pieces.valeurs
        waiting = pieces[~pieces["numeroEditeur"].isin(self.frozen)]
        return tuple(waiting["fichier"].dropna().unique())


def lire(classeur: Classeur) -> Lecture:
    """Read the cells of a workbook into canonical values."""
    frames, issues = set_aside(*typed(classeur))
    kept = replace(
        classeur,
        demandes=frames.demandes.table,
        beneficiaires=frames.beneficiaires.table,
        pieces=frames.pieces.table,
    )
    suites = instruction.read(frames.demandes, date1904=classeur.date1904)
    return Lecture(kept, frames, tuple(issues), _etats(frames.demandes), suites)


def _etats(frame: Frame) -> dict[int, Etat]:
    """Read what the portal said of each row, however it was retyped; any other word is none."""
    known = {fold(etat): Etat.ACCEPTEE if etat in programme.ACCEPTEES else etat for etat in Etat}
    raws = zip(frame.table.brut.index, frame.raw("etat", frame.table.brut.index), strict=True)
    return {ligne: known[word] for ligne, raw in raws if raw and (word := fold(raw)) in known}


def check(
    lecture: Lecture,
    pieces: Mapping[str, Inspection],
    au: date,
    deja: Sequence[Issue] = (),
    connus: Etablissements = SANS_LISTE,
) -> Verdict:
    """Check all that was read: `pieces` has an inspection for each of `lecture.fichiers()`, `au` is the deposit day.

    `deja` is what the registry says of the requests: it holds them back as any other issue does. `connus` are the
    establishments of the public list, where the user has it.
    """
    contents = {name: found.sha256 for name, found in pieces.items() if found.sha256}
    values = {nom: schema.validate(lecture.frames.of(nom)) for nom in DATA_SHEETS}
    values[DEMANDES] += links.letters_for_figures(lecture.frames)
    data = rules.Data(_with_faults(lecture.frames, values), au, contents, lecture.refused)
    compared = forms.compare(data.frames, pieces)
    found = [
        *lecture.issues,
        *_settings(lecture, data),
        *(issue for broken in values.values() for issue in broken),
        *rules.apply(data),
        *_attachments(lecture, pieces),
        *compared.issues,
        *establishments.check(data.frames.beneficiaires, lecture.classeur.parametres, connus),
    ]
    live = _without_frozen(_with_numbers(found, data), lecture)
    live += instruction.check(lecture.frames.demandes, lecture.suites, lecture.etats, au)
    verdict = _verdict(lecture, pieces, data, _in_reading_order([*live, *deja], lecture.classeur))
    told = tuple(_told(demande, compared.a_la_main, connus.noms) for demande in verdict.demandes)
    return replace(verdict, demandes=told, a_la_main=tuple(compared.a_la_main), etablissements=connus.noms)


def _told(demande: Demande, a_la_main: Collection[str], noms: Mapping[str, str]) -> Demande:
    """Add to a request what the slip of its deposit says for a person to look at."""
    return replace(demande, noms=noms, a_la_main=demande.numero in a_la_main)


def _with_faults(frames: Frames, values: Mapping[str, Iterable[Issue]]) -> Frames:
    errors = {
        nom: [issue for issue in broken if gravite(issue.code) is Gravite.ERREUR] for nom, broken in values.items()
    }
    return replace(
        frames,
        demandes=frames.demandes.with_faults(errors[DEMANDES]),
        beneficiaires=frames.beneficiaires.with_faults(errors[BENEFICIAIRES]),
        pieces=frames.pieces.with_faults(errors[PIECES]),
    )


_WRONG_NUMBER = frozenset({schema.REQUIRED, "V002", "V003", rules.UNKNOWN_NUMBER, links.LETTER})


def _with_numbers(issues: Iterable[Issue], data: rules.Data) -> Iterator[Issue]:
    """Propose the number that was probably meant, where one is wrong."""
    nom_of = {data.frames.of(nom).table.feuille: nom for nom in DATA_SHEETS}
    for issue in issues:
        if issue.balise == "numeroEditeur" and issue.code in _WRONG_NUMBER:
            meant = data.liens.propositions.get((nom_of[issue.place.feuille], issue.place.ligne))
            yield replace(issue, proposition=meant or issue.proposition)
        else:
            yield issue


def _settings(lecture: Lecture, data: rules.Data) -> list[Issue]:
    """Check `Paramètres`: a SIRET, one numéro ANS at least, none given twice, one for each software of the requests."""
    settings, values = lecture.classeur.parametres, lecture.frames.parametres

    def issue(code: str, nom: str, *faits: tuple[str, str], proposition: str = "") -> Issue:
        place = settings.places.get(nom, Place(settings.feuille))
        return Issue(code, place, nom, show(settings.valeurs.get(nom)), faits, proposition)

    issues = [
        issue(code, p.nom, proposition=p.tag.format.read(settings.valeurs.get(p.nom)).proposition)
        for p in tags.parametres()
        for code in _broken_conditions(p.tag, values[p.nom])[:1]
    ]
    if values["SIRET"] is None and "SIRET" not in lecture.frames.refuses:
        issues.append(issue(schema.REQUIRED, "SIRET"))
    names = [f"numeroAns.{logiciel}" for logiciel in programme.LOGICIELS]
    if not data.sold:
        issues.append(issue("R106", names[0]))
    for rank, nom in enumerate(names):
        if values[nom] and values[nom] in [values[other] for other in names[:rank]]:
            issues.append(issue("R107", nom))
    for logiciel, lignes in _unnumbered(lecture, data).items():
        faits = (("lignes", rules.some(lignes)), ("logiciel", logiciel))
        issues.append(issue("R105", f"numeroAns.{logiciel}", *faits))
    return issues


def _unnumbered(lecture: Lecture, data: rules.Data) -> dict[str, list[int]]:
    """Return the rows of the requests to convert whose software has no numéro ANS, where another one has."""
    logiciels = data.logiciel.drop(list(lecture.frozen_rows)).dropna()
    lacking = logiciels[~logiciels.isin(data.sold)] if data.sold else logiciels[:0]
    return {str(logiciel): list(rows.index) for logiciel, rows in lacking.groupby(lacking)}


def _broken_conditions(tag: tags.Tag, value: Any) -> list[str]:
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
    speaking = {name: found.findings for name, found in pieces.items() if found.findings}
    names = frame.valeurs["fichier"]
    told = [(ligne, f) for ligne, name in names[names.isin(list(speaking))].items() for f in speaking[name]]
    lignes, faits, propositions = (
        [ligne for ligne, _ in told],
        [f.faits for _, f in told],
        [f.proposition for _, f in told],
    )
    return [
        replace(issue, code=finding.code)
        for issue, (_, finding) in zip(frame.issues("", "fichier", lignes, faits, propositions), told, strict=True)
    ]


def _without_frozen(issues: Iterable[Issue], lecture: Lecture) -> list[Issue]:
    """Leave out what is said of converted requests: they are the portal's now, and their files may have moved."""
    frames, frozen = lecture.frames, lecture.frozen
    rows = {(frames.demandes.table.feuille, ligne) for ligne in lecture.frozen_rows} | {
        (frame.table.feuille, ligne)
        for frame in (frames.beneficiaires, frames.pieces)
        for ligne in frame.valeurs.index[frame.valeurs["numeroEditeur"].isin(frozen)]
    }
    return [issue for issue in issues if (issue.place.feuille, issue.place.ligne) not in rows]


def _in_reading_order(issues: Iterable[Issue], classeur: Classeur) -> tuple[Issue, ...]:
    sheets = (classeur.parametres.feuille, *(table.feuille for table in classeur.tables()))
    rank = {feuille: number for number, feuille in enumerate(sheets)}

    def order(issue: Issue) -> tuple[int, int, int, str]:
        return rank.get(issue.place.feuille, -1), issue.place.ligne, issue.place.colonne, issue.code

    return tuple(sorted(issues, key=order))


def _verdict(
    lecture: Lecture, pieces: Mapping[str, Inspection], data: rules.Data, issues: tuple[Issue, ...]
) -> Verdict:
    values = lecture.frames.parametres
    numbers = lecture.frames.demandes.valeurs["numeroEditeur"]
    errors = [issue for issue in issues if gravite(issue.code) is Gravite.ERREUR]
    retenues = _held_from_elsewhere(lecture, data, errors)
    held = {*retenues, *(e.place.ligne for e in errors if e.place.feuille == lecture.classeur.demandes.feuille)}
    etats = {ligne: _kept(lecture, ligne) or _fresh(ligne in held) for ligne in numbers.index}
    ready = [ligne for ligne, etat in etats.items() if etat is Etat.PRETE]
    return Verdict(
        issues,
        _build(lecture, pieces, ready),
        etats,
        dict(numbers.dropna().items()),
        values["SIRET"] or "",
        {logiciel: ans for logiciel in programme.LOGICIELS if (ans := values[f"numeroAns.{logiciel}"])},
        {ligne: places for ligne, places in retenues.items() if etats[ligne] is Etat.A_CORRIGER},
    )


def _kept(lecture: Lecture, ligne: int) -> Etat | None:
    """Return the state of a request that was sent, `None` of another."""
    etat = lecture.etats.get(ligne)
    return lecture.suites.etat(ligne, etat) if etat in programme.FIGES else None


def _fresh(held: bool) -> Etat:
    return Etat.A_CORRIGER if held else Etat.PRETE


def _held_from_elsewhere(lecture: Lecture, data: rules.Data, errors: Sequence[Issue]) -> dict[int, tuple[Place, ...]]:
    """Return the rows of `Demandes` that an error on another sheet holds back: a row of theirs, or a parameter."""
    feuilles = {table.feuille: table.nom for table in lecture.classeur.tables()[1:]}
    rows_of = _rows_of(lecture, data) if any(error.place.feuille in feuilles for error in errors) else {}
    held: dict[int, dict[Place, None]] = {}
    for error in errors:
        of_parameter = error.place.feuille == lecture.classeur.parametres.feuille
        place = (feuilles.get(error.place.feuille, ""), error.place.ligne)
        for ligne in _held_by_parameter(error, data) if of_parameter else rows_of.get(place, ()):
            held.setdefault(ligne, {})[error.place] = None
    return {ligne: tuple(places) for ligne, places in held.items()}


def _held_by_parameter(error: Issue, data: rules.Data) -> list[int]:
    """Return the requests that a parameter concerns: those of its software for a numéro ANS of its own, else all."""
    _, _, logiciel = error.balise.partition("numeroAns.")
    if logiciel and error.code not in {"R106", "R107"}:
        return list(data.demandes.index[data.logiciel.eq(logiciel).fillna(False)])
    return list(data.demandes.index)


def _rows_of(lecture: Lecture, data: rules.Data) -> Mapping[tuple[str, int], Iterable[int]]:
    """Return the rows of `Demandes` that each row of the other sheets belongs to, or was meant to."""
    numbers = lecture.frames.demandes.valeurs["numeroEditeur"].dropna()
    lignes: dict[str, list[int]] = {}
    for ligne, number in numbers.items():
        lignes.setdefault(number, []).append(ligne)
    carried = {
        (nom, ligne): number
        for nom in (BENEFICIAIRES, PIECES)
        for ligne, number in lecture.frames.of(nom).valeurs["numeroEditeur"].dropna().items()
    }
    return {place: lignes.get(number, ()) for place, number in (carried | {**data.liens.supposes}).items()}


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as dictionaries of Python values, a blank as `None` and a day as a `date`."""
    names = [str(name) for name in rows]
    columns = [column.dt.date if column.dtype.kind == "M" else column for _, column in rows.items()]
    plain = [column.astype(object).where(column.notna(), None).tolist() for column in columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*plain, strict=True)]


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
            nom: valeur if logiciel in tags.TAG[nom].logiciels else tags.TAG[nom].vide for nom, valeur in record.items()
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
