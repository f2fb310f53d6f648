"""What a sheet checks while the user types: prompts, drop-downs, alerts and soft colours, derived from the table.

Everything that looks at another sheet goes through a defined name (`Nom`), so that Excel leaves it where it is.
A formula is a text with a place for each column of its own row: `{isMandataire}`, and `{x}` for the cell itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from converter.sentences.typography import french
from converter.spec.formats import Booleen, Choix, Code, Format, Jour, Montant, Texte
from converter.spec.programme import BON_COMMANDE, EXTENSIONS, PREUVE_HT
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from converter.spec.tags import DPI_TAGS, MANDATAIRE_TAGS, Obligation, Par, Tag
from converter.spec.values import DECISION, EMAIL, LOGICIEL, REGIME_TVA, TYPE_FICHIER

LAST_ROW = 50_000
"""The last row with drop-downs and checks: more than a campaign has."""


class Nom(StrEnum):
    """The defined names of the workbook."""

    OUI_NON = "OuiNon"
    REGIMES_TVA = "RegimesTVA"
    LOGICIELS = "Logiciels"
    TYPES_PIECE = "TypesPiece"
    DECISIONS = "Decisions"
    NUMEROS_EDITEUR = "NumerosEditeur"
    NUMEROS_BENEFICIAIRES = "NumerosBeneficiaires"
    NUMEROS_PIECES = "NumerosPieces"
    PIECES_TYPE = "PiecesType"
    NUMEROS_ANS = "NumerosAns"
    LOGICIEL_SEUL = "LogicielSeul"
    PROFIL_INS = "ProfilINS"


CHOIX: Mapping[Nom, tuple[str, ...]] = {
    Nom.OUI_NON: ("OUI", "NON"),
    Nom.REGIMES_TVA: REGIME_TVA.valeurs,
    Nom.LOGICIELS: LOGICIEL.valeurs,
    Nom.TYPES_PIECE: TYPE_FICHIER.valeurs,
    Nom.DECISIONS: DECISION.valeurs,
}
"""The drop-downs: each list stands in one column of the hidden sheet."""


class Niveau(StrEnum):
    """What a soft colour says of a cell; the tool's own marks, red and orange, come after a run."""

    A_VERIFIER = "à vérifier"
    A_COMPLETER = "à compléter"


@dataclass(frozen=True, slots=True)
class Alerte:
    """A cell is coloured where its formula is true.

    A row where the tool found errors (its `controle` says so) is left to the marks.
    """

    niveau: Niveau
    condition: str

    @property
    def formule(self) -> str:
        """The formula of the conditional format."""
        return f'=AND(ISERROR(SEARCH("erreur",{{controle}})),{self.condition})'


def _list_of(kind: Format) -> Nom | None:
    if isinstance(kind, Booleen):
        return Nom.OUI_NON
    if isinstance(kind, Choix):
        return next(nom for nom, valeurs in CHOIX.items() if valeurs == kind.valeurs)
    return None


_COMPACT = 'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({x}," ",""),CHAR(160),""),".","")'
"""A code as the tool reads it: spaces and dots between its characters are no mistake."""


def _doubtful(kind: Format) -> str:
    """Return what is true of a filled cell that is not in the format."""
    if kind is EMAIL:
        return f'OR(LEN({{x}})>{EMAIL.maximum},ISERROR(SEARCH("?@?*.?*",{{x}})),ISNUMBER(FIND(" ",{{x}})))'
    match kind:
        case Code(longueur=length):
            return f"LEN({_COMPACT})<>{length}"
        case Booleen() | Choix():
            return f"COUNTIF({_list_of(kind)},{{x}})=0"
        case Jour():
            return "IF(ISNUMBER({x}),{x}>TODAY(),TRUE)"
        case Montant():
            return "IF(ISNUMBER({x}),OR({x}<=0,ROUND({x},2)<>{x}),TRUE)"
        case Texte(majuscules=True, maximum=longest):
            return f"OR(LEN({{x}})>{longest},NOT(EXACT({{x}},UPPER({{x}}))))"
        case Texte(maximum=longest):
            return f"LEN({{x}})>{longest}"
    raise TypeError(kind)


