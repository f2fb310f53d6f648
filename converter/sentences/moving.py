"""The French sentences about data moved from an older file into a new workbook, T."""

from collections.abc import Mapping

from converter.issues import Gravite
from converter.sentences.message import Message

_E, _A = Gravite.ERREUR, Gravite.AVERTISSEMENT

MESSAGES: Mapping[str, Message] = {
    "T001": Message(
        _A,
        "colonnes non reconnues",
        "Feuille « {feuille} », colonnes non reconnues, gardées à droite dans le nouveau classeur : {colonnes}.",
        "Celles qui ont leur place dans le modèle : indiquez-la dans la feuille Correspondance du nouveau classeur, "
        "puis recommencez avec --correspondance et ce fichier.",
    ),
    "T002": Message(
        _A,
        "colonne en double",
        "Feuille « {feuille} », plusieurs colonnes pour « {libelle} », toutes gardées à droite : {colonnes}.",
        "Changez le titre de celle qui n’est pas la bonne dans l’ancien fichier, puis recommencez.",
    ),
    "T003": Message(
        _A,
        "colonnes à remplir",
        "Rien n’a été trouvé pour ces colonnes obligatoires de la feuille « {feuille} » : {colonnes}.",
        "Indiquez dans la feuille Correspondance les colonnes qui les contiennent, ou remplissez-les dans le nouveau "
        "classeur.",
    ),
    "T004": Message(
        _A,
        "feuille non reprise",
        "La feuille « {feuille} » n’est pas reprise.",
        "Si elle contient des demandes, indiquez où vont ses colonnes dans la feuille Correspondance du nouveau "
        "classeur, puis recommencez ; sinon copiez-la dans Excel si elle vous sert.",
    ),
    "T005": Message(
        _A,
        "cellules non reprises",
        "Feuille « {feuille} », cellules qui n’ont pas de place dans le nouveau classeur : {cellules}.",
        "Recopiez-les si elles vous servent ; l’ancien fichier les garde.",
    ),
    "T006": Message(
        _A,
        "numéros donnés",
        "La feuille « {feuille} » n’a pas de n° éditeur : ses lignes ont reçu les numéros 00001 à {dernier}.",
        "Si certains ont déjà servi dans un dépôt, remplacez-les dans les trois feuilles.",
    ),
    "T010": Message(
        _E,
        "formules jamais calculées",
        "La feuille « {feuille} » contient des formules jamais calculées : {cellules}.",
        "Ouvrez l’ancien fichier dans Excel, enregistrez-le, puis recommencez.",
    ),
    "T011": Message(
        _E,
        "colonne inconnue du modèle",
        "« {fichier} », {cellule} : « {valeur} » n’est pas une colonne du modèle{proche}.",
        "Choisissez-la dans la liste de la colonne « Va dans » de la feuille Correspondance.",
    ),
    "T012": Message(
        _E,
        "deux colonnes pour une",
        "« {fichier} », {cellules} : deux colonnes d’une même feuille ne peuvent pas aller dans « {colonne} ».",
        "Gardez la bonne, et mettez « à part » pour l’autre.",
    ),
    "T013": Message(
        _A,
        "titre introuvable",
        "La correspondance parle en {cellule} d’une colonne « {valeur} » que l’ancien fichier n’a pas.",
        "Vérifiez ce titre et le nom de sa feuille.",
    ),
}
