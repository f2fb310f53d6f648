"""The public API: what the README shows works as shown, in an order that a program would follow."""

import inspect as introspection
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import converter
from converter import portal
from converter.spec.shape import builtin_model

ROOT = Path(__file__).parents[2]
EXAMPLES = re.findall(
    r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8").split("<!-- python -->")[1], re.DOTALL
)


def test_the_examples_of_the_readme_run_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "samples" / "exemple-du-guide", tmp_path / "essai", ignore=shutil.ignore_patterns("depots"))
    monkeypatch.chdir(tmp_path / "essai")
    before = Path("demandes.xlsx").read_bytes()
    names: dict[str, Any] = {}
    for rank, example in enumerate(EXAMPLES):
        if rank == 1:
            rehearse(names)
        exec(example, names)  # noqa: S102 - the README's own words
    said = capsys.readouterr().out
    assert "JSON-1234567890-20220502-001.json" in said
    assert "[('00001', <Etat.ACCEPTEE: 'Acceptée'>)]" in said
    assert "montantSegurHT" in said
    assert Path("net.xlsx").read_bytes() != before
    assert Path("marqué.xlsx").exists()


def rehearse(names: dict[str, Any]) -> None:
    (sent,) = Path("depots").glob("JSON-*/JSON-*.json")
    report = portal.verify(sent.read_bytes(), shape=builtin_model(), au=names["jour"])
    answered = portal.answer(report)
    assert answered
    Path("reponse.json").write_bytes(answered)


def test_every_public_name_is_there_and_none_is_a_module() -> None:
    for name in converter.__all__:
        assert not introspection.ismodule(getattr(converter, name)), name
    with pytest.raises(AttributeError, match="inconnu"):
        _ = converter.inconnu


def test_the_types_and_the_table_of_homes_tell_the_same_names() -> None:
    source = (ROOT / "converter" / "__init__.py").read_text(encoding="utf-8")
    typed = source.split("if TYPE_CHECKING:")[1].split("\n\n")[0]
    imported = {
        (module, name.split(" as ")[0].strip(), name.split(" as ")[-1].strip())
        for module, names in re.findall(r"from converter\.(\S+) import (.+)", typed)
        for name in names.split(",")
    }
    homes = {(home.split(":")[0], home.split(":")[1], name) for name, home in converter._HOMES.items()}
    assert imported == homes
    assert {*converter.__all__} == {*converter._HOMES, "__version__"}


def test_importing_the_package_loads_no_library() -> None:
    code = "import sys, converter; print(*sorted({'pandas', 'openpyxl', 'click', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""
