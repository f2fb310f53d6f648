"""The French sentences of the portal's controls, by code: K1 the structure, K2 the requests, K3 the zips."""

from collections.abc import Mapping
from types import MappingProxyType

from converter.issues import Facts, Gravite
from converter.sentences.message import Message

_E, _A, _C = Gravite.ERREUR, Gravite.AVERTISSEMENT, Gravite.CORRECTION

ACCEPTEE = "Demande acceptée"
"""The label of an accepted request (guide section 1.2)."""

EXERCICE = "Demande refusée pour l’exercice"
"""The label of a request refused on purpose, to rehearse a refusal."""

SYNTAXE: Mapping[str, str] = MappingProxyType(
    {
        "suite": "il y a encore du texte après la fin du document",
        "fin": "le fichier s’arrête avant la fin (copie interrompue, accolade ou guillemet non refermé ?)",
        "saut": "un texte entre guillemets contient un saut de ligne ou une tabulation",
        "antislash": "un texte contient un « \\ » qui n’annonce rien ; écrivez-le « \\\\ »",
        "virgule en trop": "il y a une virgule en trop avant l’accolade ou le crochet fermant",
        "virgule décimale": "un nombre est écrit avec une virgule ; le JSON veut un point (13750.00)",
        "zéro en tête": "un nombre commence par un zéro ; un code s’écrit entre guillemets",
        "guillemets": 'un texte doit être entre guillemets droits (")',
        "commentaire": "le JSON n’admet pas de commentaire",
        "mot": "un mot est écrit sans guillemets ; seuls true, false et null s’écrivent ainsi",
        "virgule manquante": "il manque une virgule après la valeur précédente",
        "caractère": "ce caractère n’a pas sa place ici",
    }
)
"""The likely slip at the place where a text stops being JSON."""

_K1 = {
    "K100": Message(_E, "fichier vide", "Le fichier JSON est vide.", "Déposez le fichier produit par l’outil."),
    "K101": Message(
        _E,
        "pas en UTF-8",
        "Le fichier n’est pas en UTF-8 : il semble être en {codage} (octet {octet}).",
        "Enregistrez-le de nouveau en choisissant le codage UTF-8.",
    ),
    "K102": Message(
        _E,
        "marque d’ordre des octets",
        "Le fichier commence par une marque invisible (BOM) que le JSON n’admet pas.",
        "Enregistrez-le en « UTF-8 » et non en « UTF-8 avec BOM ».",
    ),
    "K103": Message(
        _E, "JSON illisible", "Le fichier n’est pas du JSON : {cause}.", "Corrigez le texte à cette ligne, ou avant."
    ),
    "K104": Message(
        _E,
        "trop de blocs imbriqués",
        "Le fichier imbrique beaucoup trop de blocs les uns dans les autres.",
        "Repartez du modèle.",
    ),
    "K105": Message(
        _E,
        "balise répétée",
        "La balise « {cle} » figure deux fois dans le même bloc : l’une des deux valeurs serait perdue.",
        "Supprimez celle qui est en trop.",
    ),
    "K106": Message(
        _E, "nombre impossible", "« {valeur} » n’est pas un nombre pour le JSON.", "Écrivez un nombre, ou null."
    ),
    "K110": Message(
        _E,
        "balise manquante",
        "La balise « {cle} » manque.",
        "Ajoutez-la ; sans valeur, elle s’écrit null.",
        "2.2",
    ),
    "K111": Message(
        _E,
        "balise inconnue",
        "La balise « {cle} » n’existe pas à cet endroit du modèle.",
        "Corrigez son nom ou supprimez-la.{proche}",
        "2.2",
    ),
    "K112": Message(
        _E, "type de valeur", "« {balise} » devrait être {attendu} ; lu : {trouve}.", "Corrigez la valeur.", "3.2"
    ),
    "K113": Message(
        _E, "aucune demande", "Le fichier ne contient aucune demande.", "Ajoutez au moins une demande.", "2.1"
    ),
    "K114": Message(
        _E,
        "trop de demandes",
        "Le fichier contient {nombre} demandes ; le portail en accepte {maximum} au plus.",
        "Répartissez-les en plusieurs fichiers.",
        "2.1",
    ),
    "K115": Message(
        _E,
        "nom du fichier",
        "Le fichier « {valeur} » n’est pas nommé JSON-numeroAns-AAAAMMJJ-numéro.json.",
        "Renommez-le, par exemple en {exemple}.",
        "3.3",
    ),
    "K116": Message(
        _E,
        "numéro ANS du nom",
        "Le nom du fichier porte le numéro ANS {valeur}, son contenu {numeroAns}.",
        "Renommez le fichier, ou corrigez « numeroAns ».",
        "3.3",
    ),
    "K117": Message(
        _E,
        "date du nom",
        "« {valeur} », dans le nom du fichier, n’est pas un jour du calendrier.",
        "Écrivez-y le jour du dépôt : année, mois, jour, sans séparateur.",
        "3.3",
    ),
    "K118": Message(
        _A,
        "jour du dépôt",
        "Le nom du fichier porte le {valeur}, et le dépôt est du {jour}.",
        "Le nom doit porter le jour du dépôt sur le portail.",
        "3.3",
    ),
    "K119": Message(
        _E,
        "numéro de ligne",
        "« numLigne » vaut {valeur} ; {attendu} est attendu.",
        "Numérotez les demandes 1, 2, 3… dans l’ordre du fichier.",
        "3.2",
    ),
    "K120": Message(
        _E,
        "numéro éditeur répété",
        "Le numéro éditeur {valeur} est déjà celui de la demande n° {rang} du fichier.",
        "Donnez à chaque demande un numéro à elle, jamais utilisé.",
        "3.2",
    ),
    "K121": Message(
        _A,
        "balise propre au modèle",
        "La balise « {balise} », que l’outil ne connaît pas, vaut {valeur} ; le modèle dit {modele}.",
        "Vérifiez auprès de l’ASP ce qu’elle doit contenir.",
    ),
}

