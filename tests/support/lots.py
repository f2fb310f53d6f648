"""Made-up lots and a folder of attachments, for the tests of deposits."""

import hashlib
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from converter.checking.demande import Demande, Entete, Lot, Piece, lots
from converter.depositing import deposit
from converter.issues import Issue
from converter.registry.store import Depot
from converter.sentences.say import catalogue
from converter.spec.shape import builtin_model
from converter.system.processes import Workers

JOUR = date(2022, 4, 15)
SHAPE = builtin_model()
SIRET = "73282932000074"
NUMEROS_ANS = {"DPI": "1234567890", "PFI": "ABCDE12345"}

VALEURS: Mapping[str, Any] = {
    "dateCommande": date(2022, 3, 1),
    "regimeTVA": "HT",
    "montantSegurHT": 1_375_000,
    "isMandataire": False,
    "isClientUnique": False,
    "nomMandataire": None,
    "emailMandataire": None,
    "telephoneMandataire": None,
    "isPFIpourEnvoiDMPIndependante": False,
    "isPFIpourEnvoiMSSProIndependante": True,
    "isPFIpourEnvoiMSSPCitoyenIndependante": True,
    "isProSanteConnectNeeded": True,
    "isCRBIOAssociated": False,
    "isCRRADAssociated": False,
    "operateurMessagerie": None,
    "isEnvoiDMP": False,
    "isEnvoiMSSPro": False,
    "isEnvoiMSSCitoyen": False,
}
CLIENTS = tuple(
    {
        "nomClient": "DUPONT",
        "emailClient": "m.dupont@ch-saint-martin.fr",
        "telephoneClient": "01 44 55 66 77",
        "FINESSPMSI": finess,
    }
    for finess in ("750712184", "010780054")
)


def piece(folder: Path, nom: str, kind: str, content: bytes) -> Piece:
    """Write an attachment and return it as the checks would."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / nom
    path.write_bytes(content)
    return Piece(kind, "PDF", str(path), len(content), hashlib.sha256(content).hexdigest())


def demande(folder: Path, number: int, *, octets: int = 0, logiciel: str = "DPI", **changes: Any) -> Demande:
    """Return a convertible request with its two attachments, each of `octets` more bytes than needed."""
    numero = changes.pop("numero", f"{number:05d}")
    pad = random.Random(number).randbytes(octets)  # noqa: S311 - bytes that do not deflate, no secret
    pieces = tuple(
        piece(folder, f"{code} {number}.pdf", kind, b"%PDF-1.4\n" + f"{code} {number}".encode() + pad + b"\n%%EOF")
        for kind, code in (("BON_COMMANDE", "bon"), ("PREUVE_HT", "preuve"))
    )
    valeurs = {**VALEURS, "numeroEditeur": numero, "montantSegurHT": 1_375_000 + number, **changes}
    return Demande(number + 2, logiciel, valeurs, CLIENTS, pieces)


def demandes(folder: Path, count: int, *, first: int = 1, octets: int = 0) -> tuple[Demande, ...]:
    """Return requests numbered from `first`."""
    return tuple(demande(folder, number, octets=octets) for number in range(first, first + count))


def in_lots(*chosen: Demande) -> tuple[Lot, ...]:
    """Return the lots of requests."""
    return tuple(lot for lot in lots(chosen, SIRET, NUMEROS_ANS) if lot.demandes)


def with_values(request: Demande, **changes: Any) -> Demande:
    """Return a request that says something else."""
    return replace(request, valeurs={**request.valeurs, **changes})


def one_lot(count: int, folder: Path) -> Lot:
    """Return a lot of so many DPI requests."""
    return Lot(Entete(SIRET, "DPI", NUMEROS_ANS["DPI"]), demandes(folder, count))


def say(issue: Issue) -> str:
    """Return what the user reads about an issue; fails where its message asks for a fact it lacks."""
    message = catalogue()[issue.code]
    facts = {**dict(issue.faits), "valeur": issue.valeur, "proposition": issue.proposition}
    return f"{message.phrase} {message.conseil}".format_map(facts)


def codes(issues: Iterable[Issue]) -> list[str]:
    """Return the codes of issues whose sentences are complete."""
    issues = tuple(issues)
    assert all(say(issue) for issue in issues)
    return [issue.code for issue in issues]


def convert(dossier: Path, *chosen: Demande, jour: date = JOUR) -> tuple[Depot, ...]:
    """Convert requests in a folder of deposits."""
    with Workers() as workers, deposit.open_depots(dossier, SHAPE) as depots:
        return deposit.convert(depots, in_lots(*chosen), jour, lambda _: None, workers)
