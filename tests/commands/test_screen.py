"""What the screen says of a run: what is new first, a few lines to correct, what can be undone only where it can."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from converter.commands.outcome import Outcome, Standing, Upload
from converter.commands.regles import regles
from converter.commands.screen import print_summary
from converter.issues import Issue, Place
from converter.sentences.say import catalogue
from converter.spec.programme import Etat

BOOK = Path("demandes.xlsx")
OLD = "JSON-1234567890-20220401-001.json"
HINT = "Pour annuler un dépôt"


def said(outcome: Outcome) -> list[str]:
    """Return the lines of a summary, without its title."""
    stream = io.StringIO()
    print_summary(outcome, Console(file=stream, width=400))
    return stream.getvalue().replace("\u00a0", " ").replace("\u202f", " ").split("\n")[2:-1]


def standing(numero: str, etat: Etat, fichier: str = "") -> Standing:
    return Standing(numero, "Demandes", 3, etat, fichier)


def upload(*numeros: str) -> Upload:
    return Upload(Path("depots/JSON-1234567890-20220502-001"), "d.json", (), numeros, "DPI", "1234567890", 100, 30)


def issue(code: str, row: int) -> Issue:
    return Issue(code, Place("Demandes", row, 4))


def test_this_run_is_counted_apart_from_earlier_ones() -> None:
    old = [standing(numero, Etat.CONVERTIE, OLD) for numero in ("1", "2", "3")]
    new = [standing(numero, Etat.CONVERTIE, "d.json") for numero in ("4", "5")]
    wrong = [standing("6", Etat.A_CORRIGER)]
    both = said(Outcome(BOOK, (*old, *new, *wrong), depots=(upload("4", "5"),)))
    assert both[0] == "  6 demandes : 1 à corriger, 2 converties, 3 converties auparavant."
    assert said(Outcome(BOOK, tuple(old)))[0] == "  3 demandes : 3 converties auparavant."
    assert said(Outcome(BOOK, tuple(new), depots=(upload("4", "5"),)))[0] == "  2 demandes : 2 converties."


def test_what_is_to_be_uploaded_comes_before_what_is_to_be_corrected() -> None:
    lines = said(
        Outcome(
            BOOK,
            (standing("1", Etat.CONVERTIE, "d.json"), standing("2", Etat.A_CORRIGER)),
            (issue("R140", 4),),
            (upload("1"),),
            BOOK,
            annulable=True,
        )
    )
    heads = ("À déposer", "À corriger", HINT, "Classeur annoté")
    at = [next(rank for rank, line in enumerate(lines) if head in line) for head in heads]
    assert at == sorted(at)


@pytest.mark.parametrize("annulable", [False, True])
def test_undoing_is_offered_only_where_a_deposit_can_be_withdrawn(*, annulable: bool) -> None:
    lines = said(Outcome(BOOK, (standing("1", Etat.CONVERTIE, OLD),), annulable=annulable))
    assert any(HINT in line for line in lines) is annulable


def test_at_most_eight_findings_are_listed_in_all_and_the_others_counted() -> None:
    errors, warnings = ("R104", "R121", "R140"), ("R130", "R141")
    issues = [issue(code, row) for code in (*errors, *warnings) for row in range(3, 9)]
    lines = said(Outcome(BOOK, (standing("1", Etat.A_CORRIGER),), tuple(issues), ecrit=BOOK))
    assert [line.split(" : ")[0] for line in lines[1:10]] == [
        "  À corriger (18 points) :",
        *(f"    Demandes D{row}" for row in (3, 4, 5) * 2),
        *(f"    Demandes D{row}" for row in (3, 4)),
    ]
    assert lines[10:12] == [
        "    … et 10 autres : voir la feuille « Erreurs » du classeur.",
        "  À vérifier (12 points) : voir la feuille « Erreurs » du classeur.",
    ]


def test_nothing_is_left_out_where_no_workbook_was_written() -> None:
    issues = tuple(issue("R140", row) for row in range(3, 33))
    lines = said(Outcome(BOOK, (standing("1", Etat.A_CORRIGER),), issues))
    assert sum(line.startswith("    Demandes D") for line in lines) == 30


def test_the_catalogue_names_every_control_with_what_is_said_and_what_to_do() -> None:
    stream = io.StringIO()
    assert regles(Console(file=stream, width=80)) == 0
    for code, message in catalogue().items():
        assert f"{code}  {message.titre} ({message.gravite.value} ; " in stream.getvalue()
        assert f"\n      {message.phrase}\n" in stream.getvalue()
        assert message.conseil in stream.getvalue()
