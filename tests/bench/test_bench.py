import os
from pathlib import Path

import pytest

import converter
from tests.bench import __main__ as bench
from tests.bench.lots import campagne
from tests.support.workbooks import AU, examine


def test_one_request_in_ten_is_wrong_where_asked_for(tmp_path: Path) -> None:
    folder = campagne(tmp_path, 10, wrong=True)
    etats = [str(etat) for etat in examine(folder.classeur).verdict.etats.values()]
    assert sorted(etats) == [*["Prête"] * 9, "À corriger"]


def test_the_attachments_say_the_amounts_where_asked_for(tmp_path: Path) -> None:
    scanned, told = (converter.read(campagne(tmp_path, 2, text=text).classeur) for text in (False, True))
    assert len(converter.check(scanned, converter.inspect(scanned), au=AU).a_la_main) == 2
    assert not converter.check(told, converter.inspect(told), au=AU).a_la_main


def test_a_folder_is_restored_to_what_was_built(tmp_path: Path) -> None:
    folder = campagne(tmp_path, 2)
    folder.classeur.write_bytes(b"edited")
    (folder.dossier / "depots").mkdir()
    assert campagne(tmp_path, 2).classeur.read_bytes().startswith(b"PK")
    assert not (folder.dossier / "depots").exists()


@pytest.mark.skipif(os.name == "nt", reason="a child's memory is asked of POSIX")
def test_the_table_has_a_line_a_pair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench.main(["--pairs", "convertir", "help", "--sizes", "1", "2", "3", "--rounds", "1", "--keep", str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert "not here" in lines[2]
    assert "`--help`" in lines[3]
