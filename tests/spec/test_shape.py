"""The shape of the JSON: documents decoded, read whatever their shape, and models compiled."""

import codecs
import json
from decimal import Decimal
from typing import Any

import pytest

from converter.issues import Inutilisable
from converter.spec.shape import (
    DEMANDES,
    ETABLISSEMENTS,
    PIECES,
    builtin_model,
    compile_model,
    decode,
    fold_key,
    read_any,
    role_of,
)
from tests.support.lots import codes


def refused(data: bytes) -> tuple[str, dict[str, str]]:
    with pytest.raises(Inutilisable) as refusal:
        decode(data, "m.json")
    (issue,) = refusal.value.issues
    return issue.code, dict(issue.faits)


def nested(levels: int) -> bytes:
    """A document of that many lists, each in the one before."""
    return b"[" * levels + b"]" * levels


# --- decoding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        '{"a": "é"}'.encode(),
        codecs.BOM_UTF8 + '{"a": "é"}'.encode(),
        '{"a": "é"}'.encode("utf-16"),
        codecs.BOM_UTF16_BE + '{"a": "é"}'.encode("utf-16-be"),
        '// modèle\r\n{"a": /* libre */ "é"} // fin'.encode(),
        b'{"a": "\\u00e9"}',
    ],
)
def test_a_document_is_decoded_however_it_was_saved(data: bytes) -> None:
    assert decode(data, "m.json") == {"a": "é"}


def test_what_looks_like_a_comment_in_a_text_is_text() -> None:
    assert decode(b'{"a": "http://x \\"/* y */"}', "m.json") == {"a": 'http://x "/* y */'}


def test_numbers_stay_to_the_letter_unless_asked_otherwise() -> None:
    assert repr(decode(b"[13750.00, 1]", "m.json")) == "[Decimal('13750.00'), 1]"
    assert repr(decode(b"[13750.00, 1]", "m.json", reel=float)) == "[13750.0, 1]"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b"[NaN]",
        b"[Infinity]",
        b"\xff",
        b'["\\ud800"]',
        b'{"\\udfff": 1}',
        nested(41),
        nested(9999),
    ],
)
def test_what_is_no_document_is_refused(data: bytes) -> None:
    assert refused(data) == ("F022", {"fichier": "m.json"})


def test_a_document_may_be_forty_levels_deep() -> None:
    assert decode(nested(40), "m.json") == json.loads(nested(40))


def test_a_pair_of_half_characters_is_one_character() -> None:
    assert decode(b'["\\ud83d\\ude00"]', "m.json") == ["😀"]


def test_a_key_told_twice_is_refused_by_name() -> None:
    assert refused(b'{"a": 1, "b": {"SIRET": 1, "c": 2, "SIRET": 1}}') == (
        "F021",
        {"fichier": "m.json", "balise": "SIRET", "proche": ""},
    )
    assert decode(b'[{"a": 1}, {"a": 2}]', "m.json") == [{"a": 1}, {"a": 2}]


# --- reading whatever the shape ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "values", "autres"),
    [
        (12, {}, [("", 12)]),
        (["x"], {}, [("", ["x"])]),
        ({"siret": "1", "Numéro_ANS": "2"}, {"SIRET": "1", "numeroAns": "2"}, []),
        ({"bloc": {"SIRET": "1", "inconnu": None}}, {"SIRET": "1"}, [("bloc › inconnu", None)]),
        ({"SIRET": "1", "bloc": {"SIRET": "1"}}, {"SIRET": "1"}, []),
        ({"SIRET": "1", "bloc": {"SIRET": "2"}}, {"SIRET": "1"}, [("bloc", {"SIRET": "2"})]),
        ({"vide": []}, {}, [("vide", [])]),
        ({"lignesImport": []}, {DEMANDES: []}, []),
        ({"lignesImport": "x"}, {}, [("lignesImport", "x")]),
        (
            {"lignesImport": [{"numeroEditeur": "1"}, "x"]},
            {DEMANDES: [{"numeroEditeur": "1"}, {}]},
            [("lignesImport › 2", "x")],
        ),
        ({"d": [{"commande": {"regimeTVA": "HT"}}]}, {DEMANDES: [{"regimeTVA": "HT"}]}, []),
        (
            {"lignesImport": [{"c": [{"FINESSPMSI": "1"}], "p": [{"nomFichier": "x", "taille": 3}]}]},
            {DEMANDES: [{ETABLISSEMENTS: [{"FINESSPMSI": "1"}], PIECES: [{"nomFichier": "x"}]}]},
            [("lignesImport › 1 › p › 1 › taille", 3)],
        ),
    ],
)
def test_a_document_is_read_by_its_keys_and_nothing_is_lost(
    document: Any, values: dict[str, Any], autres: list[tuple[str, Any]]
) -> None:
    releve = read_any(document)
    assert (releve.values, list(releve.autres)) == (values, autres)


@pytest.mark.parametrize(
    ("tags", "role"),
    [
        ([], ""),
        (["", "SIRET"], ""),
        (["numeroEditeur", "SIRET", "SIRET"], DEMANDES),
        (["FINESSPMSI", "nomClient", "numeroEditeur"], ETABLISSEMENTS),
        (["nomFichier", "", ""], PIECES),
    ],
)
def test_a_list_is_of_what_most_of_its_tags_are(tags: list[str], role: str) -> None:
    assert role_of(tags) == role


def test_a_key_is_its_letters_and_figures() -> None:
    assert fold_key("Numéro_ANS (2)") == "numeroans2"


# --- models -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sample", "code"), [(12, "F022"), ([], "F022"), ({}, "S042"), ({"lignesImport": []}, "S042")])
def test_a_model_is_an_object_with_a_sample_request(sample: Any, code: str) -> None:
    with pytest.raises(Inutilisable) as refusal:
        compile_model(sample, "m.json")
    assert codes(refusal.value.issues) == [code]
    assert dict(refusal.value.issues[0].faits) == {"fichier": "m.json"}


def test_what_a_model_lacks_and_may_mean_is_told() -> None:
    sample = json.loads(json.dumps(builtin_model().sample))
    sample["SIRETT"] = sample.pop("SIRET")
    with pytest.raises(Inutilisable) as refusal:
        compile_model(sample, "m.json")
    assert [(issue.code, issue.balise, dict(issue.faits)) for issue in refusal.value.issues] == [
        ("F020", "SIRET", {"fichier": "m.json", "balise": "SIRET", "proche": " (« SIRETT » lui ressemble)"})
    ]


def test_the_shipped_model_tells_its_keys() -> None:
    shape = builtin_model()
    assert shape.lists() == {
        DEMANDES: "lignesImport",
        ETABLISSEMENTS: "EtablissementsClients",
        PIECES: "piecesJustificatives",
    }
    assert shape.paths()["montantSegurHT"] == ("lignesImport", "commande", "montantSegurHT")
    assert shape.unknown_keys() == ()
    filled = shape.fill({"SIRET": "1", DEMANDES: [{"montantSegurHT": Decimal("1.00")}, {}]})
    assert shape.read(filled)["SIRET"] == "1"
    assert [each["commande"]["montantSegurHT"] for each in filled["lignesImport"]] == [Decimal("1.00"), None]
    assert shape.read([]) == {}
    assert shape.read({"lignesImport": "x"}) == {DEMANDES: []}