_K2 = {
    "K200": Message(_E, "valeur absente", "« {balise} » est vide ({valeur}).", "Remplissez cette balise.", "3.2"),
    "K201": Message(
        _E,
        "réservé à l’ASP",
        "« {balise} » doit être null au dépôt ; lu : « {valeur} ».",
        "Remettez null : l’ASP remplit cette balise.",
        "3.2",
    ),
    "K202": Message(
        _E,
        "longueur",
        "« {balise} » doit avoir exactement {attendu} caractères et en a {trouve} : « {valeur} ».",
        "Vérifiez la valeur, zéros de tête compris.",
        "3.2",
    ),
    "K203": Message(
        _E,
        "caractères interdits",
        "« {balise} » ne peut contenir que {caracteres} ; lu : « {valeur} ».",
        "Retirez espaces, accents et ponctuation.",
    ),
    "K204": Message(
        _E,
        "texte trop long",
        "« {balise} » a {trouve} caractères ; {maximum} au plus.",
        "Raccourcissez le texte.",
        "3.2",
    ),
    "K205": Message(
        _E,
        "pas en majuscules",
        "« {balise} » doit être en majuscules ; lu : « {valeur} ».",
        "Écrivez « {majuscules} ».",
        "3.2",
    ),
    "K206": Message(
        _A,
        "courriel douteux",
        "« {valeur} » ne ressemble pas à une adresse électronique.",
        "Indiquez une seule adresse, de la forme nom@domaine.fr.",
    ),
    "K207": Message(
        _A,
        "clé du SIRET",
        "La clé de contrôle du SIRET {valeur} est fausse.",
        "Vérifiez les 14 chiffres donnés à l’ASP lors de l’enrôlement.",
    ),
    "K208": Message(
        _A,
        "clé du FINESS",
        "La clé de contrôle du FINESS {valeur} est fausse.",
        "Vérifiez-le dans le fichier de calcul de l’ANS.",
    ),
    "K209": Message(
        _E,
        "forme du FINESS",
        "« {valeur} » n’est pas un FINESS : 9 chiffres, ou 2A ou 2B puis 7 chiffres en Corse.",
        "Vérifiez-le dans le fichier de calcul de l’ANS.",
    ),
    "K210": Message(
        _E,
        "forme de la date",
        "« {valeur} » n’est pas une date de la forme JJ/MM/AAAA.",
        "Écrivez-la par exemple 15/04/2022.",
        "3.2",
    ),
    "K211": Message(
        _E,
        "date impossible",
        "Le {valeur} n’existe pas au calendrier.",
        "Reprenez la date de signature du bon de commande.",
    ),
    "K212": Message(
        _E,
        "date à venir",
        "Le bon de commande serait signé le {valeur}, après le dépôt ({jour}).",
        "Reprenez la date de signature du bon de commande.",
    ),
    "K213": Message(
        _E,
        "deux décimales",
        "« {balise} » doit être écrit avec exactement deux chiffres après le point ; lu : {valeur}.",
        "Écrivez-le sur le modèle de {exact}, sans guillemets.",
        "3.2",
    ),
    "K214": Message(
        _E,
        "montant nul ou négatif",
        "« {balise} » vaut {valeur} ; il doit être supérieur à 0.",
        "Reprenez le montant hors taxe du bon de commande.",
    ),
    "K215": Message(
        _E, "valeur hors liste", "« {balise} » doit être {attendu} ; lu : « {valeur} ».", "Corrigez la valeur.", "3.2"
    ),
    "K216": Message(
        _E,
        "texte vide",
        "« {balise} » contient un texte vide.",
        "Écrivez null, sans guillemets, ou remplissez cette balise.",
        "3.2",
    ),
    "K217": Message(
        _E,
        "réponse du portail",
        "Ce fichier est une réponse du portail : ses demandes ont déjà un traitement.",
        "Rapportez-la dans le classeur avec la commande retour ; ne la déposez pas.",
        "1.2",
    ),
    "K218": Message(
        _E,
        "caractère invisible",
        "« {balise} » contient un caractère qui n’en est pas un ({caractere}).",
        "Ressaisissez la valeur au clavier, sans la copier.",
    ),
    "K220": Message(
        _E,
        "mandataire à remplir",
        "Un mandataire commande pour plusieurs établissements, mais « {balise} » est null.",
        "Remplissez nom, courriel et téléphone de son représentant.",
        "3.2",
    ),
    "K221": Message(
        _E,
        "mandataire de trop",
        "« {balise} » est rempli (« {valeur} ») alors que la demande n’a pas de mandataire pour plusieurs FINESS.",
        "Écrivez null, ou corrigez « isMandataire » et « isClientUnique ».",
        "3.2",
    ),
    "K222": Message(
        _E,
        "client pas unique",
        "« isClientUnique » est true, mais les établissements ont {nombre} FINESS PMSI différents.",
        "Écrivez false, ou corrigez les FINESS.",
        "3.2",
    ),
    "K223": Message(
        _E,
        "client unique",
        "« isClientUnique » est false, mais la demande n’a qu’un FINESS PMSI, {finess}.",
        "Écrivez true, ou ajoutez les autres établissements.",
        "3.2",
    ),
    "K224": Message(
        _A,
        "mandataire d’un seul client",
        "« isMandataire » et « isClientUnique » sont true tous les deux.",
        "Un mandataire commande pour plusieurs établissements : vérifiez lequel des deux est faux.",
    ),
    "K225": Message(
        _E,
        "preuve HT absente",
        "Le régime est HT, mais aucune pièce n’est une PREUVE_HT.",
        "Joignez l’attestation de non-assujettissement à la TVA.",
        "3.2",
    ),
    "K226": Message(
        _A,
        "preuve HT inutile",
        "Le régime est TTC, mais une pièce est une PREUVE_HT.",
        "Retirez-la, ou corrigez le régime.",
    ),
    "K227": Message(
        _E, "bon de commande absent", "Aucune pièce n’est un BON_COMMANDE.", "Joignez le bon de commande.", "3.1"
    ),
    "K228": Message(
        _E,
        "plusieurs bons de commande",
        "La demande a {nombre} pièces BON_COMMANDE ; une demande est un bon de commande.",
        "Réunissez les pages en un fichier, ou faites une demande pour chaque bon de commande.",
        "3.1",
    ),
    "K229": Message(
        _E,
        "plusieurs preuves HT",
        "La demande a {nombre} pièces PREUVE_HT.",
        "Gardez-en une seule.",
    ),
    "K230": Message(
        _E, "aucun établissement", "La demande n’a aucun établissement.", "Ajoutez au moins un établissement.", "3.1"
    ),
    "K231": Message(
        _A,
        "FINESS déjà demandé",
        "Le FINESS {valeur} figure aussi dans la demande {autre}.",
        "Vérifiez que cet établissement n’est pas demandé deux fois pour le même logiciel.",
    ),
    "K232": Message(
        _A,
        "profil « Intégration INS »",
        "Demandes qui annoncent une PFI indépendante du DPI : {nombre}.",
        "Vérifiez que votre logiciel est référencé avec le profil « Intégration INS ».",
        "3.2",
    ),
    "K233": Message(
        _A,
        "établissement en double",
        "Le FINESS {valeur} figure deux fois dans la demande.",
        "Retirez l’établissement en trop, ou corrigez le FINESS.",
    ),
    "K240": Message(
        _E,
        "nom de la pièce",
        "« {valeur} » ne suit pas la nomenclature HOP-logiciel-Va1-BDC ou HT-numeroEditeur, puis .pdf, .png ou .jpg.",
        "Renommez la pièce.{proche}",
        "3.3",
    ),
    "K241": Message(
        _E,
        "format de la pièce",
        "« formatFichier » dit {valeur}, mais la pièce {nom} est en {dans_le_nom}.",
        "Corrigez « formatFichier » ou le nom.",
        "3.3",
    ),
    "K242": Message(
        _E,
        "type de la pièce",
        "« typeFichier » dit {valeur} (code {attendu}), mais la pièce {nom} porte le code {dans_le_nom}.",
        "Corrigez « typeFichier » ou le nom.",
        "3.3",
    ),
    "K243": Message(
        _E,
        "pièce d’une autre demande",
        "La pièce « {valeur} » porte le numéro éditeur {dans_le_nom}, sa demande {attendu}.",
        "Renommez la pièce.{proche}",
        "3.3",
    ),
    "K244": Message(
        _E,
        "un seul logiciel par fichier",
        "La pièce « {valeur} » est d’un {dans_le_nom}, le reste du fichier d’un {attendu}.",
        "Un fichier JSON ne contient qu’un type de logiciel : mettez cette demande dans un autre fichier.",
        "2.1",
    ),
    "K245": Message(
        _E, "pièce déclarée deux fois", "La pièce « {valeur} » est déclarée deux fois.", "Retirez l’une des deux."
    ),
    "K250": Message(
        _E,
        "bloc d’un autre logiciel",
        "Pour une demande {logiciel}, « {balise} » doit être {attendu} ; lu : {valeur}.",
        "Écrivez {attendu}.",
        "3.2",
    ),
    "K251": Message(
        _A,
        "opérateur de messagerie",
        "La PFI envoie par une messagerie sécurisée, mais « operateurMessagerie » est null.",
        "Indiquez l’opérateur de messagerie sécurisée de santé.",
    ),
}

