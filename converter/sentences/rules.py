"""The French sentences of the rules, R: between cells, rows, sheets and requests."""

from collections.abc import Mapping

from converter.issues import Gravite
from converter.sentences.message import Message

_E, _A = Gravite.ERREUR, Gravite.AVERTISSEMENT

MESSAGES: Mapping[str, Message] = {
    "R101": Message(
        _E,
        "numéro éditeur en double",
        "Le numéro « {valeur} » est porté par plusieurs demandes (lignes {lignes}).",
        "Donnez à chaque demande son numéro, et reportez-le dans Bénéficiaires et Pièces.",
        "3.2",
    ),
    "R102": Message(
        _E,
        "scénario à remplir",
        "« {libelle} » est vide pour une demande {logiciel}.",
        "Indiquez {attendu}.",
        "3.2",
    ),
    "R103": Message(
        _E,
        "scénario d’un autre logiciel",
        "« {libelle} » ne concerne pas une demande {logiciel}.",
        "Videz la cellule.",
        "3.2",
    ),
    "R104": Message(
        _E,
        "logiciel à préciser",
        "Le logiciel n’est pas indiqué, et vous en vendez plusieurs.",
        "Choisissez DPI, PFI ou RI.",
        "2.1",
    ),
    "R105": Message(
        _E,
        "numéro ANS manquant",
        "Le numéro ANS du logiciel {logiciel} est vide, or des demandes le concernent (lignes {lignes}).",
        "Remplissez-le, ou corrigez le logiciel de ces demandes.",
        "2.1",
    ),
    "R106": Message(
        _E,
        "aucun numéro ANS",
        "Aucun numéro ANS n’est rempli.",
        "Indiquez le numéro ANS (10 caractères) d’au moins un logiciel que vous vendez.",
        "2.1",
    ),
    "R107": Message(
        _E,
        "numéro ANS en double",
        "Deux logiciels ont le même numéro ANS « {valeur} ».",
        "Donnez à chacun le sien ; videz celui d’un logiciel que vous ne vendez pas.",
        "2.1",
    ),
    "R110": Message(
        _E,
        "mandataire à renseigner",
        "« {libelle} » est vide, or un mandataire commande pour plusieurs clients.",
        "Indiquez {attendu}.",
        "3.2",
    ),
    "R111": Message(
        _E,
        "mandataire à vider",
        "« {libelle} » est rempli, or la demande n’a pas de mandataire pour plusieurs clients.",
        "Videz la cellule, ou répondez OUI à mandataire et NON à client unique.",
    ),
    "R120": Message(
        _E,
        "client unique, mais plusieurs FINESS",
        "Client unique = OUI, mais les établissements portent {nombre} FINESS PMSI différents.",
        "Répondez NON, ou corrigez les FINESS dans Bénéficiaires.",
        "3.2",
    ),
    "R121": Message(
        _E,
        "plusieurs clients, mais un seul FINESS",
        "Client unique = NON, mais tous les établissements portent le même FINESS PMSI.",
        "Répondez OUI, ou ajoutez les autres établissements dans Bénéficiaires.",
        "3.2",
    ),
    "R130": Message(
        _A,
        "mandataire d’un client unique",
        "Mandataire = OUI et client unique = OUI se contredisent.",
        "Vérifiez les deux réponses ; telles quelles, aucun mandataire ne sera envoyé.",
    ),
    "R140": Message(
        _E,
        "preuve HT manquante",
        "Régime HT sans pièce PREUVE_HT.",
        "Ajoutez dans Pièces l’attestation de non-assujettissement à la TVA.",
        "3.2",
    ),
    "R141": Message(
        _A,
        "preuve HT inutile",
        "Une PREUVE_HT est jointe à une demande en régime TTC.",
        "Vérifiez le régime de TVA, ou retirez la ligne.",
    ),
    "R150": Message(
        _E,
        "bon de commande manquant",
        "La demande n’a pas de pièce BON_COMMANDE.",
        "Ajoutez dans Pièces une ligne avec ce numéro éditeur et le bon de commande.",
        "3.1",
    ),
    "R151": Message(
        _E,
        "pièce en trop",
        "La demande a déjà une pièce {valeur}.",
        "Gardez une seule pièce de ce type ; réunissez les pages en un seul PDF.",
        "3.1",
    ),
    "R152": Message(
        _A,
        "même fichier pour deux pièces",
        "Le même fichier sert de bon de commande et de preuve HT.",
        "Vérifiez que chacun des deux documents est joint.",
    ),
    "R160": Message(
        _E,
        "établissement manquant",
        "La demande n’a aucun établissement.",
        "Ajoutez dans Bénéficiaires une ligne avec ce numéro éditeur.",
        "3.2",
    ),
    "R161": Message(
        _E,
        "demande inconnue",
        "Aucune demande ne porte le numéro « {valeur} »{proche}.",
        "Corrigez le numéro, ou supprimez la ligne.",
    ),
    "R162": Message(
        _E,
        "lettre pour un chiffre",
        "Le numéro « {valeur} » contient une lettre O ou I ; les autres feuilles disent « {autre} », en chiffres.",
        "Donnez le même numéro à la demande et à ses lignes.",
    ),
    "R163": Message(
        _A,
        "numéros à confondre",
        "Le numéro « {valeur} » ne se distingue de « {autre} » que par une lettre O ou I.",
        "Vérifiez les lignes de ces deux demandes, ou donnez à l’une un autre numéro.",
    ),
    "R170": Message(
        _A,
        "ligne à part",
        "Cette ligne ne ressemble pas à {genre} : elle est laissée de côté.",
        "Rien à faire si c’est un total ou une note ; sinon, complétez-la, numéro éditeur compris.",
    ),
    "R180": Message(
        _A,
        "établissement déjà demandé",
        "Le FINESS « {valeur} » figure déjà dans la demande {autre} pour le même logiciel.",
        "Vérifiez qu’il s’agit bien de deux commandes différentes.",
    ),
    "R181": Message(
        _A,
        "bon de commande déjà joint",
        "Ce bon de commande est le même fichier que celui de la demande {autre}.",
        "Vérifiez que la demande n’est pas saisie deux fois.",
    ),
    "R182": Message(
        _A,
        "établissement en double",
        "Le FINESS « {valeur} » figure déjà dans cette demande (ligne {ligne}).",
        "Supprimez la ligne en trop, ou corrigez le FINESS.",
    ),
    "R190": Message(
        _A,
        "profil « Intégration INS »",
        "Une PFI indépendante exige un produit référencé avec le profil « Intégration INS ».",
        "Répondez NON, ou indiquez OUI au profil dans Paramètres.",
        "3.2",
    ),
    "R191": Message(
        _E,
        "opérateur de messagerie",
        "La PFI envoie par une MSS, mais l’opérateur de messagerie est vide.",
        "Indiquez l’opérateur de messagerie sécurisée de santé.",
    ),
}
