"""A kit made quickly: without the building of our own wheel, which `house/test_packaging.py` is about."""

import zipfile
from pathlib import Path

import pytest

from converter.kit import wheels

OURS = "segur_hop-0.1.0-py3-none-any.whl"


def spare_the_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an empty wheel stand for ours."""

    def write_own(folder: Path) -> None:
        with zipfile.ZipFile(folder / OURS, "w") as wheel:
            wheel.writestr(zipfile.ZipInfo("converter/__init__.py"), "")

    monkeypatch.setattr(wheels, "write_own", write_own)