_STARTED = "COUNTA({ligne})>0"
_SOFTWARE = f'IF({{logiciel}}="",{Nom.LOGICIEL_SEUL},{{logiciel}})'
_NAMES_MANDATAIRE = 'AND({isMandataire}="OUI",{isClientUnique}="NON")'
_NAMES_NONE = 'OR({isMandataire}="NON",{isClientUnique}="OUI")'
_UNKNOWN = f"COUNTIF({Nom.NUMEROS_EDITEUR},{{x}})=0"
_OTHER_EXTENSION = ",".join(f'RIGHT({{x}},{len(end)})<>"{end}"' for end in EXTENSIONS)


def _pieces(kind: str, numero: str) -> str:
    return f'COUNTIFS({Nom.NUMEROS_PIECES},{numero},{Nom.PIECES_TYPE},"{kind}")'


_A_VERIFIER: Mapping[tuple[str, str], str] = {
    (DEMANDES, "numeroEditeur"): f"COUNTIF({Nom.NUMEROS_EDITEUR},{{x}})>1",
    (DEMANDES, "isClientUnique"): 'AND({x}="OUI",{isMandataire}="OUI")',
    **{(DEMANDES, nom): _NAMES_NONE for nom in MANDATAIRE_TAGS},
    **{
        (DEMANDES, tag.nom): f'AND({{x}}="OUI",{Nom.PROFIL_INS}="NON")'
        for tag in DPI_TAGS
        if tag.nom.endswith("Independante")
    },
    (BENEFICIAIRES, "numeroEditeur"): _UNKNOWN,
    (PIECES, "numeroEditeur"): _UNKNOWN,
    (PIECES, "typeFichier"): f'AND({{x}}="{BON_COMMANDE}",{_pieces(BON_COMMANDE, "{numeroEditeur}")}>1)',
    (PIECES, "fichier"): f"AND({_OTHER_EXTENSION})",
}
"""What is doubtful of a filled cell beside its format."""

_A_COMPLETER: Mapping[tuple[str, str], str] = {
    (DEMANDES, "logiciel"): f'AND({{x}}="",{_STARTED},COUNTA({Nom.NUMEROS_ANS})>1)',
    **{(DEMANDES, nom): f'AND({{x}}="",{_NAMES_MANDATAIRE})' for nom in MANDATAIRE_TAGS},
    (DEMANDES, "operateurMessagerie"): 'AND({x}="",OR({isEnvoiMSSPro}="OUI",{isEnvoiMSSCitoyen}="OUI"))',
}
"""When a cell that is not always required must be filled."""

_ELSEWHERE: Mapping[tuple[str, str], str] = {
    (
        DEMANDES,
        "isMandataire",
    ): f"AND({_NAMES_MANDATAIRE},COUNTA({','.join(f'{{{nom}}}' for nom in MANDATAIRE_TAGS)})<3)",
    (DEMANDES, "numeroEditeur"): f'AND({{x}}<>"",OR(COUNTIF({Nom.NUMEROS_BENEFICIAIRES},{{x}})=0,'
    f"{_pieces(BON_COMMANDE, '{x}')}=0))",
    (DEMANDES, "regimeTVA"): f'AND({{x}}="HT",{_pieces(PREUVE_HT, "{numeroEditeur}")}=0)',
}
"""A filled cell that asks for a row of another sheet, or for columns which may be folded, not filled yet."""


