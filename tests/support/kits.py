"""A kit made quickly: without the building of our own wheel, and its guide and blank workbook made once for all."""

import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from converter.blank.template import write_template
from converter.kit import folder, guide, wheels

OURS = "segur_hop-0.1.0-py3-none-any.whl"

_guide = cache(guide.html)


@cache
def _blank(libre: str) -> bytes:
    made = BytesIO()
    write_template(made, libre=libre)
    return made.getvalue()


def make_kits_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an empty wheel stand for ours, whose building `house/test_packaging.py` is about; make the rest once."""

    def write_own(place: Path) -> None:
        with zipfile.ZipFile(place / OURS, "w") as wheel:
            wheel.writestr(zipfile.ZipInfo("converter/__init__.py"), "")

    def write_blank(target: Path, *, libre: str) -> None:
        target.write_bytes(_blank(libre))

    monkeypatch.setattr(wheels, "write_own", write_own)
    monkeypatch.setattr(guide, "html", _guide)
    monkeypatch.setattr(folder, "template", SimpleNamespace(write_template=write_blank))
