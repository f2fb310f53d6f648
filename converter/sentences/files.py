"""The French sentences about a file that cannot be used, F: workbook or model."""

from collections.abc import Mapping

from converter.issues import Gravite
from converter.sentences.message import Message

_E = Gravite.ERREUR

MESSAGES: Mapping[str, Message] = {
    "F001": Message(
        _E, "fichier introuvable", "Le fichier « {fichier} » est introuvable.", "Vérifiez son nom et son dossier."
    ),
    "F002": Message(
        _E,
        "pas un classeur",
        "« {fichier} » n’est pas un classeur Excel.",
        "Choisissez votre classeur .xlsx ou .xlsm, fait à partir du modèle.",
    ),
    "F003": Message(
        _E,
        "ancien format",
        "« {fichier} » est dans un format d’Excel que l’outil ne lit pas (.xls ou .xlsb).",
        "Enregistrez-le dans Excel : Fichier, Enregistrer sous, « Classeur Excel (.xlsx) ».",
    ),
    "F004": Message(
        _E,
        "classeur protégé par mot de passe",
        "« {fichier} » est protégé par un mot de passe.",
        "Dans Excel : Fichier, Informations, Protéger le classeur, Chiffrer avec mot de passe ; effacez-le, "
        "puis enregistrez.",
    ),
    "F005": Message(
        _E,
        "classeur LibreOffice",
        "« {fichier} » est un classeur LibreOffice (.ods), dans lequel l’outil n’écrit pas.",
        "Déposez-le sur Convertir : l’outil en fait à côté un classeur .xlsx, le contrôle, et vous y continuez, dans "
        "LibreOffice si vous voulez.",
    ),
    "F006": Message(
        _E,
        "classeur abîmé",
        "« {fichier} » est abîmé : il ne s’ouvre pas en entier.",
        "Ouvrez-le dans Excel, laissez-le le réparer et enregistrez-le, ou reprenez la dernière copie du dossier "
        "sauvegardes.",
    ),
    "F007": Message(
        _E,
        "fichier vide",
        "« {fichier} » est vide (0 octet).",
        "Reprenez la dernière copie du dossier sauvegardes, ou un modèle neuf.",
    ),
    "F008": Message(
        _E,
        "classeur démesuré",
        "« {fichier} » est démesuré une fois décompressé.",
        "Copiez vos lignes dans un modèle neuf ; ce fichier n’est pas un classeur ordinaire.",
    ),
    "F009": Message(
        _E,
        "autre classeur",
        "« {fichier} » n’est pas fait à partir du modèle : aucune de ses feuilles n’est reconnue.",
        "Demandez à votre informaticien d’en reprendre les données dans un classeur neuf : segur-hop modele --depuis "
        "et ce fichier ; ou copiez vos lignes dans celui du kit.",
    ),
    "F010": Message(
        _E,
        "feuille absente",
        "La feuille « {feuille} » manque dans le classeur{proche}.",
        "Rendez-lui son nom, ou copiez la feuille depuis un modèle neuf.",
    ),
    "F011": Message(
        _E,
        "colonne absente",
        "La colonne « {colonne} » manque dans la feuille « {feuille} »{proche}.",
        "Rendez-lui son titre, ou recopiez la colonne depuis un modèle neuf.",
    ),
    "F012": Message(
        _E,
        "colonne en double",
        "La colonne « {colonne} » figure deux fois dans la feuille « {feuille} » (colonnes {colonnes}).",
        "Gardez la bonne et changez le titre de l’autre (et sa balise, en ligne 1 masquée).",
    ),
    "F013": Message(
        _E,
        "cellule isolée",
        "La feuille « {feuille} » contient une cellule isolée très loin des autres, en {cellule}.",
        "Effacez cette cellule, ou supprimez les lignes et colonnes inutiles, puis enregistrez.",
    ),
    "F014": Message(
        _E,
        "aucune demande",
        "La feuille « {feuille} » ne contient aucune demande.",
        "Remplissez au moins une ligne sous les titres, puis recommencez.",
    ),
    "F016": Message(
        _E,
        "fichier déjà là",
        "« {fichier} » existe déjà ; il n’est pas remplacé.",
        "Choisissez un autre nom, ou déplacez ce fichier.",
    ),
    "F017": Message(
        _E,
        "fichier illisible",
        "« {fichier} » ne peut pas être lu.",
        "Vérifiez que c’est un fichier et que vous y avez accès.",
    ),
    "F018": Message(
        _E,
        "classeur abîmé en partie",
        "Le classeur est abîmé : sa partie « {partie} » ne peut pas être lue.",
        "Ouvrez-le dans Excel, laissez-le le réparer et enregistrez-le, ou reprenez la dernière copie du dossier "
        "sauvegardes.",
    ),
    "F019": Message(
        _E,
        "classeur trop grand",
        "La feuille « {feuille} » est trop grande : l’outil lit au plus {lignes} lignes et {cellules} cellules "
        "remplies par feuille.",
        "Répartissez vos demandes dans plusieurs classeurs, ou supprimez les lignes et colonnes inutiles, puis "
        "enregistrez.",
    ),
    "F020": Message(
        _E,
        "balise absente du modèle",
        "La balise « {balise} » manque dans le modèle « {fichier} »{proche}.",
        "Reprenez le modèle HOP téléchargé sur le portail de l’ASP.",
    ),
    "F021": Message(
        _E,
        "balise en double dans le modèle",
        "La balise « {balise} » figure plusieurs fois dans le modèle « {fichier} ».",
        "Reprenez le modèle HOP téléchargé sur le portail de l’ASP.",
    ),
    "F022": Message(
        _E,
        "pas un JSON",
        "« {fichier} » n’est pas un fichier JSON lisible.",
        "Reprenez le fichier d’origine, sans l’ouvrir ni l’enregistrer dans un traitement de texte.",
    ),
    "F030": Message(
        _E,
        "pas un dossier",
        "« {fichier} » est un fichier, pas un dossier.",
        "Donnez le nom d’un dossier.",
    ),
    "F031": Message(
        _E,
        "fichier du même appel",
        "« {fichier} » sert déjà à cette commande ; il n’est pas remplacé.",
        "Choisissez un autre nom pour le fichier à écrire, ou déplacez celui-ci.",
    ),
    "F032": Message(
        _E,
        "dossier au lieu d’un fichier",
        "« {fichier} » est un dossier, pas un fichier.",
        "Ajoutez le nom du fichier à écrire.",
    ),
    "F033": Message(
        _E,
        "pas le Python attendu",
        "« {fichier} » n’est pas l’archive « embeddable » 64 bits d’un Python 3.11 à 3.14 de python.org.",
        "Prenez sur python.org « Windows embeddable package (64-bit) », sans décompresser le fichier .zip.",
    ),
    "F034": Message(
        _E,
        "pas de dépôts à suivre",
        "« {fichier} » ne contient pas de dossier « depots » : il n’y a rien à y poursuivre.",
        "Donnez à --suite le dossier de la campagne précédente, celui de son classeur.",
    ),
    "F035": Message(
        _E,
        "dépôts déjà commencés",
        "« {fichier} » a déjà ses propres dépôts : deux suites de numéros ne peuvent pas être réunies.",
        "Choisissez un dossier neuf pour la nouvelle campagne.",
    ),
    "F036": Message(
        _E,
        "classeur déjà repris",
        "« {classeur} » existe déjà à côté de « {fichier} » ; il n’est pas remplacé.",
        "Continuez dans « {classeur} », ou renommez-le pour reprendre « {fichier} » de nouveau.",
    ),
}
