"""HOP in one folder: what is true of this couloir, wave and software is spelt under `spec/` alone."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from converter.spec.programme import BON_COMMANDE, COULOIR, LOGICIELS, PREUVE_HT, VAGUE
from converter.spec.tags import TAG
from tests.support.imports import modules, parsed

CODES = (COULOIR, VAGUE, "DPI", "PFI", BON_COMMANDE, PREUVE_HT)
"""What no other module spells, not even within another word: `RI` has two letters, and is spelt nowhere either."""

TAGS_ARE_NAMED: Mapping[str, tuple[str, str]] = {
    "blank.template": (
        "the key column and the drop-downs that have a place of their own",
        "numeroEditeur profilIntegrationINS typeFichier",
    ),
    "blank.while_typing": (
        "a check while typing reads the cells of the rule that it anticipates",
        "isClientUnique isMandataire numeroEditeur operateurMessagerie regimeTVA typeFichier",
    ),
    "checking.check": (
        "the parameters that files need, the folder of attachments, the number that was meant",
        "dossierPieces numeroEditeur SIRET",
    ),
    "checking.contenus": (
        "the number that joins the sheets, and what attachments are put in order by",
        "numeroEditeur typeFichier",
    ),
    "checking.demande": (
        "the amount of a request, its establishments, its number",
        "FINESSPMSI montantSegurHT numeroEditeur",
    ),
    "checking.establishments": (
        "the establishment, and the list it is looked up in",
        "fichierFiness FINESSPMSI",
    ),
    "checking.forms": (
        "what an order form says too",
        "dateCommande FINESSPMSI montantSegurHT nomClient numeroEditeur typeFichier",
    ),
    "checking.instruction": (
        "the later columns, each a question of its own",
        "dateDecision dateDepot datePaiement decision montantPaye montantSegurHT",
    ),
    "checking.held": (
        "the number that joins the sheets",
        "numeroEditeur",
    ),
    "checking.lecture": (
        "the numbers of what was sent, and the folder of attachments",
        "dossierPieces numeroEditeur",
    ),
    "checking.links": (
        "the number that joins the sheets, and what tells which request was meant",
        "FINESSPMSI isClientUnique numeroEditeur regimeTVA typeFichier",
    ),
    "checking.rules": (
        "a rule is a predicate over the columns of the specification, by their names",
        (
            "dateCommande FINESSPMSI isClientUnique isEnvoiMSSCitoyen isEnvoiMSSPro isMandataire "
            "numeroEditeur operateurMessagerie profilIntegrationINS regimeTVA typeFichier"
        ),
    ),
    "checking.settings": (
        "the parameter that must be given",
        "SIRET",
    ),
    "commands.classeur": (
        "the parameter that says where the attachments were unpacked",
        "dossierPieces",
    ),
    "commands.rapport": (
        "a key of --rapport is a tag",
        "numeroEditeur",
    ),
    "commands.session": (
        "the parameters that say what else is read; the state of a request by its number",
        "fichierFiness lectureBonsCommande numeroEditeur typeFichier",
    ),
    "commands.verifier": (
        "the keys of --rapport are tags",
        "numeroEditeur numLigne",
    ),
    "depositing.bordereau": (
        "the slip shows these tags of a request, and reads three back to tick them off",
        "dateCommande FINESSPMSI montantSegurHT nomClient numeroEditeur numLigne regimeTVA",
    ),
    "depositing.document": (
        "the tags that the tool fills, and the head of the file",
        "formatFichier nomFichier numeroAns numLigne SIRET typeAction typeFichier",
    ),
    "depositing.remake": (
        "the numbers and attachments of a deposit whose zips are made again",
        "numeroEditeur typeFichier",
    ),
    "marking.adopting": (
        "the number that a correction is told by",
        "numeroEditeur",
    ),
    "marking.remarks": (
        "the tool's own columns, written",
        "codeTraitement dateDepot fichierJSON FINESSPMSI historique libelleTraitement nomEtablissement numeroASP",
    ),
    "moving.transfer": (
        "the number that ties the rows of a list together",
        "numeroEditeur",
    ),
    "portal": (
        "the head of the file that its name must tell too",
        "numeroAns",
    ),
    "portal.answer": (
        "the tags that the portal fills",
        "codeTraitement impId libelleTraitement numeroASP",
    ),
    "portal.comparison": (
        "what requests, establishments and attachments are matched by",
        "FINESSPMSI numeroEditeur typeFichier",
    ),
    "portal.control1_structure": (
        "the portal's rules of numbering and names, written from the specification apart from ours",
        "codeTraitement libelleTraitement numeroAns numeroEditeur numLigne",
    ),
    "portal.control2_requests": (
        "the portal's rules of values, written from the specification apart from ours",
        (
            "dateCommande emailClient emailMandataire FINESSPMSI formatFichier impId isClientUnique "
            "isEnvoiMSSCitoyen isEnvoiMSSPro isMandataire montantSegurHT nomClient nomFichier "
            "nomMandataire numeroAns numeroEditeur operateurMessagerie regimeTVA SIRET telephoneClient "
            "telephoneMandataire typeAction typeFichier"
        ),
    ),
    "portal.control3_zips": (
        "the portal's rules of zips, written from the specification apart from ours",
        "nomFichier typeFichier",
    ),
    "portal.locate": (
        "what a request is told by",
        "numeroEditeur numLigne",
    ),
    "portal.report": (
        "what a request is told by",
        "numeroEditeur numLigne",
    ),
    "reading.frames": (
        "the number, read as it is on three sheets",
        "numeroEditeur",
    ),
    "reading.strays": (
        "the number, whose absence makes a row stray",
        "numeroEditeur",
    ),
    "reading.workbook": (
        "the tags that tell a heading row from a title",
        "dateCommande FINESSPMSI montantSegurHT profilIntegrationINS typeFichier",
    ),
    "registry.fingerprint": (
        "the number, which says nothing of the content",
        "numeroEditeur",
    ),
    "registry.found": (
        "the tags of a deposit found on disk",
        "FINESSPMSI montantSegurHT nomFichier numeroEditeur numLigne typeFichier",
    ),
    "registry.reconcile": (
        "the number and the portal's own, which say who is who",
        "numeroASP numeroEditeur",
    ),
    "registry.rows": (
        "the tool's own columns, read",
        "anciensNumeros codeTraitement fichierJSON historique libelleTraitement numeroASP numeroEditeur",
    ),
    "registry.store": (
        "the fact of a sentence",
        "numeroAns",
    ),
    "returning.bring_back": (
        "the tags of an answer, and the column of numbers given up",
        "anciensNumeros codeTraitement libelleTraitement numeroAns numeroASP numeroEditeur SIRET",
    ),
    "returning.rebuild": (
        "the tags that become columns of another name",
        "dateDepot fichierJSON formatFichier nomFichier numeroAns numeroEditeur SIRET",
    ),
    "returning.received": (
        "the tags of an answer",
        "codeTraitement libelleTraitement nomFichier numeroASP",
    ),
    "tracking.follow": (
        "the tags that the follow-up shows",
        "FINESSPMSI libelleTraitement montantSegurHT nomClient",
    ),
    "tracking.payments": (
        "the columns of a payment, which a list fills",
        "datePaiement decision montantPaye numeroASP",
    ),
    "tracking.statement": (
        "the columns of a payment, looked for in a list",
        "datePaiement montantPaye numeroASP numeroEditeur",
    ),
}
"""The modules whose subject are certain tags: why, and which; any other tag, and any other module, has the table."""

WORDS = frozenset({"fichier", "logiciel", "etat", "controle"})
"""Tags that are also everyday words, and name the facts of a sentence everywhere."""


def literals(path: Path) -> Iterator[str]:
    """Yield the strings of a module, docstrings apart."""
    tree = parsed(path)
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


def is_sentence(text: str) -> bool:
    """Tell French said to the user, which names what it speaks of, from a value."""
    return " " in text.strip()


MODULES = [name for name in modules() if name.split(".")[0] not in {"spec", ""}]


@pytest.mark.parametrize("name", MODULES)
def test_no_other_module_spells_the_couloir(name: str) -> None:
    said = [text for text in literals(modules()[name]) if not is_sentence(text)]
    assert [text for text in said if any(code in text for code in CODES) or text in LOGICIELS] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_tag_is_named_only_where_it_is_the_subject(name: str) -> None:
    _, listed = TAGS_ARE_NAMED.get(name, ("", ""))
    assert {text for text in literals(modules()[name]) if text in TAG} - WORDS == {*listed.split()}


def test_every_module_that_names_tags_is_there() -> None:
    assert TAGS_ARE_NAMED.keys() <= {*MODULES}


NAMES_APART: Mapping[str, str] = {
    "portal.control1_structure": "the portal's control of the file's name, written from the guide apart from ours",
    "portal.json_schema": "the title of the schema, which is that of a kind of file",
}


def taken_apart(tree: ast.Module) -> Iterator[str]:
    """Yield the expressions that write or read the name of a deposit, its JSON file or its zips."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            said = [each.value for each in node.args if isinstance(each, ast.Constant)]
            dashed = node.func.attr in {"split", "rsplit", "partition", "rpartition"} and "-" in said
            if dashed or (node.func.attr in {"removesuffix", "endswith"} and {".json", ".zip"} & {*said}):
                yield ast.unparse(node)
        if isinstance(node, ast.JoinedStr):
            first, last = (
                part.value if isinstance(part, ast.Constant) else "" for part in (node.values[0], node.values[-1])
            )
            if str(first).startswith(("JSON-", "PJ-")) or str(last) in {".json", ".zip"}:
                yield ast.unparse(node)
        if isinstance(node, ast.Constant) and id(node) not in inside and str(node.value).startswith(("JSON-", "PJ-")):
            yield ast.unparse(node)


@pytest.mark.parametrize("name", [name for name in modules() if name not in {"spec.names", *NAMES_APART}])
def test_names_of_files_are_written_and_taken_apart_in_one_module(name: str) -> None:
    assert [*taken_apart(parsed(modules()[name]))] == []


@pytest.mark.parametrize("name", NAMES_APART)
def test_who_names_files_apart_does_so(name: str) -> None:
    assert [*taken_apart(parsed(modules()[name]))]
