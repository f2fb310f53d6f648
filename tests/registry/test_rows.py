"""The tool's own columns of a row, as somebody may have left them."""

from pathlib import Path
from typing import Any

import pytest

from converter.checking.lecture import read_cells
from converter.issues import Place
from converter.reading import workbook
from converter.registry.rows import Ligne, Rangs
from converter.registry.store import Memoire, Reponse
from converter.spec.programme import Etat
from converter.spec.sheets import BENEFICIAIRES, DEMANDES
from tests.support.cycle import Cycle

DEPOT = "JSON-1234567890-20220415-001"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Cycle:
    cycle = Cycle(tmp_path_factory.mktemp("rows"))
    cycle.fill(["DPI", "DPI"])
    return cycle


def rangs(cycle: Cycle, folder: Path, **cells: Any) -> tuple[Rangs, int]:
    """The rows of a copy of the workbook, of which the first has these cells; and that row."""
    copy = Cycle(folder)
    copy.classeur.write_bytes(cycle.classeur.read_bytes())
    first = min(copy.rows())
    copy.type({DEMANDES: {first: cells}})
    return Rangs(read_cells(workbook.read(copy.classeur))), first


@pytest.mark.parametrize(
    ("typed", "told"),
    [("ASP-1", "ASP-1"), (" ASP-1 ", "ASP-1"), (123, "123"), ("null", ""), ("0", ""), ("0000", ""), ("", "")],
)
def test_what_stands_in_for_a_numero_asp_is_none(filled: Cycle, tmp_path: Path, typed: Any, told: str) -> None:
    found, ligne = rangs(filled, tmp_path, numeroASP=typed)
    assert found.told(ligne, "numeroASP") == told
    assert found.told(ligne + 1, "numeroASP") == ""


def test_another_column_is_told_as_it_is(filled: Cycle, tmp_path: Path) -> None:
    found, ligne = rangs(filled, tmp_path, codeTraitement="0000", libelleTraitement=" null ")
    assert (found.told(ligne, "codeTraitement"), found.told(ligne, "libelleTraitement")) == ("0000", "null")
    assert found.told(ligne, "inconnue") == ""


def test_a_row_without_a_state_says_nothing(filled: Cycle, tmp_path: Path) -> None:
    found, ligne = rangs(filled, tmp_path)
    first, second = found.lignes(Memoire())
    colonnes = found.table.colonnes
    assert first == Ligne(
        Place(found.table.feuille, ligne, colonnes["numeroEditeur"]),
        "00001",
        "",
        place_etat=Place(found.table.feuille, ligne, colonnes["etat"]),
    )
    assert (second.numero, second.etat, second.depot, second.acceptation) == ("00002", "", "", None)


def test_a_row_says_its_state_deposit_answer_and_former_numbers(filled: Cycle, tmp_path: Path) -> None:
    found, ligne = rangs(
        filled,
        tmp_path,
        etat="acceptee",
        fichierJSON=f"{DEPOT} (1).json",
        numeroASP="ASP-1",
        codeTraitement="OK",
        libelleTraitement="Demande acceptée",
        anciensNumeros="00008, 00009;a0010",
        historique="dit",
    )
    first, _ = found.lignes(Memoire())
    assert (first.etat, first.depot, first.historique) == (Etat.ACCEPTEE, DEPOT, "dit")
    assert first.anciensNumeros == ("00008", "00009", "a0010")
    assert first.acceptation == Reponse("00001", True, "ASP-1", "OK", "Demande acceptée")
    assert first.rejet == Reponse("a0010", False, "", "OK", "Demande acceptée")
    assert first.valeurs == found.says([ligne])[ligne] != ""
    assert found.depots == {ligne: DEPOT}
    assert found.by_former == {"00008": [ligne], "00009": [ligne], "A0010": [ligne]}
    assert found.used() == {"00001", "00002", "00008", "00009", "A0010"}


@pytest.mark.parametrize(
    ("etat", "asp", "code", "libelle", "accepted"),
    [
        ("", "ASP-1", "", "", True),
        ("Acceptée", "", "OK", "", True),
        ("Acceptée", "", "", "Demande acceptée", True),
        ("Acceptée", "", "", "", False),
        ("Rejetée", "", "KO", "FINESS inconnu", False),
        ("", "", "OK", "Demande acceptée", False),
    ],
)
def test_a_mere_word_in_the_state_is_no_acceptance(
    etat: str, asp: str, code: str, libelle: str, accepted: bool
) -> None:
    row = Ligne(Place(DEMANDES, 3, 1), "00001", "", etat, "", asp, code, libelle)
    assert row.acceptation == (Reponse("00001", True, asp, code, libelle) if accepted else None)
    assert row.rejet == Reponse("00001", False, "", code, libelle)


def test_rows_are_found_by_number_whatever_its_case(filled: Cycle, tmp_path: Path) -> None:
    found, ligne = rangs(filled, tmp_path, numeroEditeur="aB001")
    assert found.by_number == {"AB001": [ligne], "00002": [ligne + 1]}
    assert found.number(ligne) == "aB001"
    assert len(found.at[BENEFICIAIRES]["00002"]) == 2
    blank, ligne = rangs(filled, tmp_path, numeroEditeur="")
    assert blank.number(ligne) == ""
