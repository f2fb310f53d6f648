"""The portal's answer brought into workbook and registry: what to write, to record and to tell. Pure but for the end.

Write the registry first, the workbook after. Cut off in between, the registry already knows which numbers are spent,
so that no conversion sends them again, and the same command run again finds the workbook as it was and completes it;
the other way round, new numbers would stand in the workbook for refusals that nobody recorded. Source: section 1.2; D.
"""

import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from converter.checking.lecture import Lecture
from converter.issues import Inutilisable, Issue, Place
from converter.marking.annotate import CellValue
from converter.marking.remarks import changes
from converter.reading.workbook import Classeur, Table
from converter.registry.reconcile import next_free_number
from converter.registry.rows import Rangs
from converter.registry.store import Depot, EtatDepot, Memoire, Reponse
from converter.returning import received
from converter.returning.received import REPONSE, Recu, Sens, Valeurs
from converter.sentences.say import libelle
from converter.spec.names import depot_within, number_key, numero_ans_of
from converter.spec.programme import ACCEPTEES, FIGES, Etat
from converter.spec.sheets import DEMANDES
from converter.xlsx.book import worksheets
from converter.xlsx.package import Package
from converter.xlsx.sheet import cells_of

Formules = Mapping[str, frozenset[int]]
"""The Excel rows of each data sheet whose `numeroEditeur` is a formula."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an answer changes.

    `reponses` are to be recorded for `depot` first (`Registry.record_answers`: what must not be replaced is not among
    them), `values` written into the workbook after.
    `lignes_rejetees` are the Excel rows of `Demandes` that stand refused after it, each with an issue (S010); the
    other issues tell what was left alone, and why. `acceptees` and `rejetees` are what the answer says, by number;
    `paroles` all that it says, decided or not (`Registry.record_words`).
    """

    depot: str
    sha256: str
    values: tuple[CellValue, ...]
    reponses: tuple[Reponse, ...]
    lignes_rejetees: tuple[int, ...]
    issues: tuple[Issue, ...]
    acceptees: tuple[str, ...]
    rejetees: tuple[str, ...]
    paroles: tuple[Reponse, ...] = ()


def bring_back(
    answer: Recu,
    lecture: Lecture,
    memoire: Memoire,
    depots: Sequence[Depot],
    formules: Formules,
    *,
    remplacer: bool = False,
) -> Effect:
    """Set the portal's answer against the workbook and the registry (`Registry.memory()`, `Registry.depots()`).

    Requests are matched by `numeroEditeur` within the deposit, which the file's name tells, else its content. The
    same answer changes nothing; another than the one known is a conflict and changes nothing either, unless
    `remplacer`. Raises `Inutilisable` (S002 to S007) when the file is no answer to a deposit of this workbook.
    """
    _refuse_what_is_no_answer(answer, lecture)
    rows = Rangs(lecture)
    depot = _deposit(answer, rows, memoire, depots)
    return _Bringing(answer, rows, memoire, depot, formules, remplacer).run()


_FORMULA = re.compile(rb"<(\w+:)?f[ >/]")


def formulas(classeur: Classeur) -> Formules:
    """Return where the column `numeroEditeur` holds formulas, whose values the workbook's tables show instead."""
    with Package(classeur.chemin) as package:
        parts = worksheets(package)
        return {
            table.nom: frozenset(_formula_rows(package.read(parts[table.feuille]), table))
            for table in classeur.tables()
        }


def _formula_rows(sheet: bytes, table: Table) -> Iterator[int]:
    if not _FORMULA.search(sheet):
        return
    column = table.colonnes["numeroEditeur"]
    for _, cell in etree.iterparse(
        io.BytesIO(sheet), tag="{*}c", resolve_entities=False, no_network=True, huge_tree=True
    ):
        if (reference := cell.get("r")) and cell.find("{*}f") is not None:
            ligne, colonne = cells_of(reference)[:2]
            if colonne == column:
                yield ligne
        cell.clear()