_K3 = {
    "K300": Message(
        _A,
        "zips non donnés",
        "Aucun zip n’a été donné : les pièces n’ont pas été contrôlées.",
        "Donnez aussi les zips du dépôt.",
    ),
    "K301": Message(
        _E,
        "zip illisible",
        "« {fichier} » n’est pas un zip, ou il est abîmé.",
        "Refaites-le : sélectionnez les pièces, clic droit, Compresser en fichier ZIP.",
        "2.1",
    ),
    "K302": Message(
        _E,
        "zip trop gros",
        "« {fichier} » pèse {octets} octets ; 200 Mo (200 000 000 octets) au plus.",
        "Répartissez les pièces en plusieurs zips.",
        "2.1",
    ),
    "K303": Message(
        _E, "pièce absente", "La pièce « {valeur} » n’est dans aucun zip.", "Ajoutez-la, sous ce nom exact.", "2.1"
    ),
    "K304": Message(
        _E,
        "pièce non déclarée",
        "« {fichier} » contient « {valeur} », qu’aucune demande ne déclare.",
        "Retirez ce fichier du zip, ou renommez-le.{proche}",
    ),
    "K305": Message(
        _E,
        "majuscules du nom",
        "Dans « {fichier} », « {valeur} » n’a pas les mêmes majuscules que le nom déclaré.",
        "Renommez la pièce {proposition}.",
        "3.3",
    ),
    "K306": Message(
        _E,
        "dossier dans le zip",
        "« {fichier} » contient « {valeur} » : les pièces doivent être à la racine du zip.",
        "Refaites le zip en sélectionnant les pièces et non leur dossier.",
    ),
    "K307": Message(
        _E,
        "pièce en double",
        "La pièce « {valeur} » de « {fichier} » est déjà dans « {autre} ».",
        "Gardez-en une seule.",
    ),
    "K308": Message(
        _E,
        "pièce chiffrée",
        "La pièce « {valeur} » de « {fichier} » est protégée par un mot de passe.",
        "Refaites le zip sans mot de passe.",
    ),
    "K309": Message(
        _E,
        "lien",
        "« {valeur} », dans « {fichier} », n’est pas un fichier mais un lien.",
        "Refaites le zip avec la pièce elle-même.",
    ),
    "K310": Message(
        _E,
        "pièce trop grosse",
        "La pièce « {valeur} » pèse {octets} octets ; 3 Mo au plus.",
        "Numérisez-la avec une résolution moindre, ou en noir et blanc.",
        "2.1",
    ),
    "K311": Message(
        _A,
        "pièce à la limite",
        "La pièce « {valeur} » pèse {octets} octets : le guide dit 3 Mo, sans dire lesquels.",
        "Allégez-la sous 3 000 000 octets pour être sûr.",
    ),
    "K312": Message(
        _E, "pièce vide", "La pièce « {valeur} » de « {fichier} » est vide.", "Remettez le fichier d’origine."
    ),
    "K313": Message(
        _E,
        "pièce abîmée",
        "La pièce « {valeur} » de « {fichier} » ne se laisse pas extraire : le zip est abîmé.",
        "Refaites le zip.",
    ),
    "K314": Message(
        _E,
        "compression",
        "La pièce « {valeur} » de « {fichier} » est compressée d’une façon que tous les outils ne lisent pas.",
        "Refaites le zip avec la compression de Windows.",
    ),
    "K315": Message(
        _E,
        "contenu de la pièce",
        "La pièce « {valeur} » devrait être du {attendu} ; c’est {trouve}.",
        "Enregistrez le document dans ce format : changer l’extension ne suffit pas.",
    ),
    "K316": Message(
        _E, "pièce illisible", "La pièce « {valeur} » {cause}.", "Refaites ou numérisez de nouveau le document."
    ),
    "K317": Message(
        _A,
        "pièce verrouillée",
        "La pièce « {valeur} » s’ouvre, mais sa modification ou son impression est protégée.",
        "Enregistrez-la sans protection si vous le pouvez.",
    ),
    "K318": Message(
        _A,
        "demande sur deux zips",
        "La pièce « {valeur} » est dans « {fichier} », une autre de la même demande dans « {autre} ».",
        "Mettez les pièces d’une demande dans un même zip.",
    ),
    "K319": Message(
        _A,
        "bon de commande déjà joint",
        "Le bon de commande « {valeur} » a le même contenu que « {autre} ».",
        "Vérifiez que chaque demande a son propre bon de commande.",
    ),
    "K321": Message(
        _A,
        "même fichier pour deux pièces",
        "« {valeur} » a le même contenu que « {autre} », de la même demande.",
        "Vérifiez que le bon de commande et la preuve HT sont joints tous les deux.",
    ),
}

