"""The third control: the zips hold the attachments that the file declares, each once, sound, and nothing else."""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from converter.attachments import contents
from converter.issues import Facts
from converter.portal.control1_structure import HINTS, near
from converter.portal.findings import Bloc, Chemin, Ecart
from converter.sentences.portal import CONTENUS
from converter.spec.programme import BON_COMMANDE, EXTENSIONS
from converter.spec.shape import DEMANDES, PIECES

OCTETS_PIECE = 3 * 1024 * 1024
OCTETS_PIECE_SURS = 3_000_000
OCTETS_ZIP = 200_000_000
"""The limits of specification, Bytes."""


@dataclass(frozen=True, slots=True)
class Declared:
    """An attachment that the file declares: where, and by which of its requests."""

    chemin: Chemin
    rang: int
    is_order_form: bool


def declared(fichier: Bloc) -> dict[str, Declared]:
    """Return the attachments that the file declares, by name."""
    return {
        piece["nomFichier"]: Declared(piece.ou("nomFichier"), rang, piece["typeFichier"] == BON_COMMANDE)
        for rang, demande in enumerate(fichier.rows(DEMANDES))
        for piece in demande.rows(PIECES)
        if piece["nomFichier"]
    }


# What zipfile lets through on damaged or hostile archives besides its own error: each was met while fuzzing it.
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError)


@dataclass(slots=True)
class _Inventory:
    """What the zips have been found to hold so far: the zip of each declared name, and the names written otherwise."""

    wanted: Mapping[str, Declared]
    folded: Mapping[str, str]
    ouvrir: bool
    held: dict[str, str] = field(default_factory=dict)
    misnamed: set[str] = field(default_factory=set)
    strangers: list[tuple[str, str]] = field(default_factory=list)
    order_forms: dict[tuple[int, int], str] = field(default_factory=dict)
    of_requests: dict[tuple[int, int, int], str] = field(default_factory=dict)
    unreadable: bool = False

    def archive(self, path: Path) -> Iterator[Ecart]:
        """Check one zip, each entry being read once."""
        octets = path.stat().st_size
        if octets > OCTETS_ZIP:
            yield Ecart("K302", faits=(("octets", _spaced(octets)),), fichier=path.name)
        with path.open("rb") as file:
            try:
                archive = ZipFile(file)
            except _DAMAGE:
                self.unreadable = True
                yield Ecart("K301", fichier=path.name)
                return
            for info in archive.infolist():
                yield from self._entry(archive, info, path.name)

    def _entry(self, archive: ZipFile, info: ZipInfo, zipped: str) -> Iterator[Ecart]:
        # Python cuts `filename` at a null character and changes its separators: the portal may not do so.
        nom = info.orig_filename
        if nom not in self.wanted:
            yield from self._stranger(nom, zipped)
        elif nom in self.held:
            yield self._at(nom, "K307", zipped, ("autre", self.held[nom]))
        else:
            self.held[nom] = zipped
            yield from self._sound(archive, info, zipped)

    def _at(self, nom: str, code: str, zipped: str, *faits: tuple[str, str]) -> Ecart:
        return Ecart(code, self.wanted[nom].chemin, nom, faits, fichier=zipped)

    def _stranger(self, nom: str, zipped: str) -> Iterator[Ecart]:
        """Tell an entry that is not declared under exactly that name; one declared under nearly that is not missing."""
        shown, bare = nom.replace("\0", "␀"), PurePosixPath(nom.replace("\\", "/")).name
        meant = self.folded.get(bare.casefold(), "")
        self.misnamed |= {meant} - {""}
        if bare != nom:
            yield Ecart("K306", valeur=shown, proposition=meant or bare, fichier=zipped)
        elif meant:
            yield Ecart("K305", self.wanted[meant].chemin, shown, proposition=meant, fichier=zipped)
        else:
            self.strangers.append((shown, zipped))

    def _sound(self, archive: ZipFile, info: ZipInfo, zipped: str) -> Iterator[Ecart]:
        """Check what a declared entry is, before and after reading it."""
        nom = info.orig_filename
        refused = _refused(info)
        if refused:
            yield self._at(nom, refused[0], zipped, *refused[1])
            return
        if info.file_size > OCTETS_PIECE_SURS:
            yield self._at(nom, "K311", zipped, ("octets", _spaced(info.file_size)))
        try:
            data = archive.read(info)
        except _DAMAGE:
            yield self._at(nom, "K313", zipped)
            return
        for code, faits in _content(nom, data, ouvrir=self.ouvrir):
            yield self._at(nom, code, zipped, *faits)
        yield from self._seen_before(info, zipped)

    def _seen_before(self, info: ZipInfo, zipped: str) -> Iterator[Ecart]:
        """Tell the same order form in two requests (rule 8), the same file twice in one.

        Size and checksum tell it well enough for a warning.
        """
        nom = info.orig_filename
        if self.wanted[nom].is_order_form:
            other = self.order_forms.setdefault((info.file_size, info.CRC), nom)
            if other != nom:
                yield self._at(nom, "K319", zipped, ("autre", other))
        twin = self.of_requests.setdefault((self.wanted[nom].rang, info.file_size, info.CRC), nom)
        if twin != nom:
            yield self._at(nom, "K321", zipped, ("autre", twin))

    def conclusions(self) -> Iterator[Ecart]:
        """Tell what only all zips together show: what is too many, what is missing, and requests split over two."""
        missing = [nom for nom in self.wanted if nom not in self.held and nom not in self.misnamed]
        for rank, (nom, zipped) in enumerate(self.strangers):
            yield Ecart("K304", valeur=nom, proposition=near(nom, missing) if rank < HINTS else "", fichier=zipped)
        # With a zip that could not be read, what is missing may well be in there.
        for nom in () if self.unreadable else missing:
            yield Ecart("K303", self.wanted[nom].chemin, nom)
        yield from self._split_requests()

    def _split_requests(self) -> Iterator[Ecart]:
        first: dict[int, str] = {}
        for nom, zipped in self.held.items():
            other = first.setdefault(self.wanted[nom].rang, zipped)
            if other != zipped:
                yield self._at(nom, "K318", zipped, ("autre", other))


