"""The code is as clean as the README says."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "tool", [("ruff", "check", "--no-cache"), ("ruff", "format", "--check", "--no-cache"), ("mypy",)]
)
def test_the_code_is_clean(tool: tuple[str, ...], pytestconfig: pytest.Config) -> None:
    cache = ("--cache-dir", str(pytestconfig.cache.mkdir("mypy"))) if tool == ("mypy",) else ()
    found = subprocess.run([sys.executable, "-m", *tool, *cache], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
