"""Twelve requests typed in haste, from the blank workbook to the portal's second answer, by double-clicks alone.

Every amount, state and number expected here is worked out by hand.
"""

import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from stdnum import luhn

from converter import cli
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from tests.support.cycle import SCENARIOS, SIRET, pdf
from tests.support.erreurs import say_oui

LANCEUR = Path(__file__).parents[2] / "templates" / "lanceur.py"
TYPED: Sequence[Mapping[str, Any]] = (
    {"dateCommande": "15/04/2022", "regimeTVA": "HT", "montantSegurHT": "13 750,00 €"},
    {"numeroEditeur": 2, "regimeTVA": "ttc", "montantSegurHT": 2000.5},
    {"montantSegurHT": "13750€00"},
    {"montantSegurHT": "1.234"},
    {"dateCommande": "15/04/22", "montantSegurHT": 3000},
    {"montantSegurHT": "5 000 € TTC"},
    {"nomClient": " dupont ", "montantSegurHT": 9000},
    {"FINESSPMSI": "7500000", "montantSegurHT": 800.1},
    {"emailClient": "direction@@ch-9.fr", "montantSegurHT": 999.99},
    {"regimeTVA": "HT", "montantSegurHT": 12500},
    {"fichier": "bon de comande 11.pdf", "montantSegurHT": 100.01},
    {"numeroEditeur": None, "montantSegurHT": 650},
)
"""What is odd of each request, 00001 to 00012."""
MENDED = (
    (DEMANDES, 3, "montantSegurHT", 13750),
    (DEMANDES, 4, "montantSegurHT", 1234),
    (DEMANDES, 6, "montantSegurHT", 4166.67),
    (BENEFICIAIRES, 8, "FINESSPMSI", "750000085"),
    (BENEFICIAIRES, 9, "emailClient", "direction@ch-9.fr"),
    (DEMANDES, 10, "regimeTVA", "TTC"),
    (PIECES, 12, "fichier", "bon de commande 11.pdf"),  # the proof of the first request stands in the second row
    *((sheet, rank, "numeroEditeur", "00012") for sheet, rank in ((DEMANDES, 12), (BENEFICIAIRES, 12), (PIECES, 13))),
)
"""What the user types after having read: sheet, which row of data, tag, value."""