def _refused(info: ZipInfo) -> tuple[str, Facts] | None:
    """Return why an entry is not read at all."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.flag_bits & 1:
        return "K308", ()
    if kind not in {0, stat.S_IFREG}:
        return "K309", ()
    if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        return "K314", ()
    if info.file_size > OCTETS_PIECE:
        return "K310", (("octets", _spaced(info.file_size)),)
    return None if info.file_size else ("K312", ())


def _content(nom: str, data: bytes, *, ouvrir: bool) -> Iterator[tuple[str, Facts]]:
    """Tell whether the bytes are the format that the name says, and whether they open."""
    expected = EXTENSIONS.get(os.path.splitext(nom)[1])  # noqa: PTH122 - speed
    if expected is None:
        return
    found, name = contents.sniff(data)
    if found != expected:
        yield "K315", (("attendu", expected), ("trouve", name))
    elif ouvrir:
        for finding in contents.flaws_of(data, expected):
            yield CONTENUS.get(finding.code, CONTENUS["P062"])


def _spaced(octets: int) -> str:
    return f"{octets:,}".replace(",", "\u202f")


def control_zips(zips: Sequence[Path], fichier: Bloc, *, ouvrir: bool) -> Iterator[Ecart]:
    """Carry out the third control.

    With `ouvrir` each attachment is also opened; without, its first bytes are enough, as for a deposit whose
    attachments have just been opened. Raises `OSError` when a zip cannot be opened as a file.
    """
    if not zips:
        yield Ecart("K300")
        return
    wanted = declared(fichier)
    inventory = _Inventory(wanted, {name.casefold(): name for name in wanted}, ouvrir)
    with contents.quiet():
        for path in zips:
            yield from inventory.archive(path)
    yield from inventory.conclusions()
