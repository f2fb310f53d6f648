"""Draws the pictures of the guide from real files: `python -m tests.tools.pictures`, with LibreOffice and poppler.

With a folder named after it, every printed page of every workbook goes there too, to be looked at: the sheets blank,
filled, annotated and answered, the bordereau and the follow-up.
"""

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from converter import cli
from converter.blank import template
from tests.tools.derived import load_samples

REPO = Path(__file__).parents[2]
IMAGES = REPO / "templates" / "images"
JSON = "JSON-1234567890-20220502-001"
DPI, WIDEST, COLOURS = 170, 1100, 64
FRENCH = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>fr-FR</value></prop></item>
</oor:items>"""


@dataclass(frozen=True)
class Picture:
    """A cut of one printed page: of which workbook and sheet, and which parts of its width and height."""

    name: str
    workbook: str
    sheet: str
    page: int = 1
    across: tuple[float, float] = (0, 1)
    down: tuple[float, float] = (0.06, 0.93)
    widest: int = WIDEST


PICTURES = (
    Picture("cycle", "exemple/demandes.xlsx", "Mode d'emploi", down=(0.0745, 0.1135)),
    Picture("couleurs", "exemple/demandes.xlsx", "Mode d'emploi", down=(0.2515, 0.3605)),
    Picture("parametres", "exemple/demandes.xlsx", "Paramètres"),
    Picture("demandes", "exemple/demandes.xlsx", "Demandes"),
    Picture("beneficiaires", "exemple/demandes.xlsx", "Bénéficiaires"),
    Picture("pieces", "exemple/demandes.xlsx", "Pièces"),
    Picture("marques", "corriger/demandes.xlsx", "Demandes"),
    Picture("erreurs", "corriger/demandes.xlsx", "Points à revoir", down=(0.02, 0.4025)),
    Picture("bordereau", f"deposer/depots/{JSON}/bordereau.xlsx", "", down=(0.02, 0.4945)),
    Picture("reponse", "deposer/demandes.xlsx", "Demandes"),
    Picture("suivi", "deposer/suivi.xlsx", "", down=(0.045, 0.483), widest=800),
)


def prepare(folder: Path) -> None:
    """Play the scenes that the pictures show."""
    samples = load_samples()
    (folder / "vierge").mkdir()
    template.write_template(folder / "vierge" / "demandes.xlsx")
    samples.guide().write(folder / "exemple")
    samples.mistakes().write(folder / "corriger")
    samples.campaign(8).write(folder / "deposer")
    day = ("--date-depot", "02/05/2022")
    run("valider", folder / "corriger" / "demandes.xlsx", *day, code=1)
    workbook, deposit = folder / "deposer" / "demandes.xlsx", folder / "deposer" / "depots" / JSON
    run("convertir", workbook, *day)
    answer, zips = folder / f"{JSON}.json", sorted(deposit.glob("*.zip"))
    run("verifier", deposit / f"{JSON}.json", *zips, *day, "--reponse", answer, "--refuser", "00003")
    run("retour", answer, workbook, *day, code=1)
    run("suivi", workbook, "-o", workbook.with_name("suivi.xlsx"))


def run(*arguments: object, code: int = 0) -> None:
    """Run the tool as a user would."""
    if cli.run([str(argument) for argument in arguments]) != code:
        sys.exit(f"unexpected exit code of {arguments}")


def pages(workbook: Path) -> list[tuple[str, Image.Image]]:
    """Print a workbook; return what each page says, its sheet's name first, and its picture."""
    folder = workbook.with_name(f"{workbook.stem} en images")
    folder.mkdir()
    (folder / "profile" / "user").mkdir(parents=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(FRENCH, encoding="utf-8")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    show("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, workbook)
    pdf = folder / f"{workbook.stem}.pdf"
    show("pdftoppm", "-r", DPI, "-png", pdf, folder / "page")
    files = enumerate(sorted(folder.glob("page-*.png")), start=1)
    return [(show("pdftotext", "-f", rank, "-l", rank, pdf, "-"), Image.open(file).copy()) for rank, file in files]


def show(*command: object) -> str:
    """Run a program and return what it says."""
    words = [str(word) for word in command]
    return subprocess.run(words, check=True, capture_output=True, encoding="utf-8").stdout


def cut(page: Image.Image, picture: Picture) -> Image.Image:
    """Return the part of a page that a picture shows, without its white margins, small enough for a guide."""
    (left, right), (top, bottom) = picture.across, picture.down
    width, height = page.size
    whole = trimmed(page.convert("RGB").crop((0, int(top * height), width, int(bottom * height))))
    part = trimmed(whole.crop((int(left * whole.width), 0, int(right * whole.width), whole.height)))
    part.thumbnail((picture.widest, picture.widest), Image.Resampling.LANCZOS)
    return part.quantize(COLOURS, dither=Image.Dither.NONE)


def trimmed(image: Image.Image) -> Image.Image:
    """Cut the white around an image."""
    return image.crop(ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox())


def save_all(printed: Mapping[str, Sequence[tuple[str, Image.Image]]], album: Path) -> None:
    """Put every page into a folder, named after its workbook and its place."""
    album.mkdir(parents=True, exist_ok=True)
    for workbook, each in printed.items():
        name = f"{workbook.split('/')[0]}-{Path(workbook).stem}"
        for rank, (_, page) in enumerate(each, start=1):
            page.save(album / f"{name}-{rank:02}.png")


def main() -> None:
    """Draw every picture anew."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        workbooks = dict.fromkeys(("vierge/demandes.xlsx", *(picture.workbook for picture in PICTURES)))
        printed = {workbook: pages(folder / workbook) for workbook in workbooks}
    for album in map(Path, sys.argv[1:]):
        save_all(printed, album)
    for picture in PICTURES:
        of_sheet = [page for said, page in printed[picture.workbook] if said.startswith(picture.sheet)]
        cut(of_sheet[picture.page - 1], picture).save(IMAGES / f"{picture.name}.png", optimize=True)


if __name__ == "__main__":
    main()
