"""What the converter takes from a cell and writes, the portal's control, written apart from it, takes too."""

import json
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from converter.depositing import document
from converter.issues import Gravite
from converter.sentences.say import gravite
from converter.spec.tags import TAG
from tests.support.portal import EXAMPLE, report_on

ROW = ("lignesImport", 0)
PATHS: dict[str, tuple[Any, ...]] = {
    "SIRET": ("SIRET",),
    "numeroAns": ("numeroAns",),
    "dateCommande": (*ROW, "commande", "dateCommande"),
    "montantSegurHT": (*ROW, "commande", "montantSegurHT"),
    "nomClient": (*ROW, "beneficiaires", "EtablissementsClients", 0, "nomClient"),
    "emailClient": (*ROW, "beneficiaires", "EtablissementsClients", 0, "emailClient"),
    "telephoneClient": (*ROW, "beneficiaires", "EtablissementsClients", 0, "telephoneClient"),
    "FINESSPMSI": (*ROW, "beneficiaires", "EtablissementsClients", 0, "FINESSPMSI"),
}

BASES = {
    "SIRET": "73282932000074",
    "numeroAns": "1234567890",
    "dateCommande": "15/04/2022",
    "montantSegurHT": "13 750,00 €",
    "nomClient": "Hélène Dupont",
    "emailClient": "m.dupont@ch-saint-martin.fr",
    "telephoneClient": "01 44 55 66 77",
    "FINESSPMSI": "2A0000014",
}
"""What people type, before their fingers slip."""

SLIPS = st.sampled_from("0123456789٠٣２²ⅣABab Ａß.,-/@．＠ｃ€ОI\x00'’\u00a0\u202f\u200b\t") | st.characters(
    codec="utf-8"
)


def slipped(base: str) -> st.SearchStrategy[str]:
    """Type a text with up to two characters replaced, or some more after it."""
    replaced = st.lists(st.tuples(st.integers(0, len(base) - 1), SLIPS), max_size=2)
    return st.builds(lambda slips, more: _typed(base, slips) + more, replaced, st.just("") | st.text(max_size=140))


def _typed(base: str, slips: list[tuple[int, str]]) -> str:
    characters = list(base)
    for position, character in slips:
        characters[position] = character
    return "".join(characters)


def taken(tag: str, cell: Any) -> Any:
    """Return what the converter makes of a cell, `None` where it refuses it."""
    value = TAG[tag].format.read(cell).valeur
    if value is None:
        return None
    column = pd.Series([value], dtype=TAG[tag].format.dtype)
    sound = (c.holds(column).all() for c in TAG[tag].format.conditions if gravite(c.code) is Gravite.ERREUR)
    return value if all(sound) else None


@pytest.mark.parametrize("tag", PATHS)
def test_a_value_that_the_converter_takes_is_no_error_for_the_portal(tag: str) -> None:
    @given(slipped(BASES[tag]))
    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
    def check(cell: Any) -> None:
        value = taken(tag, cell)
        assume(value is not None)
        filed = json.loads(EXAMPLE, parse_float=Decimal)
        holder = filed
        for step in PATHS[tag][:-1]:
            holder = holder[step]
        holder[PATHS[tag][-1]] = TAG[tag].format.to_json(value)
        report = report_on(document.encode(filed), f"JSON-{filed['numeroAns']}-20220420-001.json")
        # A day after the deposit is a rule's matter, not the format's; a doubtful address is an error of ours.
        told = [*report.erreurs, *(f for f in report.findings if f.code == "K206")]
        assert [(f.code, f.issue.valeur) for f in told if f.code != "K212"] == []

    check()
