"""The second control: each request's formats and cross rules, as the specification states them.

Written from the specification alone; the converter's own validation is not consulted, so that each tests the other.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from converter.issues import Facts
from converter.portal.findings import Bloc, Ecart, as_printed
from converter.portal.source import Reel
from converter.spec.programme import BON_COMMANDE, CODE_TYPE_FICHIER, COULOIR, DPI, LOGICIELS, PFI, PREUVE_HT, RI, VAGUE
from converter.spec.shape import DEMANDES, ETABLISSEMENTS, PIECES
from converter.spec.tags import DPI_TAGS, MANDATAIRE_TAGS, PFI_TAGS, TAGS, Par

NULLABLE = frozenset(tag.nom for tag in TAGS if tag.nullable)
"""The tags of the vendor that may be null."""

PORTAL_TAGS = frozenset(tag.nom for tag in TAGS if tag.json and tag.par is Par.ASP)
"""The tags that the portal fills: null when filed."""

# --- formats: one value at a time -------------------------------------------------------------------------------------

Faute = tuple[str, Facts]
Check = Callable[[Any], Faute | None]


def _exactly(longueur: int) -> Check:
    def check(texte: str) -> Faute | None:
        found = len(texte)
        return None if found == longueur else ("K202", (("attendu", str(longueur)), ("trouve", str(found))))

    return check


def _only(characters: str, name: str) -> Check:
    matches = re.compile(f"[{characters}]*").fullmatch

    def check(texte: str) -> Faute | None:
        return None if matches(texte) else ("K203", (("caracteres", name),))

    return check


def _under(limite: int) -> Check:
    def check(texte: str) -> Faute | None:
        found = len(texte)
        return None if found < limite else ("K204", (("maximum", str(limite - 1)), ("trouve", str(found))))

    return check


def _in_capitals(texte: str) -> Faute | None:
    return None if texte == texte.upper() else ("K205", (("majuscules", texte.upper()),))


_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+")


def _is_address(texte: str) -> Faute | None:
    return None if _ADDRESS.fullmatch(texte) else ("K206", ())


def _siret_key(texte: str) -> Faute | None:
    from stdnum.fr import siret

    well_formed = re.fullmatch("[0-9]{14}", texte)
    return ("K207", ()) if well_formed and not siret.is_valid(texte) else None


_FINESS = re.compile("[0-9]{9}|2[AB][0-9]{7}")


def _finess_form(texte: str) -> Faute | None:
    return ("K209", ()) if len(texte) == len("999999999") and not _FINESS.fullmatch(texte) else None


def _finess_key(texte: str) -> Faute | None:
    from stdnum import luhn

    well_formed = re.fullmatch("[0-9]{9}", texte)
    return ("K208", ()) if well_formed and not luhn.is_valid(texte) else None


_DAY = re.compile("([0-9]{2})/([0-9]{2})/([0-9]{4})")


def _day_until(au: date) -> Check:
    def check(texte: str) -> Faute | None:
        match = _DAY.fullmatch(texte)
        if match is None:
            return "K210", ()
        day, month, year = map(int, match.groups())
        try:
            signed = date(year, month, day)
        except ValueError:
            return "K211", ()
        return ("K212", (("jour", f"{au:%d/%m/%Y}"),)) if signed > au else None

    return check


_TWO_DECIMALS = re.compile("-?[0-9]+[.][0-9]{2}")


def _two_decimals(nombre: int | Reel) -> Faute | None:
    """The text counts, not the value: 13750 and 13750.0 are refused."""
    printed = as_printed(nombre)
    if _TWO_DECIMALS.fullmatch(printed):
        return None
    whole = re.fullmatch("(-?[0-9]+)(?:[.]([0-9]?))?", printed)
    return "K213", (("exact", f"{whole[1]}.{whole[2] or '':0<2}" if whole else "13750.00"),)


def _positive(nombre: int | Reel) -> Faute | None:
    return None if nombre > 0 else ("K214", ())


def _one_of(*values: str) -> Check:
    def check(texte: str) -> Faute | None:
        return None if texte in values else ("K215", (("attendu", " ou ".join(f"« {v} »" for v in values)),))

    return check


_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _printable(texte: Any) -> Faute | None:
    """Refuse control characters and halves of characters: no form takes them, nor does XML."""
    found = _UNPRINTABLE.search(texte) if isinstance(texte, str) else None
    return ("K218", (("caractere", f"U+{ord(found[0]):04X}"),)) if found else None


_ALPHANUMERIC = _only("A-Za-z0-9", "des lettres sans accent et des chiffres")
_PERSON = (_under(50), _in_capitals)
_EMAIL = (_under(150), _is_address)
_PHONE = (_under(50),)

Formats = Mapping[str, tuple[Check, ...]]


def checks_by_tag(au: date) -> Formats:
    """Return the checks of each tag on the day of the deposit (specification, Tags; guide section 3.2)."""
    return {
        "numeroAns": (_exactly(10), _ALPHANUMERIC),
        "SIRET": (_exactly(14), _only("0-9", "des chiffres"), _siret_key),
        "typeAction": (_one_of("C"),),
        "numeroEditeur": (_exactly(5), _ALPHANUMERIC),
        "dateCommande": (_day_until(au),),
        "regimeTVA": (_one_of("TTC", "HT"),),
        "montantSegurHT": (_two_decimals, _positive),
        "nomMandataire": _PERSON,
        "emailMandataire": _EMAIL,
        "telephoneMandataire": _PHONE,
        "nomClient": _PERSON,
        "emailClient": _EMAIL,
        "telephoneClient": _PHONE,
        "FINESSPMSI": (_exactly(9), _finess_form, _finess_key),
        "formatFichier": (_one_of("PDF", "PNG", "JPG"),),
        "typeFichier": (_one_of(BON_COMMANDE, PREUVE_HT),),
        "operateurMessagerie": (_under(50),),
    }


def check_values(bloc: Bloc, checks: Formats, *, answered: bool) -> Iterator[Ecart]:
    """Tell what is wrong with each value of an object and of those in its lists, but not in a file's requests."""
    for tag, valeur in bloc.valeurs.items():
        if not isinstance(valeur, bool):  # of a boolean, its type was all there is to check
            yield from _value(bloc, tag, valeur, checks, answered=answered)
    for role in (ETABLISSEMENTS, PIECES):
        for row in bloc.rows(role):
            yield from check_values(row, checks, answered=answered)


