"""A copy of the package to change, and Python run on it: what a contributor does to the checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.imports import ROOT


def copied_package(folder: Path) -> Path:
    """Copy the package into a folder; return where it is."""
    return Path(shutil.copytree(ROOT, folder / "converter", ignore=shutil.ignore_patterns("__pycache__")))


def run_on(package: Path, *words: str) -> str:
    """Run Python on a copy of the package, and on these tests; return what it prints."""
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (package.parent, ROOT.parent))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        [sys.executable, *words], cwd=package.parent, env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