_K4 = {
    "K401": Message(
        _A,
        "valeur différente",
        "{lieu}{libelle} ({balise}) : {valeur}, contre {avec} dans l’autre fichier.",
        "Voyez le classeur et le bon de commande : une seule des deux valeurs est la bonne.",
    ),
    "K402": Message(
        _A,
        "demande absente de l’autre fichier",
        "La demande {lieu} n’est que dans le premier fichier.",
        "Vérifiez que les deux fichiers sont ceux du même dépôt.",
    ),
    "K403": Message(
        _A,
        "demande absente du premier fichier",
        "La demande {lieu} n’est que dans l’autre fichier.",
        "Vérifiez que les deux fichiers sont ceux du même dépôt.",
    ),
    "K404": Message(
        _A,
        "ligne absente de l’autre fichier",
        "{lieu} : seulement dans le premier fichier.",
        "Voyez le classeur : feuille Bénéficiaires ou Pièces.",
    ),
    "K405": Message(
        _A,
        "ligne absente du premier fichier",
        "{lieu} : seulement dans l’autre fichier.",
        "Voyez le classeur : feuille Bénéficiaires ou Pièces.",
    ),
    "K406": Message(
        _C,
        "rempli par le portail",
        "{lieu}{libelle} ({balise}) : {avec}, rempli par le portail.",
        "Rien à faire : c’est sa réponse.",
    ),
    "K407": Message(
        _C,
        "clé hors du guide, premier fichier",
        "« {chemin} » ({valeur}) n’est que dans le premier fichier et n’est pas une balise du guide.",
        "Rien à faire, si les deux fichiers viennent de modèles différents.",
    ),
    "K408": Message(
        _C,
        "clé hors du guide, autre fichier",
        "« {chemin} » ({valeur}) n’est que dans l’autre fichier et n’est pas une balise du guide.",
        "Rien à faire, si les deux fichiers viennent de modèles différents.",
    ),
}

_DAMAGED = "est abîmée et ne s’ouvre pas"
CONTENUS: Mapping[str, tuple[str, Facts]] = MappingProxyType(
    {
        "P060": ("K316", (("cause", "est protégée par un mot de passe"),)),
        "P061": ("K317", ()),
        "P062": ("K316", (("cause", _DAMAGED),)),
        "P063": ("K316", (("cause", "est incomplète : sa fin manque"),)),
        "P064": ("K316", (("cause", "n’a aucune page"),)),
        "P065": ("K316", (("cause", "est trop complexe pour être ouverte"),)),
        "P070": ("K316", (("cause", _DAMAGED),)),
        "P071": ("K316", (("cause", "est une image démesurée"),)),
    }
)
"""How the third control says what `contents` finds in an attachment."""

MESSAGES: Mapping[str, Message] = MappingProxyType(_K1 | _K2 | _K3 | _K4)
