"""The French sentences about what follows an acceptance: decision, payment, lists of payments (A), by code."""

from collections.abc import Mapping
from types import MappingProxyType

from converter.issues import Gravite
from converter.sentences.say import Message

_E, _A, _C = Gravite.ERREUR, Gravite.AVERTISSEMENT, Gravite.CORRECTION

_SUITES = {
    "A101": Message(
        _E,
        "décision sans demande acceptée",
        "Une décision ou un paiement est noté, or cette demande n’est pas acceptée par le portail.",
        "Videz les colonnes de la décision et du paiement : elles viennent sans doute d’une ligne copiée.",
        "1.2",
    ),
    "A102": Message(
        _A,
        "décision avant la réponse",
        "Une décision ou un paiement est noté, or la réponse du portail à cette demande n’a pas été rapportée.",
        "Glissez d’abord sur Convertir le fichier JSON que le portail a rendu : il donne le n° ASP.",
        "1.2",
    ),
    "A103": Message(
        _E, "jour à venir", "« {libelle} » : le {valeur} est après le {au}.", "Vérifiez le jour, le mois et l’année."
    ),
    "A104": Message(
        _E,
        "jour avant le dépôt",
        "« {libelle} » : le {valeur} est avant le dépôt de la demande, le {depot}.",
        "Vérifiez le jour, le mois et l’année.",
    ),
    "A105": Message(
        _E,
        "décision à remplir",
        "La date de la décision est remplie, mais pas la décision.",
        "Choisissez Attribuée, Refusée ou À modifier.",
        "1.2",
    ),
    "A106": Message(
        _E,
        "paiement nul ou négatif",
        "Le montant payé {valeur} n’est pas supérieur à 0.",
        "Indiquez le montant de l’avis de paiement, ou videz la cellule.",
    ),
    "A107": Message(
        _E,
        "paiement sans attribution",
        "Un paiement est noté, or la décision n’est pas « Attribuée ».",
        "Corrigez la décision, ou videz le montant payé et sa date.",
        "1.2",
    ),
    "A108": Message(
        _A,
        "décision d’une demande payée",
        "Un paiement est noté, mais pas la décision.",
        "Choisissez {proposition}, et indiquez sa date.",
        "1.2",
    ),
    "A109": Message(
        _E,
        "montant payé à remplir",
        "La date du paiement est remplie, mais pas le montant.",
        "Indiquez le montant de l’avis de paiement.",
        "1.2",
    ),
    "A110": Message(
        _A, "date du paiement à remplir", "Un montant payé est noté, mais pas sa date.", "Indiquez le jour du paiement."
    ),
    "A111": Message(
        _E,
        "paiement avant la décision",
        "Le paiement, le {valeur}, précède la décision.",
        "Vérifiez les deux dates.",
        "1.2",
    ),
    "A112": Message(
        _A,
        "paiement plus grand que la commande",
        "Le montant payé {valeur} dépasse le montant HT de la demande.",
        "Vérifiez-le sur l’avis de paiement : l’avance est de 30 %.",
        "1.1",
    ),
}

MESSAGES: Mapping[str, Message] = MappingProxyType(_SUITES)