def _value(bloc: Bloc, tag: str, valeur: Any, checks: Formats, *, answered: bool) -> Iterator[Ecart]:
    if tag in PORTAL_TAGS:
        if valeur is not None and not answered:
            yield bloc.ecart("K201", tag)
    elif _blank(valeur):
        if valeur is not None or tag not in NULLABLE:
            yield bloc.ecart("K216" if tag in NULLABLE else "K200", tag)
    else:
        for check in (_printable, *checks.get(tag, ())):
            if faute := check(valeur):
                yield bloc.ecart(faute[0], tag, *faute[1])


def _blank(valeur: Any) -> bool:
    return valeur is None or (isinstance(valeur, str) and not valeur.strip())


# --- names of attachments ---------------------------------------------------------------------------------------------

_NAME = re.compile(
    rf"{COULOIR}-(?P<logiciel>{'|'.join(LOGICIELS)})-{VAGUE}-(?P<code>BDC|HT)-(?P<numero>[A-Za-z0-9]{{5}})"
    r"\.(?P<extension>pdf|png|jpg)"
)


_FORMATS = {name: name for name in ("PDF", "PNG", "JPG")}


def software(fichier: Bloc) -> str:
    """Return the software of a file as most of its attachments name it, `""` where none does."""
    named = Counter(_software(piece) for d in fichier.rows(DEMANDES) for piece in d.rows(PIECES))
    del named[""]
    return named.most_common(1)[0][0] if named else ""


def _software(piece: Bloc) -> str:
    match = _NAME.fullmatch(piece["nomFichier"] or "")
    return match["logiciel"] if match else ""


def attachment_names(demande: Bloc, logiciel: str) -> Iterator[Ecart]:
    """Tell where the names of a request's attachments depart from section 3.3; `logiciel` is the file's."""
    for piece in demande.rows(PIECES):
        if not _blank(piece["nomFichier"]):
            yield from _attachment_name(piece, demande["numeroEditeur"], logiciel)


