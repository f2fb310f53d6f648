"""Whatever is done in whatever order, the portal's words and the user's orders are safe.

A long run: `python -m tests.acceptance.test_any_order 2000`.
"""

import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from converter.commands.annuler import annuler
from converter.commands.convertir import convertir
from converter.commands.outcome import Outcome
from converter.commands.retour import retour
from converter.commands.session import Options
from converter.commands.valider import valider
from converter.depositing import deposit
from converter.issues import Inutilisable
from converter.registry.store import REGISTRE, EtatDepot
from converter.returning import received
from converter.spec.names import number_key
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from tests.support.cycle import JOUR, SHAPE, Cycle, edited

_REFUSED = {"numeroASP": None, "codeTraitement": "KO", "libelleTraitement": "FINESS inconnu"}
_BLANK: Path = Path(tempfile.mkdtemp(prefix="any-order-"))
_DONE: list[Path] = []
"""A folder for each sequence played to its end."""
_ROWS = st.integers(3, 4)
_SAID_TWICE = frozenset({"D028", "D029", "D016", "D018"})


class AnyOrder(RuleBasedStateMachine):
    """A folder with two requests, in the hands of a careless team."""

    def __init__(self) -> None:
        super().__init__()
        if not (_BLANK / "demandes.xlsx").exists():
            Cycle(_BLANK).fill(["DPI"] * 2)
        self.cycle = Cycle(Path(tempfile.mkdtemp(prefix="any-order-")))
        shutil.copytree(_BLANK, self.cycle.folder, dirs_exist_ok=True)
        self.mine = self.cycle.folder / "note de l’équipe.txt"
        self.mine.write_text("à garder", encoding="utf-8")
        self.sent: dict[str, bytes] = {}
        self.told: set[str] = set()
        self.said: set[str] = set()
        self.answers = 0
        self.books: list[bytes] = [self.cycle.classeur.read_bytes()]
        self.registries: list[bytes] = []

    def teardown(self) -> None:
        _DONE.append(self.cycle.folder)
        shutil.rmtree(self.cycle.folder, ignore_errors=True)

    # --- what the team does -------------------------------------------------------------------------------------------

    def _type(self, feuille: str, ligne: int, balise: str, valeur: Any) -> None:
        self.books.append(self.cycle.classeur.read_bytes())
        self.cycle.put(feuille, ligne, balise, valeur)

    @rule(ligne=_ROWS, montant=st.sampled_from([14_000, 15_000]))
    def edit(self, ligne: int, montant: int) -> None:
        self._type(DEMANDES, ligne, "montantSegurHT", montant)

    @rule(ligne=st.integers(3, 6), nom=st.sampled_from(["DURAND", "MARTIN"]))
    def edit_a_client(self, ligne: int, nom: str) -> None:
        self._type(BENEFICIAIRES, ligne, "nomClient", nom)

    @rule(ligne=_ROWS, nouveau=st.sampled_from(["00001", "00002", "00009", "a0001", "A0001"]))
    def renumber(self, ligne: int, nouveau: str) -> None:
        ancien = self.cycle.column("numeroEditeur")[ligne - 3]
        self._type(DEMANDES, ligne, "numeroEditeur", nouveau)
        for feuille in (BENEFICIAIRES, PIECES):
            for rang, numero in enumerate(self.cycle.column("numeroEditeur", feuille), start=3):
                if numero == ancien:
                    self._type(feuille, rang, "numeroEditeur", nouveau)

    @rule(ligne=_ROWS)
    def copy_a_row(self, ligne: int) -> None:
        row = self.cycle.table()[ligne - 3]
        for balise in ("etat", "fichierJSON", "numeroASP", "codeTraitement", "libelleTraitement", "anciensNumeros"):
            self.cycle.put(DEMANDES, 7 - ligne, balise, row.get(balise, "") or None)

    @rule()
    def check(self) -> None:
        self._ran(valider(self.cycle.classeur, self._options()))

    @rule()
    def convert(self) -> None:
        self._ran(convertir(self.cycle.classeur, self._options()))

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), refuse=st.booleans())
    def answer(self, data: st.DataObject, refuse: bool) -> None:
        nom = data.draw(st.sampled_from(sorted(self.sent)))
        document = self.sent[nom]
        numbers = received.read_answer(document, f"{nom}.json").demandes
        changes = {f"_{each['numeroEditeur']}": self._answered(nom, str(each["numeroEditeur"])) for each in numbers}
        if refuse:
            changes[next(iter(changes))] = _REFUSED
        file = self.cycle.folder / f"{nom}.json"
        file.write_bytes(edited(document, **changes))
        try:
            self._ran(retour(file, self.cycle.classeur, self._options()))
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

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        nom = data.draw(st.sampled_from(sorted(self.sent)))
        try:
            self._ran(annuler(nom, self.cycle.classeur, self._options()))
        except Inutilisable:
            return

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
        # The team keeps both or loses one: a registry that was lost as well leaves nothing to be believed.
        if (self.cycle.depots / REGISTRE).exists() and self._all_told_in_registry():
            self.cycle.classeur.write_bytes(self.books[data.draw(st.integers(0, len(self.books) - 1))])

    def _all_told_in_registry(self) -> bool:
        return self.told <= {said.numeroASP for words in self.cycle.memory().paroles.values() for said in words}

    def _options(self) -> Options:
        return Options(JOUR)

    def _ran(self, outcome: Outcome) -> None:
        self.said |= {issue.code for issue in outcome.issues}
        for upload in outcome.depots:
            nom = upload.json.removesuffix(".json")
            self.sent[nom] = self.cycle.sent(nom)

    # --- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def no_file_of_the_teams_changes(self) -> None:
        assert self.mine.read_text(encoding="utf-8") == "à garder"
        names = {path.name for path in self.cycle.folder.iterdir()}
        assert names <= {"demandes.xlsx", "pieces", "depots", "sauvegardes", self.mine.name}

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
        if not self.said & _SAID_TWICE:
            assert [c for c, times in Counter(c for _, c in requests).items() if times > 1] == []

    @invariant()
    def no_numero_asp_disappears(self) -> None:
        if not self.told:
            return
        held = " ".join(f"{row.get('numeroASP', '')} {row.get('historique', '')}" for row in self.cycle.table())
        if (self.cycle.depots / REGISTRE).exists():
            with deposit.open_depots(self.cycle.depots, SHAPE) as depots:
                memoire = depots.registre.memory()
                assert all(depot.etat in EtatDepot for depot in depots.registre.depots())
            held += " ".join(said.numeroASP for words in memoire.paroles.values() for said in words)
        assert {asp for asp in self.told if asp not in held} == set()


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
