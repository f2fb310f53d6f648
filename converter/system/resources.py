"""The files that come with the code: beside the package in a checkout, inside it once installed from a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """Return where a file or folder that is shipped stands, by its path in the repository: `templates/GUIDE.md`."""
    inside = _PACKAGE / name
    return inside if inside.exists() else _PACKAGE.parent / name


def checkout() -> Path | None:
    """Return the folder of the sources, `None` when segur-hop was installed from a wheel."""
    root = _PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "templates").is_dir() else None
