"""The French sentences about attachments, P."""

from collections.abc import Mapping

from converter.issues import Gravite
from converter.sentences.message import Message

_E, _A, _C = Gravite.ERREUR, Gravite.AVERTISSEMENT, Gravite.CORRECTION

MESSAGES: Mapping[str, Message] = {
    "P001": Message(
        _E,
        "dossier des pièces introuvable",
        "Le dossier des pièces « {dossier} » est introuvable à côté du classeur.",
        "Créez-le et mettez-y les pièces, ou corrigez « Dossier des pièces » dans Paramètres.",
    ),
    "P002": Message(
        _E,
        "dossier des pièces illisible",
        "Le dossier des pièces « {dossier} » ne peut pas être lu.",
        "Vérifiez que c’est un dossier et que vous y avez accès.",
    ),
    "P010": Message(
        _E,
        "nom de fichier impossible",
        "« {valeur} » ne peut pas être un nom de fichier.",
        "Renommez le fichier et indiquez son nouveau nom.",
    ),
    "P011": Message(
        _E,
        "chemin complet",
        "« {valeur} » est un chemin complet.",
        "Copiez le fichier dans le dossier des pièces et indiquez son nom seul.",
    ),
    "P012": Message(
        _E,
        "hors du dossier des pièces",
        "« {valeur} » mène hors du dossier des pièces.",
        "Copiez le fichier dans le dossier des pièces et indiquez son nom seul.",
    ),
    "P013": Message(
        _E,
        "pièce introuvable",
        "« {valeur} » est introuvable dans le dossier des pièces.",
        "Mettez-y le fichier, ou corrigez son nom (avec son extension).",
    ),
    "P014": Message(
        _E,
        "pièce introuvable, nom voisin",
        "« {valeur} » est introuvable ; « {proposition} » existe.",
        "Si c’est le bon fichier, acceptez cette correction dans la feuille Erreurs, ou corrigez le nom.",
    ),
    "P015": Message(
        _E,
        "dossier et non fichier",
        "« {valeur} » est un dossier.",
        "Indiquez le fichier qu’il contient, sous la forme dossier/fichier.pdf.",
    ),
    "P016": Message(
        _E,
        "pas un fichier ordinaire",
        "« {valeur} » n’est pas un fichier ordinaire (raccourci rompu ou périphérique).",
        "Remplacez-le par une copie du fichier.",
    ),
    "P017": Message(
        _E,
        "lien hors du dossier",
        "« {valeur} » est un lien qui mène hors du dossier des pièces.",
        "Remplacez-le par une copie du fichier.",
    ),
    "P018": Message(
        _C,
        "nom de fichier retrouvé",
        "Fichier trouvé sous le nom « {proposition} ».",
        "Rien à faire ; pour l’éviter, recopiez ce nom exact.",
    ),
    "P020": Message(
        _E,
        "pièce illisible",
        "« {valeur} » ne peut pas être ouvert.",
        "Fermez-le s’il est ouvert ailleurs, et vérifiez que vous y avez accès.",
    ),
    "P031": Message(
        _E,
        "format refusé",
        "« {valeur} » : l’extension « {extension} » n’est pas admise.",
        "Joignez un PDF, un PNG ou un JPG.",
        "3.2",
    ),
    "P040": Message(_E, "pièce vide", "« {valeur} » est vide (0 octet).", "Enregistrez-le ou numérisez-le à nouveau."),
    "P041": Message(
        _E,
        "pièce trop lourde",
        "« {valeur} » pèse {taille} Mo ; le portail refuse au-delà de 3 Mo.",
        "Réduisez-le : numérisez à 200 ou 300 points par pouce, ou exportez en « taille minimale ».",
        "2.1",
    ),
    "P042": Message(
        _A,
        "pièce presque trop lourde",
        "« {valeur} » pèse {taille} Mo, tout près de la limite de 3 Mo.",
        "Réduisez-le si vous le pouvez : le guide ne dit pas comment il compte les Mo.",
        "2.1",
    ),
    "P050": Message(
        _E,
        "extension trompeuse",
        "« {valeur} » contient {trouve}, et non un {attendu}.",
        "Donnez-lui l’extension « {extension} », ici et dans le dossier.",
    ),
    "P051": Message(
        _E,
        "contenu d’un autre format",
        "« {valeur} » contient {trouve}, et non un {attendu}.",
        "Exportez le document en PDF et joignez ce PDF.",
    ),
    "P060": Message(
        _E,
        "PDF protégé",
        "« {valeur} » est protégé : il demande un mot de passe ou un certificat pour s’ouvrir.",
        "Enregistrez-en une copie sans protection (par exemple avec « Imprimer, PDF »).",
    ),
    "P061": Message(
        _A,
        "PDF à droits restreints",
        "« {valeur} » s’ouvre, mais interdit l’impression ou la modification.",
        "Si le portail le refuse, joignez une copie sans restriction.",
    ),
    "P062": Message(
        _E,
        "PDF abîmé",
        "« {valeur} » est un PDF abîmé ou incomplet.",
        "Enregistrez-le ou numérisez-le à nouveau.",
    ),
    "P063": Message(
        _E,
        "PDF incomplet",
        "« {valeur} » est un PDF incomplet : sa fin manque.",
        "Copiez-le ou numérisez-le à nouveau.",
    ),
    "P064": Message(
        _E,
        "PDF sans page",
        "« {valeur} » est un PDF sans aucune page.",
        "Enregistrez-le ou numérisez-le à nouveau.",
    ),
    "P065": Message(
        _E,
        "PDF démesuré",
        "« {valeur} » demande un travail démesuré pour s’ouvrir.",
        "Faites-en une copie simple (par exemple avec « Imprimer, PDF »).",
    ),
    "P070": Message(
        _E,
        "image abîmée",
        "« {valeur} » est une image abîmée ou incomplète.",
        "Enregistrez-la ou numérisez-la à nouveau.",
    ),
    "P071": Message(
        _E,
        "image démesurée",
        "« {valeur} » mesure {largeur} × {hauteur} points.",
        "Réduisez-la : une page à 300 points par pouce suffit.",
    ),
    "P080": Message(
        _A,
        "preuve HT d’un autre émetteur",
        "Le texte de « {valeur} » ne dit pas qu’il vient de la Direction générale des Finances publiques.",
        "Joignez l’attestation qu’elle délivre (demandez-la à votre service des impôts des entreprises).",
        "3.2",
    ),
}
