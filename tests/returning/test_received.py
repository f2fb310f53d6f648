"""A JSON file read back: its requests, the software they are for, what each of them says."""

import json
from decimal import Decimal
from typing import Any

import pytest

from converter.issues import Inutilisable
from converter.returning.received import empreintes, read_answer, texte
from tests.support.lots import codes


def piece(nom: Any) -> dict[str, Any]:
    return {"nomFichier": nom, "formatFichier": "PDF", "typeFichier": "BON_COMMANDE"}


def answered(logiciel: str) -> dict[str, Any]:
    """A request without attachments, of which a question of that software's block is answered."""
    return {"DPI": {"DPI": {"isProSanteConnectNeeded": True}}, "PFI": {"PFI": {"isEnvoiDMP": True}}, "RI": {}}[logiciel]


def document(*demandes: dict[str, Any]) -> bytes:
    return json.dumps({"impId": None, "SIRET": "73282932000074", "lignesImport": demandes}).encode()


def joined(*noms: Any, **more: Any) -> dict[str, Any]:
    return {"numeroEditeur": "00001", "piecesJustificatives": [piece(nom) for nom in noms], **more}


@pytest.mark.parametrize(
    ("demandes", "logiciel"),
    [
        ([joined("HOP-RI-Va1-BDC-00001.pdf")], "RI"),
        ([joined("HOP-DPI-Va1-BDC-00001.pdf", "HOP-PFI-Va1-BDC-00001.pdf", "HOP-PFI-Va1-HT-00001.pdf")], "PFI"),
        ([joined("HOP-PFI-Va1-BDC-00001.pdf"), *[joined("HOP-DPI-Va1-BDC-00002.pdf")] * 2], "DPI"),
        ([joined("HOP-RI-Va1-BDC-00001.pdf", **answered("DPI"))], "RI"),
        ([joined("bon.pdf", None, 12, **answered("DPI"))], "DPI"),
        ([joined(**answered("PFI"))], "PFI"),
        ([joined(**answered("DPI")), *[joined(**answered("PFI"))] * 2], "PFI"),
        ([joined(DPI={"isProSanteConnectNeeded": False}, PFI={"isEnvoiDMP": None, "operateurMessagerie": None})], ""),
        ([joined(**answered("RI"))], ""),
    ],
)
def test_the_software_is_what_most_attachments_name_else_whose_block_is_answered(
    demandes: list[dict[str, Any]], logiciel: str
) -> None:
    assert read_answer(document(*demandes), "reponse.json").logiciel == logiciel


def test_what_is_read_of_a_file() -> None:
    recu = read_answer(document(joined("bon.pdf", montantSegurHT=13750.10, remarque="x")), "reponse.json")
    assert (recu.nom, recu.entete) == ("reponse.json", {"impId": None, "SIRET": "73282932000074"})
    (demande,) = recu.demandes
    assert (demande["numeroEditeur"], demande["montantSegurHT"]) == ("00001", Decimal("13750.1"))
    assert recu.autres == (("lignesImport › 1 › remarque", "x"),)


@pytest.mark.parametrize(
    ("contenu", "code"), [(b"", "F022"), (b"{}", "S001"), (document(), "S001"), (b'{"lignesImport": "x"}', "S001")]
)
def test_a_file_without_a_request_is_refused(contenu: bytes, code: str) -> None:
    with pytest.raises(Inutilisable) as refused:
        read_answer(contenu, "reponse.json")
    assert codes(refused.value.issues) == [code]
    assert dict(refused.value.issues[0].faits)["fichier"] == "reponse.json"


@pytest.mark.parametrize(
    ("valeur", "text"),
    [
        (None, ""),
        ("é", "é"),
        (Decimal("13750.00"), "13750.00"),
        (12, "12"),
        (True, "true"),
        (["é", None], '["é", null]'),
        ({"a": Decimal("1.50")}, '{"a": "1.50"}'),
    ],
)
def test_a_value_is_told_as_it_stands_in_the_file(valeur: Any, text: str) -> None:
    assert texte(valeur) == text


def test_a_request_is_known_for_whatever_software_and_spelling_of_its_values() -> None:
    mine = empreintes({"dateCommande": "15/04/2022", "montantSegurHT": Decimal("13750.00")})
    assert len(mine) == 4  # DPI, PFI, RI, or not told
    assert mine == empreintes({"dateCommande": "15/4/2022", "montantSegurHT": 13750, "inconnu": 1})
    assert mine.isdisjoint(empreintes({"dateCommande": "15/04/2022", "montantSegurHT": Decimal("13750.01")}))
