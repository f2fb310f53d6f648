"""The formats of the tags: each a family of `formats` with the conditions and examples of one kind of value."""

import re
import unicodedata
from typing import TYPE_CHECKING

from converter.spec.formats import (
    FRENCH_PHONE,
    TITLE,
    Booleen,
    Choix,
    Code,
    Condition,
    Courriel,
    Jour,
    Montant,
    Telephone,
    Texte,
)
from converter.spec.programme import A_MODIFIER, ATTRIBUEE, BON_COMMANDE, LOGICIELS, PREUVE_HT, REFUSEE

if TYPE_CHECKING:
    import pandas as pd


def _chars(code: str, pattern: str) -> Condition:
    compiled = re.compile(pattern)
    return Condition(code, lambda s: s.str.fullmatch(compiled))


def _length(n: int) -> Condition:
    return Condition("V002", lambda s: s.str.len().eq(n))


def _at_most(n: int) -> Condition:
    return Condition("V004", lambda s: s.str.len().le(n))


def _luhn_keys(numbers: "pd.Series") -> "pd.Series":
    """Tell which numbers of 9 digits end with their Luhn key; at once, as they come by ten thousands."""
    import numpy as np

    digits = np.frombuffer("".join(numbers).encode(), dtype="uint8").reshape(-1, 9) - ord("0")
    doubled = digits[:, 1::2] * 2
    total = digits[:, ::2].sum(axis=1) + (doubled - 9 * (doubled > 9)).sum(axis=1)  # noqa: PLR2004 - 9: 16 counts as 1 + 6
    return total % 10 == 0


def _finess_keys(numbers: "pd.Series") -> "pd.Series":
    keyed = numbers.str.fullmatch("[0-9]{9}")
    holds = ~keyed
    holds[keyed] = _luhn_keys(numbers[keyed])
    return holds


_SIRET = re.compile("[0-9]{14}")
"""The rest is the business of V002 and V003."""


def _siret_key(number: str) -> bool:
    from stdnum.fr import siret

    return _SIRET.fullmatch(number) is None or bool(siret.is_valid(number))


# What an e-mail address nearly always looks like; only the rest is put before the library, which takes 50 µs each.
_EVERYDAY_EMAIL = re.compile(
    r"(?=.{1,64}@)[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([a-z0-9]([a-z0-9]|-(?=[a-z0-9])){0,60}\.){1,4}(fr|com|org|net|eu)"
)


def _is_email(address: str) -> bool:
    if _EVERYDAY_EMAIL.fullmatch(address):
        return True
    if (
        unicodedata.normalize("NFKC", address) != address
    ):  # the library reads ｃｈ.ｆｒ as ch.fr, and the portal does not
        return False
    from email_validator import EmailNotValidError, validate_email  # takes longer to load than all other checks

    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return True


_EVERYDAY_PHONE = re.compile(r"(?:\+33 ?|0)[1-79](?:[ .]?\d\d){4}")


def _is_telephone(number: str) -> bool:
    if _EVERYDAY_PHONE.fullmatch(number):
        return True
    import phonenumbers  # likewise

    dialled, *_ = re.split(r"[^0-9+ ().-]", number, maxsplit=1)  # what follows is a name, an extension
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(dialled, "FR"))
    except phonenumbers.NumberParseException:
        return False


_FINESS = re.compile("[0-9]{9}|2[AB][0-9]{7}")

# What stands where the name of the person who signed should: an establishment, a service, a function.
_NO_PERSON = re.compile(
    r"^(?:C\.?H|CHRU|GHT|GHU|GHI|CHIC|CHS|APHP|AP-HP|APHM|AP-HM|HCL)(?: |-|$)"
    r"|^CH[UIR](?:$|-| (?:DE|DU|DES|D['’]))"
    r"|\b(?:CENTRE HOSPITALIER|CENTRE M[EÉ]DICO|CENTRE DE |GROUPE HOSPITALIER|GROUPEMENT|(?:POLY)?CLINIQUE"
    r"|H[OÔ]PITA(?:L|UX)|EHPAD|FONDATION|ASSOCIATION|INSTITUT|MUTUALIT[EÉ]|[EÉ]TABLISSEMENT|SERVICE|DIRECTION"
    r"|DIRECTEUR|DIRECTRICE|SECR[EÉ]TARIAT|SAS|SARL|GCS|GIE)\b"
)


def _keyed(number: str) -> bool:
    from stdnum import luhn

    return bool(luhn.is_valid(number))


