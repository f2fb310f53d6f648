"""What CONTRIBUTING says of a new rule and a new command, done to a copy of the package as it is written there."""

import re
from pathlib import Path

from converter.spec.tags import JSON_TAGS
from tests.support.package_copy import copied_package, run_on
from tests.tools.derived import CONTRIBUTING

CHECKED = """
from datetime import date
from pathlib import Path
from converter.sentences.say import phrase
from tests.support.mistakes import *
from tests.support.workbooks import edited, examine
(case,) = ({case})
found, good = (examine(edited(Path(nom), edits)) for nom, edits in (("a.xlsx", case.edits), ("b.xlsx", case.good)))
assert found.issues == [*case.found], found.issues
assert good.issues == [], good.issues
print(phrase(found.verdict.issues[0]))
"""


def blocks(title: str) -> list[str]:
    """Return the code of a section of the page, in order."""
    section = CONTRIBUTING.read_text(encoding="utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


def with_added(path: Path, code: str, before: str) -> None:
    """Put code into a file ahead of the last place that says `before`, at its end where that is blank."""
    text = path.read_text(encoding="utf-8")
    at = text.rindex(before) if before else len(text)
    path.write_text(text[:at] + code + text[at:], encoding="utf-8")


def test_a_rule_finds_its_mistake_and_says_it(tmp_path: Path) -> None:
    package = copied_package(tmp_path)
    rule, sentence, case = blocks("I added a rule")
    with_added(package / "checking" / "rules.py", f"\n\n{rule}", "")
    with_added(package / "sentences" / "rules.py", sentence, "}\n")
    said = run_on(package, "-c", CHECKED.replace("{case}", case))
    assert "17/04/2022" in said
    assert "dimanche" in said


def test_a_command_runs_and_is_offered(tmp_path: Path) -> None:
    package = copied_package(tmp_path)
    file, words = blocks("I added a command")
    (package / "commands" / "balises.py").write_text(file, encoding="utf-8")
    with_added(package / "cli.py", f"{words}\n\n", "@commands.command(")
    assert [line.partition(" : ")[0] for line in run_on(package, "-m", "converter", "balises").splitlines()] == [
        tag.nom for tag in JSON_TAGS
    ]
    assert "Affiche les balises du fichier JSON." in run_on(package, "-m", "converter", "--help")
