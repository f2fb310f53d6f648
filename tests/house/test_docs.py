import html.parser
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from converter import cli
from converter.issues import Gravite
from converter.kit import guide
from converter.sentences.say import catalogue
from converter.spec.programme import Etat
from converter.spec.sheets import DATA_SHEETS
from converter.spec.tags import columns
from tests.tools import architecture
from tests.tools.derived import (
    ARCHITECTURE,
    CONTRIBUTING,
    DOCUMENTS,
    FAMILLES,
    GUIDE,
    RAPPORT_SCHEMA,
    README,
    REPO,
    load_samples,
    rewritten,
)

COMMANDS = cli.commands.commands


# --- nothing drifts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "name", "block"),
    [
        pytest.param(document, name, block, id=f"{document.name}-{name}")
        for document, blocks in DOCUMENTS.items()
        for name, block in blocks.items()
    ],
)
def test_a_derived_table_is_what_the_code_says(document: Path, name: str, block: Callable[[], str]) -> None:
    text = document.read_text(encoding="utf-8")
    assert text == rewritten(text, {name: block}), "python -m tests.tools.derived"


def test_the_guide_explains_every_column_and_every_message() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    met = [code for code in catalogue() if code[0] != "K"]  # those of `verifier`, which `regles` lists
    assert [code for code in met if f"| {code} |" not in text] == []
    assert {code[0] for code in met} == set(FAMILLES)
    assert [tag.nom for sheet in DATA_SHEETS for tag in columns(sheet) if f"| `{tag.nom}` |" not in text] == []


# --- the command line -------------------------------------------------------------------------------------------------


def test_every_command_is_in_the_readme() -> None:
    assert re.findall(r"^#### `(\w+)`$", README.read_text(encoding="utf-8"), re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_ends_with_an_example_that_can_be_typed(name: str) -> None:
    command = COMMANDS[name]
    assert command.epilog
    assert command.epilog.startswith(f"Exemple : segur-hop {name}")
    arguments = shlex.split(command.epilog.removeprefix(f"Exemple : segur-hop {name}"))
    command.make_context(name, arguments, parent=click.Context(cli.commands))  # raises where it is a misuse


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in COMMANDS)], ids=" ".join)
def test_help_is_french_throughout(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(arguments) == 0
    said = capsys.readouterr().out
    assert said.startswith("Utilisation\u00a0: segur-hop")
    assert "Options\u00a0:\n" in said
    assert not re.search(r"\b(Usage|Show|Commands|Exit|default|required)\b", said)


def test_help_and_version_import_no_heavy_library() -> None:
    code = (
        "import sys\nfrom converter import cli\n"
        f"for words in {[['--version'], ['--help'], *[[name, '--help'] for name in COMMANDS]]}: cli.run(words)\n"
        "print(*sorted({'pandas', 'numpy', 'openpyxl', 'pandera', 'xlsxwriter', 'lxml', 'rich'} & set(sys.modules)))"
    )
    assert run_python("-c", code).splitlines()[-1] == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_completion_script(shell: str) -> None:
    assert "_SEGUR_HOP_COMPLETE" in run_python("-m", "converter", _SEGUR_HOP_COMPLETE=f"{shell}_source")


def test_commands_and_options_are_completed() -> None:
    asked = {"_SEGUR_HOP_COMPLETE": "zsh_complete", "COMP_CWORD": "1"}
    assert "convertir" in run_python("-m", "converter", **asked, COMP_WORDS="segur-hop conv")
    asked["COMP_CWORD"] = "2"
    assert "--hors-ligne" in run_python("-m", "converter", **asked, COMP_WORDS="segur-hop kit --h")


def run_python(*arguments: str, **environment: str) -> str:
    command, env = [sys.executable, *arguments], {**os.environ, **environment}
    done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=True)
    assert not done.stderr
    return done.stdout


# --- the README -------------------------------------------------------------------------------------------------------


def test_the_two_commands_are_one_line_each_and_ci_runs_the_second() -> None:
    lines = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("python3 -m venv")]
    assert len(lines) == 2
    assert [line for line in README.read_text(encoding="utf-8").splitlines() if line.endswith("pytest")] == [lines[1]]
    assert "README.md" in (REPO / ".ci" / "run").read_text(encoding="utf-8")


def test_the_workflow_runs_on_every_python_that_is_declared() -> None:
    workflow = (REPO / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
    declared = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]["classifiers"]
    pythons = [name.rpartition(" ")[2] for name in declared if re.search(r":: 3\.\d+$", name)]
    assert re.findall(r'"(3\.\d+)"', workflow) == pythons
    assert all(f"{system}-latest" in workflow for system in ("windows", "macos", "ubuntu"))
    assert re.findall(r"run: \.ci/run (\w+)", workflow) == ["kit", "pytest"]


