"""Whatever is done in whatever order, the portal's words and the user's orders are safe.

A long run: `python -m tests.acceptance.test_any_order 2000`.
"""

import atexit
import contextlib
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from rich.console import Console

from converter.commands.annuler import annuler
from converter.commands.convertir import convertir
from converter.commands.outcome import Outcome
from converter.commands.retour import retour
from converter.commands.session import Options
from converter.commands.suivi import Outputs, suivi
from converter.commands.valider import valider
from converter.depositing import deposit
from converter.issues import Inutilisable
from converter.registry.store import REGISTRE, Memoire
from converter.returning import received
from converter.spec.names import number_key
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from tests.support.cycle import JOUR, SHAPE, Cycle, edited, pdf

_REFUSED = {"numeroASP": None, "codeTraitement": "KO", "libelleTraitement": "FINESS inconnu"}
_SCRATCH = Path(tempfile.mkdtemp(prefix="any-order-"))
atexit.register(shutil.rmtree, _SCRATCH, ignore_errors=True)
_BLANK = _SCRATCH / "vierge"
_DONE: list[Path] = []
"""A folder for each sequence played to its end."""
_BOOKS = ("demandes.xlsx", "autre.xlsx")
_ROWS = st.integers(3, 5)
_NUMBERS = st.sampled_from(["00001", "00002", "00003", "00009", "a0001", "A0001"])
_SAID_TWICE = frozenset({"D016", "D018", "D028", "D029", "D041", "R180", "R181"})
_TOOL = ("etat", "fichierJSON", "dateDepot", "numeroASP", "codeTraitement", "libelleTraitement", "anciensNumeros")
_PAYMENTS = _SCRATCH / "paiements.csv"


