"""The portal's model in place of ours: what is taken, what is told, what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from converter.issues import Inutilisable, Issue
from converter.returning.adopt import adopt
from converter.sentences.say import catalogue
from converter.spec.shape import ADOPTED, builtin_model, model_for, read_any

VALUES: dict[str, Any] = {
    "SIRET": "88558855858745",
    "numeroAns": "1234567890",
    "demandes": [
        {
            "numLigne": 1,
            "numeroEditeur": "00001",
            "isEnvoiDMP": False,
            "etablissements": [{"FINESSPMSI": "999999999"}],
            "pieces": [{"nomFichier": "HOP-DPI-Va1-BDC-00001.pdf"}],
        }
    ],
}


def model() -> dict[str, Any]:
    """The built-in sample, to change."""
    return json.loads(json.dumps(builtin_model().sample))


def request(sample: dict[str, Any]) -> dict[str, Any]:
    return sample["lignesImport"][0]


def adopted(tmp_path: Path, sample: Any, encode: Callable[[str], bytes] = str.encode) -> Any:
    source = tmp_path / "Modèle HOP.json"
    source.write_bytes(encode(json.dumps(sample, ensure_ascii=False, indent=1)))
    return adopt(source, tmp_path)


def said(issues: tuple[Issue, ...]) -> list[tuple[str, dict[str, str]]]:
    return [(issue.code, dict(issue.faits)) for issue in issues]


def refused(tmp_path: Path, sample: Any) -> list[tuple[str, str]]:
    with pytest.raises(Inutilisable) as refusal:
        adopted(tmp_path, sample)
    assert not (tmp_path / ADOPTED).exists()
    return [(issue.code, issue.balise) for issue in refusal.value.issues]


def rename(block: dict[str, Any], old: str, new: str) -> None:
    renamed = {new if key == old else key: value for key, value in block.items()}
    block.clear()
    block.update(renamed)


def test_the_same_model_differs_in_nothing(tmp_path: Path) -> None:
    adoption = adopted(tmp_path, model())
    assert adoption.differences == ()
    assert model_for(tmp_path / "demandes.xlsx").nom == ADOPTED
    assert (tmp_path / ADOPTED).read_bytes() == (tmp_path / "Modèle HOP.json").read_bytes()


def test_siret_in_small_letters_is_the_siret(tmp_path: Path) -> None:
    sample = model()
    rename(sample, "SIRET", "siret")
    adoption = adopted(tmp_path, sample)
    assert said(adoption.differences) == [("S044", {"integre": "SIRET", "modele": "siret"})]
    assert adoption.shape.fill(VALUES)["siret"] == "88558855858745"


@pytest.mark.parametrize(
    ("old", "new"),
    [("numeroEditeur", "numero_editeur"), ("numeroEditeur", "NuméroÉditeur"), ("typeAction", "TypeAction")],
)
def test_signs_case_and_accents_of_a_key_are_the_models_own(tmp_path: Path, old: str, new: str) -> None:
    sample = model()
    rename(request(sample), old, new)
    adoption = adopted(tmp_path, sample)
    assert said(adoption.differences) == [("S044", {"integre": old, "modele": new})]
    assert new in adoption.shape.fill(VALUES)["lignesImport"][0]


def test_lists_spelled_otherwise_keep_their_role(tmp_path: Path) -> None:
    sample = model()
    rename(request(sample), "piecesJustificatives", "PiecesJustificatives")
    rename(request(sample)["beneficiaires"], "EtablissementsClients", "etablissementsClients")
    adoption = adopted(tmp_path, sample)
    assert {faits["modele"] for code, faits in said(adoption.differences)} == {
        "PiecesJustificatives",
        "etablissementsClients",
    }
    filled = adoption.shape.fill(VALUES)["lignesImport"][0]
    assert filled["PiecesJustificatives"][0]["nomFichier"] == "HOP-DPI-Va1-BDC-00001.pdf"
    assert filled["beneficiaires"]["etablissementsClients"][0]["FINESSPMSI"] == "999999999"


def test_a_flat_scenario_is_taken_and_told(tmp_path: Path) -> None:
    sample = model()
    scenario = request(sample)["scenarioInstallation"]
    request(sample)["scenarioInstallation"] = scenario["DPI"] | scenario["PFI"]
    adoption = adopted(tmp_path, sample)
    assert [code for code, _ in said(adoption.differences)] == ["S045", "S045"]
    (_, dpi), (_, pfi) = said(adoption.differences)
    assert dpi["modele"] == pfi["modele"] == "« lignesImport › scenarioInstallation »"
    assert dpi["integre"] == "« lignesImport › scenarioInstallation › DPI »"
    assert "« isEnvoiDMP »" in pfi["balises"]
    assert adoption.shape.fill(VALUES)["lignesImport"][0]["scenarioInstallation"]["isEnvoiDMP"] is False


def test_another_order_is_the_models(tmp_path: Path) -> None:
    sample = model()
    request(sample)["commande"] = dict(reversed(request(sample)["commande"].items()))
    adoption = adopted(tmp_path, sample)
    (code, faits) = said(adoption.differences)[0]
    assert code == "S046"
    assert faits["bloc"] == "« lignesImport › commande »"
    assert faits["balises"] == "« montantSegurHT », « regimeTVA », « dateCommande »"
    filled = adoption.shape.fill(VALUES)["lignesImport"][0]
    assert list(filled["commande"]) == ["montantSegurHT", "regimeTVA", "dateCommande"]


def test_a_key_that_is_no_tag_is_told_and_filled_as_in_the_model(tmp_path: Path) -> None:
    sample = model() | {"version": "1.2"}
    request(sample)["commande"]["devise"] = "EUR"
    adoption = adopted(tmp_path, sample)
    assert [(issue.code, issue.valeur, dict(issue.faits)["chemin"]) for issue in adoption.differences] == [
        ("S047", '"EUR"', "« lignesImport › commande › devise »"),
        ("S047", '"1.2"', "« version »"),
    ]
    assert adoption.shape.fill(VALUES)["version"] == "1.2"
    assert adoption.shape.fill(VALUES)["lignesImport"][0]["commande"]["devise"] == "EUR"


def test_an_empty_list_is_completed_from_ours_and_told(tmp_path: Path) -> None:
    sample = model()
    request(sample)["piecesJustificatives"] = []
    request(sample)["beneficiaires"]["EtablissementsClients"] = []
    adoption = adopted(tmp_path, sample)
    assert {faits["cle"] for code, faits in said(adoption.differences)} == {
        "EtablissementsClients",
        "piecesJustificatives",
    }
    assert model_for(tmp_path / "demandes.xlsx").paths() == builtin_model().paths()


def test_a_model_without_sample_request_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, model() | {"lignesImport": []}) == [("S042", "")]


@pytest.mark.parametrize("sample", [[], 3, "modèle", None])
def test_a_model_that_is_no_object_is_refused(tmp_path: Path, sample: Any) -> None:
    assert refused(tmp_path, sample) == [("F022", "")]


def test_each_missing_tag_is_named(tmp_path: Path) -> None:
    sample = model()
    del sample["SIRET"], request(sample)["commande"]["regimeTVA"]
    assert refused(tmp_path, sample) == [("F020", "SIRET"), ("F020", "regimeTVA")]


def test_a_tag_held_twice_is_refused(tmp_path: Path) -> None:
    sample = model()
    request(sample)["scenarioInstallation"]["DPI"]["isEnvoiDMP"] = False
    assert refused(tmp_path, sample) == [("F021", "isEnvoiDMP")]


def test_a_key_written_twice_in_one_block_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "m.json"
    source.write_text(json.dumps(model()).replace('"isEnvoiMSSPro": false', '"isEnvoiDMP": false', 1))
    with pytest.raises(Inutilisable) as refusal:
        adopt(source, tmp_path)
    assert [(issue.code, issue.balise) for issue in refusal.value.issues] == [("F021", "isEnvoiDMP")]


def test_a_tag_in_another_list_than_its_own_is_refused(tmp_path: Path) -> None:
    sample = model()
    client = request(sample)["beneficiaires"]["EtablissementsClients"][0]
    sample["FINESSPMSI"] = client.pop("FINESSPMSI")
    assert refused(tmp_path, sample) == [("S043", "FINESSPMSI")]


def test_two_sample_requests_make_one_shape(tmp_path: Path) -> None:
    sample = model()
    dpi, pfi = request(sample), request(model())
    del dpi["scenarioInstallation"]["PFI"], pfi["scenarioInstallation"]["DPI"]
    sample["lignesImport"] = [dpi, pfi]
    adoption = adopted(tmp_path, sample)
    assert adoption.differences == ()
    assert len(adoption.shape.fill(VALUES)["lignesImport"]) == 1


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.encode("utf-16"),
        lambda text: ("// modèle de l’ASP\n" + text.replace("{", "{ /* début */", 1)).encode(),
    ],
    ids=["BOM", "CRLF", "UTF-16", "comments"],
)
def test_marks_line_ends_and_comments_are_put_up_with(tmp_path: Path, encode: Callable[[str], bytes]) -> None:
    assert adopted(tmp_path, model(), encode).differences == ()
    assert model_for(tmp_path / "demandes.xlsx").paths() == builtin_model().paths()


def test_two_slashes_in_a_text_are_no_comment(tmp_path: Path) -> None:
    adoption = adopted(tmp_path, model() | {"site": "https://esante.gouv.fr"})
    assert adoption.shape.fill(VALUES)["site"] == "https://esante.gouv.fr"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"a":' * 60 + b"1" + b"}" * 60,
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b"\x80\x81",
    ],
)
def test_what_is_no_json_is_refused_in_one_sentence(tmp_path: Path, data: bytes) -> None:
    source = tmp_path / "m.json"
    source.write_bytes(data)
    with pytest.raises(Inutilisable) as refusal:
        adopt(source, tmp_path)
    assert [issue.code for issue in refusal.value.issues] == ["F022"]


def test_an_absent_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(Inutilisable) as refusal:
        adopt(tmp_path / "rien.json", tmp_path)
    assert refusal.value.issues[0].code == "F001"


def test_a_refused_model_leaves_the_one_adopted_before(tmp_path: Path) -> None:
    adopted(tmp_path, model())
    before = (tmp_path / ADOPTED).read_bytes()
    (tmp_path / "m.json").write_text("{}")
    with pytest.raises(Inutilisable):
        adopt(tmp_path / "m.json", tmp_path)
    assert (tmp_path / ADOPTED).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Modèle HOP.json", "m.json", ADOPTED]


def test_every_difference_has_its_french_sentence(tmp_path: Path) -> None:
    sample = model() | {"version": 2}
    rename(sample, "SIRET", "siret")
    request(sample)["piecesJustificatives"] = []
    request(sample)["commande"] = dict(reversed(request(sample)["commande"].items()))
    request(sample)["scenarioInstallation"] = {
        k: v for b in request(sample)["scenarioInstallation"].values() for k, v in b.items()
    }
    differences = adopted(tmp_path, sample).differences
    assert {issue.code for issue in differences} == {"S044", "S045", "S046", "S047", "S048"}
    for issue in differences:
        words = dict(issue.faits) | {"valeur": issue.valeur}
        assert "{" not in catalogue()[issue.code].phrase.format_map(words)


def test_any_document_is_read_by_its_own_keys() -> None:
    said_by = read_any(
        {
            "siret": "1",
            "inconnu": {"x": 1},
            "demandes_avance": [{"Numero_Editeur": "00001", "bloc": {"IsEnvoiDMP": True}, "clients": []}],
        }
    )
    assert said_by.values == {"SIRET": "1", "demandes": [{"numeroEditeur": "00001", "isEnvoiDMP": True}]}
    assert said_by.autres == (("inconnu › x", 1), ("demandes_avance › 1 › clients", []))


def test_whatever_a_shape_fills_is_read_back_without_it() -> None:
    document = builtin_model().fill(VALUES)
    by_shape, by_keys = builtin_model().read(document), read_any(document)
    assert (by_keys.values, by_keys.autres) == (by_shape, ())