def test_the_readme_gives_the_reason_of_every_dependency() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    section = README.read_text(encoding="utf-8").split("## Dependencies")[1].split("\n## ")[0]
    named = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = [re.split(r"[\[=]", requirement)[0].removeprefix("pytest-") for requirement in named]
    assert [name for name in names if name not in section] == []


def test_the_readme_places_every_folder_and_module_beside() -> None:
    section = README.read_text(encoding="utf-8").split("## Architecture")[1].split("\n## ")[0]
    places = {
        path.stem for path in (REPO / "converter").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert [name for name in places if not name.startswith("__") and f"`{name}" not in section] == []


def test_the_picture_of_the_imports_is_what_the_code_says() -> None:
    assert architecture.PICTURE.read_text(encoding="utf-8") == architecture.drawn(), "python -m tests.tools.derived"


@pytest.mark.parametrize("document", [README, GUIDE, ARCHITECTURE, CONTRIBUTING], ids=lambda document: document.name)
def test_a_document_links_only_to_what_is_there(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


# --- --rapport --------------------------------------------------------------------------------------------------------


def schema() -> Mapping[str, Any]:
    return dict(json.loads(RAPPORT_SCHEMA.read_text(encoding="utf-8")))


@pytest.fixture
def classeur(tmp_path: Path) -> Path:
    load_samples().mistakes().write(tmp_path)
    return tmp_path / "demandes.xlsx"


def rapport(*arguments: object) -> Any:
    """Run the tool with --rapport; return what it wrote, once it is known to follow the schema."""
    target = Path(str(arguments[1])).with_name("rapport.json")
    cli.run([*map(str, arguments), "--rapport", str(target), "--quiet", "--date-depot", "02/05/2022"])
    data = json.loads(target.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema()).validate(data)
    return data


def test_the_schema_is_one_and_knows_the_states_and_gravities_of_the_table() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    parts = schema()["$defs"]
    assert parts["demande"]["properties"]["etat"]["enum"] == [etat.value for etat in Etat]
    assert parts["anomalie"]["properties"]["gravite"]["enum"] == [gravite.value for gravite in Gravite]


def test_a_report_of_a_conversion_follows_the_schema(classeur: Path) -> None:
    data = rapport("convertir", classeur)
    assert data["anomalies"]
    assert data["depots"]


def test_a_report_of_a_second_conversion_follows_the_schema(classeur: Path) -> None:
    rapport("convertir", classeur)
    assert rapport("convertir", classeur)["depots"] == []


def test_a_report_of_a_workbook_that_cannot_be_used_follows_the_schema(tmp_path: Path) -> None:
    assert rapport("valider", tmp_path / "absent.xlsx")["annote"] is None


def test_a_report_of_two_workbooks_is_a_list_that_follows_the_schema(classeur: Path) -> None:
    assert len(rapport("valider", classeur, classeur.with_name("absent.xlsx"))) == 2


def test_the_schema_refuses_what_no_report_says(classeur: Path) -> None:
    data = rapport("valider", classeur)
    data["demandes"][0]["etat"] = "Perdue"
    assert not jsonschema.Draft202012Validator(schema()).is_valid(data)


# --- the guide --------------------------------------------------------------------------------------------------------


class Page(html.parser.HTMLParser):
    """What a page loads, links to and says outside code."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.text: list[str] = []
        self.lang = ""
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.lang = given.get("lang", self.lang)
        self.loaded += [given["src"]] if "src" in given else []
        self.links += [given["href"]] if "href" in given else []
        self.anchors.add(given.get("id", ""))
        self._code += tag in {"code", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in {"code", "style"}

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.text.append(data)


@pytest.fixture(scope="module")
def page() -> Page:
    read = Page()
    read.feed(guide.html())
    return read


def test_the_guide_is_one_french_page_that_loads_nothing(page: Page) -> None:
    assert page.lang == "fr"
    assert page.loaded
    assert all(source.startswith("data:image/png;base64,") for source in page.loaded)


def test_every_link_of_the_guide_leads_somewhere(page: Page) -> None:
    inside = {link.removeprefix("#") for link in page.links if not link.startswith("https://")}
    assert len(inside) > 10
    assert inside <= page.anchors


def test_the_guide_has_the_spaces_of_french_typography(page: Page) -> None:
    said = [text for text in page.text if re.search(r" [:;?!»%€]|« ", text)]
    assert said == []


def test_the_guides_pictures_are_small_and_all_used() -> None:
    images = GUIDE.parent / "images"
    assert [picture.name for picture in images.iterdir() if picture.stat().st_size > 60_000] == []
    used = re.findall(r"\(images/([^)]+)\)", GUIDE.read_text(encoding="utf-8"))
    assert sorted(used) == sorted(picture.name for picture in images.iterdir())


def test_the_guide_states_the_limits_of_the_specification() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert all(said in text for said in ("3 145 728 octets", "3 000 000 octets", "200 000 000 octets", "200 demandes"))
