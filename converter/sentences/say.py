"""Every French sentence about a finding, by code: what is wrong, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from converter.issues import Gravite, Issue
from converter.sentences.typography import french
from converter.spec.tags import TAG, Parametre, parametres


@dataclass(frozen=True, slots=True)
class Message:
    """What a code means: gravity, short title, sentence, advice, and the source (a guide section, or `D`).

    `phrase` and `conseil`, written with plain spaces, are `str.format` templates over the issue's facts and
    `{libelle}` (the heading of the column), `{attendu}` (what its format expects), `{valeur}` (what was read),
    `{proposition}` and `{proche}` (a parenthesis that names it, where there is one).
    """

    gravite: Gravite
    titre: str
    phrase: str
    conseil: str
    section: str = "D"


_E, _A, _C = Gravite.ERREUR, Gravite.AVERTISSEMENT, Gravite.CORRECTION

_FICHIER = {
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
        "« {fichier} » est un classeur LibreOffice (.ods).",
        "Enregistrez-le sous le format « Classeur Excel 2007-365 (.xlsx) ».",
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
        "Créez un classeur neuf (commande « modele » ou dossier du kit) et copiez-y vos lignes.",
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
    "E101": Message(
        _E,
        "fichier verrouillé",
        "« {fichier} » ne peut pas être ouvert : il est verrouillé, ou vous n’en avez pas le droit.",
        "Fermez-le dans Excel, puis recommencez.",
    ),
}

_CORRECTION = {
    "C001": Message(
        _C, "zéros rétablis", "Zéros de tête rétablis : lu {lu}.", "Rien à faire ; pour l’éviter, saisissez un texte."
    ),
    "C002": Message(_C, "espaces retirés", "Espaces ou signes invisibles retirés : lu {lu}.", "Rien à faire."),
    "C003": Message(_C, "date en texte", "Date saisie en texte : lue {lu}.", "Vérifiez le jour et le mois."),
    "C004": Message(
        _C, "date en nombre", "Nombre lu comme la date {lu}.", "Vérifiez la date ; donnez à la cellule le format Date."
    ),
    "C005": Message(_C, "heure retirée", "L’heure est laissée de côté : lu {lu}.", "Rien à faire."),
    "C006": Message(_C, "montant en texte", "Montant saisi en texte : lu {lu}.", "Vérifiez le montant."),
    "C007": Message(
        _C, "arrondi au centime", "Montant arrondi au centime : {lu}.", "Vérifiez avec le bon de commande."
    ),
    "C008": Message(_C, "OUI ou NON reconnu", "Réponse lue comme {lu}.", "Rien à faire."),
    "C009": Message(_C, "majuscules", "Mis en majuscules : {lu}.", "Rien à faire."),
    "C010": Message(_C, "valeur reconnue", "Valeur lue comme {lu}.", "Rien à faire."),
    "C011": Message(_C, "indicatif rétabli", "Le + de l’indicatif est rétabli : {lu}.", "Rien à faire."),
}

_VALEUR = {
    "V001": Message(_E, "cellule à remplir", "« {libelle} » est vide.", "Indiquez {attendu}.", "3.2"),
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
}

_REGLE = {
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


@cache
def catalogue() -> Mapping[str, Message]:
    """Return every code with its message."""
    # Imported here, for they build on `Message`.
    from converter.sentences import advances, answers, checks, deposits, kit, portal

    others = (advances, checks, deposits, kit, portal, answers)
    return MappingProxyType(
        _FICHIER | _CORRECTION | _VALEUR | _REGLE | {c: m for part in others for c, m in part.MESSAGES.items()}
    )


def gravite(code: str) -> Gravite:
    """Return the gravity of a code."""
    return catalogue()[code].gravite


@cache
def _parametres() -> Mapping[str, Parametre]:
    return {parametre.nom: parametre for parametre in parametres()}


@cache
def libelle(balise: str) -> str:
    """Return the heading of a tag, or the label of a parameter, as the user sees it."""
    if balise in TAG:
        return french(TAG[balise].libelle)
    return french(_parametres()[balise].libelle) if balise in _parametres() else balise


@cache
def attendu(balise: str) -> str:
    """Return what the format of a tag or parameter expects."""
    tag = TAG.get(balise) or (_parametres()[balise].tag if balise in _parametres() else None)
    return french(tag.format.attendu) if tag else ""


@cache
def _templates(code: str) -> tuple[str, str]:
    return french(catalogue()[code].phrase), french(catalogue()[code].conseil)


def _words(issue: Issue) -> dict[str, str]:
    known = {
        "libelle": libelle(issue.balise),
        "attendu": attendu(issue.balise),
        "valeur": issue.valeur,
        "proposition": issue.proposition,
        "proche": f" («\u00a0{issue.proposition}\u00a0» lui ressemble)" if issue.proposition else "",
    }
    return known | dict(issue.faits)


def phrase(issue: Issue) -> str:
    """Say what is wrong."""
    return _templates(issue.code)[0].format_map(_words(issue))


def conseil(issue: Issue) -> str:
    """Say what to do about it."""
    return _templates(issue.code)[1].format_map(_words(issue))
