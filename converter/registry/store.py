"""The memory of a folder of deposits: every number used, every deposit and its files, every answer of the portal.

One SQLite file with a rollback journal, since it may lie on a network drive; each change is one transaction. That a
number serves one live request only is a constraint of the base, not of the code around it. Source: D.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from converter.checking.demande import Lot
from converter.issues import Inutilisable, Issue
from converter.registry.fingerprint import Empreinte, empreinte
from converter.spec.names import NomDepot, is_zip, json_name, number_key
from converter.spec.programme import MAX_FICHIERS_JOUR, Etat

REGISTRE = "registre.sqlite"


class EtatDepot(StrEnum):
    """How far a deposit has come; a conversion or a withdrawal that was cut off is seen by it."""

    RESERVE = "réservé"
    CONSTRUIT = "construit"
    PUBLIE = "publié"
    RETRAIT = "en retrait"
    ANNULE = "annulé"
    SIGNALE = "signalé"
    """Known only by the workbook that names it."""


CUT_OFF = (EtatDepot.RESERVE, EtatDepot.CONSTRUIT, EtatDepot.RETRAIT)
"""The states that only a cut-off leaves behind."""


@dataclass(frozen=True, slots=True)
class Fichier:
    """A file of a deposit: its name, size in bytes and SHA-256."""

    nom: str
    octets: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Inscrite:
    """A request as a deposit holds it; `centimes` is its amount HT."""

    numero: str
    num_ligne: int
    centimes: int
    empreinte: Empreinte
    commande: str = ""
    """The SHA-256 of its order form, `""`: not known."""
    finess: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Depot:
    """A deposit: the name of its folder and JSON, its software, state, birth (ISO 8601), model, files and requests."""

    nom: str
    logiciel: str
    etat: EtatDepot
    cree_le: str
    modele: str
    fichiers: tuple[Fichier, ...]
    demandes: tuple[Inscrite, ...]
    refuse: bool = False
    """Whether the portal refused it whole, at its first control, which is why it was withdrawn."""

    @property
    def json(self) -> str:
        """The name of its JSON file."""
        return json_name(self.nom)

    @property
    def zips(self) -> tuple[str, ...]:
        """The names of its zips, in order."""
        return tuple(fichier.nom for fichier in self.fichiers if is_zip(fichier.nom))


@dataclass(frozen=True, slots=True)
class Reponse:
    """What the portal answered about a request."""

    numero: str
    acceptee: bool
    numeroASP: str = ""  # noqa: N815 - the tag verbatim
    codeTraitement: str = ""  # noqa: N815 - likewise
    libelleTraitement: str = ""  # noqa: N815 - likewise


@dataclass(frozen=True, slots=True)
class Fait:
    """What is known of a number in use: what its request says, its deposit (`""`: none found) and the last answer."""

    numero: str
    empreinte: Empreinte
    depot: str
    cree_le: str
    reponse: Reponse | None
    logiciel: str = ""
    centimes: int = 0
    commande: str = ""
    """The SHA-256 of its order form, `""`: not known."""
    finess: frozenset[str] = frozenset()

    @property
    def etat(self) -> Etat:
        """The state of its request."""
        if self.reponse is None:
            return Etat.CONVERTIE
        return Etat.ACCEPTEE if self.reponse.acceptee else Etat.REJETEE


@dataclass(frozen=True, slots=True)
class Parole:
    """What the portal once said of a number, decided or not, and the day it was brought here."""

    numero: str
    jour: date
    numeroASP: str = ""  # noqa: N815 - the tag verbatim
    codeTraitement: str = ""  # noqa: N815 - likewise
    libelleTraitement: str = ""  # noqa: N815 - likewise


@dataclass(frozen=True, slots=True)
class Dite:
    """What the portal once said of a number, as it is kept; `acceptee` where that decided anything."""

    depot: str
    numero: str
    acceptee: bool | None
    numeroASP: str  # noqa: N815 - the tag verbatim
    codeTraitement: str  # noqa: N815 - likewise
    libelleTraitement: str  # noqa: N815 - likewise
    recue_le: str

    @property
    def words(self) -> tuple[bool | None, str, str, str]:
        """What it says, whatever its day and deposit."""
        return self.acceptee, self.numeroASP, self.codeTraitement, self.libelleTraitement


@dataclass(frozen=True, slots=True)
class Memoire:
    """The registry at one moment.

    `faits` are the numbers in use, `paroles` all that the portal ever said and `recues` the day of the last answer to
    each number, all by `number_key`; `numeros` are all numbers ever used, `annules` the deposits withdrawn; `depots`
    are all those whose content is known, withdrawn ones among them.
    """

    faits: Mapping[str, Fait] = field(default_factory=dict)
    numeros: frozenset[str] = frozenset()
    annules: frozenset[str] = frozenset()
    depots: frozenset[str] = frozenset()
    paroles: Mapping[str, tuple[Parole, ...]] = field(default_factory=dict)
    recues: Mapping[str, date] = field(default_factory=dict)

    def fait(self, numero: str) -> Fait | None:
        """Return what is known of a number, however its letters are written."""
        return self.faits.get(number_key(numero))


@dataclass(frozen=True, slots=True)
class Signalement:
    """A number that a workbook shows as used: by which request, in which deposit (`""`: unknown), how answered."""

    numero: str
    empreinte: Empreinte
    depot: str = ""
    reponse: Reponse | None = None
    jour: date | None = None
    """The day of the answer, where the workbook tells it."""


# A step for each version of the schema, in order: never changed once released, only added to.
MIGRATIONS = (
    """
    CREATE TABLE depot (
        nom TEXT PRIMARY KEY COLLATE NOCASE,
        logiciel TEXT NOT NULL,
        etat TEXT NOT NULL CHECK (etat IN ('réservé', 'construit', 'publié', 'en retrait', 'annulé', 'signalé')),
        cree_le TEXT NOT NULL,
        modele TEXT NOT NULL
    );
    CREATE TABLE fichier (
        depot TEXT NOT NULL COLLATE NOCASE REFERENCES depot ON DELETE CASCADE,
        nom TEXT NOT NULL,
        octets INTEGER NOT NULL CHECK (octets >= 0),
        sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
        PRIMARY KEY (depot, nom)
    );
    CREATE TABLE demande (
        id INTEGER PRIMARY KEY,
        numeroEditeur TEXT NOT NULL,
        depot TEXT COLLATE NOCASE REFERENCES depot ON DELETE CASCADE,
        numLigne INTEGER,
        centimes INTEGER,
        valeurs TEXT NOT NULL,
        pieces TEXT NOT NULL,
        libre INTEGER NOT NULL DEFAULT 0 CHECK (libre IN (0, 1))
    );
    CREATE UNIQUE INDEX un_numero_une_demande ON demande (numeroEditeur) WHERE NOT libre;
    CREATE INDEX demandes_du_depot ON demande (depot);
    CREATE TABLE reponse (
        id INTEGER PRIMARY KEY,
        demande INTEGER NOT NULL REFERENCES demande ON DELETE CASCADE,
        acceptee INTEGER NOT NULL CHECK (acceptee IN (0, 1)),
        numeroASP TEXT NOT NULL,
        codeTraitement TEXT NOT NULL,
        libelleTraitement TEXT NOT NULL,
        recue_le TEXT NOT NULL,
        fichier_sha256 TEXT NOT NULL
    );
    CREATE INDEX reponses_de_la_demande ON reponse (demande);
    CREATE VIEW en_usage AS
        SELECT numeroEditeur, valeurs, pieces, coalesce(depot, ''), coalesce(cree_le, ''),
            acceptee, numeroASP, codeTraitement, libelleTraitement
        FROM demande
        LEFT JOIN depot ON depot.nom = demande.depot
        LEFT JOIN reponse ON reponse.id = (SELECT max(id) FROM reponse WHERE demande = demande.id)
        WHERE NOT libre;
    """,
    """
    ALTER TABLE demande ADD COLUMN commande TEXT NOT NULL DEFAULT '';
    ALTER TABLE demande ADD COLUMN finess TEXT NOT NULL DEFAULT '';
    ALTER TABLE depot ADD COLUMN refuse INTEGER NOT NULL DEFAULT 0 CHECK (refuse IN (0, 1));
    CREATE TRIGGER majuscules_et_minuscules_sont_un_numero BEFORE INSERT ON demande
        WHEN NOT NEW.libre AND EXISTS (
            SELECT 1 FROM demande
            WHERE NOT libre AND upper(numeroEditeur) = upper(NEW.numeroEditeur) AND numeroEditeur <> NEW.numeroEditeur
        )
        BEGIN SELECT RAISE(IGNORE); END;
    CREATE INDEX demandes_par_numero ON demande (upper(numeroEditeur)) WHERE NOT libre;
    CREATE TABLE parole (
        id INTEGER PRIMARY KEY,
        depot TEXT NOT NULL COLLATE NOCASE,
        numeroEditeur TEXT NOT NULL,
        numeroASP TEXT NOT NULL,
        codeTraitement TEXT NOT NULL,
        libelleTraitement TEXT NOT NULL,
        recue_le TEXT NOT NULL,
        fichier_sha256 TEXT NOT NULL,
        UNIQUE (depot, numeroEditeur, numeroASP, codeTraitement, libelleTraitement)
    );
    INSERT OR IGNORE INTO parole (
        depot, numeroEditeur, numeroASP, codeTraitement, libelleTraitement, recue_le, fichier_sha256
    )
        SELECT coalesce(depot, ''), numeroEditeur, numeroASP, codeTraitement, libelleTraitement, recue_le,
            fichier_sha256
        FROM reponse JOIN demande ON demande.id = reponse.demande ORDER BY reponse.id;
    DROP VIEW en_usage;
    CREATE VIEW en_usage AS
        SELECT numeroEditeur, valeurs, pieces, coalesce(depot, ''), coalesce(cree_le, ''), coalesce(logiciel, ''),
            coalesce(centimes, 0), commande, finess, acceptee, numeroASP, codeTraitement, libelleTraitement
        FROM demande
        LEFT JOIN depot ON depot.nom = demande.depot
        LEFT JOIN reponse ON reponse.id = (SELECT max(id) FROM reponse WHERE demande = demande.id)
        WHERE NOT libre;
    """,
)
_APPLICATION = 0x53484F50  # "SHOP": tells our base from another that bears its name
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def open_registry(dossier: Path) -> Iterator[tuple["Registry", tuple[Issue, ...]]]:
    """Open the registry of a folder, made or brought up to date as needed; the issues say what was repaired.

    A damaged file is set aside under a dated name and a new one begun (D005). Raises `Inutilisable` (D023) when a
    newer version of the tool wrote it; what the system refuses comes as `OSError` or `sqlite3.OperationalError`.
    """
    chemin = dossier / REGISTRE
    issues: tuple[Issue, ...] = ()
    if chemin.exists() and not _is_sound(chemin):
        issues = (Issue("D005", faits=(("fichier", _set_aside(chemin)),)),)
    with _connected(chemin) as base:
        _migrate(base)
        yield Registry(base), issues


def numbers_used(dossier: Path) -> frozenset[str]:
    """Return every number that the registry of a folder knows; none where there is no sound one. Changes nothing."""
    chemin = dossier / REGISTRE
    try:
        with closing(sqlite3.connect(f"{chemin.absolute().as_uri()}?mode=ro", uri=True)) as base:
            return frozenset(numero for (numero,) in base.execute("SELECT numeroEditeur FROM demande"))
    except sqlite3.DatabaseError:
        return frozenset()


@contextmanager
def _connected(chemin: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(chemin, isolation_level=None)) as base:
        base.execute("PRAGMA journal_mode = DELETE")
        # EXTRA also syncs the folder once the journal is deleted: without it a power cut can undo a commit.
        base.execute("PRAGMA synchronous = EXTRA")
        base.execute("PRAGMA foreign_keys = ON")
        yield base


def _is_sound(chemin: Path) -> bool:
    try:
        with _connected(chemin) as base:
            (verdict,) = base.execute("PRAGMA quick_check(1)").fetchone()
            return bool(verdict == "ok") and _is_ours(base)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in _DAMAGED:
            return False
        raise


def _is_ours(base: sqlite3.Connection) -> bool:
    empty = base.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    return empty or _pragma(base, "application_id") == _APPLICATION


def _set_aside(chemin: Path) -> str:
    aside = chemin.with_name(f"registre-illisible-{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}.sqlite")
    chemin.rename(aside)
    # A journal left behind would be played back over the new base.
    chemin.with_name(f"{REGISTRE}-journal").unlink(missing_ok=True)
    return aside.name


def _pragma(base: sqlite3.Connection, nom: str) -> int:
    return int(base.execute(f"PRAGMA {nom}").fetchone()[0])


def _migrate(base: sqlite3.Connection) -> None:
    version = _pragma(base, "user_version")
    if version > len(MIGRATIONS):
        raise Inutilisable(Issue("D023"))
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        steps = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {number};"
        base.executescript(f"BEGIN IMMEDIATE; {script} {steps} COMMIT;")


class Registry:
    """The open registry; each method that changes it is one transaction."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._base:
            self._base.execute("BEGIN IMMEDIATE")
            yield self._base

    def reserve(self, lots: Sequence[Lot], jour: date, modele: str) -> tuple[str, ...]:
        """Take a file rank for each lot and the numbers of all its requests; return the names of the deposits.

        Raises `Inutilisable`, nothing taken: D020 when the day has no rank left for a numéro ANS (section 3.3), D022
        for each number already in use.
        """
        with self._transaction() as base:
            self._refuse_used_numbers(lots)
            noms = tuple(self._reserve_one(lot, jour, modele) for lot in lots)
            base.executemany(
                "INSERT INTO demande (numeroEditeur, depot, numLigne, centimes, valeurs, pieces, commande, finess)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (row for nom, lot in zip(noms, lots, strict=True) for row in _rows(nom, inscrites(lot))),
            )
        return noms

    def _refuse_used_numbers(self, lots: Sequence[Lot]) -> None:
        numbers = [demande.numero for lot in lots for demande in lot.demandes]
        wanted = Counter(map(number_key, numbers))
        held = self._base.execute("SELECT numeroEditeur, coalesce(depot, '') FROM demande WHERE NOT libre")
        depots = {number_key(numero): depot for numero, depot in held}
        twice = {numero: "cette conversion" for numero in numbers if wanted[number_key(numero)] > 1}
        used = twice | {n: depots[number_key(n)] for n in numbers if number_key(n) in depots}
        if used:
            raise Inutilisable(*(Issue("D022", valeur=numero, faits=(("depot", used[numero]),)) for numero in used))

    def _reserve_one(self, lot: Lot, jour: date, modele: str) -> str:
        numero_ans = lot.entete.numeroAns
        first = NomDepot(numero_ans, jour, 1)
        (last,) = self._base.execute("SELECT max(nom) FROM depot WHERE nom LIKE ?", (first.same_day,)).fetchone()
        known = NomDepot.within(last or "")
        rang = known.rang + 1 if known else 1
        if rang > MAX_FICHIERS_JOUR:
            raise Inutilisable(Issue("D020", faits=(("jour", f"{jour:%d/%m/%Y}"), ("numeroAns", numero_ans))))
        nom = str(NomDepot(numero_ans, jour, rang))
        self._insert_depot(nom, lot.entete.logiciel, EtatDepot.RESERVE, modele)
        return nom

    def _insert_depot(self, nom: str, logiciel: str, etat: EtatDepot, modele: str) -> None:
        self._base.execute(
            "INSERT INTO depot (nom, logiciel, etat, cree_le, modele) VALUES (?, ?, ?, ?, ?)",
            (nom, logiciel, etat, _now(), modele),
        )

    def commit_built(self, fichiers: Mapping[str, Sequence[Fichier]]) -> None:
        """Record the files of deposits that stand ready aside: from here on a conversion is finished, not undone."""
        with self._transaction() as base:
            self._insert_files(fichiers)
            self._set_state(base, fichiers, EtatDepot.CONSTRUIT)

    def _insert_files(self, fichiers: Mapping[str, Sequence[Fichier]]) -> None:
        self._base.executemany(
            "INSERT INTO fichier VALUES (?, ?, ?, ?)",
            ((nom, f.nom, f.octets, f.sha256) for nom, files in fichiers.items() for f in files),
        )

    @staticmethod
    def _set_state(base: sqlite3.Connection, noms: Iterable[str], etat: EtatDepot) -> None:
        base.executemany("UPDATE depot SET etat = ? WHERE nom = ?", ((etat, nom) for nom in noms))

    def mark(self, noms: Iterable[str], etat: EtatDepot) -> None:
        """Record how far deposits have come; a withdrawn one frees the numbers of its requests."""
        chosen = tuple(noms)
        with self._transaction() as base:
            self._set_state(base, chosen, etat)
            if etat is EtatDepot.ANNULE:
                base.executemany("UPDATE demande SET libre = 1 WHERE depot = ?", ((nom,) for nom in chosen))

    def mark_refused(self, nom: str) -> None:
        """Record that the portal refused a deposit whole."""
        with self._transaction() as base:
            base.execute("UPDATE depot SET refuse = 1 WHERE nom = ?", (nom,))

    def forget(self, noms: Iterable[str]) -> None:
        """Undo the reservation of deposits that were never published: their rank and numbers are as if never taken."""
        with self._transaction() as base:
            base.executemany("DELETE FROM depot WHERE nom = ?", ((nom,) for nom in noms))

    def adopt(self, depot: Depot) -> tuple[str, ...]:
        """Take in a deposit found on disk; return the numbers left out because another deposit has them in use."""
        with self._transaction() as base:
            base.execute(
                "INSERT INTO depot (nom, logiciel, etat, cree_le, modele) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (nom) DO UPDATE SET"
                " logiciel = excluded.logiciel, etat = excluded.etat, modele = excluded.modele",
                (depot.nom, depot.logiciel, depot.etat, depot.cree_le, depot.modele),
            )
            self._insert_files({depot.nom: depot.fichiers})
            libre = depot.etat is EtatDepot.ANNULE
            return tuple(row[0] for row in _rows(depot.nom, depot.demandes) if not self._adopt_one(row, libre=libre))

    def _adopt_one(self, row: "_Row", *, libre: bool) -> bool:
        """Insert a request, or complete what a workbook said of it; false where its number serves another deposit."""
        cursor = self._base.execute(
            "INSERT INTO demande (numeroEditeur, depot, numLigne, centimes, valeurs, pieces, commande, finess, libre)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (numeroEditeur) WHERE NOT libre DO UPDATE SET"
            " depot = excluded.depot, numLigne = excluded.numLigne, centimes = excluded.centimes,"
            " valeurs = excluded.valeurs, pieces = excluded.pieces, commande = excluded.commande,"
            " finess = excluded.finess"
            " WHERE depot IS NULL OR depot = excluded.depot",
            (*row, int(libre)),
        )
        return cursor.rowcount > 0

    def unread(self) -> frozenset[str]:
        """Return the deposits of which no establishment is known: an older version of the tool made them."""
        query = "SELECT DISTINCT depot.nom FROM depot JOIN demande ON depot = nom WHERE etat = ? AND finess = ''"
        return frozenset(nom for (nom,) in self._base.execute(query, (EtatDepot.PUBLIE,)))

    def complete(self, depot: Depot) -> None:
        """Take in the order forms and establishments of a deposit that was read again; what is known stays."""
        with self._transaction() as base:
            base.executemany(
                "UPDATE demande SET commande = ?, finess = ? WHERE depot = ? AND numeroEditeur = ? AND finess = ''",
                ((each.commande, " ".join(each.finess), depot.nom, each.numero) for each in depot.demandes),
            )

    def note(self, signalements: Iterable[Signalement]) -> None:
        """Take in what a workbook says of numbers and answers that the registry does not know; what it knows stays."""
        with self._transaction():
            for each in signalements:
                self._take_number(each.depot, each.numero, each.empreinte)
                if each.reponse:
                    self._learn(each.numero, each.reponse, each.jour.isoformat() if each.jour else "")

    def _take_number(self, depot: str, numero: str, said: Empreinte) -> None:
        """Make a number known as used in a deposit (`""`: unknown), unless it is."""
        if depot and self._base.execute("SELECT 1 FROM depot WHERE nom = ?", (depot,)).fetchone() is None:
            self._insert_depot(depot, "", EtatDepot.SIGNALE, "")
        self._base.execute(
            "INSERT OR IGNORE INTO demande (numeroEditeur, depot, valeurs, pieces) VALUES (?, ?, ?, ?)",
            (numero, depot or None, said.valeurs, said.pieces),
        )

    def _learn(self, numero: str, reponse: Reponse, recue_le: str) -> None:
        """Record the answer that a workbook tells of a number in use, unless another one is known."""
        found = self._base.execute(
            "SELECT id, depot FROM demande WHERE NOT libre AND upper(numeroEditeur) = upper(?)", (numero,)
        ).fetchone()
        if found is None:
            return
        demande, depot = found
        self._insert_words(depot or "", reponse, "", recue_le)
        if merged := completed(self._last_answer(demande, numero), reponse):
            self._insert_answer(demande, merged, "", recue_le)

    def _last_answer(self, demande: int, numero: str) -> Reponse | None:
        known = self._base.execute(
            "SELECT acceptee, numeroASP, codeTraitement, libelleTraitement FROM reponse WHERE demande = ?"
            " ORDER BY id DESC LIMIT 1",
            (demande,),
        ).fetchone()
        return _answer(numero, known) if known else None

    def record_answers(self, depot: str, reponses: Iterable[Reponse], fichier_sha256: str) -> None:
        """Record the portal's answers about a deposit; one about what it does not hold, or holds no more, is none.

        The same answer again changes nothing; another one is recorded after it, which stays on file: whether it may
        take its place is decided before (`bring_back`).
        """
        with self._transaction():
            for each in reponses:
                self._receive(depot, each, fichier_sha256)

    def _receive(self, depot: str, reponse: Reponse, fichier_sha256: str) -> None:
        found = self._base.execute(
            "SELECT id FROM demande WHERE depot = ? AND upper(numeroEditeur) = upper(?) AND NOT libre",
            (depot, reponse.numero),
        ).fetchone()
        if found and self._last_answer(found[0], reponse.numero) != reponse:
            self._insert_answer(found[0], reponse, fichier_sha256)

    def _insert_answer(self, demande: int, reponse: Reponse, fichier_sha256: str, recue_le: str = "") -> None:
        self._base.execute(
            "INSERT INTO reponse (demande, acceptee, numeroASP, codeTraitement, libelleTraitement, recue_le,"
            " fichier_sha256) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                demande,
                int(reponse.acceptee),
                reponse.numeroASP,
                reponse.codeTraitement,
                reponse.libelleTraitement,
                recue_le or _now(),
                fichier_sha256,
            ),
        )

    def record_words(self, depot: str, reponses: Iterable[Reponse], fichier_sha256: str) -> None:
        """Record all that an answer says, whether it decides anything or not: the portal's words are never lost."""
        with self._transaction():
            for each in reponses:
                self._insert_words(depot, each, fichier_sha256)

    def _insert_words(self, depot: str, said: Reponse, fichier_sha256: str, recue_le: str = "") -> None:
        if not (said.numeroASP or said.codeTraitement or said.libelleTraitement):
            return
        day = recue_le or _now()
        self._base.execute(
            "INSERT OR IGNORE INTO parole (depot, numeroEditeur, numeroASP, codeTraitement, libelleTraitement,"
            " recue_le, fichier_sha256) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (depot, said.numero, said.numeroASP, said.codeTraitement, said.libelleTraitement, day, fichier_sha256),
        )

    def heard(self) -> tuple[Dite, ...]:
        """Return all that the portal ever said, and what of it decided anything, each in its order."""
        words = self._base.execute(
            "SELECT depot, numeroEditeur, numeroASP, codeTraitement, libelleTraitement, recue_le FROM parole"
            " ORDER BY id"
        )
        answers = self._base.execute(
            "SELECT coalesce(depot, ''), numeroEditeur, acceptee, numeroASP, codeTraitement, libelleTraitement,"
            " recue_le FROM reponse JOIN demande ON demande.id = reponse.demande WHERE NOT libre ORDER BY reponse.id"
        )
        said = [Dite(depot, numero, None, *texts) for depot, numero, *texts in words]
        decided = [Dite(depot, numero, bool(acceptee), *texts) for depot, numero, acceptee, *texts in answers]
        return (*said, *decided)

    def hear(self, dites: Iterable[Dite]) -> None:
        """Take in what the portal is known to have said, the day as it was; a number so learnt is in use."""
        with self._transaction():
            for each in dites:
                said = Reponse(
                    each.numero,
                    bool(each.acceptee),
                    each.numeroASP,
                    each.codeTraitement,
                    each.libelleTraitement,
                )
                self._insert_words(each.depot, said, "", each.recue_le)
                if each.acceptee is not None and (demande := self._demande_of(each)):
                    self._insert_answer(demande, said, "", each.recue_le)

    def _demande_of(self, dite: Dite) -> int:
        """Return the request that was answered, made known where it is not; 0 where another one has its number."""
        self._take_number(dite.depot, dite.numero, Empreinte(""))
        found = self._base.execute(
            "SELECT id FROM demande WHERE NOT libre AND upper(numeroEditeur) = upper(?)"
            " AND (? IN ('', depot) OR depot IS NULL)",
            (dite.numero, dite.depot),
        ).fetchone()
        return int(found[0]) if found else 0

    def memory(self) -> Memoire:
        """Return what is known at this moment."""
        facts = (_fact(row) for row in self._base.execute("SELECT * FROM en_usage ORDER BY numeroASP"))
        numeros = frozenset(numero for (numero,) in self._base.execute("SELECT numeroEditeur FROM demande"))
        return Memoire(
            {number_key(fait.numero): fait for fait in facts},
            numeros,
            frozenset(self._names((EtatDepot.ANNULE,))),
            self.found_on_disk(),
            self._words(),
            self._answered_on(),
        )

    def _words(self) -> Mapping[str, tuple[Parole, ...]]:
        said: dict[str, tuple[Parole, ...]] = {}
        for numero, recue_le, *texts in self._base.execute(
            "SELECT numeroEditeur, recue_le, numeroASP, codeTraitement, libelleTraitement FROM parole ORDER BY id"
        ):
            parole = Parole(numero, datetime.fromisoformat(recue_le).date(), *texts)
            said[number_key(numero)] = (*said.get(number_key(numero), ()), parole)
        return said

    def _answered_on(self) -> dict[str, date]:
        """Return the day on which the last answer to each number in use was brought in."""
        query = (
            "SELECT numeroEditeur, max(recue_le) FROM reponse JOIN demande ON demande.id = reponse.demande"
            " WHERE NOT libre GROUP BY numeroEditeur"
        )
        rows = self._base.execute(query)
        return {number_key(numero): datetime.fromisoformat(recue_le).date() for numero, recue_le in rows}

    def _names(self, etats: Sequence[EtatDepot]) -> list[str]:
        return [nom for nom, etat in self._base.execute("SELECT nom, etat FROM depot ORDER BY nom") if etat in etats]

    def found_on_disk(self) -> frozenset[str]:
        """Return the names of the deposits whose folder has been read or written here."""
        return frozenset(self._names([etat for etat in EtatDepot if etat is not EtatDepot.SIGNALE]))

    def depots(self, *etats: EtatDepot) -> tuple[Depot, ...]:
        """Return the deposits in the given states (all when none is given), by name."""
        return tuple(self._depot(nom) for nom in self._names(etats or tuple(EtatDepot)))

    def depot(self, nom: str) -> Depot | None:
        """Return a deposit by its name, `None` when there is none."""
        if not nom.isascii():  # no name of ours; what a terminal made of unreadable bytes is not even a text
            return None
        row = self._base.execute("SELECT nom FROM depot WHERE nom = ?", (nom,)).fetchone()
        return self._depot(row[0]) if row else None

    def _depot(self, nom: str) -> Depot:
        row = self._base.execute("SELECT nom, logiciel, etat, cree_le, modele, refuse FROM depot WHERE nom = ?", (nom,))
        real, logiciel, etat, cree_le, modele, refuse = row.fetchone()
        files = self._base.execute("SELECT nom, octets, sha256 FROM fichier WHERE depot = ? ORDER BY rowid", (nom,))
        requests = self._base.execute(
            "SELECT numeroEditeur, coalesce(numLigne, 0), coalesce(centimes, 0), valeurs, pieces, commande, finess"
            " FROM demande WHERE depot = ? ORDER BY id",
            (nom,),
        )
        fichiers = tuple(Fichier(*file) for file in files)
        demandes = tuple(
            Inscrite(n, num, cents, Empreinte(v, p), commande, tuple(finess.split()))
            for n, num, cents, v, p, commande, finess in requests
        )
        return Depot(real, logiciel, EtatDepot(etat), cree_le, modele, fichiers, demandes, bool(refuse))

    def is_answered(self, nom: str) -> bool:
        """Tell whether the portal has answered about any request of a deposit."""
        query = "SELECT 1 FROM reponse JOIN demande ON demande.id = reponse.demande WHERE depot = ? LIMIT 1"
        return self._base.execute(query, (nom,)).fetchone() is not None


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def inscrites(lot: Lot) -> tuple[Inscrite, ...]:
    """Return the requests of a lot as the registry holds them."""
    return tuple(
        Inscrite(demande.numero, num_ligne, demande.centimes, empreinte(demande), demande.order_form, demande.finess)
        for num_ligne, demande in enumerate(lot.demandes, start=1)
    )