def alertes(feuille: str, tag: Tag) -> Iterator[Alerte]:
    """Yield the soft colours of a column that the vendor fills, the most serious first."""
    place = (feuille, tag.nom)
    yield Alerte(Niveau.A_VERIFIER, f'AND({{x}}<>"",{_doubtful(tag.format)})')
    if place in _A_VERIFIER:
        yield Alerte(Niveau.A_VERIFIER, f'AND({{x}}<>"",{_A_VERIFIER[place]})')
    if place in _ELSEWHERE:
        yield Alerte(Niveau.A_COMPLETER, _ELSEWHERE[place])
    if place in _A_COMPLETER:
        yield Alerte(Niveau.A_COMPLETER, _A_COMPLETER[place])
    elif tag.obligation is Obligation.TOUJOURS:
        yield Alerte(Niveau.A_COMPLETER, f'AND({{x}}="",{_STARTED})')
    elif tag.obligation is Obligation.SELON:
        yield Alerte(Niveau.A_COMPLETER, f'AND({{x}}="",{_STARTED},{_SOFTWARE}="{tag.logiciels[0]}")')


def _entry(feuille: str, tag: Tag) -> dict[str, Any]:
    """Return what Excel expects in a column, as xlsxwriter says it."""
    if tag.par in {Par.OUTIL, Par.ASP}:
        return {"validate": "custom", "value": "=FALSE"}
    if tag.nom == "numeroEditeur" and feuille == DEMANDES:
        return {"validate": "custom", "value": f"=AND(LEN({{x}})=5,COUNTIF({Nom.NUMEROS_EDITEUR},{{x}})<2)"}
    if tag.nom == "numeroEditeur":
        return {"validate": "list", "source": f"={Nom.NUMEROS_EDITEUR}"}
    if liste := _list_of(tag.format):
        return {"validate": "list", "source": f"={liste}"}
    match tag.format:
        case Code(longueur=length):
            return {"validate": "custom", "value": f"=LEN({_COMPACT})={length}"}
        case Jour():
            return {"validate": "date", "criteria": "<=", "value": "=TODAY()"}
        case Montant():
            return {"validate": "decimal", "criteria": ">", "value": 0}
        case Texte(maximum=longest):
            return {"validate": "length", "criteria": "<=", "value": longest}
    raise TypeError(tag.format)


def _alert(feuille: str, tag: Tag) -> tuple[str, str]:
    """Return the title and the message with which Excel warns of an entry."""
    if tag.par in {Par.OUTIL, Par.ASP}:
        return "Colonne de l’outil", "Cette colonne est remplie par l’outil : ce que vous y écrivez sera remplacé."
    if tag.nom == "numeroEditeur" and feuille == DEMANDES:
        return "N° éditeur", f"Attendu : {tag.format.attendu}, et jamais deux fois le même."
    if tag.nom == "numeroEditeur":
        return "N° éditeur inconnu", f"Ce numéro n’est pas dans la feuille {DEMANDES} : ajoutez-y d’abord la demande."
    if isinstance(tag.format, Jour):
        return "Date", f"Attendu : {tag.format.attendu}, au plus tard aujourd’hui."
    return "Saisie à corriger", f"Attendu : {tag.format.attendu}."


def _prompt(feuille: str, tag: Tag, libre: str) -> tuple[str, str]:
    """Return the title and the message that Excel shows on the selected cell."""
    if libre and (feuille, tag.nom) == (DEMANDES, "numeroEditeur"):
        return tag.obligation.capitalize(), f"{tag.aide}\nCommencez à {libre} : les précédents ont servi."
    if tag.par in {Par.OUTIL, Par.ASP}:
        return "Rempli par l’outil", tag.aide
    example = f"\nExemple : {tag.exemple}" if tag.exemple and _list_of(tag.format) is None else ""
    return tag.obligation.capitalize(), f"{tag.aide}{example}"


def validation(feuille: str, tag: Tag, libre: str = "") -> dict[str, Any]:
    """Return the data validation of a column for `Worksheet.data_validation`, prompts and alerts in French.

    It warns and never blocks: what the tool reads in spite of its form may be typed or pasted as it is. `libre` is the
    first number that no request has had, where some have.
    """
    error_title, error_message = _alert(feuille, tag)
    input_title, input_message = _prompt(feuille, tag, libre)
    return _entry(feuille, tag) | {
        "error_type": "warning",
        "error_title": french(error_title),
        "error_message": french(error_message),
        "input_title": french(input_title),
        "input_message": french(input_message),
    }
