"""The JSON Schema of a deposit, and of the portal's answer: derived from the table and the model, nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from converter.spec.programme import COULOIR, MAX_DEMANDES
from converter.spec.shape import DEMANDES, Block, Leaf, ListKey, Node, Shape
from converter.spec.tags import TAG, Par

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(shape: Shape, logiciel: str = "", *, reponse: bool = False) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a JSON file of that shape.

    With `logiciel`, the scenario blocks of the other software are bound to their empty values; with `reponse`, the
    tags that the portal fills may hold what it fills them with. A key of an adopted model that is no tag of ours may
    hold anything, its value in the model being the default. The order of keys is free, as everywhere in JSON.
    """
    return {
        "$schema": DIALECT,
        "title": f"JSON-{COULOIR}{'-' * bool(logiciel)}{logiciel}, demande d’avance{', réponse de l’ASP' * reponse}",
        **_Writer(logiciel, reponse).block(shape.nodes),
    }


class _Writer:
    """Writes the fragments of one variant of the schema."""

    def __init__(self, logiciel: str, reponse: bool) -> None:
        self.logiciel = logiciel
        self.reponse = reponse

    def block(self, nodes: Sequence[Node]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {node.key: self.member(node) for node in nodes},
            "required": [node.key for node in nodes],
            "additionalProperties": False,
        }

    def member(self, node: Node) -> dict[str, Any]:
        match node:
            case Block():
                return self.block(node.nodes)
            case ListKey():
                most = {"maxItems": MAX_DEMANDES} if node.role == DEMANDES else {}
                return {"type": "array", "minItems": 1, **most, "items": self.block(node.nodes)}
            case Leaf() if not node.tag:
                return {"default": node.sample}
        return {"description": TAG[node.tag].libelle, **self.value(node.tag)}

    def value(self, nom: str) -> Mapping[str, Any]:
        tag = TAG[nom]
        if tag.par is Par.ASP:
            return {"type": ["null", "string", "integer"] if self.reponse else "null"}
        if self.logiciel and self.logiciel not in tag.logiciels:
            return {"const": tag.vide}
        fragment = tag.format.schema()
        return {"anyOf": [fragment, {"type": "null"}]} if tag.nullable else fragment
