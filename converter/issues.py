"""What the checks find: issues are data, each at its cell; only an unusable input or call is raised."""

from dataclasses import dataclass
from enum import StrEnum

from converter.columns import letters_of

Facts = tuple[tuple[str, str], ...]
"""Named words that complete a French sentence of `messages`, in a stable order."""


class Gravite(StrEnum):
    """How serious an issue is; the values are those of `--rapport`."""

    ERREUR = "erreur"
    AVERTISSEMENT = "avertissement"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an issue stands: a cell, a whole row (no column) or a whole sheet (neither).

    `ligne` and `colonne` are Excel's, counted from 1; 0 stands for none.
    """

    feuille: str = ""
    ligne: int = 0
    colonne: int = 0

    @property
    def cellule(self) -> str:
        """The reference of the cell in A1 style, `""` where the place is no cell."""
        if not (self.ligne and self.colonne):
            return ""
        return f"{letters_of(self.colonne)}{self.ligne}"


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding, by code; its gravity and its French sentence stand in `messages` under that code.

    `valeur` is what was read, as text; `proposition` the corrected value where one is certain or likely.
    """

    code: str
    place: Place = Place()
    balise: str = ""
    valeur: str = ""
    faits: Facts = ()
    proposition: str = ""


class Inutilisable(Exception):  # noqa: N818 - not an error of ours: the input or the call cannot be used
    """The input or the call cannot be used as it is: nothing was written (exit code 2)."""

    def __init__(self, *issues: Issue) -> None:
        """Keep the issues that say why; at least one."""
        super().__init__(", ".join(issue.code for issue in issues))
        self.issues = issues


class Empeche(Exception):  # noqa: N818 - not an error of ours: the environment refused
    """The environment refused: file locked, disk full, rights (exit code 3); the workbook is whole."""

    def __init__(self, issue: Issue) -> None:
        """Keep the issue that says what stood in the way."""
        super().__init__(issue.code)
        self.issue = issue

    def __reduce__(self) -> tuple[type["Empeche"], tuple[Issue]]:
        """Pass from the process where it was met to the one that asked."""
        return type(self), (self.issue,)
