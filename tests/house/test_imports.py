"""What a command does not need it does not load: half the time of a small run is the loading of libraries."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = frozenset(
    {
        *("dns", "email_validator", "lxml", "markdown_it", "multiprocessing", "numpy", "openpyxl", "pandas", "pandera"),
        *("phonenumbers", "pypdfium2", "python_calamine", "rich", "rich.progress", "xlsxwriter"),
    }
)
CHECKING = frozenset({"lxml", "numpy", "pandas", "pandera", "pypdfium2", "python_calamine", "rich", "xlsxwriter"})
MAY_LOAD = {
    "regles": {"rich"},
    "adopter modele-hop.json": {"rich"},
    "modele -o vierge.xlsx": {"lxml", "rich", "xlsxwriter"},
    "kit essai": {"lxml", "markdown_it", "rich", "rich.progress", "xlsxwriter"},
    "verifier --schema": {"rich"},
    "convertir demandes.xlsx": CHECKING,  # with e-mail addresses and telephones as they nearly always are
    "suivi demandes.xlsx": CHECKING,
}
"""The libraries that each command may load, of those that take long to."""


@pytest.mark.parametrize("words", MAY_LOAD)
def test_a_command_loads_only_the_libraries_it_needs(words: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "samples" / "exemple-du-guide", tmp_path, dirs_exist_ok=True)
    shutil.copy(ROOT / "converter" / "spec" / "modele-hop.json", tmp_path)
    code = (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom converter import cli\n"
        f"from converter.kit import wheels\nwheels.write_own = lambda _: None\n"  # built by pip, a process of its own
        f"assert cli.run({words.split()}) == 0\nprint()\nprint(*{HEAVY} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, cwd=tmp_path, timeout=120
    )
    assert {*done.stdout.splitlines()[-1].split()} <= MAY_LOAD[words]