def _attachment_name(piece: Bloc, numero: str | None, logiciel: str) -> Iterator[Ecart]:
    match = _NAME.fullmatch(piece["nomFichier"])
    if match is None:
        yield piece.ecart("K240", "nomFichier", proposition=_expected_name(piece, numero, logiciel))
        return
    said = (
        ("K241", match["extension"].upper(), _FORMATS.get(piece["formatFichier"]), "formatFichier"),
        ("K242", match["code"], CODE_TYPE_FICHIER.get(piece["typeFichier"]), "typeFichier"),
        ("K243", match["numero"], numero, "nomFichier"),
        ("K244", match["logiciel"], logiciel, "nomFichier"),
    )
    for code, in_name, elsewhere, tag in said:
        if elsewhere is not None and in_name != elsewhere:
            faits = (("nom", piece["nomFichier"]), ("dans_le_nom", in_name), ("attendu", elsewhere))
            proposition = _expected_name(piece, numero, logiciel) if tag == "nomFichier" else ""
            yield piece.ecart(code, tag, *faits, proposition=proposition)


def _expected_name(piece: Bloc, numero: str | None, logiciel: str) -> str:
    code = CODE_TYPE_FICHIER.get(piece["typeFichier"] or "")
    parts = (logiciel, code, numero, piece["formatFichier"])
    if not all(parts):
        return ""
    return f"{COULOIR}-{logiciel}-{VAGUE}-{code}-{numero}.{parts[3].lower()}"


# --- cross rules of one request (their numbers are the specification's) -----------------------------------------------


def mandataire_named_when_he_orders(demande: Bloc) -> Iterator[Ecart]:
    """Rule 1: isClientUnique false and isMandataire true: the three are filled; otherwise all three are null."""
    unique, ordered = demande["isClientUnique"], demande["isMandataire"]
    if unique is None or ordered is None:
        return
    wanted = ordered and not unique
    for tag in MANDATAIRE_TAGS:
        if wanted and tag in demande.valeurs and demande[tag] is None:
            yield demande.ecart("K220", tag)
        if not wanted and not _blank(demande[tag]):
            yield demande.ecart("K221", tag)


def client_unique_says_one_finess(demande: Bloc) -> Iterator[Ecart]:
    """Rule 2: isClientUnique true if and only if all establishments carry the same FINESS PMSI."""
    unique = demande["isClientUnique"]
    finess = {etablissement["FINESSPMSI"] for etablissement in demande.rows(ETABLISSEMENTS)}
    if unique is None or not finess or None in finess:
        return
    if unique and len(finess) > 1:
        yield demande.ecart("K222", "isClientUnique", ("nombre", str(len(finess))))
    if not unique and len(finess) == 1:
        yield demande.ecart("K223", "isClientUnique", ("finess", as_printed(*finess)))


def client_unique_needs_no_mandataire(demande: Bloc) -> Iterator[Ecart]:
    """Rule 3: isClientUnique true with isMandataire true contradict each other."""
    if demande["isClientUnique"] and demande["isMandataire"]:
        yield demande.ecart("K224", "isMandataire")


def _types(demande: Bloc) -> list[str | None] | None:
    """Return the types of a request's attachments; `None` where some cannot be told."""
    if PIECES not in demande.lignes:
        return None
    types = [piece["typeFichier"] for piece in demande.rows(PIECES)]
    return types if all(t in CODE_TYPE_FICHIER for t in types) else None


def proof_goes_with_the_regime(demande: Bloc) -> Iterator[Ecart]:
    """Rule 4: regime HT has one PREUVE_HT; TTC has none."""
    types = _types(demande)
    if types is None:
        return
    proofs = types.count(PREUVE_HT)
    if demande["regimeTVA"] == "HT" and not proofs:
        yield demande.ecart("K225", PIECES)
    if demande["regimeTVA"] == "TTC" and proofs:
        yield demande.ecart("K226", PIECES)
    if proofs > 1:
        yield demande.ecart("K229", PIECES, ("nombre", str(proofs)))


def one_order_form(demande: Bloc) -> Iterator[Ecart]:
    """Rule 5: exactly one BON_COMMANDE a request."""
    types = _types(demande)
    if types is None or types.count(BON_COMMANDE) == 1:
        return
    found = types.count(BON_COMMANDE)
    yield demande.ecart("K228" if found else "K227", PIECES, ("nombre", str(found)))


def some_establishment(demande: Bloc) -> Iterator[Ecart]:
    """Rule 6: at least one establishment a request."""
    if demande.lignes.get(ETABLISSEMENTS) == []:
        yield demande.ecart("K230", ETABLISSEMENTS)


