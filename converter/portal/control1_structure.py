"""The first control: the keys and kinds of values of the file are those of the model, in the number allowed."""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from converter.portal.findings import Bloc, Chemin, Ecart, as_printed
from converter.portal.source import NoNumber, Reel
from converter.spec.programme import MAX_DEMANDES
from converter.spec.shape import DEMANDES, Block, Leaf, ListKey, Node, Shape
from converter.spec.tags import TAG

KINDS: Mapping[str, tuple[frozenset[type], str]] = {
    "string": (frozenset({str}), "un texte entre guillemets"),
    "number": (frozenset({int, Reel}), "un nombre, sans guillemets"),
    "integer": (frozenset({int}), "un nombre entier, sans guillemets"),
    "boolean": (frozenset({bool}), "true ou false, sans guillemets"),
    # What the portal fills: null when filed, anything simple in its answer.
    "null": (frozenset({str, int, Reel}), "null, un texte ou un nombre"),
    "object": (frozenset({dict}), "un bloc { … }"),
    "array": (frozenset({list}), "une liste [ … ]"),
}
"""The Python types and the French name of each JSON type."""

_NAMES = {str: "un texte", int: "un nombre", Reel: "un nombre", bool: "true ou false", type(None): "null",
          dict: "un bloc { … }", list: "une liste [ … ]"}  # fmt: skip


def kind(tag: str) -> str:
    """Return the JSON type of a tag, which an enumeration says by its values."""
    fragment = TAG[tag].format.schema()
    return str(fragment.get("type", "string"))


HINTS = 50
"""A hint is not worth minutes on a mass of strays: only so many are looked for."""


