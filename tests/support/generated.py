"""Hypothesis makes lots that convert: every value as the specification allows it, in the tags' own formats."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from converter.checking.demande import Demande, Entete, Lot, Piece
from converter.spec.formats import Reading
from converter.spec.programme import BON_COMMANDE, PREUVE_HT
from converter.spec.tags import DPI_TAGS, MANDATAIRE_TAGS, PFI_TAGS, TAG

JOUR = date(2022, 4, 15)
NUMEROS_ANS = {"DPI": "1234567890", "PFI": "ABCDE12345", "RI": "0000000001"}
SIRET = "73282932000074"

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_ODD = "=+-@'\"’éÉÀŒß_x0041_ \u00b7\U0001f3e5&<>{}%"


def texts(nom: str, longest: int) -> st.SearchStrategy[str]:
    """Return texts that a tag takes as they are, the odd ones included."""
    kind = TAG[nom].format
    letters = st.text(
        st.one_of(st.sampled_from(_LETTERS + _ODD), st.characters(codec="utf-8")), min_size=1, max_size=longest
    )
    tidied = letters.map(lambda text: str(kind.read(text).valeur or "A")[:longest].strip())
    # A lone 0 is refused as what a formula gives for an empty cell.
    return tidied.filter(lambda text: text != "0" and kind.read(text) == Reading(text))


NUMEROS = st.text(st.sampled_from(_LETTERS), min_size=5, max_size=5)
EMAILS = st.sampled_from(["m.dupont@ch-saint-martin.fr", "a@b.fr", f"{'x' * 60}@{'y' * 60}.{'z' * 20}.fr"])
FINESS = st.one_of(st.from_regex(r"[0-9]{9}", fullmatch=True), st.from_regex(r"2[AB][0-9]{7}", fullmatch=True))


@st.composite
def clients(draw: st.DrawFn, unique: bool) -> tuple[dict[str, Any], ...]:
    finess = draw(FINESS)
    others = st.lists(FINESS, min_size=2, max_size=3, unique=True)
    return tuple(
        {
            "nomClient": draw(texts("nomClient", 49)),
            "emailClient": draw(EMAILS),
            "telephoneClient": draw(texts("telephoneClient", 49)),
            "FINESSPMSI": each,
        }
        for each in ([finess] * draw(st.integers(1, 2)) if unique else draw(others))
    )


@st.composite
def scenario(draw: st.DrawFn, logiciel: str) -> dict[str, Any]:
    values = {tag.nom: tag.vide for tag in (*DPI_TAGS, *PFI_TAGS)}
    for tag in (*DPI_TAGS, *PFI_TAGS):
        if logiciel in tag.logiciels:
            values[tag.nom] = draw(texts(tag.nom, 49)) if tag.vide is None else draw(st.booleans())
    return values


@st.composite
def demandes(draw: st.DrawFn, numero: str, logiciel: str, ligne: int) -> Demande:
    regime = draw(st.sampled_from(["HT", "TTC"]))
    mandataire, unique = draw(st.booleans()), draw(st.booleans())
    named = mandataire and not unique
    formats = st.sampled_from(["PDF", "PNG", "JPG"])
    kinds = [BON_COMMANDE, PREUVE_HT] if regime == "HT" else [BON_COMMANDE]
    valeurs = {
        "numeroEditeur": numero,
        "dateCommande": draw(st.dates(date(2021, 1, 1), JOUR)),
        "regimeTVA": regime,
        "montantSegurHT": draw(st.integers(1, 10**11)),
        "isMandataire": mandataire,
        "isClientUnique": unique,
        **{
            nom: (draw(EMAILS) if nom.startswith("email") else draw(texts(nom, 49))) if named else None
            for nom in MANDATAIRE_TAGS
        },
        **draw(scenario(logiciel)),
    }
    pieces = tuple(Piece(kind, draw(formats), "x", 1, kind) for kind in kinds)
    return Demande(ligne, logiciel, valeurs, draw(clients(unique)), pieces)


@st.composite
def lots(draw: st.DrawFn, logiciel: str | None = None, most: int = 4) -> Lot:
    """Return one lot of a software, of any one where none is asked for."""
    chosen = logiciel or draw(st.sampled_from(list(NUMEROS_ANS)))
    numeros = draw(st.lists(NUMEROS, min_size=1, max_size=most, unique=True))
    requests = tuple(draw(demandes(numero, chosen, ligne)) for ligne, numero in enumerate(numeros, start=3))
    return Lot(Entete(SIRET, chosen, NUMEROS_ANS[chosen]), requests)