def finess_once_a_request(demande: Bloc) -> Iterator[Ecart]:
    """Tell an establishment that stands twice in a request, under the same signatory: a line too many."""
    seen: list[Mapping[str, Any]] = []
    for etablissement in demande.rows(ETABLISSEMENTS):
        if etablissement.valeurs in seen and not _blank(etablissement["FINESSPMSI"]):
            yield etablissement.ecart("K233", "FINESSPMSI")
        seen.append(etablissement.valeurs)


RULES = (
    mandataire_named_when_he_orders,
    client_unique_says_one_finess,
    client_unique_needs_no_mandataire,
    proof_goes_with_the_regime,
    one_order_form,
    some_establishment,
    finess_once_a_request,
)

_EMPTY_BLOCKS = {DPI: PFI_TAGS, PFI: DPI_TAGS, RI: (*DPI_TAGS, *PFI_TAGS)}


def scenario_is_the_softwares(demande: Bloc, logiciel: str) -> Iterator[Ecart]:
    """The scenario block of another software is all false, its operateurMessagerie null (specification, Tags)."""
    own = next(filter(None, map(_software, demande.rows(PIECES))), logiciel)
    for tag in _EMPTY_BLOCKS.get(own, ()):
        if demande[tag.nom]:
            faits = (("logiciel", own), ("attendu", "null" if tag.vide is None else "false"))
            yield demande.ecart("K250", tag.nom, *faits)
    if own == PFI and (demande["isEnvoiMSSPro"] or demande["isEnvoiMSSCitoyen"]):
        yield from _operator_of_messages(demande)


def _operator_of_messages(demande: Bloc) -> Iterator[Ecart]:
    tag = "operateurMessagerie"
    if tag in demande.valeurs and demande[tag] is None:
        yield demande.ecart("K251", tag)


# --- rules over the whole file ----------------------------------------------------------------------------------------


def finess_once_a_file(fichier: Bloc) -> Iterator[Ecart]:
    """Rule 8: the same FINESS PMSI in two requests of one software (one file is one software)."""
    first: dict[str, Bloc] = {}
    for demande in fichier.rows(DEMANDES):
        for etablissement in demande.rows(ETABLISSEMENTS):
            finess = etablissement["FINESSPMSI"]
            if _blank(finess):
                continue
            other = first.setdefault(finess, demande)
            if other is not demande:
                yield etablissement.ecart("K231", "FINESSPMSI", ("autre", other["numeroEditeur"] or "?"))


INDEPENDENT = tuple(tag.nom for tag in DPI_TAGS if tag.nom.endswith("Independante"))


def profile_reminder(fichier: Bloc) -> Iterator[Ecart]:
    """Rule 9, as a reminder once a file: whether the profile is there is not in the file."""
    concerned = [d for d in fichier.rows(DEMANDES) if any(d[tag] for tag in INDEPENDENT)]
    if concerned:
        tag = next(tag for tag in INDEPENDENT if concerned[0][tag])
        yield concerned[0].ecart("K232", tag, ("nombre", str(len(concerned))))


def names_declared_once(fichier: Bloc) -> Iterator[Ecart]:
    """Tell an attachment that is declared twice: a zip holds a name once."""
    declared: dict[str, list[Bloc]] = defaultdict(list)
    for demande in fichier.rows(DEMANDES):
        for piece in demande.rows(PIECES):
            declared[piece["nomFichier"] or ""].append(piece)
    for nom, pieces in declared.items():
        for piece in pieces[1:] if nom else ():
            yield piece.ecart("K245", "nomFichier")


def control_requests(fichier: Bloc, au: date, *, answered: bool) -> Iterator[Ecart]:
    """Carry out the second control on a file: every departure of every request, where the portal stops at the first."""
    checks, logiciel = checks_by_tag(au), software(fichier)
    if answered:
        yield fichier.ecart("K217", "impId")
    yield from check_values(fichier, checks, answered=answered)
    for demande in fichier.rows(DEMANDES):
        yield from check_values(demande, checks, answered=answered)
        yield from attachment_names(demande, logiciel)
        for rule in RULES:
            yield from rule(demande)
        yield from scenario_is_the_softwares(demande, logiciel)
    yield from finess_once_a_file(fichier)
    yield from profile_reminder(fichier)
    yield from names_declared_once(fichier)
