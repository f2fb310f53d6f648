"""Makes every derived file of the repository anew: `python -m tests.tools.derived`; tests fail when one has drifted.

Derived are the tables of README.md and of the guide, the blank workbook, the JSON Schema of a deposit, the samples and
the picture of the imports.
The pictures of the guide need LibreOffice and are drawn by `python -m tests.tools.pictures`.
"""

import contextlib
import importlib.util
import io
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from converter import cli, portal
from converter.blank import instructions, template
from converter.issues import Gravite
from converter.sentences.say import catalogue
from converter.spec.shape import builtin_model
from converter.spec.sheets import DATA_SHEETS, PARAMETRES
from converter.spec.tags import JSON_TAGS, Par, Tag, columns, parametres
from tests.tools import architecture

REPO = Path(__file__).parents[2]
README, GUIDE = REPO / "README.md", REPO / "templates" / "GUIDE.md"
ARCHITECTURE, CONTRIBUTING = REPO / "ARCHITECTURE.md", REPO / "CONTRIBUTING.md"
DEPOSIT_SCHEMA = REPO / "converter" / "portal" / "schema-hop.json"
RAPPORT_SCHEMA = REPO / "converter" / "commands" / "rapport.schema.json"


def load_samples() -> ModuleType:
    """Import samples/build.py, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("build_samples", REPO / "samples" / "build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# --- Markdown ---------------------------------------------------------------------------------------------------------


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    lines = [list(headings), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def rewritten(text: str, blocks: Mapping[str, Callable[[], str]]) -> str:
    """Return a document with what stands between each pair of markers made anew."""
    for name, block in blocks.items():
        head, tail = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, rest = text.split(head)
        text = f"{before}{head}\n{block()}\n{tail}{rest.split(tail)[1]}"
    return text


# --- the guide --------------------------------------------------------------------------------------------------------


def etats() -> str:
    """Return what each state of a request means."""
    return table(("État", "Ce qu’il veut dire"), instructions._ETATS.items())


def colonnes() -> str:
    """Return every column of the workbook, and every tag that the JSON holds beside."""
    parts = [f"### Feuille {PARAMETRES}", table(_COLUMN_HEADINGS, (_column(p.libelle, p.tag) for p in parametres()))]
    for sheet in DATA_SHEETS:
        rows = (_column(tag.libelle, tag) for tag in columns(sheet))
        parts += [f"### Feuille {sheet}", table(_COLUMN_HEADINGS, rows)]
    unseen = [(f"`{tag.nom}`", tag.libelle, tag.aide, tag.bloc) for tag in JSON_TAGS if not tag.feuilles]
    heading = ("Balise", "Ce que c’est", "Valeur", "Bloc du guide")
    parts += ["### Dans le JSON seulement", "L’outil remplit seul ces balises, sans colonne :", table(heading, unseen)]
    return "\n\n".join(parts)


_COLUMN_HEADINGS = ("Colonne", "Ce qu’elle contient", "Format attendu", "Obligation", "Exemple", "Balise")


def _column(label: str, tag: Tag) -> tuple[str, ...]:
    if tag.par in {Par.OUTIL, Par.ASP}:
        return label, tag.aide, "–", f"rempli par {tag.par}", "", f"`{tag.nom}`"
    return label, tag.aide, tag.format.attendu, tag.obligation, tag.exemple, f"`{tag.nom}`"


FAMILLES = {
    "F": "Le classeur ou le fichier ne peut pas être lu",
    "V": "Une cellule",
    "R": "Une demande et ses lignes",
    "P": "Une pièce jointe",
    "C": "Ce que l’outil a réparé de lui-même",
    "A": "La décision de l’ASP et le paiement",
    "D": "Les dépôts, les numéros, le registre",
    "S": "La réponse du portail",
    "T": "Un ancien fichier repris dans un classeur neuf",
    "E": "Ce que le poste a refusé",
}


def messages() -> str:
    """Return every message that a user meets, with what to do, by family; `segur-hop regles` tells the others."""
    by_family = {family: list(codes) for family, codes in groupby(sorted(catalogue()), key=lambda code: code[0])}
    heading = ("Code", "Gravité", "Ce que l’outil dit", "Que faire")
    return "\n\n".join(
        f"### {title}\n\n{table(heading, map(_message, by_family.pop(family)))}" for family, title in FAMILLES.items()
    )


def _message(code: str) -> tuple[str, ...]:
    said = catalogue()[code]
    return code, str(Gravite(said.gravite)), _blanks(said.phrase), _blanks(said.conseil)


def _blanks(sentence: str) -> str:
    """Put … where a message completes itself; a name suggested at the end may be absent."""
    known = {"proche": "", "attendu": "ce que la colonne attend"}
    return re.sub(r"\{(\w+)\}", lambda place: known.get(place[1], "…"), sentence).replace("….", "…")


def fenetre() -> str:
    """Return what the window says of the sample with mistakes."""
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stdout(io.StringIO()) as window:
        load_samples().mistakes().write(Path(name))
        cli.run(["convertir", str(Path(name) / "demandes.xlsx"), "--date-depot", "02/05/2022"])
        said = window.getvalue().replace(name, "Avances Ségur")
    return f"```\n{said.strip()}\n```"


# --- the README -------------------------------------------------------------------------------------------------------


def commandes() -> str:
    """Return the help of every command, as the user sees it."""
    return "\n\n".join(f"#### `{name}`\n\n```text\n{said.rstrip()}\n```" for name, said in _helps())


def _helps() -> Iterator[tuple[str, str]]:
    with click.Context(cli.commands, info_name="segur-hop", terminal_width=100, max_content_width=100) as group:
        for name, command in cli.commands.commands.items():
            context = command.context_class(
                command, parent=group, info_name=name, terminal_width=100, max_content_width=100
            )
            yield name, command.get_help(context)


def rapport() -> str:
    """Return the keys of `--rapport` from its JSON Schema."""
    parts = json.loads(RAPPORT_SCHEMA.read_text(encoding="utf-8"))["$defs"]
    paths = {
        "rapport": "",
        "demande": "demandes[].",
        "anomalie": "anomalies[].",
        "acceptation": "acceptations[].",
        "depot": "depots[].",
    }
    rows = [
        (f"`{path}{key}`", _kind(schema), schema["description"])
        for part, path in paths.items()
        for key, schema in parts[part]["properties"].items()
    ]
    return table(("key", "type", "what it says"), rows)


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(kinds)


# --- all of it --------------------------------------------------------------------------------------------------------

DOCUMENTS: Mapping[Path, Mapping[str, Callable[[], str]]] = {
    README: {"commandes": commandes, "rapport": rapport},
    GUIDE: {"fenetre": fenetre, "etats": etats, "colonnes": colonnes, "messages": messages},
    ARCHITECTURE: {"figures": architecture.figures},
}


def main() -> None:
    """Make every derived file anew."""
    for document, blocks in DOCUMENTS.items():
        document.write_text(rewritten(document.read_text(encoding="utf-8"), blocks), encoding="utf-8")
    architecture.PICTURE.write_text(architecture.drawn(), encoding="utf-8")
    template.write_template(REPO / "templates" / "segur-hop.xlsx")
    schema = portal.schema_of(builtin_model())
    DEPOSIT_SCHEMA.write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for sample in load_samples().samples():
        sample.write(REPO / "samples" / sample.nom)


if __name__ == "__main__":
    main()
