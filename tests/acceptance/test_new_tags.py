"""A new tag is one line in the table and one in the model file, and then goes the whole way."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from converter.spec.tags import TAG
from tests.support.imports import ROOT

REPO = ROOT.parent

TABLE = {
    '    _commande(\n        nom="montantSegurHT",': (
        '_commande(nom="montantOption", libelle="Option", format=MONTANT, aide="Le prix de l’option."),',
        '_commande(nom="dateLivraison", libelle="Livraison", format=DATE, aide="…", obligation=Obligation.FACULTATIF),',
    ),
    '    _client(\n        nom="FINESSPMSI",': (
        (
            '_client(nom="serviceClient", libelle="Service", format=TEXTE_LIBRE, aide="…",'
            " obligation=Obligation.FACULTATIF),"
        ),
    ),
}
"""The lines of the table, by the line that each goes before."""

MODEL = {
    '        "montantSegurHT":': ('        "montantOption": 10.00,', '        "dateLivraison": "15/04/2022",'),
    '            "FINESSPMSI":': ('            "serviceClient": null,',),
}
"""Those of the model file."""


def with_lines(path: Path, lines: dict[str, tuple[str, ...]]) -> None:
    text = path.read_text(encoding="utf-8")
    for before, added in lines.items():
        assert text.count(before) == 1, before
        text = text.replace(before, "\n".join((*added, before)))
    path.write_text(text, encoding="utf-8")


def test_a_tag_of_one_line_and_one_goes_the_whole_way(tmp_path: Path) -> None:
    shutil.copytree(ROOT, tmp_path / "converter", ignore=shutil.ignore_patterns("__pycache__"))
    with_lines(tmp_path / "converter" / "spec" / "tags.py", TABLE)
    with_lines(tmp_path / "converter" / "spec" / "modele-hop.json", MODEL)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (tmp_path, REPO))), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "tests.support.new_tags", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr


def test_what_may_be_null_is_what_the_specification_says() -> None:
    assert {nom for nom, tag in TAG.items() if tag.json and tag.nullable} == {
        "nomMandataire",
        "emailMandataire",
        "telephoneMandataire",
        "operateurMessagerie",
    }