# --- which deposit ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Depot:
    """The deposit answered to.

    `dits` is what each of its requests said, by `number_key`, where the registry knows it; `numeros` their numbers.
    """

    nom: str
    dits: Mapping[str, str]
    numeros: Mapping[str, str]


def _refuse_what_is_no_answer(answer: Recu, lecture: Lecture) -> None:
    fichier = ("fichier", answer.nom)
    if all(received.sens(received.reponse(demande)) is Sens.AUCUN for demande in answer.demandes):
        whole = received.reponse(answer.entete)
        if received.sens(whole) is Sens.REJETEE:
            raise Inutilisable(Issue("S027", faits=(fichier, ("motif", whole["libelleTraitement"]))))
        raise Inutilisable(Issue("S002", faits=(fichier,)))
    said, siret = received.texte(answer.entete.get("SIRET")), lecture.frames.parametres["SIRET"]
    if siret and said != siret:
        raise Inutilisable(Issue("S003", balise="SIRET", valeur=said, faits=(fichier, ("siret", siret))))


def _deposit(answer: Recu, rows: Rangs, memoire: Memoire, depots: Sequence[Depot]) -> _Depot:
    known = {depot.nom.upper(): depot for depot in depots}
    nom = _named(answer, known, rows, memoire) or _by_content(answer, memoire, depots)
    depot = known.get(nom.upper())
    if nom in memoire.annules or (depot and depot.etat is EtatDepot.ANNULE):
        raise Inutilisable(Issue("S005", faits=(("fichier", answer.nom), ("depot", nom))))
    numero_ans = received.texte(answer.entete.get("numeroAns"))
    if numero_ans.upper() != numero_ans_of(nom).upper():
        raise Inutilisable(Issue("S006", valeur=numero_ans, faits=(("fichier", answer.nom), ("depot", nom))))
    # What only a workbook told of a deposit is no witness of what was sent.
    inscrites = depot.demandes if depot and depot.etat is not EtatDepot.SIGNALE else ()
    return _Depot(
        depot.nom if depot else nom,
        {number_key(each.numero): each.empreinte.valeurs for each in inscrites},
        {number_key(each.numero): each.numero for each in inscrites},
    )


def _named(answer: Recu, known: Mapping[str, Depot], rows: Rangs, memoire: Memoire) -> str:
    """Return the deposit that the file's name tells, be it `… (1).json`; `""` where none of ours bears it."""
    nom = depot_within(answer.nom)
    return nom if nom.upper() in known or nom in memoire.annules or nom in rows.depots.values() else ""


def _by_content(answer: Recu, memoire: Memoire, depots: Sequence[Depot]) -> str:
    """Return the only deposit that holds requests of these very numbers and contents, a live one before a withdrawn."""
    said = {number_key(str(each.get("numeroEditeur"))): received.empreintes(each) for each in answer.demandes}
    live = Counter(
        fait.depot
        for numero, valeurs in said.items()
        if (fait := memoire.fait(numero)) and fait.depot and fait.empreinte.valeurs in valeurs
    )
    withdrawn = Counter(
        depot.nom
        for depot in depots
        if depot.etat is EtatDepot.ANNULE
        for each in depot.demandes
        if each.empreinte.valeurs in said.get(number_key(each.numero), ())
    )
    found = live or withdrawn
    if not found:
        raise Inutilisable(Issue("S004", faits=(("fichier", answer.nom),)))
    if len(found) > 1:
        raise Inutilisable(Issue("S007", faits=(("fichier", answer.nom), ("depots", ", ".join(sorted(found))))))
    return next(iter(found))


# --- request by request -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Avis:
    """What the portal says of one request."""

    numero: str
    demande: Valeurs
    textes: Mapping[str, str]

    @property
    def sens(self) -> Sens:
        return received.sens(self.textes)

    @property
    def reponse(self) -> Reponse:
        return Reponse(self.numero, self.sens is Sens.ACCEPTEE, **self.textes)


