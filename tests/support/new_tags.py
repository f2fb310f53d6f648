"""The whole way of three tags that were just added to the table and the model; run on a copy of the package.

`montantOption` must be filled, `dateLivraison` and `serviceClient` may stay blank.
"""

import json
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema

from converter import Options, bring_back, check, inspect, portal, read, verify
from converter.commands.classeur import classeur
from converter.commands.screen import console
from converter.spec.sheets import BENEFICIAIRES, DEMANDES
from converter.spec.tags import columns
from tests.support.cycle import JOUR, SHAPE, Cycle
from tests.tools import derived

NEW = ("montantOption", "dateLivraison", "serviceClient")


def main(folder: Path) -> None:
    """Take the tags from the blank workbook to the JSON, its control, its answer, and back."""
    the_documents_tell_them()
    cycle = Cycle(folder / "un")
    cycle.folder.mkdir()
    cycle.fill(["DPI", "PFI"])
    only_the_obligatory_one_is_missed(cycle)
    cycle.put(DEMANDES, 3, "montantOption", "1 250,5")
    cycle.put(DEMANDES, 3, "dateLivraison", date(2022, 5, 2))
    cycle.put(BENEFICIAIRES, 3, "serviceClient", "Achats")
    cycle.put(DEMANDES, 4, "montantOption", 99)
    deposits = cycle.convert()
    for depot in deposits:
        the_portal_takes_it(cycle, depot)
    first, second = (json.loads(cycle.sent(depot), parse_float=Decimal)["lignesImport"][0] for depot in deposits)
    assert told(first) == {
        "montantOption": Decimal("1250.50"),
        "dateLivraison": "02/05/2022",
        "serviceClient": "Achats",
    }
    assert told(second) == {"montantOption": Decimal("99.00"), "dateLivraison": None, "serviceClient": None}
    the_portal_misses_only_the_obligatory_one(cycle, deposits[0])
    the_answer_comes_back(cycle, deposits[0])
    the_rebuilt_workbook_gives_the_same(cycle, deposits, folder / "deux")


def told(demande: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a request of the JSON says of the three."""
    client = demande["beneficiaires"]["EtablissementsClients"][0]
    return {nom: (demande["commande"] | client)[nom] for nom in NEW}


def the_documents_tell_them() -> None:
    said = derived.colonnes()
    assert all(f"| `{nom}` |" in said for nom in NEW)
    schema = json.dumps(portal.schema_of(SHAPE), ensure_ascii=False)
    assert all(f'"{nom}": {{"description":' in schema for nom in NEW)


def only_the_obligatory_one_is_missed(cycle: Cycle) -> None:
    lecture = read(cycle.classeur)
    found = check(lecture, inspect(lecture), JOUR).issues
    column = [tag.nom for tag in columns(DEMANDES)].index("montantOption") + 1
    places = [(issue.code, issue.place.feuille, issue.place.ligne, issue.place.colonne) for issue in found]
    assert places == [("V001", DEMANDES, 3, column), ("V001", DEMANDES, 4, column)]


def the_portal_takes_it(cycle: Cycle, depot: str) -> None:
    sent = cycle.depots / depot / f"{depot}.json"
    assert verify(sent, sorted(sent.parent.glob("*.zip")), JOUR).erreurs == ()
    jsonschema.validate(json.loads(cycle.sent(depot)), portal.schema_of(SHAPE))


def the_portal_misses_only_the_obligatory_one(cycle: Cycle, depot: str) -> None:
    document = json.loads(cycle.sent(depot))
    document["lignesImport"][0]["commande"] |= {"montantOption": None, "dateLivraison": None}
    report = portal.verify(json.dumps(document).encode(), shape=SHAPE, au=JOUR)
    found = [(finding.code, finding.issue.balise) for finding in report.erreurs if finding.code != "K213"]
    assert found == [("K200", "montantOption")]


def the_answer_comes_back(cycle: Cycle, depot: str) -> None:
    answer = cycle.folder / f"{depot}.json"
    answer.write_bytes(cycle.answer(depot))
    outcome = bring_back(answer, cycle.classeur, Options(JOUR))
    assert [demande.etat for demande in outcome.demandes] == ["Acceptée", "Convertie"]


def the_rebuilt_workbook_gives_the_same(cycle: Cycle, deposits: list[str], folder: Path) -> None:
    folder.mkdir()
    again = Cycle(folder)
    sent = [cycle.depots / depot / f"{depot}.json" for depot in deposits]
    assert classeur(sent, again.classeur, console=console(quiet=True)) == 0
    assert [again.sent(depot) for depot in again.convert()] == [cycle.sent(depot) for depot in deposits]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