def near(word: str, words: Sequence[str]) -> str:
    """Return the word meant, where one is likely; `""` otherwise."""
    folded = {w.casefold(): w for w in words}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.75)
    return folded[close[0]] if close else ""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A shape prepared for reading objects.

    `lieux` are the relative paths of tags and lists by role; `kinds` the kind of each tag, `types` the types it allows.
    """

    lieux: Mapping[str, Mapping[str, Chemin]]
    kinds: Mapping[str, str]
    types: Mapping[str, frozenset[type]]


def _plan(shape: Shape) -> _Plan:
    lieux: dict[str, dict[str, Chemin]] = {}
    _locate(shape.nodes, (), "", lieux)
    kinds = {tag: kind(tag) for tag in shape.tags()}
    # Null is every tag's, for the second control to judge.
    return _Plan(lieux, kinds, {tag: KINDS[kinds[tag]][0] | {type(None)} for tag in kinds})


def _locate(nodes: Sequence[Node], chemin: Chemin, role: str, lieux: dict[str, dict[str, Chemin]]) -> None:
    here = lieux.setdefault(role, {})
    for node in nodes:
        match node:
            case Leaf():
                here[node.tag] = (*chemin, node.key)
            case Block():
                _locate(node.nodes, (*chemin, node.key), role, lieux)
            case ListKey():
                here[node.role] = (*chemin, node.key)
                _locate(node.nodes, (), node.role, lieux)


@dataclass(slots=True)
class Relief:
    """The document taken apart by the shape: its objects, and where it departs from the shape."""

    plan: _Plan
    ecarts: list[Ecart] = field(default_factory=list)

    def bloc(self, value: Any, nodes: Sequence[Node], chemin: Chemin, role: str) -> Bloc:
        """Read one object of a list, or the document."""
        bloc = Bloc(chemin, self.plan.lieux[role], {}, {})
        self._object(value, nodes, chemin, bloc)
        return bloc

    def _object(self, value: Any, nodes: Sequence[Node], chemin: Chemin, bloc: Bloc) -> None:
        if type(value) is not dict:
            self._wrong_kind(value, "object", chemin)
            return
        missing = [node.key for node in nodes if node.key not in value]
        if missing or len(value) > len(nodes):
            self._keys(value, {node.key for node in nodes}, missing, chemin)
        types = self.plan.types
        for node in nodes:
            key = node.key
            if key not in value:
                continue
            if isinstance(node, Leaf) and type(value[key]) in types.get(node.tag, ()):
                bloc.valeurs[node.tag] = value[key]
            else:
                self._member(value[key], node, (*chemin, key), bloc)

    def _keys(self, value: Mapping[str, Any], known: set[str], missing: Sequence[str], chemin: Chemin) -> None:
        """Tell the keys that the model does not have, and those missing, save one that an unknown key stands for."""
        strays = [key for key in value if key not in known]
        meant = {key: near(key, missing) if rank < HINTS else "" for rank, key in enumerate(strays)}
        for key, proposition in meant.items():
            self.ecarts.append(Ecart("K111", (*chemin, key), value[key], (("cle", as_printed(key)),), proposition))
        for key in missing:
            if key not in meant.values():
                self.ecarts.append(Ecart("K110", (*chemin, key), faits=(("cle", key),)))

    def _member(self, value: Any, node: Node, chemin: Chemin, bloc: Bloc) -> None:
        match node:
            case Leaf() if node.tag:
                self._wrong_kind(value, self.plan.kinds[node.tag], chemin)
            case Leaf():
                if value != node.sample:
                    self.ecarts.append(Ecart("K121", chemin, value, (("modele", as_printed(node.sample)),)))
            case Block():
                self._object(value, node.nodes, chemin, bloc)
            case ListKey():
                bloc.lignes[node.role] = list(self._rows(value, node, chemin))

    def _rows(self, value: Any, node: ListKey, chemin: Chemin) -> Iterator[Bloc]:
        if type(value) is not list:
            self._wrong_kind(value, "array", chemin)
            return
        for rank, row in enumerate(value):
            yield self.bloc(row, node.nodes, (*chemin, rank), node.role)

    def _wrong_kind(self, value: Any, expected: str, chemin: Chemin) -> None:
        if type(value) is NoNumber:
            return
        faits = (("attendu", KINDS[expected][1]), ("trouve", _NAMES[type(value)]))
        self.ecarts.append(Ecart("K112", chemin, value, faits))


def relever(document: Any, shape: Shape) -> tuple[Bloc, tuple[Ecart, ...]]:
    """Return the document tag by tag, and its departures from the shape (K110 to K112, K121)."""
    relief = Relief(_plan(shape))
    bloc = relief.bloc(document, shape.nodes, (), "")
    return bloc, tuple(relief.ecarts)


def counts(fichier: Bloc) -> Iterator[Ecart]:
    """Tell what is wrong with the number and the numbering of the requests (guide section 2.1 and `numLigne`)."""
    if DEMANDES not in fichier.lignes:
        return
    demandes = fichier.lignes[DEMANDES]
    if not demandes:
        yield fichier.ecart("K113", DEMANDES)
    if len(demandes) > MAX_DEMANDES:
        yield fichier.ecart("K114", DEMANDES, ("nombre", str(len(demandes))), ("maximum", str(MAX_DEMANDES)))
    yield from _numbering(demandes)


def _numbering(demandes: Sequence[Bloc]) -> Iterator[Ecart]:
    times = Counter(d["numeroEditeur"] for d in demandes)
    first: dict[str, int] = {}
    previous = 0
    for rank, demande in enumerate(demandes, start=1):
        number = demande["numLigne"]
        # After a gap, the numbers that follow on are no fault of their own.
        if number is not None and number not in {rank, previous + 1}:
            yield demande.ecart("K119", "numLigne", ("attendu", str(rank)), proposition=str(rank))
        previous = number or rank
        numero = demande["numeroEditeur"]
        if numero and times[numero] > 1 and first.setdefault(numero, rank) != rank:
            yield demande.ecart("K120", "numeroEditeur", ("rang", str(first[numero])))


_FILE_NAME = re.compile(r"JSON-(?P<ans>[A-Za-z0-9]{10})-(?P<jour>[0-9]{8})-(?!000)[0-9]{3}\.json")


def file_name(nom: str, numero_ans: str | None, au: date) -> Iterator[Ecart]:
    """Tell what is wrong with the name of the file (guide section 3.3); `au` is the day of the deposit."""
    match = _FILE_NAME.fullmatch(nom)
    if match is None:
        yield Ecart("K115", valeur=nom, faits=(("exemple", f"JSON-{numero_ans or '1234567890'}-{au:%Y%m%d}-001.json"),))
        return
    if numero_ans is not None and match["ans"] != numero_ans:
        yield Ecart("K116", valeur=match["ans"], faits=(("numeroAns", as_printed(numero_ans)),), proposition=numero_ans)
    jour = _day(match["jour"])
    if jour is None:
        yield Ecart("K117", valeur=match["jour"])
    elif jour != au:
        yield Ecart("K118", valeur=f"{jour:%d/%m/%Y}", faits=(("jour", f"{au:%d/%m/%Y}"),))


def _day(eight: str) -> date | None:
    try:
        return date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return None


_ANSWERED = ("codeTraitement", "libelleTraitement")


def is_answer(fichier: Bloc) -> bool:
    """Whether the portal has filled the file: every request has been dealt with."""
    demandes = fichier.lignes.get(DEMANDES, ())
    return bool(demandes) and all(any(d[tag] is not None for tag in _ANSWERED) for d in demandes)
