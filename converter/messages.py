"""Every French sentence about a finding, by code: what is wrong, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from converter.issues import Gravite, Issue


@dataclass(frozen=True, slots=True)
class Message:
    """What a code means: gravity, short title, sentence, advice, and the source (a guide section, or `D`).

    `phrase` and `conseil` are `str.format` templates over the issue's facts, its `valeur` and its `proposition`.
    """

    gravite: Gravite
    titre: str
    phrase: str
    conseil: str
    section: str = "D"
