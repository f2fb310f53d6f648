"""The French sentences about one cell: V what is wrong in it, C what was repaired."""

from collections.abc import Mapping

from converter.issues import Gravite
from converter.sentences.message import Message

_E, _A, _C = Gravite.ERREUR, Gravite.AVERTISSEMENT, Gravite.CORRECTION

MESSAGES: Mapping[str, Message] = {
    "V001": Message(_E, "cellule à remplir", "« {libelle} » est vide.", "Indiquez {attendu}{libre}.", "3.2"),
    "V002": Message(
        _E,
        "longueur inexacte",
        "« {valeur} » n’a pas la bonne longueur.",
        "Indiquez {attendu}.",
        "3.2",
    ),
    "V003": Message(
        _E,
        "caractère interdit",
        "« {valeur} » contient un caractère interdit.",
        "Indiquez {attendu}, sans espace, tiret ni accent.",
    ),
    "V004": Message(_E, "texte trop long", "Le texte est trop long.", "Raccourcissez-le : {attendu}.", "3.2"),
    "V005": Message(
        _E,
        "date illisible",
        "« {valeur} » n’est pas une date lisible.",
        "Saisissez la date sous la forme JJ/MM/AAAA.",
        "3.2",
    ),
    "V006": Message(
        _E,
        "année sur deux chiffres",
        "« {valeur} » : l’année n’a que deux chiffres.",
        "Saisissez l’année sur quatre chiffres.",
    ),
    "V007": Message(
        _E,
        "date à venir",
        "La date {valeur} est postérieure au jour du dépôt.",
        "Indiquez le jour où le client a signé le bon de commande.",
    ),
    "V008": Message(
        _A,
        "date ancienne",
        "La date {valeur} est antérieure à 2021, donc au programme Ségur.",
        "Vérifiez l’année sur le bon de commande.",
    ),
    "V009": Message(
        _E,
        "date impossible",
        "La date {valeur} ne peut pas être celle d’un bon de commande.",
        "Indiquez le jour où le client a signé le bon de commande, année comprise.",
    ),
    "V010": Message(
        _E,
        "montant illisible",
        "« {valeur} » n’est pas un montant en euros.",
        "Saisissez un nombre, par exemple 13750,00.",
        "3.2",
    ),
    "V011": Message(
        _E,
        "montant ambigu",
        "« {valeur} » peut se lire de deux façons (milliers ou décimales).",
        "Saisissez un nombre sans séparateur de milliers, par exemple 1234,00.",
    ),
    "V012": Message(
        _E,
        "montant nul ou négatif",
        "Le montant {valeur} n’est pas supérieur à 0.",
        "Indiquez le montant hors taxe du bon de commande.",
    ),
    "V013": Message(
        _E,
        "montant toutes taxes comprises",
        "« {valeur} » est un montant TTC ; le portail attend le montant hors taxe (HT).",
        "Indiquez le montant HT du bon de commande ; l’outil ne le calcule pas.",
        "3.2",
    ),
    "V014": Message(
        _E,
        "montant en pourcentage",
        "La cellule affiche un pourcentage ({valeur}), et non un montant.",
        "Donnez à la cellule le format Nombre ou Monétaire, puis vérifiez le montant.",
    ),
    "V020": Message(
        _E, "ni OUI ni NON", "« {valeur} » n’est ni OUI ni NON.", "Choisissez OUI ou NON dans la liste.", "3.2"
    ),
    "V021": Message(
        _E,
        "hors de la liste",
        "« {valeur} » n’est pas une valeur admise.",
        "Choisissez dans la liste : {attendu}.",
        "3.2",
    ),
    "V030": Message(
        _E,
        "courriel mal formé",
        "« {valeur} » n’est pas une adresse électronique.",
        "Indiquez une seule adresse, de la forme nom@domaine.fr.",
    ),
    "V031": Message(
        _A,
        "téléphone douteux",
        "« {valeur} » ne ressemble pas à un numéro de téléphone.",
        "Vérifiez-le ; il sera envoyé tel quel.",
    ),
    "V032": Message(
        _A,
        "nom sans lettre",
        "« {valeur} » ne ressemble pas à un nom.",
        "Vérifiez-le sur le bon de commande ; il sera envoyé tel quel.",
    ),
    "V033": Message(
        _A,
        "nom d’établissement",
        "« {valeur} » ne ressemble pas au nom d’une personne.",
        "Indiquez le nom de la personne qui a signé le bon de commande, et non celui de l’établissement.",
        "3.2",
    ),
    "V034": Message(
        _A,
        "titre dans le nom",
        "« {valeur} » contient un titre de civilité{meilleur}.",
        "Indiquez le nom seul ; il sera envoyé tel quel.",
    ),
    "V035": Message(
        _A,
        "deux numéros de téléphone",
        "« {valeur} » contient plusieurs numéros de téléphone{meilleur}.",
        "Gardez-en un seul ; il sera envoyé tel quel.",
    ),
    "V040": Message(
        _E,
        "FINESS mal formé",
        "« {valeur} » n’est pas un FINESS.",
        "Indiquez {attendu}, relevé dans le fichier de calcul du programme.",
        "3.1",
    ),
    "V041": Message(
        _A,
        "clé du FINESS",
        "La clé de contrôle du FINESS « {valeur} » ne tombe pas juste.",
        "Vérifiez qu’aucun chiffre n’est faux ; il sera envoyé tel quel.",
    ),
    "V042": Message(
        _A,
        "clé du SIRET",
        "La clé de contrôle du SIRET « {valeur} » ne tombe pas juste.",
        "Vérifiez qu’aucun chiffre n’est faux ; il sera envoyé tel quel.",
    ),
    "V050": Message(
        _E,
        "erreur de formule",
        "La cellule affiche une erreur ({valeur}).",
        "Corrigez la formule, ou saisissez la valeur.",
    ),
    "V051": Message(
        _E,
        "formule jamais calculée",
        "La formule « {valeur} » n’a pas de résultat enregistré.",
        "Ouvrez et enregistrez le classeur dans Excel, puis recommencez.",
    ),
    "V052": Message(
        _E,
        "valeur d’un autre genre",
        "La cellule contient {genre} (« {valeur} »).",
        "Indiquez {attendu}.",
        "3.2",
    ),
    "C001": Message(
        _C,
        "zéros rétablis",
        "Zéros de tête rétablis : lu {lu}.",
        "Rien à faire ; pour l’éviter, saisissez un texte.",
    ),
    "C002": Message(_C, "espaces retirés", "Espaces ou signes invisibles retirés : lu {lu}.", "Rien à faire."),
    "C003": Message(_C, "date en texte", "Date saisie en texte : lue {lu}.", "Vérifiez le jour et le mois.", relu=True),
    "C004": Message(
        _C,
        "date en nombre",
        "Nombre lu comme la date {lu}.",
        "Vérifiez la date ; donnez à la cellule le format Date.",
        relu=True,
    ),
    "C005": Message(_C, "heure retirée", "L’heure est laissée de côté : lu {lu}.", "Vérifiez le jour.", relu=True),
    "C006": Message(_C, "montant en texte", "Montant saisi en texte : lu {lu}.", "Vérifiez le montant.", relu=True),
    "C007": Message(
        _C, "arrondi au centime", "Montant arrondi au centime : {lu}.", "Vérifiez avec le bon de commande.", relu=True
    ),
    "C008": Message(_C, "OUI ou NON reconnu", "Réponse lue comme {lu}.", "Rien à faire."),
    "C009": Message(_C, "majuscules", "Mis en majuscules : {lu}.", "Rien à faire."),
    "C010": Message(_C, "valeur reconnue", "Valeur lue comme {lu}.", "Rien à faire."),
    "C011": Message(_C, "indicatif rétabli", "Le + de l’indicatif est rétabli : {lu}.", "Rien à faire."),
}
