"""A workbook in canonical values: its cells read, its states told, what stands in it by accident set aside."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from converter.checking import instruction
from converter.checking.instruction import Suites
from converter.issues import Issue
from converter.reading.frames import Frame, Frames, typed
from converter.reading.strays import set_aside
from converter.reading.workbook import Classeur, fold
from converter.spec import programme, tags
from converter.spec.programme import Etat


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
        return dossier_pieces(self.classeur.chemin, self.frames.parametres)

    def fichiers(self) -> tuple[str, ...]:
        """The distinct attachment names to inspect, of requests not converted yet."""
        pieces = self.frames.pieces.valeurs
        waiting = pieces[~pieces["numeroEditeur"].isin(self.frozen)]
        return tuple(waiting["fichier"].dropna().unique())


def dossier_pieces(chemin: Path, parametres: Mapping[str, Any]) -> Path:
    """Return the folder of the attachments of a workbook with these parameters."""
    return chemin.parent / str(parametres["dossierPieces"] or tags.TAG["dossierPieces"].vide)


def read_cells(classeur: Classeur) -> Lecture:
    """Read the cells of a workbook into canonical values."""
    frames, issues = set_aside(*typed(classeur))
    kept = replace(
        classeur,
        demandes=frames.demandes.table,
        beneficiaires=frames.beneficiaires.table,
        pieces=frames.pieces.table,
    )
    suites = instruction.read_suites(frames.demandes, date1904=classeur.date1904)
    return Lecture(kept, frames, tuple(issues), _etats(frames.demandes), suites)


def _etats(frame: Frame) -> dict[int, Etat]:
    """Read what the portal said of each row, however it was retyped; any other word is none."""
    known = {fold(etat): Etat.ACCEPTEE if etat in programme.ACCEPTEES else etat for etat in Etat}
    raws = zip(frame.table.brut.index, frame.raw("etat", frame.table.brut.index), strict=True)
    return {ligne: known[word] for ligne, raw in raws if raw and (word := fold(raw)) in known}
