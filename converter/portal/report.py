"""The report on a deposit: what its controls found, and what would become of each request."""

from dataclasses import dataclass
from functools import cached_property

from converter.issues import Gravite
from converter.portal.findings import Bloc, Controle, Ecart, Finding
from converter.portal.locate import locate
from converter.portal.source import Source
from converter.spec.shape import DEMANDES


@dataclass(frozen=True, slots=True)
class Situation:
    """What becomes of one request: its numbers, and the error that the portal, which stops at the first, would name."""

    numLigne: int | None  # noqa: N815 - the tag verbatim
    numeroEditeur: str  # noqa: N815 - likewise
    premiere: Finding | None


@dataclass(frozen=True)
class Report:
    """Everything that the controls found in one deposit.

    `reponse`: the file is an answer of the portal, not a deposit. `logiciel` and `numeroAns` are empty where the file
    does not tell them. Findings are looked up in the text when first asked for: whether all is well costs less.
    """

    nom: str
    numeroAns: str  # noqa: N815 - the tag verbatim
    logiciel: str
    reponse: bool
    ecarts: tuple[Ecart, ...]
    source: Source
    fichier: Bloc

    @property
    def conforme(self) -> bool:
        """Whether nothing would be refused."""
        return all(ecart.gravite is not Gravite.ERREUR for ecart in self.ecarts)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of the file, those about the content of zips last."""
        return locate(self.ecarts, self.source, self.fichier)

    @property
    def erreurs(self) -> tuple[Finding, ...]:
        """The findings for which the portal would refuse."""
        return tuple(finding for finding in self.findings if finding.gravite is Gravite.ERREUR)

    @property
    def refus_du_fichier(self) -> Finding | None:
        """The first error that makes the portal refuse the file as a whole, before looking at any request."""
        return next((finding for finding in self.erreurs if _of_the_file(finding)), None)

    @cached_property
    def demandes(self) -> tuple[Situation, ...]:
        """The requests, in the order of the file."""
        first: dict[int | None, Finding] = {}
        for erreur in self.erreurs:
            first.setdefault(erreur.rang, erreur)
        rows = enumerate(self.fichier.rows(DEMANDES))
        return tuple(Situation(d["numLigne"], d["numeroEditeur"] or "", first.get(rang)) for rang, d in rows)


def _of_the_file(finding: Finding) -> bool:
    if finding.controle is Controle.ZIPS:
        return False
    return finding.controle is Controle.STRUCTURE or finding.rang is None
