"""What a code of a finding means, as every catalogue of sentences says it."""

from dataclasses import dataclass

from converter.issues import Gravite


@dataclass(frozen=True, slots=True)
class Message:
    """What a code means: gravity, short title, sentence, advice, and the source (a guide section, or `D`).

    `phrase` and `conseil`, written with plain spaces, are `str.format` templates over the issue's facts and
    `{libelle}` (the heading of the column), `{attendu}` (what its format expects), `{valeur}` (what was read),
    `{proposition}` and `{proche}` (a parenthesis that names it, where there is one). `relu` is true of a correction
    that read an amount or a day anew: the user looks at it first, before capitals and trimmed spaces.
    """

    gravite: Gravite
    titre: str
    phrase: str
    conseil: str
    section: str = "D"
    relu: bool = False
