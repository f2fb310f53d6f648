"""The outcome of a run for a machine: `--rapport`, whose JSON Schema is `rapport.schema.json`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from converter.commands.outcome import FINE, Outcome
from converter.issues import Issue
from converter.sentences.say import conseil, gravite, phrase
from converter.system.files import write_whole

_KEYS = ({"demandes", "anomalies"}, {"avec", "differences"})
"""What every report has: of a workbook or of a deposit, of two files compared."""


def _anomaly(issue: Issue) -> dict[str, Any]:
    return {
        "code": issue.code,
        "gravite": gravite(issue.code).value,
        "feuille": issue.place.feuille,
        "cellule": issue.place.cellule,
        "balise": issue.balise,
        "valeur": issue.valeur,
        "message": phrase(issue),
        "conseil": conseil(issue),
    }


def outcome_as_data(outcome: Outcome) -> dict[str, Any]:
    """Return the machine-readable result; its JSON Schema is `rapport.schema.json`."""
    return {
        "classeur": str(outcome.classeur),
        "annote": str(outcome.ecrit) if outcome.ecrit else None,
        "demandes": [
            {"numeroEditeur": d.numeroEditeur, "feuille": d.feuille, "ligne": d.ligne, "etat": d.etat.value}
            for d in outcome.demandes
        ],
        "anomalies": [_anomaly(issue) for issue in outcome.issues],
        "acceptations": [
            {
                "feuille": each.place.feuille,
                "cellule": each.place.cellule,
                "ancien": each.ancien,
                "nouveau": each.nouveau,
                "refus": each.refus,
            }
            for each in outcome.acceptations
        ],
        "depots": [
            {
                "json": str(envoi.dossier / envoi.json),
                "zips": [str(envoi.dossier / nom) for nom in envoi.zips],
                "demandes": list(envoi.demandes),
            }
            for envoi in outcome.depots
        ],
    }


def is_rapport(path: Path) -> bool:
    """Whether a file is the report of an earlier run, this command's or another's."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    reports = found if isinstance(found, list) else [found]
    return bool(reports) and all(
        isinstance(each, dict) and any(each.keys() >= keys for keys in _KEYS) for each in reports
    )


def write_rapport(outcomes: Sequence[Outcome], path: Path) -> int:
    """Write the machine-readable result: an object for one workbook, a list of them for several."""
    data = [outcome_as_data(outcome) for outcome in outcomes]
    text = json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False, indent=2)
    write_whole(path, f"{text}\n".encode())
    return FINE