_Row = tuple[str, str, int, int, str, str, str, str]


def _rows(nom: str, demandes: Iterable[Inscrite]) -> Iterator[_Row]:
    for each in demandes:
        said = each.empreinte
        yield (
            each.numero,
            nom,
            each.num_ligne,
            each.centimes,
            said.valeurs,
            said.pieces,
            each.commande,
            " ".join(each.finess),
        )


def completed(known: Reponse | None, told: Reponse) -> Reponse | None:
    """Return an answer with what another telling of it adds; `None` where it adds nothing or contradicts it."""
    if known is None:
        return told
    if known.acceptee != told.acceptee or (known.numeroASP and told.numeroASP not in {"", known.numeroASP}):
        return None
    merged = replace(
        known,
        numeroASP=known.numeroASP or told.numeroASP,
        codeTraitement=known.codeTraitement or told.codeTraitement,
        libelleTraitement=known.libelleTraitement or told.libelleTraitement,
    )
    return merged if merged != known else None


def _fact(row: Sequence[Any]) -> Fait:
    numero, valeurs, pieces, depot, cree_le, logiciel, centimes, commande, finess, *answer = row
    reponse = _answer(numero, answer)
    said = Empreinte(valeurs, pieces)
    return Fait(numero, said, depot, cree_le, reponse, logiciel, centimes, commande, frozenset(finess.split()))


def _answer(numero: str, columns: Sequence[int | str | None]) -> Reponse | None:
    acceptee, numero_asp, code, libelle = columns
    if acceptee is None:
        return None
    return Reponse(numero, bool(acceptee), str(numero_asp), str(code), str(libelle))
