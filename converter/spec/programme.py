"""The programme: couloir, wave, software, attachment types, limits, states of a request, the advance."""

from datetime import date
from enum import StrEnum
from types import MappingProxyType

COULOIR = "HOP"
VAGUE = "Va1"
DPI, PFI, RI = LOGICIELS = ("DPI", "PFI", "RI")
LOGICIELS_EN_TOUTES_LETTRES = MappingProxyType(
    {
        DPI: "dossier patient informatisé",
        PFI: "plateforme d’intermédiation",
        RI: "référentiel d’identités",
    }
)

MAX_DEMANDES = 200
"""Requests a JSON file may hold (section 2.1)."""
MAX_FICHIERS_JOUR = 999
"""JSON files a day for one numéro ANS: the rank has three figures (section 3.3)."""
PREMIER_JOUR = date(2021, 1, 1)
"""No Ségur order was signed before this day (D)."""
JOUR_IMPOSSIBLE = date(2015, 1, 1)
"""A day before this one is no mistake of a year or two: 14/07/1905 is what Excel makes of 2022 typed for a date (D)."""
TAUX_AVANCE_POURCENT = 30
"""The advance, in percent (section 1.1) of the amount before tax (D: the guide says of « la prestation Ségur »)."""

BON_COMMANDE, PREUVE_HT = "BON_COMMANDE", "PREUVE_HT"
CODE_TYPE_FICHIER = MappingProxyType({BON_COMMANDE: "BDC", PREUVE_HT: "HT"})
"""The code of each attachment type in file names (section 3.3)."""


class Etat(StrEnum):
    """Where a request stands."""

    A_CORRIGER = "À corriger"
    PRETE = "Prête"
    CONVERTIE = "Convertie"
    ACCEPTEE = "Acceptée"
    REJETEE = "Rejetée"
    ATTRIBUEE = "Attribuée"
    PAYEE = "Payée"
    REFUSEE = "Refusée"


ACCEPTEES = frozenset({Etat.ACCEPTEE, Etat.ATTRIBUEE, Etat.PAYEE, Etat.REFUSEE})
"""The states of a request that the portal's 2nd control accepted, whatever its instruction then said (section 1.2)."""
FIGES = ACCEPTEES | {Etat.CONVERTIE}
"""The states of a request that must never be converted again."""
ATTENDUS = FIGES - {Etat.REFUSEE}
"""The states of a request whose advance is to be expected, or was paid."""

ATTRIBUEE, REFUSEE, A_MODIFIER = "Attribuée", "Refusée", "À modifier"
"""What the instruction of an accepted request decides (section 1.2, and the portal's statuses)."""

EXTENSIONS = MappingProxyType({".pdf": "PDF", ".png": "PNG", ".jpg": "JPG", ".jpeg": "JPG"})
"""The `formatFichier` that each accepted file extension says (section 3.3; `.jpeg` is D)."""


def avance(centimes: int) -> int:
    """Return the advance on an amount, both in centimes, half a centime rounded up (D; 30 %: section 1.1)."""
    return (centimes * TAUX_AVANCE_POURCENT + 50) // 100


def numero_asp(texte: str) -> str:
    """Return a numeroASP, `""` for what only stands in for one: blank, `null`, zero (D)."""
    said = texte.strip()
    return "" if said.casefold() in {"null", "none", "nan"} or not said.strip("0") else said