NUMERO_EDITEUR = Code(
    longueur=5,
    attendu="5 lettres ou chiffres, par exemple 00001",
    conditions=(_chars("V003", "[A-Za-z0-9]*"), _length(5)),
)
NUMERO_ANS = Code(
    longueur=10,
    zeros=1,
    cle=lambda _: False,
    attendu="10 caractères, lettres ou chiffres",
    conditions=(_chars("V003", "[A-Za-z0-9]*"), _length(10)),
)
NUMERO_SIRET = Code(
    longueur=14,
    motif="[0-9]",
    zeros=4,  # with five missing, it is a SIREN
    cle=_keyed,
    attendu="14 chiffres",
    conditions=(_chars("V003", "[0-9]*"), _length(14), Condition("V042", lambda s: s.map(_siret_key))),
)
FINESS = Code(
    longueur=9,
    motif="(?:[0-9]{9}|2[AB][0-9]{7})",
    zeros=1,
    cle=_keyed,
    attendu="9 chiffres (2A ou 2B en tête pour la Corse)",
    conditions=(
        _length(9),
        Condition("V040", lambda s: s.str.len().ne(9) | s.str.fullmatch(_FINESS)),
        Condition("V041", _finess_keys),
    ),
)
DATE = Jour()
MONTANT = Montant(
    conditions=(Condition("V012", lambda s: s.gt(0)),),
)
BOOLEEN = Booleen()
EMAIL = Courriel(
    maximum=149,
    attendu="une adresse électronique de 149 caractères au plus",
    conditions=(_at_most(149), Condition("V030", lambda s: s.map(_is_email))),
)
TELEPHONE = Telephone(
    maximum=49,
    attendu="un numéro de téléphone de 49 caractères au plus",
    conditions=(
        _at_most(49),
        Condition("V035", lambda s: s.str.count(FRENCH_PHONE).le(1)),
        Condition("V031", lambda s: s.map(_is_telephone)),
    ),
)
NOM = Texte(
    maximum=49,
    majuscules=True,
    attendu="un nom en MAJUSCULES, de 49 caractères au plus",
    conditions=(
        _at_most(49),
        Condition("V032", lambda s: s.str.contains(r"[^\W\d_]")),
        Condition("V033", lambda s: ~s.str.contains(_NO_PERSON)),
        Condition("V034", lambda s: ~s.str.contains(TITLE)),
    ),
)
OPERATEUR = Texte(
    maximum=49,
    attendu="un texte de 49 caractères au plus",
    conditions=(_at_most(49),),
)
REGIME_TVA = Choix(
    valeurs=("HT", "TTC"),
    attendu="HT ou TTC",
    synonymes={"hors taxe": "HT", "hors taxes": "HT", "toutes taxes comprises": "TTC"},
)
LOGICIEL = Choix(valeurs=LOGICIELS, attendu="DPI, PFI ou RI")
TYPE_FICHIER = Choix(
    valeurs=(BON_COMMANDE, PREUVE_HT),
    attendu="BON_COMMANDE ou PREUVE_HT",
    synonymes={"bon de commande": BON_COMMANDE, "bdc": BON_COMMANDE, "preuve de ht": PREUVE_HT, "ht": PREUVE_HT},
)
DECISION = Choix(
    valeurs=(ATTRIBUEE, REFUSEE, A_MODIFIER),
    attendu="Attribuée, Refusée ou À modifier",
    synonymes={
        "décidée": ATTRIBUEE,
        "décidée et payée": ATTRIBUEE,
        "accordée": ATTRIBUEE,
        "attribution": ATTRIBUEE,
        "refus": REFUSEE,
        "rejetée": REFUSEE,
        "modifier": A_MODIFIER,
    },
)
MONTANT_PAYE = Montant(attendu="le montant reçu, en euros, supérieur à 0")
FICHIER = Texte(maximum=1024, attendu="le nom d’un fichier du dossier des pièces", conditions=(_at_most(1024),))
DOSSIER = Texte(maximum=1024, attendu="le nom d’un dossier à côté de ce classeur", conditions=(_at_most(1024),))
CLASSEUR = Texte(maximum=1024, attendu="le nom d’un fichier à côté de ce classeur", conditions=(_at_most(1024),))
TEXTE_LIBRE = Texte(maximum=32_000, attendu="un texte")
NOM_FICHIER = Texte(
    maximum=49, attendu="HOP-logiciel-Va1-BDC ou HT-numeroEditeur, puis .pdf, .png ou .jpg", conditions=(_at_most(49),)
)
FORMAT_FICHIER = Choix(valeurs=("PDF", "PNG", "JPG"), attendu="PDF, PNG ou JPG")