class AnyOrder(RuleBasedStateMachine):
    """A folder with two requests, then two workbooks, in the hands of a careless team."""

    def __init__(self) -> None:
        super().__init__()
        if not (_BLANK / "demandes.xlsx").exists():
            _BLANK.mkdir()
            Cycle(_BLANK).fill(["DPI"] * 2)
            (_BLANK / "pieces" / "bon 3.pdf").write_bytes(pdf(3))
        self.cycle = Cycle(Path(tempfile.mkdtemp(dir=_SCRATCH)))
        shutil.copytree(_BLANK, self.cycle.folder, dirs_exist_ok=True)
        self.mine = self.cycle.folder / "note de l’équipe.txt"
        self.mine.write_text("à garder", encoding="utf-8")
        self.sent: dict[str, bytes] = {}
        self.told: set[str] = set()
        self.said: set[str] = set()
        """The numbers (`number_key`) of which a double was said."""
        self.books: list[bytes] = [self.cycle.classeur.read_bytes()]
        self.registries: list[bytes] = []

    def teardown(self) -> None:
        _DONE.append(self.cycle.folder)
        shutil.rmtree(self.cycle.folder, ignore_errors=True)

    # --- what the team does -------------------------------------------------------------------------------------------

    @initialize(steps=st.integers(0, 3), refuse=st.booleans())
    def begin(self, steps: int, *, refuse: bool) -> None:
        """Begin anywhere: the workbook filled, converted, answered, its registry lost."""
        if steps > 0:
            self.convert()
            self.books.append(self.cycle.classeur.read_bytes())
        if steps > 1:
            self._answer(next(iter(self.sent)), refuse=refuse, remplacer=False)
        if steps > 2:
            self.lose_the_registry()

    def _type(self, feuille: str, ligne: int, balise: str, valeur: Any) -> None:
        self._type_all({feuille: {ligne: {balise: valeur}}})

    def _type_all(self, sheets: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> None:
        self.books.append(self.cycle.classeur.read_bytes())
        self.cycle.type(sheets)

    @rule(ligne=_ROWS, montant=st.sampled_from([14_000, 15_000]))
    def edit(self, ligne: int, montant: int) -> None:
        if ligne in self.cycle.rows():
            self._type(DEMANDES, ligne, "montantSegurHT", montant)

    @rule(ligne=st.integers(3, 6), nom=st.sampled_from(["DURAND", "MARTIN"]))
    def edit_a_client(self, ligne: int, nom: str) -> None:
        if ligne in self.cycle.rows(BENEFICIAIRES):
            self._type(BENEFICIAIRES, ligne, "nomClient", nom)

    @rule(ligne=_ROWS, nouveau=_NUMBERS)
    def renumber(self, ligne: int, nouveau: str) -> None:
        if row := self.cycle.rows().get(ligne):
            ancien = row["numeroEditeur"]
            children = {feuille: self._of(ancien, feuille) for feuille in (BENEFICIAIRES, PIECES)}
            typed = {feuille: {rang: {"numeroEditeur": nouveau} for rang in rows} for feuille, rows in children.items()}
            self._type_all({DEMANDES: {ligne: {"numeroEditeur": nouveau}}, **typed})

    def _of(self, numero: str, feuille: str) -> dict[int, dict[str, Any]]:
        return {rang: row for rang, row in self.cycle.rows(feuille).items() if row["numeroEditeur"] == numero}

    @rule(ligne=_ROWS, other=_ROWS)
    def copy_the_tools_columns(self, ligne: int, other: int) -> None:
        rows = self.cycle.rows()
        if ligne in rows and other in rows:
            self._type_all({DEMANDES: {other: {nom: rows[ligne].get(nom) or None for nom in _TOOL}}})

    @rule(ligne=_ROWS, nouveau=st.none() | _NUMBERS, whole=st.booleans(), order=st.sampled_from(["", "bon 3.pdf"]))
    def add_a_row(self, ligne: int, nouveau: str | None, *, whole: bool, order: str) -> None:
        """Copy a row below, its children with it, under a number of its own (or the same), with another order form."""
        rows = self.cycle.rows()
        if ligne not in rows or len(rows) > 3:
            return
        numero = nouveau or rows[ligne]["numeroEditeur"]
        row = {nom: value for nom, value in rows[ligne].items() if value != "" and (whole or nom not in _TOOL)}
        sheets = {DEMANDES: {max(rows) + 1: row | {"numeroEditeur": numero}}}
        for feuille in (BENEFICIAIRES, PIECES):
            children = self._of(rows[ligne]["numeroEditeur"], feuille).values()
            own = {"numeroEditeur": numero} | ({"fichier": order} if order and feuille == PIECES else {})
            last = max(self.cycle.rows(feuille), default=2)
            sheets[feuille] = {
                last + rang: {nom: value for nom, value in child.items() if value != ""} | own
                for rang, child in enumerate(children, start=1)
            }
        self._type_all(sheets)

    @rule(ligne=_ROWS, children=st.booleans())
    def delete_a_row(self, ligne: int, *, children: bool) -> None:
        rows = self.cycle.rows()
        if ligne not in rows or len(rows) == 1:
            return
        gone = {DEMANDES: {ligne: dict.fromkeys(rows[ligne])}}
        if children:
            for feuille in (BENEFICIAIRES, PIECES):
                mine = self._of(rows[ligne]["numeroEditeur"], feuille)
                gone[feuille] = {rang: dict.fromkeys(row) for rang, row in mine.items()}
        self._type_all(gone)

    @rule()
    def take_the_other_workbook(self) -> None:
        """Go on in a second workbook of the same folder, which begins as a copy of the first."""
        other = _BOOKS[self.cycle.nom == _BOOKS[0]]
        if not (self.cycle.folder / other).exists():
            shutil.copy(self.cycle.classeur, self.cycle.folder / other)
        self.cycle = replace(self.cycle, nom=other)

    @rule()
    def check(self) -> None:
        self._ran(valider(self.cycle.classeur, self._options()))

    @rule()
    def convert(self) -> None:
        self._ran(convertir(self.cycle.classeur, self._options()))

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), refuse=st.booleans(), remplacer=st.booleans())
    def answer(self, data: st.DataObject, *, refuse: bool, remplacer: bool) -> None:
        self._answer(data.draw(st.sampled_from(sorted(self.sent))), refuse=refuse, remplacer=remplacer)

    def _answer(self, nom: str, *, refuse: bool, remplacer: bool) -> None:
        document = self.sent[nom]
        numbers = received.read_answer(document, f"{nom}.json").demandes
        changes = {f"_{each['numeroEditeur']}": self._answered(nom, str(each["numeroEditeur"])) for each in numbers}
        if refuse:
            changes[next(iter(changes))] = _REFUSED
        file = self.cycle.folder / f"{nom}.json"
        file.write_bytes(edited(document, **changes))
        try:
            self._ran(retour(file, self.cycle.classeur, self._options(), remplacer=remplacer))
        except Inutilisable:
            return
        finally:
            file.unlink()
        self.told |= {str(said["numeroASP"]) for said in changes.values() if said["numeroASP"]}

    def _answered(self, nom: str, numero: str) -> dict[str, Any]:
        return {
            "numeroASP": f"ASP-{nom[-3:]}-{numero}",
            "codeTraitement": "OK",
            "libelleTraitement": "Demande acceptée",
        }

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def pay(self, data: st.DataObject) -> None:
        asp = data.draw(st.sampled_from(sorted(self.told)))
        _PAYMENTS.write_text(f"N° ASP;Montant payé;Date de paiement\n{asp};4125,30;20/04/2022\n", encoding="utf-8")
        self.books.append(self.cycle.classeur.read_bytes())
        with contextlib.suppress(Inutilisable):
            suivi(self.cycle.classeur, None, Outputs(), console=Console(quiet=True), au=JOUR, paiements=_PAYMENTS)

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), refuse=st.booleans())
    def withdraw(self, data: st.DataObject, *, refuse: bool) -> None:
        nom = data.draw(st.sampled_from(sorted(self.sent)))
        with contextlib.suppress(Inutilisable):
            self._ran(annuler(nom, self.cycle.classeur, self._options(), refuse=refuse))

    @rule()
    def lose_the_registry(self) -> None:
        registre = self.cycle.depots / REGISTRE
        if registre.exists():
            self.registries.append(registre.read_bytes())
            registre.unlink()

    @precondition(lambda self: self.registries)
    @rule(data=st.data())
    def restore_a_registry(self, data: st.DataObject) -> None:
        registre = self.cycle.depots / REGISTRE
        registre.write_bytes(self.registries[data.draw(st.integers(0, len(self.registries) - 1))])

    @rule()
    def keep_a_registry(self) -> None:
        registre = self.cycle.depots / REGISTRE
        if registre.exists():
            self.registries.append(registre.read_bytes())

    @rule(data=st.data())
    def restore_a_workbook(self, data: st.DataObject) -> None:
        """Put any earlier workbook back, be it one of the other name, whatever became of the registry."""
        kept = self.books[data.draw(st.integers(0, len(self.books) - 1))]
        self.books.append(self.cycle.classeur.read_bytes())
        self.cycle.classeur.write_bytes(kept)

    def _options(self) -> Options:
        return Options(JOUR)

    def _ran(self, outcome: Outcome) -> None:
        doubled = [issue.place for issue in outcome.issues if issue.code in _SAID_TWICE]
        for feuille in {place.feuille for place in doubled}:
            rows = self.cycle.rows(feuille)
            numbers = [rows[place.ligne]["numeroEditeur"] for place in doubled if place.feuille == feuille]
            self.said |= set(map(number_key, numbers))
        for upload in outcome.depots:
            nom = upload.json.removesuffix(".json")
            self.sent[nom] = self.cycle.sent(nom)

    # --- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def no_file_of_the_teams_changes(self) -> None:
        assert self.mine.read_text(encoding="utf-8") == "à garder"
        names = {path.name for path in self.cycle.folder.iterdir()}
        assert names <= {*_BOOKS, "pieces", "depots", "sauvegardes", self.mine.name}

    @invariant()
    def no_number_serves_two_contents_and_no_content_two_deposits_unsaid(self) -> None:
        if not self.cycle.depots.exists():
            return
        live = [folder for folder in self.cycle.depots.iterdir() if folder.name.startswith("JSON-")]
        requests = [
            (number_key(str(each["numeroEditeur"])), received.empreintes(each))
            for folder in live
            for each in received.read_answer((folder / f"{folder.name}.json").read_bytes(), folder.name).demandes
        ]
        assert [n for n, times in Counter(n for n, _ in requests).items() if times > 1] == []
        holders: dict[frozenset[str], set[str]] = defaultdict(set)
        for number, content in requests:
            holders[content].add(number)
        assert [numbers for numbers in holders.values() if len(numbers) > 1 and not numbers & self.said] == []

    @invariant()
    def no_numero_asp_disappears(self) -> None:
        if not self.told:
            return
        held = {str(value) for nom in _BOOKS for value in self._written(nom)}
        memoire = self._remembered()
        held |= {said.numeroASP for words in memoire.paroles.values() for said in words}
        assert {asp for asp in self.told if not any(asp in each for each in held)} == set()

    def _written(self, nom: str) -> Iterator[Any]:
        if (self.cycle.folder / nom).exists():
            for row in replace(self.cycle, nom=nom).table():
                yield from (row.get("numeroASP", ""), row.get("historique", ""))

    def _remembered(self) -> Memoire:
        """Return what the next command would know, of which nothing is made here."""
        if (self.cycle.depots / REGISTRE).exists():
            return self.cycle.memory()
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(self.cycle.depots, folder, dirs_exist_ok=True)
            memoire, *_ = deposit.consult(Path(folder), SHAPE)
            return memoire


def any_order(examples: int, *, derandomize: bool = True) -> None:
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=examples,
            stateful_step_count=8,
            deadline=None,
            derandomize=derandomize,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_in_any_order_nothing_told_is_lost_and_no_order_is_filed_twice() -> None:
    any_order(12)


if __name__ == "__main__":
    try:
        any_order(int(sys.argv[1]), derandomize=False)
    finally:
        sys.stdout.write(f"{len(_DONE)} sequences\n")
