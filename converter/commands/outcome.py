"""What a run over one workbook says of itself, and the exit codes of every command."""

from dataclasses import dataclass
from pathlib import Path

from converter.issues import Issue
from converter.spec.programme import Etat
from converter.xlsx.wanted import Acceptation

FINE = 0
"""All is well."""
TO_CORRECT = 1
"""Some requests are to be corrected; the valid ones were converted."""
UNUSABLE = 2
"""The input or the call cannot be used; nothing was written."""
PREVENTED = 3
"""The environment refused: a file locked, a disk full, no rights."""
INTERRUPTED = 130
"""The user stopped it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one request of the workbook stands after the run."""

    numeroEditeur: str  # noqa: N815 - the tag verbatim
    feuille: str
    ligne: int
    etat: Etat
    fichierJSON: str = ""  # noqa: N815 - likewise


@dataclass(frozen=True, slots=True)
class Upload:
    """A deposit to upload: its folder, its JSON, its zips in order, and what it asks for in centimes."""

    dossier: Path
    json: str
    zips: tuple[str, ...]
    demandes: tuple[str, ...]
    logiciel: str
    numeroAns: str  # noqa: N815 - the tag verbatim
    centimes: int
    avance: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a run over one workbook; `ecrit` is the annotated workbook, `None` where none was written.

    `a_la_main` are the requests whose order form no program can compare with them; `annulable` tells whether a deposit
    of theirs can still be withdrawn; `acceptations` is what became of the propositions that the user said OUI to.
    """

    classeur: Path
    demandes: tuple[Standing, ...] = ()
    issues: tuple[Issue, ...] = ()
    depots: tuple[Upload, ...] = ()
    ecrit: Path | None = None
    code: int = 0
    a_la_main: tuple[str, ...] = ()
    annulable: bool = False
    acceptations: tuple[Acceptation, ...] = ()

    def count(self, etat: Etat) -> int:
        """Count the requests in a state."""
        return sum(demande.etat is etat for demande in self.demandes)
