"""One pass over everything: every issue of every row, and the requests that can be converted as they stand.

Pure: the workbook and its attachments were read before, the day is given.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from converter.attachments.inspection import Inspection
from converter.checking import establishments, forms, instruction, links, rules, schema
from converter.checking.contenus import build_demandes
from converter.checking.demande import Demande
from converter.checking.held import held_from_elsewhere
from converter.checking.lecture import Lecture
from converter.checking.settings import check_settings
from converter.issues import Gravite, Issue, Place
from converter.reading.finess_list import SANS_LISTE, Etablissements
from converter.reading.frames import Frames
from converter.reading.workbook import Classeur
from converter.sentences.say import gravite
from converter.spec import programme
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


def check(lecture: Lecture, pieces: Mapping[str, Inspection], au: date, connus: Etablissements = SANS_LISTE) -> Verdict:
    """Check all that was read, of which no registry says anything; see `judge`."""
    return judge(check_cells(lecture), pieces, au, (), connus)


@dataclass(frozen=True, slots=True)
class Cellules:
    """A workbook whose cells were checked one by one: `issues` were found, and are faults in `frames`."""

    lecture: Lecture
    issues: tuple[Issue, ...]
    frames: Frames


def check_cells(lecture: Lecture) -> Cellules:
    """Check each cell by itself, for which no attachment need be opened yet."""
    values = {nom: schema.validate(lecture.frames.of(nom)) for nom in DATA_SHEETS}
    values[DEMANDES] += links.letters_for_figures(lecture.frames)
    issues = tuple(issue for broken in values.values() for issue in broken)
    return Cellules(lecture, issues, _with_faults(lecture.frames, values))


def judge(
    cellules: Cellules,
    pieces: Mapping[str, Inspection],
    au: date,
    deja: Sequence[Issue],
    connus: Etablissements,
) -> Verdict:
    """Check what reads several cells, or attachments, and say where each request stands.

    `pieces` has an inspection for each of `lecture.fichiers()`, `au` is the deposit day. `deja` is what the registry
    says of the requests: it holds them back as any other issue does. `connus` are the establishments of the public
    list, where the user has it.
    """
    lecture = cellules.lecture
    contents = {name: found.sha256 for name, found in pieces.items() if found.sha256}
    data = rules.Data(cellules.frames, au, contents, lecture.refused)
    compared = forms.compare_forms(data.frames, pieces)
    found = [
        *lecture.issues,
        *check_settings(lecture, data),
        *cellules.issues,
        *rules.apply(data),
        *_attachments(lecture, pieces),
        *compared.issues,
        *establishments.check_establishments(data.frames.beneficiaires, lecture.classeur.parametres, connus),
    ]
    live = _without_frozen(_with_numbers(found, data), lecture)
    live += instruction.check_instruction(lecture.frames.demandes, lecture.suites, lecture.etats, au)
    build = partial(build_demandes, lecture, pieces, a_la_main=compared.a_la_main, noms=connus.noms)
    verdict = _verdict(lecture, data, _in_reading_order([*live, *deja], lecture.classeur), build)
    return replace(verdict, a_la_main=tuple(compared.a_la_main), etablissements=connus.noms)


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
    lecture: Lecture,
    data: rules.Data,
    issues: tuple[Issue, ...],
    build: Callable[[Sequence[int]], tuple[Demande, ...]],
) -> Verdict:
    values = lecture.frames.parametres
    frame = lecture.frames.demandes
    errors = [issue for issue in issues if gravite(issue.code) is Gravite.ERREUR]
    retenues = held_from_elsewhere(lecture, data, errors)
    held = {*retenues, *(e.place.ligne for e in errors if e.place.feuille == lecture.classeur.demandes.feuille)}
    etats = {ligne: _kept(lecture, ligne) or _fresh(ligne in held) for ligne in frame.valeurs.index.tolist()}
    ready = [ligne for ligne, etat in etats.items() if etat is Etat.PRETE]
    return Verdict(
        issues,
        build(ready),
        etats,
        frame.said("numeroEditeur"),
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