@dataclass(slots=True)
class _Bringing:
    """One answer on its way into one workbook."""

    answer: Recu
    rows: Rangs
    memoire: Memoire
    depot: _Depot
    formules: Formules
    remplacer: bool
    used: set[str] = field(default_factory=set)
    says: Mapping[int, str] = field(default_factory=dict)
    tool: dict[int, dict[str, Any]] = field(default_factory=dict)
    numbers: list[CellValue] = field(default_factory=list)
    reponses: list[Reponse] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def run(self) -> Effect:
        self.used = {*self.memoire.numeros, *self.rows.used()}
        self.used |= {avis.numero for avis in self._answered()}
        self.says = self.rows.says(sorted(self._lines_answered()))
        for avis in self._members():
            self._take(avis)
        self._tell_missing()
        return Effect(
            self.depot.nom,
            self.answer.sha256,
            (*self.numbers, *changes(self.rows.table, self.tool)),
            tuple(self.reponses),
            tuple(self.refused),
            tuple(self.issues),
            tuple(each.numero for each in self._answered() if each.sens is Sens.ACCEPTEE),
            tuple(each.numero for each in self._answered() if each.sens is Sens.REJETEE),
            tuple(each.reponse for each in self._answered() if each.numero and any(each.textes.values())),
        )

    def _answered(self) -> Iterator[_Avis]:
        for demande in self.answer.demandes:
            numero = demande.get("numeroEditeur")
            said = numero if isinstance(numero, str) else ""
            yield _Avis(self.depot.numeros.get(number_key(said), said), demande, received.reponse(demande))

    def _lines_answered(self) -> set[int]:
        numeros = {number_key(avis.numero) for avis in self._answered()}
        return {
            ligne for index in (self.rows.by_number, self.rows.by_former) for n in numeros for ligne in index.get(n, ())
        }

    def _members(self) -> Iterator[_Avis]:
        """Yield what is said of each request of the deposit, once."""
        said: dict[str, list[_Avis]] = defaultdict(list)
        for avis in self._answered():
            said[avis.numero].append(avis)
        shared = self._shared()
        for numero, alike in said.items():
            if not self._is_member(numero):
                shown = numero or received.texte(alike[0].demande.get("numeroEditeur"))
                self._tell("S012", shown, depot=self.depot.nom)
            elif any(avis.textes != alike[0].textes for avis in alike):
                self._tell("S016", numero)
            elif others := shared.get(alike[0].textes["numeroASP"], set()) - {number_key(numero)}:
                told = ", ".join(sorted(others))
                self._tell("S025", numero, numeroASP=alike[0].textes["numeroASP"], autres=told)
            else:
                yield alike[0]

    def _shared(self) -> Mapping[str, set[str]]:
        """Return the numbers of each numeroASP, in this answer, in the registry and in the workbook."""
        holders: dict[str, set[str]] = defaultdict(set)
        for avis in self._answered():
            holders[avis.textes["numeroASP"]].add(number_key(avis.numero))
        for numero, fait in self.memoire.faits.items():
            holders[fait.reponse.numeroASP if fait.reponse else ""].add(numero)
        for numero, at in self.rows.by_number.items():
            if len(at) == 1 and self.rows.told(at[0], "etat") in FIGES:
                holders[self.rows.told(at[0], "numeroASP")].add(numero)
        return {asp: numeros for asp, numeros in holders.items() if asp}

    def _is_member(self, numero: str) -> bool:
        """Tell whether a request is of this deposit; where the registry has not seen it, the workbook is believed."""
        if self.depot.dits:
            return number_key(numero) in self.depot.dits
        fait = self.memoire.fait(numero)
        if fait and fait.depot:
            return fait.depot.upper() == self.depot.nom.upper()
        at = self._at(numero)
        former = number_key(numero) in self.rows.by_former
        return former or any(self.rows.depots.get(ligne) == self.depot.nom for ligne in at)

    def _at(self, numero: str) -> Sequence[int]:
        return self.rows.by_number.get(number_key(numero), ())

    def _before(self, numero: str) -> Sequence[int]:
        return self.rows.by_former.get(number_key(numero), ())

    def _tell(self, code: str, numero: str, place: Place | None = None, /, **faits: str) -> None:
        self.issues.append(Issue(code, place or self._place(numero), "numeroEditeur", numero, tuple(faits.items())))

    def _place(self, numero: str) -> Place:
        at = self._at(numero) or self._before(numero)
        return self.rows.table.place(at[0], "numeroEditeur") if at else Place()

    def _take(self, avis: _Avis) -> None:
        if avis.sens in (Sens.AUCUN, Sens.INDECIS):
            self._tell_undecided(avis)
            return
        dit = self.depot.dits.get(number_key(avis.numero))
        if dit and dit not in received.empreintes(avis.demande) and not self.remplacer:
            self._tell("S020", avis.numero, depot=self.depot.nom)
            return
        merged = self._completed(avis)
        if self._conflicts(merged):
            return
        if merged.reponse != self._known(avis.numero):
            self.reponses.append(merged.reponse)
        self._write(merged)

    def _tell_undecided(self, avis: _Avis) -> None:
        known = self._known(avis.numero)
        code, motif, numero_asp = (avis.textes[nom] for nom in ("codeTraitement", "libelleTraitement", "numeroASP"))
        if numero_asp:
            self._tell("S017", avis.numero, numeroASP=numero_asp, motif=motif, code=code)
        elif known:
            self._tell("S026", avis.numero, etat=_etat(known.acceptee))
        else:
            self._tell("S015", avis.numero, code=code, motif=motif)

    def _known(self, numero: str) -> Reponse | None:
        """Return the answer that the registry has to a request of this deposit."""
        fait = self.memoire.fait(numero)
        return fait.reponse if fait and fait.depot.upper() == self.depot.nom.upper() else None

    def _completed(self, avis: _Avis) -> _Avis:
        """Return the answer with what an earlier one to the same effect said and this one leaves blank."""
        known = self._known(avis.numero)
        if known is None or known.acceptee != avis.reponse.acceptee:
            return avis
        return _Avis(avis.numero, avis.demande, {nom: avis.textes[nom] or getattr(known, nom) for nom in REPONSE})

    def _conflicts(self, avis: _Avis) -> bool:
        """Tell where the answer contradicts what is known, unless it may replace it."""
        found = [] if self.remplacer else [*self._with_registry(avis), *self._with_workbook(avis)]
        for balise, connu, valeur in dict.fromkeys(found):
            faits = (("numero", avis.numero), ("libelle", libelle(balise)), ("connu", connu))
            self.issues.append(Issue("S011", self._place(avis.numero), balise, valeur, faits))
        return bool(found)

    def _with_registry(self, avis: _Avis) -> Iterator[tuple[str, str, str]]:
        known = self._known(avis.numero)
        if known is None:
            return
        for nom in REPONSE:
            held, said = getattr(known, nom), avis.textes[nom]
            if held and said and held != said:
                yield nom, held, said
        if known.acceptee != avis.reponse.acceptee:
            yield "etat", _etat(known.acceptee), _etat(avis.reponse.acceptee)

    def _with_workbook(self, avis: _Avis) -> Iterator[tuple[str, str, str]]:
        """Compare with the row that bears the number; the label of an earlier refusal may still stand there."""
        for ligne in self._at(avis.numero):
            accepted = self.rows.told(ligne, "etat") in ACCEPTEES
            for nom in REPONSE if accepted else REPONSE[:1]:
                held, said = self.rows.told(ligne, nom), avis.textes[nom]
                if held and said and held != said:
                    yield nom, held, said
            if (accepted or self.rows.told(ligne, "numeroASP")) and not avis.reponse.acceptee:
                yield "etat", Etat.ACCEPTEE, Etat.REJETEE
        if avis.reponse.acceptee and self._known(avis.numero) is None and self._before(avis.numero):
            yield "etat", Etat.REJETEE, Etat.ACCEPTEE

    def _write(self, avis: _Avis) -> None:
        at, before = self._at(avis.numero), self._before(avis.numero)
        if len(at) > 1:
            self._tell("S024", avis.numero, lignes=", ".join(map(str, at)))
        elif at and avis.reponse.acceptee:
            self._accept(at[0], avis)
        elif at:
            self._refuse(at[0], avis)
        elif not before:
            motif = avis.textes["libelleTraitement"] or avis.textes["numeroASP"]
            self._tell("S013", avis.numero, depot=self.depot.nom, motif=motif)
        elif avis.reponse.acceptee:
            self._give_back(before[0], avis)
        elif self.rows.told(before[0], "etat") not in FIGES:
            self._tell_refusal(before[0], avis, self.rows.number(before[0]))

    def _accept(self, ligne: int, avis: _Avis) -> None:
        self.tool[ligne] = {"etat": Etat.ACCEPTEE.value, **avis.textes}
        if not avis.textes["numeroASP"]:
            self._tell("S018", avis.numero)
        if self.says[ligne] not in received.empreintes(avis.demande):
            self._tell("S019", avis.numero)

    def _refuse(self, ligne: int, avis: _Avis) -> None:
        nouveau = next_free_number(self.used)
        self.used.add(nouveau)
        former = dict.fromkeys([*self.rows.former(ligne), avis.numero])
        self.tool[ligne] = {"etat": Etat.REJETEE.value, **avis.textes, "anciensNumeros": ", ".join(former)}
        self._renumber(ligne, avis.numero, nouveau)
        self._tell_refusal(ligne, avis, nouveau)

    def _tell_refusal(self, ligne: int, avis: _Avis, nouveau: str) -> None:
        self.refused.append(ligne)
        self._tell("S010", avis.numero, motif=avis.textes["libelleTraitement"], nouveau=nouveau)

    def _give_back(self, ligne: int, avis: _Avis) -> None:
        """Take a refusal back, as the answer that may replace it says: the row gets its number again."""
        current = self.rows.number(ligne)
        if self.memoire.fait(current) or self.rows.told(ligne, "etat") in FIGES:
            self.reponses = [each for each in self.reponses if each.numero != avis.numero]
            self._tell("S023", avis.numero, numero=current)
            return
        mine = number_key(avis.numero)
        former = [numero for numero in self.rows.former(ligne) if number_key(numero) != mine]
        self._renumber(ligne, current, avis.numero)
        self._accept(ligne, avis)
        self.tool[ligne]["anciensNumeros"] = ", ".join(former)

    def _renumber(self, ligne: int, ancien: str, nouveau: str) -> None:
        """Carry a new number through the three sheets; a formula that refers to the request follows by itself."""
        if ligne in self.formules.get(DEMANDES, ()):
            self._tell("S022", ancien, nouveau=nouveau)
        self._number(self.rows.table, ligne, nouveau)
        for table in (self.rows.classeur.beneficiaires, self.rows.classeur.pieces):
            for child in self.rows.at[table.nom].get(number_key(ancien), ()):
                if child in self.formules.get(table.nom, ()):
                    self._tell("S021", ancien, table.place(child, "numeroEditeur"), nouveau=nouveau)
                else:
                    self._number(table, child, nouveau)

    def _number(self, table: Table, ligne: int, nouveau: str) -> None:
        self.numbers.append(CellValue(table.feuille, ligne, table.colonnes["numeroEditeur"], nouveau))

    def _tell_missing(self) -> None:
        """Tell the requests of the deposit that the answer leaves out and nobody has answered before."""
        said = {number_key(avis.numero) for avis in self._answered()}
        here = [numero for numero, at in self.rows.by_number.items() if any(map(self._is_here, at))]
        for numero in dict.fromkeys([*self.depot.dits, *here]):
            if numero not in said and self._known(numero) is None:
                self._tell("S014", self.depot.numeros.get(numero, numero), depot=self.depot.nom)

    def _is_here(self, ligne: int) -> bool:
        return self.rows.depots.get(ligne) == self.depot.nom and self.rows.told(ligne, "etat") == Etat.CONVERTIE


def _etat(acceptee: bool) -> str:
    return Etat.ACCEPTEE if acceptee else Etat.REJETEE
