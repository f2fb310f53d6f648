"""The pairs of the table: one run of the tool, one of what it is set against, in turn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.lots import Campagne, campagne
from tests.bench.measured import Run, python, run, segur_hop, told

_SAVED = "import sys, openpyxl\nopenpyxl.load_workbook(sys.argv[1]).save(sys.argv[2])\n"
_STACK = "import pandas, pandera.pandas\n"
_DAY = ("--quiet", "--date-depot", "01/06/2022")


@dataclass(frozen=True, slots=True)
class Bed:
    """Where the pairs run: the folder of their data, the three sizes, flatten-tool where there is one."""

    base: Path
    small: int
    middle: int
    large: int
    octets: int
    flatten: Path | None

    def campagne(self, demandes: int, *, wrong: bool = False, text: bool = False) -> Campagne:
        """Return a folder of data as it was built."""
        return campagne(self.base, demandes, wrong=wrong, text=text)


class Alone(Exception):  # noqa: N818 - a pair that cannot run here
    """There is no flatten-tool here to set the tool against."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What the tool does, what it is set against, the greatest ratio wanted, and a turn: ours, then theirs."""

    ours: str
    theirs: str
    wanted: float
    turn: Callable[[Bed], tuple[Run, Run]]


def _convertir(bed: Bed, *, text: bool) -> tuple[Run, Run]:
    if bed.flatten is None:
        raise Alone
    folder = bed.campagne(bed.large, text=text)
    options = ("-f", "xlsx", "-m", "lignesImport", "--id-name", "numeroEditeur", "-o", folder.dossier / "flat.json")
    return _converted(folder), run([bed.flatten, "unflatten", *options, folder.flat])


def _valider(bed: Bed, *, text: bool) -> tuple[Run, Run]:
    folder = bed.campagne(bed.large, wrong=True, text=text)
    ours = segur_hop("valider", folder.classeur, *_DAY, codes=(1,))
    folder.restore()
    return ours, _saved(folder)


def _small(bed: Bed, *, text: bool) -> tuple[Run, Run]:
    folder = bed.campagne(bed.small, text=text)
    ours = _converted(folder)
    folder.restore()
    return ours, _saved(folder, before=_STACK)


def _again(bed: Bed) -> tuple[Run, Run]:
    folder = bed.campagne(bed.middle)
    first = _converted(folder)
    return _converted(folder), first


def _growth(bed: Bed) -> tuple[Run, Run]:
    start = _converted(bed.campagne(1))
    large, middle = (_converted(bed.campagne(size)) for size in (bed.large, bed.middle))
    return large.less(start), middle.less(start)


def _packing(bed: Bed) -> tuple[Run, Run]:
    worker = ("-m", "tests.bench.packing", bed.base / "packing", str(bed.octets))
    return told(python(*worker, "pack")), told(python(*worker, "copy"))


def _converted(folder: Campagne) -> Run:
    return segur_hop("convertir", folder.classeur, *_DAY)


def _saved(folder: Campagne, before: str = "") -> Run:
    return python("-c", before + _SAVED, folder.classeur, folder.dossier / "saved.xlsx")


def pairs(bed: Bed) -> Mapping[str, Pair]:
    """Return every pair by its short name, in the order of the table."""
    small, middle, large = (f"{size:,}".replace(",", " ") for size in (bed.small, bed.middle, bed.large))
    read = ", order forms with text"
    flattened, saved = "flatten-tool 0.28 `unflatten` of what it says", "openpyxl loading and saving it"
    stack = "importing pandas, pandera, openpyxl, loading and saving it"
    wrong = f"`valider`, {large}, one in ten wrong"
    return {
        "convertir": Pair(f"`convertir`, {large} requests", flattened, 0.4, partial(_convertir, text=False)),
        "convertir-text": Pair(f"`convertir`, {large}{read}", flattened, 0.4, partial(_convertir, text=True)),
        "valider": Pair(wrong, saved, 0.5, partial(_valider, text=False)),
        "valider-text": Pair(f"{wrong}{read}", saved, 0.5, partial(_valider, text=True)),
        "small": Pair(f"`convertir`, {small}", stack, 1.0, partial(_small, text=False)),
        "small-text": Pair(f"`convertir`, {small}{read}", stack, 1.0, partial(_small, text=True)),
        "again": Pair(f"second `convertir`, {middle}, nothing changed", "the first", 0.5, _again),
        "regles": Pair("`regles`", "starting Python", 12.0, lambda _: (segur_hop("regles"), python("-c", ""))),
        "help": Pair("`--help`", "starting Python", 6.0, lambda _: (segur_hop("--help"), python("-c", ""))),
        "growth": Pair(f"`convertir`, {large}, less its start", f"the same, {middle}", bed.large / bed.middle, _growth),
        "packing": Pair(f"packing {bed.octets / 1e9:.1f} GB of attachments", "`cp` and sync", 1.25, _packing),
    }
