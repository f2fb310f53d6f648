"""A new tag is one line in the table and one in the model file, and then goes the whole way."""

from pathlib import Path

from converter.spec.tags import TAG
from tests.support.package_copy import copied_package, run_on

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
    package = copied_package(tmp_path)
    with_lines(package / "spec" / "tags.py", TABLE)
    with_lines(package / "spec" / "modele-hop.json", MODEL)
    run_on(package, "-m", "tests.support.new_tags", str(tmp_path))


def test_what_may_be_null_is_what_the_specification_says() -> None:
    assert {nom for nom, tag in TAG.items() if tag.json and tag.nullable} == {
        "nomMandataire",
        "emailMandataire",
        "telephoneMandataire",
        "operateurMessagerie",
    }
