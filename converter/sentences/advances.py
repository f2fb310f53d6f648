"""The French sentences about what follows an acceptance: decision, payment, lists of payments (A), by code."""

from collections.abc import Mapping
from types import MappingProxyType

from converter.issues import Gravite
from converter.sentences.message import Message

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
        _A, "jour à venir", "« {libelle} » : le {valeur} est après le {au}.", "Vérifiez le jour, le mois et l’année."
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

_LISTES = {
    "A201": Message(
        _E,
        "liste de paiements illisible",
        "« {fichier} » n’est pas une liste de paiements lisible.",
        "Donnez un classeur .xlsx ou un fichier .csv.",
    ),
    "A202": Message(
        _E,
        "liste sans montant",
        "« {fichier} » n’a pas de colonne de montants.",
        "Donnez-lui une ligne de titres : N° ASP (ou N° éditeur), Montant payé, Date de paiement.",
    ),
    "A203": Message(
        _E,
        "liste sans demande connue",
        "« {fichier} » ne nomme aucune demande du classeur, ni par n° ASP ni par n° éditeur.",
        "Donnez-lui une ligne de titres : N° ASP (ou N° éditeur), Montant payé, Date de paiement.",
    ),
    "A210": Message(
        _A,
        "lignes sans demande",
        "{nombre} ligne(s) de la liste ne nomment aucune demande du classeur : {lignes}.",
        "Rien à faire si elles ne concernent pas ces avances ; sinon, saisissez le paiement à la main.",
    ),
    "A211": Message(
        _A,
        "plusieurs paiements d’une demande",
        "La liste a plusieurs lignes pour la demande {valeur} ({lignes}) : rien n’est inscrit.",
        "Saisissez à la main le montant payé en tout et sa date.",
    ),
    "A212": Message(
        _A,
        "montant de la liste",
        "Ligne {ligne} de la liste : le montant de la demande {valeur} ({montant}) n’est pas lisible ou pas supérieur "
        "à 0.",
        "Rien n’est inscrit : voyez l’avis de paiement.",
    ),
    "A213": Message(
        _A,
        "paiement en conflit",
        "Ligne {ligne} de la liste, demande {valeur} : « {libelle} » vaut {lu}, le classeur dit {connu}.",
        "Rien n’est remplacé : gardez la bonne valeur dans la cellule.",
    ),
    "A214": Message(
        _A,
        "paiement d’une demande non acceptée",
        "Ligne {ligne} de la liste : la demande {valeur} est payée ({montant}), or elle n’est pas acceptée.",
        "Rapportez d’abord la réponse du portail (glissez son JSON sur Convertir), puis recommencez.",
        "1.2",
    ),
    "A215": Message(
        _A,
        "paiement d’une demande non attribuée",
        "Ligne {ligne} de la liste : la demande {valeur} est payée ({montant}), or sa décision est « {decision} ».",
        "Rien n’est inscrit : corrigez la décision, puis recommencez.",
        "1.2",
    ),
    "A216": Message(
        _A,
        "numéros qui ne vont pas ensemble",
        "Ligne {ligne} de la liste : le n° ASP « {asp} » et le n° éditeur « {editeur} » ne sont pas ceux d’une même "
        "demande du classeur.",
        "Rien n’est inscrit : voyez l’avis de paiement et saisissez-le à la main.",
    ),
}

MESSAGES: Mapping[str, Message] = MappingProxyType(_SUITES | _LISTES)