class Team:
    """A folder with its launcher; a double-click does what it does on a PC, but for the window."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        spec = importlib.util.spec_from_file_location("lanceur", LANCEUR)
        assert spec
        assert spec.loader
        self.lanceur = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.lanceur)
        self.folder, self.book, self._capsys = folder, folder / "demandes.xlsx", capsys
        monkeypatch.setattr(self.lanceur, "HERE", folder)
        monkeypatch.setattr(self.lanceur, "interactive", lambda: False)
        monkeypatch.setattr(self.lanceur, "warnings", lambda *_: ())
        monkeypatch.setattr(self.lanceur, "find_source", lambda: None)
        monkeypatch.setattr(self.lanceur, "run_tool", lambda _, arguments: cli.run(arguments))

    def double_click(self, *dropped: Path) -> str:
        """Return what the window says."""
        self._capsys.readouterr()
        self.lanceur.main([str(path) for path in dropped])
        return "".join(self._capsys.readouterr()).replace("\u00a0", " ").replace("\u202f", " ")

    def type(self, changes: Sequence[tuple[str, int, str, Any]]) -> None:
        """Type values into cells: sheet, which row of data, tag, value."""
        book = openpyxl.load_workbook(self.book)
        for sheet, rank, tag, value in changes:
            column = next(cell.column for cell in book[sheet][1] if cell.value == tag)
            book[sheet].cell(rank + 2, column).value = value
        book.save(self.book)

    def column(self, tag: str) -> list[Any]:
        """Return a column of `Demandes`."""
        sheet = openpyxl.load_workbook(self.book)[DEMANDES]
        column = next(cell.column for cell in sheet[1] if cell.value == tag)
        return [sheet.cell(row, column).value for row in range(3, 15)]

    def deposits(self) -> list[Path]:
        """Return the JSON files made, in order."""
        return sorted(self.folder.glob("depots/JSON-*/JSON-*.json"))

    def answer(self, sent: Path, said: Mapping[str, tuple[str | None, str, str]]) -> Path:
        """Write by hand what the portal answers of some of the requests of a deposit."""
        document = json.loads(sent.read_text("utf-8"))
        kept = [line for line in document["lignesImport"] if line["numeroEditeur"] in said]
        for line in kept:
            line.update(
                zip(("numeroASP", "codeTraitement", "libelleTraitement"), said[line["numeroEditeur"]], strict=True)
            )
        answer = self.folder / sent.name
        answer.write_text(json.dumps(document | {"lignesImport": kept}), "utf-8")
        return answer


def asked(sent: Path) -> dict[str, Decimal]:
    """Return the amount of each request of a deposit."""
    lines = json.loads(sent.read_text("utf-8"), parse_float=Decimal)["lignesImport"]
    return {line["numeroEditeur"]: line["commande"]["montantSegurHT"] for line in lines}


def typed() -> Iterator[tuple[str, int, str, Any]]:
    """Yield every cell that the team fills."""
    for rank, odd in enumerate(TYPED, start=1):
        finess = f"75{rank:06d}"
        number = {"numeroEditeur": odd.get("numeroEditeur", f"{rank:05d}")}
        request = {
            "dateCommande": date(2022, 4, 15),
            "regimeTVA": "TTC",
            "isMandataire": "non",
            "isClientUnique": "Oui",
        }
        client = {
            "nomClient": "DURAND",
            "emailClient": f"direction@ch-{rank}.fr",
            "telephoneClient": "01 44 55 66 77",
            "FINESSPMSI": finess + luhn.calc_check_digit(finess),
        }
        scenario = {tag: "OUI" if value else "NON" for tag, value in SCENARIOS["DPI"].items()}
        own = {**request, **scenario, "montantSegurHT": None}
        yield from ((DEMANDES, rank, tag, odd.get(tag, value)) for tag, value in {**number, **own}.items())
        yield from ((BENEFICIAIRES, rank, tag, odd.get(tag, value)) for tag, value in {**number, **client}.items())
        piece = {"typeFichier": "BON_COMMANDE", "fichier": f"bon de commande {rank}.pdf"}
        at = rank if rank == 1 else rank + 1
        yield from ((PIECES, at, tag, odd.get(tag, value)) for tag, value in {**number, **piece}.items())
    proof = {"numeroEditeur": "00001", "typeFichier": "PREUVE_HT", "fichier": "attestation.pdf"}
    yield from ((PIECES, 2, tag, value) for tag, value in proof.items())


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Team:
    """A team with its workbook filled and its attachments at hand."""
    (tmp_path / "pieces").mkdir()
    for rank in range(1, 13):
        (tmp_path / "pieces" / f"bon de commande {rank}.pdf").write_bytes(pdf(rank))
    (tmp_path / "pieces" / "attestation.pdf").write_bytes(pdf(99))
    cli.run(["modele", "-o", str(tmp_path / "demandes.xlsx")])
    team = Team(tmp_path, monkeypatch, capsys)
    team.type(list(typed()))
    book = openpyxl.load_workbook(team.book)
    for row in book["Paramètres"].iter_rows():
        row[2].value = {"SIRET": "732 829 320 00074", "numeroAns.DPI": 1234567890}.get(row[0].value, row[2].value)
    book.save(team.book)
    assert SIRET == "73282932000074"
    return team


def test_twelve_requests_three_rounds_and_two_answers(team: Team) -> None:
    said = team.double_click()
    assert "12 demandes : 9 à corriger, 3 converties." in said
    assert "3 demandes, 24 750,50 € HT, avance 7 425,15 €" in said
    assert "13750€00" in said
    (first,) = team.deposits()
    assert asked(first) == {"00001": Decimal(13750), "00002": Decimal("2000.50"), "00007": Decimal(9000)}
    assert team.column("etat") == [
        "Convertie", "Convertie", *["À corriger"] * 4, "Convertie", *["À corriger"] * 5
    ]  # fmt: skip
    numbers = openpyxl.load_workbook(team.book)["Erreurs"].iter_rows(min_row=6, values_only=True)
    assert any("prochain numéro libre\u00a0: 00012" in str(line[7]) for line in numbers)

    assert say_oui(team.book, Cellule="E7") == 1
    team.type(MENDED)
    said = team.double_click()
    assert "12 demandes : 9 converties, 3 converties auparavant." in said
    assert "9 demandes, 37 200,77 € HT, avance 11 160,23 €" in said
    _, second = team.deposits()
    assert sum(asked(second).values()) == Decimal("37200.77")
    assert len(asked(second)) == 9
    assert "9 converties" not in team.double_click()
    assert len(team.deposits()) == 2

    reserve = "Demande acceptée sous réserve de l'original"
    refused = (None, "KO", "FINESS inconnu")
    answer = team.answer(
        first, {"00001": ("ASP-1", "OK", "Acceptée"), "00002": refused, "00007": ("ASP-7", "OK", reserve)}
    )
    team.double_click(answer, team.book)
    assert team.column("numeroEditeur")[:2] == ["00001", "00013"]
    assert team.column("etat")[:2] == ["Acceptée", "Rejetée"]
    assert reserve in team.column("historique")[6]

    accepted = {f"{rank:05d}": (f"ASP-{rank}", "OK", "Acceptée") for rank in (3, 4, 5, 8, 9, 10, 11)}
    said = team.double_click(team.answer(second, accepted | {"00006": refused}), team.book)
    assert "00012" in said  # the portal says nothing of it
    assert team.column("numeroEditeur")[5] == "00014"

    team.double_click()
    assert len(team.deposits()) == 2
    states = ["Acceptée", "Rejetée", "Acceptée", "Acceptée", "Acceptée", "Rejetée", *["Acceptée"] * 5, "Convertie"]
    assert team.column("etat") == states
    assert [team.column("libelleTraitement")[row] for row in (1, 5)] == ["FINESS inconnu"] * 2

    team.type([(BENEFICIAIRES, 2, "FINESSPMSI", "750000028"), (DEMANDES, 2, "montantSegurHT", 2100.5)])
    said = team.double_click()
    assert "2 100,50 € HT, avance 630,15 €" in said
    assert asked(team.deposits()[-1]) == {"00013": Decimal("2100.50")}
    assert len(team.deposits()) == 3
    assert team.column("etat") == ["Acceptée", "Convertie", *states[2:]]
