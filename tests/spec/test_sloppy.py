"""What people really type, by format: read, proposed, or refused; never read as something else.

Each line of a table is a spelling, filled in with several values; what it gives is worked out by hand. No repair may
be off by a factor, a century or a figure: where two readings differ so, the cell is refused.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from converter.issues import Gravite
from converter.sentences.say import gravite
from converter.spec import values
from converter.spec.formats import Format

REFUSED = "refused"
_DOUBTS = {"V031", "V032", "V033", "V034", "V035"}


def proposed(text: str) -> str:
    return f"proposed {text}"


def doubt(code: str, proposition: str = "") -> str:
    """Say that a cell is taken as it is, with a warning."""
    return f"{code} {proposition}".strip()


def outcome(kind: Format, raw: Any) -> str:
    """Say what becomes of a cell: the value read, or the one proposed, or a refusal."""
    reading = kind.read(raw)
    column = pd.Series(pd.array([reading.valeur], dtype=kind.dtype))
    broken = [c.code for c in kind.conditions if reading.valeur is not None and not c.holds(column).all()]
    if not reading.refus and not any(gravite(code) is Gravite.ERREUR for code in broken):
        doubts = [code for code in broken if code in _DOUBTS]
        return doubt(doubts[0], reading.proposition) if doubts else kind.write(reading.valeur)
    return proposed(reading.proposition) if reading.proposition else REFUSED


Table = list[tuple[Format, str, str]]


def table(kind: Format, fillings: tuple[Mapping[str, str], ...], **lines: tuple[str, ...]) -> Table:
    """Fill the spellings of a table: those read, as `r`, those proposed, those refused."""
    return list(_filled(kind, fillings, lines))


def _filled(
    kind: Format, fillings: tuple[Mapping[str, str], ...], lines: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[Format, str, str]]:
    for fate, spellings in lines.items():
        for spelling in spellings:
            for words in fillings:
                meant = words["r"]
                expected = {"read": meant, "proposes": proposed(meant), "refuses": REFUSED}[fate]
                yield kind, spelling.format(**words), expected


# --- amounts ----------------------------------------------------------------------------------------------------------

_NB, _THIN = "\u00a0", "\u202f"


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _amount(g: str, h: str) -> dict[str, str]:
    return {"g": g, "h": h, "wide": _wide(g + h), "r": f"{g}{_THIN}{h},00{_NB}€", "s": f"{g}{_THIN}{h},50{_NB}€"}


_AMOUNTS = (_amount("13", "750"), _amount("1", "234"), _amount("999", "100"))
AMOUNTS = table(
    values.MONTANT,
    _AMOUNTS,
    read=(
        "{g}{h}", "{g} {h}", "{g}\u00a0{h}", "{g}\u202f{h}", "{g}\u2009{h}", "{g}  {h}", "{g}'{h}", "{g}’{h}",
        "{g}{h},00", "{g}{h}.00", "{g}{h},0", "{g}{h}.0", "{g} {h},00", "{g} {h}.00", "{g}.{h},00", "{g},{h}.00",
        "{g}'{h}.00", "{g}’{h},00", "{g}{h},0000", "{g} {h},0000", "{g}{h}€", "{g} {h} €", "{g}{h},00€",
        "{g} {h},00 €", "{g}\u202f{h},00\u00a0€", "€ {g} {h},00", "€{g}{h}", "EUR {g}{h}", "{g}{h} EUR", "{g}{h}EUR",
        "{g}{h} euros", "{g}{h} Euro", "{g} {h},00 EUROS", "{g} {h} HT", "{g}{h}HT", "HT {g} {h}", "{g} {h} H.T.",
        "{g} {h},00 € HT", "{g}{h},00€HT", "{g} {h} HT €", "€ HT {g} {h}", " {g}{h} ", "\t{g}{h}\n", "+{g}{h}",
        "{g}\u00ad{h}", "{g}{h}\u200b", "\ufeff{g}{h}", "\u202a{g} {h},00\u202c", "{wide}", "{wide} €",
    ),
    proposes=(
        "{g}{h}€00", "{g} {h}€00", "{g}{h} €00", "{g}{h} € 00", "{g}{h}EUR00", "{g}{h} euros 00", "{g} {h} euros 00",
        "{g}{h}HT00", "{g}.{h}.00", "{g},{h},00", "{g}{h} 00", "{g} {h} 00", "{g}{h},-", "{g} {h},--", "{g}{h}.—",
        "{g}{h},000", "{g}{h}.000", "{g}{h},000000", "€ {g}{h},000", "{g}{h},000 HT",
    ),
    refuses=(
        "{g}.{h}", "{g},{h}", "{g}.{h} €", "{g},{h} HT", "€ {g}.{h}", "{g}{h}€5", "{g}{h}€500", "{g}€{h}", "{g} € {h}",
        "{g}EUR{h}", "{g}HT{h}", "{g}€ {h},00", "{g}{h} TTC", "{g}{h}TTC", "{g} {h},00 € TTC", "TTC {g}{h}",
        "{g} {h} T.T.C.", "{g} {h} toutes taxes comprises", "{g}{h} HT / {h} TTC", "({g} {h})", "({g}{h},00)",
        "{g}{h}-", "{g}k", "{g} k€", "{g},5 k€", "{g} M€", "{g} keuros", "{g}{h} $", "${g}{h}", "£{g}{h}", "{g}{h} CHF",
        "~{g}{h}", "env. {g}{h}", "environ {g} {h}", "{g}{h}?", "{g}{h} / 2", "{g}{h} + 20 %", "{g} {h} %", "{g}e3",
        "{g},3E+04", "{g}{h}²", "{g}{h}¹", "{g}②{h}", "{g}O{h}", "{g}l{h}", "{g};{h}", "{g}_{h}", "{g}/{h}", "{g}:{h}",
        "{g} {h}.", "{g} {h} 5", "{g}  {h}  5", "{g} {h} et 2", "={g}{h}", "{g}*{h}", "{g}·{h}", "{g}.{h}'00",
        "{g} {h}.{h}", "{g}.{h},{h}", "{g},{h}.{h}", "{g}.{h},{h} €", "-{g}{h}", "−{g} {h},00 €", "- {g}{h}",
        "{g}{h}\n{g}{h}", "{g}{h} ou {h}", "٠{g}{h}", "{g}{h}٫00", "{g}½", "gratuit", "-", "/", "n.c.",
    ),
)  # fmt: skip
AMOUNTS += table(
    values.MONTANT,
    tuple({**words, "r": words["s"]} for words in _AMOUNTS),
    read=("{g}{h},5", "{g}{h}.5", "{g} {h},50 €", "{g}.{h},5", "{g},{h}.50", "{g}{h},4999999", "{g}{h},5000"),
    proposes=("{g}{h}€50", "{g}{h} € 50", "{g}.{h}.50", "{g}{h} 50", "{g}{h},500", "{g}{h},495"),
)

# --- days -------------------------------------------------------------------------------------------------------------


def _day(d: str, m: str, y: str, month: str, name: str, wrong: str) -> dict[str, str]:  # noqa: PLR0917 - a line
    short = {"dd": str(int(d)), "mm": str(int(m)), "yy": y[2:]}
    return {"d": d, "m": m, "y": y, "month": month, "name": name, "wrong": wrong, "r": f"{d}/{m}/{y}", **short}


_DAYS = (
    _day("15", "04", "2022", "avril", "vendredi", "lundi"),
    _day("29", "02", "2024", "février", "jeudi", "mardi"),
    _day("31", "08", "2021", "août", "mardi", "dimanche"),
)
DAYS = table(
    values.DATE,
    _DAYS,
    read=(
        "{d}/{m}/{y}", "{d}/{mm}/{y}", "{d}-{m}-{y}", "{d}.{m}.{y}", "{d} {m} {y}", "{d} / {m} / {y}", "{d}/{m} /{y}",
        "{y}-{m}-{d}", "{y}/{m}/{d}", "{y}.{m}.{d}", "{y}-{m}-{d}T00:00:00", "{y}-{m}-{d} 00:00", "{d}/{m}/{y} 00:00",
        "{d}/{m}/{y} 14:30", "{d}/{m}/{y} 14h30", "{d}/{m}/{y} à 9h", "{d} {month} {y}", "{d} {month} {y} ",
        "{d}\u00a0{month}\u00a0{y}", "{d}-{month}-{y}", "le {d} {month} {y}", "Le {d}/{m}/{y}", "LE {d}/{m}/{y}",
        "du {d}/{m}/{y}", "en date du {d}/{m}/{y}", "{name} {d} {month} {y}", "le {name} {d} {month} {y}",
        "{name} {d}/{m}/{y}", "{d}/{m}/{y}\n", "\u200b{d}/{m}/{y}", "\u202a{d}/{m}/{y}\u202c", "{d}/\u00ad{m}/{y}",
    ),
    proposes=(
        "{m}/{d}/{y}", "{mm}/{d}/{y}", "{m}-{d}-{y}", "{y}-{d}-{m}", "{d}{m}{y}", "{y}{m}{d}", "{d}/{m}/{yy}",
        "{d}-{m}-{yy}", "{d}.{m}.{yy}", "{d} {month} {yy}", "le {d}/{m}/{yy}", "{wrong} {d} {month} {y}",
        "le {wrong} {d}/{m}/{y}", "{wrong} {d}/{m}/{y}",
    ),
    refuses=(
        "{month} {y}", "{y}", "{m}/{y}", "{d}/{m}", "{d} {month}", "{d}/{m}/{y}0", "{d}//{m}/{y}", "{d}/{m}/{y}²",
        "{d}¹/{m}/{y}", "{d}/{m}/{y}?", "avant {d} {month} {y}", "livraison {d}/{m}/{y}", "{d}/{m}/{y} (signé)",
        "{d}/{m}/{y} et 16/05/{y}", "{d}-16/{m}/{y}", "{d}/{m}/{y} 25:00", "{d}/{m}/{y} 24:00",
        "{y}-{m}-{d}T22:00:00Z", "{y}-{m}-{d}T22:00:00+02:00", "{d}/{m}/1", "{d}/{m}/202", "{d}/{m}/99", "32/{m}/{y}",
        "{d}/00/{y}", "00/{m}/{y}", "{d}/13/{y}", "31/02/{y}", "31 février {y}", "{d} floréal {y}", "{d} x {y}",
        "S15 {y}", "T2 {y}", "{y}-W15", "demain", "hier", "-", "en cours", "{d}:{m}:{y}", "{d},{m},{y}", "{d}|{m}|{y}",
        "#{d}/{m}/{y}#", "{d}/{m}/{y}{y}", "{d}/{m}/-{y}",
    ),
)  # fmt: skip
DAYS += [
    (values.DATE, "1er mars 2022", "01/03/2022"),
    (values.DATE, "le 1er mars 2022", "01/03/2022"),
    (values.DATE, "3 févr. 2022", "03/02/2022"),
    (values.DATE, "15-avr.-2022", "15/04/2022"),
    (values.DATE, "25 déc 2021", "25/12/2021"),
    (values.DATE, "5/4/2022", "05/04/2022"),
    (values.DATE, "15/04/2O22", proposed("15/04/2022")),
    (values.DATE, "l5/04/2022", proposed("15/04/2022")),
    (values.DATE, "15/O4/2022", proposed("15/04/2022")),
    (values.DATE, "I5/04/22", proposed("15/04/2022")),
    (values.DATE, "15/04/00", REFUSED),  # 2000 or 1900, of neither of which the programme is
    (values.DATE, "15/04/20", REFUSED),
    (values.DATE, "15/04/022", REFUSED),
]

# --- codes ------------------------------------------------------------------------------------------------------------


def _spread(text: str) -> dict[str, str]:
    parts = {"p": text[:3], "q": text[3:6], "s": text[6:]}
    return {"r": text, **parts, "head": text[0], "mantissa": f"{text[0]}.{text[1:]}", "most": text[:-1]}


_FINESS = tuple(map(_spread, ("750712184", "690781810", "130786049")))
CODES = table(
    values.FINESS,
    _FINESS,
    read=(
        "{r}",
        " {r}",
        "{r}\u00a0",
        "{p} {q} {s}",
        "{p}\u202f{q}\u202f{s}",
        "{r}\n",
        "\u200b{r}",
        "{p}\u00ad{q}{s}",
        "\ufeff{r}",
        "\t{p}{q} {s}",
    ),
    proposes=(
        "{p}-{q}-{s}",
        "{p}.{q}.{s}",
        "{p}/{q}/{s}",
        "{p}_{q}_{s}",
        "'{r}",
        "’{r}",
        "FR{r}",
        "FR {r}",
        "fr{r}",
        "N°{r}",
        "n° {r}",
        "No {r}",
        "#{r}",
        "FINESS {r}",
        "Finess{r}",
        "numéro {r}",
        "{mantissa}E8",
        "{mantissa}E+8",
        "{mantissa}e08",
    ),
    refuses=(
        "{most}",
        "{r}1",
        "{r} {r}",
        "{r}/{r}",
        "{r};{r}",
        "{r}A",
        "{most}X",
        "{r}?",
        "({r})",
        "{r}²",
        "{r}.0",
        "{r},00",
        "{p}",
        "{mantissa}E7",
        "{mantissa}E9",
        "{head}.5E8",
        "-{r}0",
        "FR{most}",
        "٧{most}",
        "inconnu",
        "néant",
        "2C{q}0001",
    ),
)
CODES += table(
    values.NUMERO_EDITEUR,
    tuple({"r": code, "u": code.lstrip("0")} for code in ("00002", "00170", "04711")),
    read=("{r}", " {r} ", "{r}\u00a0", "{r}\n"),
    proposes=("N°{r}", "n° {r}", "N° {r}", "no {r}", "#{r}", "{u}", "N°{u}", "0-{u}", "numéro {r}", "{r}."),
    refuses=("{r}{r}", "{r}, {r}", "{r}?", "-", "?", "{r}é", "néant"),
)
CODES += table(
    values.NUMERO_SIRET,
    tuple(
        {"r": siret, "a": siret[:3], "b": siret[3:6], "c": siret[6:9], "d": siret[9:], "n": siret[:9]}
        for siret in ("73282932000074", "05480546000018", "55208131766522")
    ),
    read=("{r}", " {r}", "{a} {b} {c} {d}", "{a}\u00a0{b}\u00a0{c}\u00a0{d}", "{a}{b}{c} {d}"),
    proposes=("{a}.{b}.{c}.{d}", "{a}-{b}-{c}-{d}", "SIRET {r}", "SIRET{a} {b} {c} {d}", "'{r}", "N°{r}"),
    refuses=("{n}", "{n} {n}", "{r}0", "{r}A", "{a}.28E+13", "FR32{n}", "FR 32 {n}", "{r}²", "RCS Paris {n}"),
)
CODES += table(
    values.NUMERO_ANS,
    tuple({"r": ans, "a": ans[:4], "b": ans[4:7], "c": ans[7:]} for ans in ("1234567890", "ABCDE12345", "0000000001")),
    read=("{r}", " {r}\n", "{r}\u00a0", "{a} {b} {c}", "{a}\u202f{b}\u202f{c}", "\u200b{r}"),
    proposes=("{a}.{b}.{c}", "{a}-{b}-{c}", "{a}/{b}/{c}", "'{r}", "’{r}", "{r}."),
    refuses=(
        "ANS {r}",
        "{a}{b}",
        "{r}1",
        "{r}{r}",
        "{r} {r}",
        "{r}, {r}",
        "{r};{r}",
        "{r}?",
        "{a}{b}é",
        "{r}²",
        "néant",
    ),
)

NUMBERS = [
    (values.FINESS, 750712184.0, "750712184"),
    (values.FINESS, 10780054, "010780054"),  # 0 + 1*2 + ... : its key holds
    (values.FINESS, 75071218.0, REFUSED),  # its key does not: a figure was forgotten
    (values.FINESS, 7507121.0, REFUSED),
    (values.FINESS, 0.0, REFUSED),
    (values.FINESS, 75071218.4, REFUSED),
    (values.FINESS, -750712184.0, REFUSED),
    (values.NUMERO_EDITEUR, 7.0, "00007"),
    (values.NUMERO_EDITEUR, 12345.0, "12345"),
    (values.NUMERO_EDITEUR, 123456.0, REFUSED),
    (values.NUMERO_EDITEUR, 0.5, REFUSED),
    (values.NUMERO_SIRET, 73282932000074.0, "73282932000074"),
    (values.NUMERO_SIRET, 5480546000018.0, "05480546000018"),
    (values.NUMERO_SIRET, 7328293200007.0, REFUSED),
    (values.NUMERO_SIRET, 732829320.0, REFUSED),
    (values.NUMERO_ANS, 1234567890.0, "1234567890"),
    (values.NUMERO_ANS, 123456789.0, REFUSED),
    (values.NUMERO_ANS, 12345.0, REFUSED),
    (values.MONTANT, 13750.0, f"13{_THIN}750,00{_NB}€"),
    (values.MONTANT, 13750, f"13{_THIN}750,00{_NB}€"),
    (values.MONTANT, 13749.999999999998, f"13{_THIN}750,00{_NB}€"),
    (values.MONTANT, 1e4, f"10{_THIN}000,00{_NB}€"),
    (values.MONTANT, 1e13, REFUSED),
    (values.MONTANT, 0.0, REFUSED),
    (values.DATE, 44666.0, "15/04/2022"),
    (values.DATE, 44665.9999999, proposed("15/04/2022")),
    (values.DATE, 20220415.0, proposed("15/04/2022")),
    (values.DATE, 15042022.0, proposed("15/04/2022")),
    (values.DATE, 2022.0, REFUSED),
    (values.DATE, 13750.0, REFUSED),
    (values.TELEPHONE, 144556677.0, "0144556677"),
    (values.TELEPHONE, 33144556677.0, "+33144556677"),
    (values.TELEPHONE, 0.0, REFUSED),
]

# --- answers and lists ------------------------------------------------------------------------------------------------

_DRESSED = ("{r}", " {r}", "{r} ", "{r}\u00a0", "{r}\n", "\u200b{r}", "\ufeff{r}", "\t{r}")
BOOLEANS = [
    (values.BOOLEEN, dress.format(r=word), answer)
    for answer, words in (
        ("OUI", ("OUI", "oui", "Oui", "O", "o", "VRAI", "Vrai", "v", "TRUE", "yes", "Y", "x", "X", "1", "✓", "✔", "☑")),
        ("NON", ("NON", "non", "Non", "N", "n", "FAUX", "Faux", "F", "FALSE", "no", "0", "☐")),
    )
    for word in words
    for dress in _DRESSED
]
BOOLEANS += [
    (values.BOOLEEN, word, proposed(likely))
    for likely, words in (
        ("OUI", ("Oui.", "ouii", "oui !", "OUI (voir avenant)", "oui, signé", "oui?", "«oui»", "vraii", "yess")),
        ("NON", ("Non.", "nonn", "non applicable", "NON (1)", "non ?", "non, à voir", "fauxx", "«non»")),
    )
    for word in words
]
BOOLEANS += [
    (values.BOOLEEN, word, REFUSED)
    for word in (
        "oui ou non",
        "oui/non",
        "peut-être",
        "ko",
        "-",
        "?",
        "/",
        "2",
        "01",
        "10",
        "✗",
        "✘",
        "☒",
        "néant",
        "sans objet",
        "à voir",
        "O/N",
        "ON",
        "11",
        "¹",
        "①",
        "%",
        "…",
        "00",
        "0 1",
        "o n",
    )
]

CHOICES = [
    (kind, dress.format(r=word), meant)
    for kind, meant, words in (
        (values.REGIME_TVA, "HT", ("HT", "ht", "H.T.", "h t", "hors taxe", "Hors Taxes")),
        (values.REGIME_TVA, "TTC", ("TTC", "ttc", "T.T.C.", "Toutes taxes comprises")),
        (values.LOGICIEL, "DPI", ("DPI", "dpi", "D.P.I", "Dpi")),
        (values.LOGICIEL, "PFI", ("PFI", "pfi", "P-F-I")),
        (
            values.TYPE_FICHIER,
            "BON_COMMANDE",
            ("BON_COMMANDE", "bon de commande", "Bon-de-commande", "BDC", "bon_commande"),
        ),
        (values.TYPE_FICHIER, "PREUVE_HT", ("PREUVE_HT", "Preuve HT", "preuve de HT", "HT", "preuve_ht")),
    )
    for word in words
    for dress in _DRESSED
]
CHOICES += [
    (values.REGIME_TVA, "régime TTC", proposed("TTC")),
    (values.REGIME_TVA, "TTC 20 %", proposed("TTC")),
    (values.REGIME_TVA, "HT ?", proposed("HT")),
    (values.REGIME_TVA, "HT?", proposed("HT")),
    (values.REGIME_TVA, "non HT", REFUSED),
    (values.REGIME_TVA, "pas HT", REFUSED),
    (values.REGIME_TVA, "hors TTC", REFUSED),
    (values.REGIME_TVA, "sans HT", REFUSED),
    (values.REGIME_TVA, "HT ou TTC", REFUSED),
    (values.REGIME_TVA, "HT/TTC", REFUSED),
    (values.REGIME_TVA, "exonéré", REFUSED),
    (values.REGIME_TVA, "20 %", REFUSED),
    (values.REGIME_TVA, "TVA", REFUSED),
    (values.LOGICIEL, "DP1", proposed("DPI")),
    (values.LOGICIEL, "DPI ou PFI", REFUSED),
    (values.LOGICIEL, "LIS", REFUSED),
    (values.TYPE_FICHIER, "bon de comande", proposed("BON_COMMANDE")),
    (values.TYPE_FICHIER, "attestation HT", proposed("PREUVE_HT")),
    (values.TYPE_FICHIER, "BDC ?", proposed("BON_COMMANDE")),
    (values.TYPE_FICHIER, "BDC + HT", REFUSED),
    (values.TYPE_FICHIER, "RIB", REFUSED),
]

# --- people -----------------------------------------------------------------------------------------------------------

_ADDRESSES = tuple(
    {"n": name, "d": domain, "D": domain.replace(".", ","), "r": f"{name}@{domain}", "wide": _wide(domain)}
    for name, domain in (("m.dupont", "ch.fr"), ("jean-luc_2", "ght-ouest.fr"), ("dsi", "aphp.org"), ("a+b", "x.eu"))
)
EMAILS = table(
    values.EMAIL,
    _ADDRESSES,
    read=("{r}", " {r}", "{r} ", "{r}\u00a0", "{r}\n", "\u200b{r}", "{n}@\u00ad{d}", "\ufeff{r}", "\u202a{r}\u202c"),
    proposes=(
        "mailto:{r}",
        "Jean Dupont <{r}>",
        "<{r}>",
        "M. Dupont <{r}>",
        "{n} @ {d}",
        "{n}@ {d}",
        "{n} @{d}",
        "{r}.",
        "{r};",
        "{r},",
        "{r} ;",
        "{n}@{D}",
        "{n}@{wide}",
        "{n}＠{d}",
        '"Dupont, Jean" <{r}>',
    ),
    refuses=(
        "{n}",
        "{d}",
        "@{d}",
        "{n}@",
        "{n}@@{d}",
        "{r}; {r}",
        "{r}, {r}",
        "{r} / {r}",
        "{r} {r}",
        "{r} ou {r}",
        "{n} chez {d}",
        "{n}(at){d}",
        "{n}@localhost",
        "{r}@{d}",
        "a b {r}",
        "{n}..x@{d}",
        ".{r}",
        "-",
        "néant",
        "?",
        "{n}@-{d}",
        "{n}@{d}..fr",
        "http://{d}",
        "{n}@ch",
        "tel : 01 44 55 66 77",
        "{n}@{d}/",
        "n/a",
    ),
)

PHONES = table(
    values.TELEPHONE,
    tuple({"r": number} for number in ("01 44 55 66 77", "0144556677", "01.44.55.66.77", "+33 1 44 55 66 77")),
    read=(
        "{r}",
        " {r}",
        "{r} ",
        "{r}\u00a0",
        "{r}\n",
        "\u200b{r}",
        "\u202a{r}\u202c",
        "\ufeff{r}",
        "{r}\u00ad",
        "\t{r}",
    ),
)
PHONES += [
    (values.TELEPHONE, text, text)
    for text in (
        "01-44-55-66-77",
        "+33144556677",
        "0033144556677",
        "+32 2 123 45 67",
        "+262 262 90 50 50",
        "01 44 55 66 77 poste 12",
        "+33 (0)1 44 55 66 77",
        "+33 (0) 1 44 55 66 77",
        "01 44 55 66 77 (standard)",
        "01 44 55 66 77 - DSI",
        "01.44.55.66.77 poste 4",
        *(
            f"{number} {more}"
            for number in ("01 44 55 66 77", "0144556677")
            for more in ("poste 12", "(DSI)", "M. Martin")
        ),
    )
]

NAMES = table(
    values.NOM,
    tuple(
        {"r": name, "low": name.lower(), "title": name.title()}
        for name in ("DUPONT", "LE GOFF", "HÉLÈNE D’ORMESSON", "MARTIN-DURAND", "ŒUVRARD")
    ),
    read=("{r}", "{low}", "{title}", " {r}", "{low} ", "{r}\u00a0", "{r}\n", "\u200b{low}", "{r}\u00ad", "\ufeff{r}"),
)
PHONES += [
    (values.TELEPHONE, spelling.format(a=a, b=b), doubt("V035", a))
    for a, b in (
        ("01 44 55 66 77", "06 12 34 56 78"),
        ("0144556677", "0612345678"),
        ("+33 1 44 55 66 77", "0612345678"),
    )
    for spelling in (
        "{a} / {b}",
        "{a}/{b}",
        "{a} ; {b}",
        "{a};{b}",
        "{a}, {b}",
        "{a} ou {b}",
        "{a} et {b}",
        "{a} - {b}",
        "{a}\n{b}",
        "{a} {b}",
        "{a} (fixe) {b} (portable)",
        "{a} | {b}",
    )
]
PHONES += [
    (values.TELEPHONE, spelling.format(r=number), doubt("V031", number))
    for number in ("01 44 55 66 77", "0144556677", "01.44.55.66.77")
    for spelling in (
        "Tél. {r}",
        "tel : {r}",
        "Tél : {r}",
        "T. {r}",
        "Fixe {r}",
        "portable : {r}",
        "tel:{r}",
        "M. X {r}",
        "a {r}",
        "b: {r}",
        "= {r}",
        "«{r}»",
        "n° {r}",
    )
]
PHONES += [
    (values.TELEPHONE, text, doubt("V031", meant))
    for text, meant in (
        ("O1 44 55 66 77", "01 44 55 66 77"),
        ("o1.44.55.66.77", "01.44.55.66.77"),
        ("0l 44 55 66 77", "01 44 55 66 77"),
        ("０１４４５５６６７７", "0144556677"),
        ("01 44 55", ""),
        ("standard", ""),
        ("3639", ""),
        ("-", ""),
        ("néant", ""),
        ("01 44 55 66 77 88 99 00 11", "01 44 55 66 77"),
        ("01 44 55 66", ""),
        ("?", ""),
        ("à compléter", ""),
        ("n.c.", ""),
        ("x", ""),
        ("m.dupont@ch.fr", ""),
        ("DUPONT", ""),
        ("12", ""),
        ("+", ""),
        ("()", ""),
    )
]

NAMES += [
    (values.NOM, spelling.format(name), doubt("V034", name.upper()))
    for name in ("DUPONT", "Le Goff", "Hélène d’Ormesson", "MARTIN-DURAND")
    for spelling in (
        "M. {}",
        "M {}",
        "M.{}",
        "MR {}",
        "Mme {}",
        "MME. {}",
        "Mlle {}",
        "Monsieur {}",
        "madame {}",
        "Dr {}",
        "Pr. {}",
        "Docteur {}",
        "Maître {}",
        "Me. {}",
        "{} (Mme)",
        "{}, Mme",
        "{} MONSIEUR",
    )
]
NAMES += [
    (values.NOM, text, doubt("V033"))
    for text in (
        "CENTRE HOSPITALIER",
        "CENTRE HOSPITALIER DE SAINT-MARTIN",
        "Centre hospitalier",
        "CH",
        "CH SAINT-MARTIN",
        "CH de Lens",
        "C.H DE LENS",
        "CHU",
        "CHU DE NANTES",
        "CHU-NANTES",
        "CHR D’ORLÉANS",
        "CHRU BREST",
        "CHI DES",
        "GHT",
        "GHT OUEST",
        "GHU PARIS",
        "GROUPE HOSPITALIER DU HAVRE",
        "CLINIQUE",
        "CLINIQUE DU PARC",
        "POLYCLINIQUE SAINT-JEAN",
        "HÔPITAL NORD",
        "HOPITAL NORD",
        "HÔPITAUX DE BRIE",
        "EHPAD LES LILAS",
        "FONDATION SAINTE-MARIE",
        "INSTITUT CURIE",
        "ASSOCIATION HAD",
        "AP-HP",
        "APHP",
        "HCL LYON",
        "LE DIRECTEUR",
        "DIRECTION DES ACHATS",
        "SERVICE INFORMATIQUE",
        "Directrice",
        "SAS CLINIDOC",
        "GCS E-SANTÉ",
        "ÉTABLISSEMENT DE SANTÉ",
        "SECRÉTARIAT",
        "CENTRE DE RÉÉDUCATION",
    )
]
NAMES += [
    (values.NOM, name, name)  # what only looks like one of those
    for name in (
        "CHARLES",
        "CH. DUPONT",
        "CHASSAGNE",
        "CHUPIN",
        "CHU MINH",
        "CHI LAN",
        "GHTALI",
        "MERCIER",
        "PRUNIER",
        "DRAPEAU",
        "MAITREJEAN",
        "MMADI",
        "MONSIEURET",
        "MADAMET",
        "CLINIQUEAU",
        "INSTITUTRIS",
        "SERVICEN",
        "M’BAPPÉ",
        "MEUNIER",
        "DE LA DIRECTIONNE",
        "SASSIER",
    )
]
NAMES += [(values.NOM, text, REFUSED) for text in ("X" * 50, "x" * 60)]
NAMES += [(values.NOM, text, doubt("V032")) for text in ("-", "?", "...", "12", "/", "()")]

TABLES = {
    "amounts": AMOUNTS,
    "days": DAYS,
    "codes": CODES,
    "booleans": BOOLEANS,
    "choices": CHOICES,
    "e-mails": EMAILS,
    "phones": PHONES,
    "names": NAMES,
}


@pytest.mark.parametrize("family", TABLES)
def test_sloppy_cells_are_read_proposed_or_refused_as_the_table_says(family: str) -> None:
    wrong = [(raw, said, was) for kind, raw, said in TABLES[family] if (was := outcome(kind, raw)) != said]
    assert wrong == []


@pytest.mark.parametrize(("kind", "raw", "said"), NUMBERS)
def test_numbers_are_read_proposed_or_refused_as_the_table_says(kind: Format, raw: Any, said: str) -> None:
    assert outcome(kind, raw) == said


def test_the_tables_are_as_long_as_was_promised() -> None:
    assert {family: len({raw for _, raw, _ in lines}) >= 150 for family, lines in TABLES.items()} == dict.fromkeys(
        TABLES, True
    )


# --- no repair is off by a factor, a century or a figure --------------------------------------------------------------

_GROUPS = st.sampled_from(["", " ", "\u00a0", "\u202f", ".", ",", "'", "’"])
_MARKS = st.sampled_from([",", ".", "€", " € ", " ", "EUR", "'", "-"])
_BEFORE = st.sampled_from(["", "€", "€ ", "EUR ", "HT ", "+", " "])
_BEHIND = st.sampled_from(["", "€", " €", " EUR", " euros", " HT", "€ HT", " TTC", " k€", "\u00a0"])
_NO_FIGURE = st.characters(exclude_categories=["Nd"], exclude_characters=".,")


def _spelt(centimes: int, group: str, mark: str, decimals: int, before: str, behind: str) -> str:  # noqa: PLR0917
    whole, cents = f"{centimes // 100:,}".replace(",", group), f"{centimes % 100:02d}0000"[:decimals]
    return f"{before}{whole}{mark * bool(decimals)}{cents}{behind}"


@given(st.integers(1, 10**9), _GROUPS, _MARKS, st.sampled_from([0, 1, 2, 3, 4, 6]), _BEFORE, _BEHIND)
@example(1375000, "", "€", 2, "", "")
@example(1375050, "", "€", 1, "", "")
@example(1375000, "", ",", 3, "", "")
@example(123400000, ",", ".", 0, "", "")
def test_an_amount_however_spelt_is_read_exactly_or_refused(  # noqa: PLR0917
    centimes: int, group: str, mark: str, decimals: int, before: str, behind: str
) -> None:
    assume(decimals < 3 or mark not in {" ", "'"})
    meant = centimes if decimals > 1 else centimes - centimes % 10 if decimals else centimes - centimes % 100
    read = values.MONTANT.read(_spelt(centimes, group, mark, decimals, before, behind)).valeur
    assert read in {None, meant}


@given(st.integers(1, 10**9), st.integers(0, 12), _NO_FIGURE)
@example(1375000, 5, "€")
@example(1375000, 5, "²")
def test_a_sign_slipped_into_an_amount_never_changes_it(centimes: int, at: int, sign: str) -> None:
    text = f"{centimes // 100},{centimes % 100:02d}"
    assert values.MONTANT.read(text[:at] + sign + text[at:]).valeur in {None, centimes, -centimes}


_SPELLINGS = st.sampled_from(["{:%d/%m/%Y}", "{:%d-%m-%Y}", "{:%d.%m.%Y}", "{:%Y-%m-%d}", "{:%Y/%m/%d}", "{:%d/%m/%y}",
                              "{:%d%m%Y}", "{:%Y%m%d}", "{:%Y-%m-%dT00:00:00}", "le {:%d/%m/%Y}"])  # fmt: skip


@given(st.integers(0, 10_000), _SPELLINGS, st.integers(0, 12), st.just("") | _NO_FIGURE | st.sampled_from("OIl/-. "))
@example(0, "{:%d/%m/%Y}", 10, "²")
def test_a_day_however_spelt_is_read_exactly_or_refused(days: int, spelling: str, at: int, sign: str) -> None:
    day = date(2021, 1, 1) + timedelta(days=days)
    text = spelling.format(day)
    assert values.DATE.read(text[:at] + sign + text[at:]).valeur in {None, day}


@given(st.from_regex("[0-9]{9}", fullmatch=True), st.integers(0, 9), st.just("") | _NO_FIGURE)
def test_a_sign_slipped_into_a_code_never_changes_it(code: str, at: int, sign: str) -> None:
    said = outcome(values.FINESS, code[:at] + sign + code[at:])
    assert said in {code, REFUSED, proposed(code)} or sign.isalnum()


@given(st.from_regex("[0-9]{9}", fullmatch=True), st.integers(0, 8))
def test_a_finess_short_of_a_figure_is_never_padded_but_by_its_key(code: str, at: int) -> None:
    read = values.FINESS.read(float(code[:at] + code[at + 1 :])).valeur
    assert len(str(read)) != 9 or bool(values.FINESS.cle(str(read)))
