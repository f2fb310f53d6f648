"""The French sentences about deposits and their registry, D."""

from collections.abc import Mapping

from converter.issues import Gravite
from converter.sentences.message import Message

_E, _A, _C = Gravite.ERREUR, Gravite.AVERTISSEMENT, Gravite.CORRECTION

MESSAGES: Mapping[str, Message] = {
    "D001": Message(
        _A,
        "conversion interrompue, défaite",
        "La conversion précédente a été interrompue : le dépôt {depot} ({demandes}) n’a pas été publié.",
        "Rien à faire : ses demandes et son numéro de fichier sont de nouveau libres, elles seront converties avec les "
        "autres.",
    ),
    "D002": Message(
        _A,
        "conversion interrompue, terminée",
        "La conversion précédente a été interrompue juste avant la fin : le dépôt {depot} ({demandes}) est "
        "maintenant publié, en entier.",
        "Téléversez-le comme les autres ; ses demandes sont Convertie.",
    ),
    "D003": Message(
        _A,
        "annulation interrompue, terminée",
        "L’annulation du dépôt {depot} avait été interrompue : elle est terminée, le dossier est dans « annulés ».",
        "Rien à faire : ce dépôt ({demandes}) est de nouveau à convertir.",
    ),
    "D004": Message(
        _A,
        "dépôt introuvable après une interruption",
        "La conversion précédente a été interrompue à la fin, et le dossier du dépôt {depot} ({demandes}) "
        "est introuvable : il a sans doute été déplacé.",
        "Par prudence, ses demandes restent Convertie. Si vous ne l’avez jamais téléversé, annulez-le "
        "au menu de Convertir.",
    ),
    "D005": Message(
        _A,
        "registre illisible",
        "Le registre des dépôts était illisible : il est mis de côté sous le nom {fichier} et refait à partir des "
        "dépôts et du classeur.",
        "Gardez les dossiers des dépôts à leur place ; si des réponses du portail manquent, déposez à nouveau ses "
        "fichiers de réponse sur l’outil.",
    ),
    "D006": Message(
        _A,
        "dépôt retrouvé",
        "Le dépôt {depot} ({demandes}) n’était pas dans le registre : il y est inscrit.",
        "Rien à faire, s’il est bien à vous.",
    ),
    "D007": Message(
        _A,
        "dépôt illisible",
        "Le dossier {depot} n’a pas de fichier JSON lisible à son nom : ses demandes ne sont pas connues du registre.",
        "Remettez-y le fichier JSON d’origine, ou sortez ce dossier de « depots » ; son numéro de fichier reste pris.",
    ),
    "D008": Message(
        _A,
        "numéro dans deux dépôts",
        "Le n° éditeur {valeur} du dépôt {depot} figure déjà dans un autre dépôt.",
        "Vérifiez que la demande n’a pas été envoyée deux fois ; n’en téléversez qu’un.",
    ),
    "D010": Message(
        _C,
        "état repris du registre",
        "La demande {valeur} est {etat} dans {depot} d’après le registre ; le classeur ne le disait pas.",
        "Rien à faire : l’état est rétabli. La demande n’est pas convertie une seconde fois.",
    ),
    "D011": Message(
        _A,
        "modifiée depuis sa conversion",
        "La demande {valeur} a été modifiée depuis sa conversion dans {depot} : le fichier ne contient pas ce "
        "changement.",
        "Si le fichier n’a pas encore été téléversé, annulez le dépôt {depot} (au menu de Convertir) et "
        "convertissez à nouveau ; sinon, remettez les valeurs d’origine.",
    ),
    "D012": Message(
        _E,
        "n° éditeur déjà utilisé",
        "Le n° éditeur {valeur} a déjà servi à une autre demande ({depot}) : un numéro ne sert qu’une fois.",
        "Donnez à cette demande un numéro neuf, par exemple {proposition}, sur les trois feuilles. Si c’est la même "
        "demande, corrigée avant tout téléversement, annulez d’abord ce dépôt.",
        "1.2",
    ),
    "D013": Message(
        _E,
        "n° éditeur rejeté",
        "La demande {valeur} a été rejetée par le portail dans {depot} ({motif}) : elle ne peut pas être déposée à "
        "nouveau sous ce numéro.",
        "Corrigez-la et donnez-lui un numéro neuf, par exemple {proposition}, sur les trois feuilles ; ou déposez à "
        "nouveau la réponse du portail sur l’outil, qui le fait.",
        "1.2",
    ),
    "D014": Message(
        _A,
        "état d’après le classeur seul",
        "Le registre ne connaît pas la demande {valeur} : elle est {etat} d’après le classeur ({depot}).",
        "Rien à faire si c’est exact. Sinon, annulez ce dépôt {depot} (au menu de Convertir) ou, si son nom manque, "
        "effacez l’État de la ligne.",
    ),
    "D015": Message(
        _C,
        "dépôt annulé",
        "Le dépôt {depot} de la demande {valeur} a été annulé.",
        "Rien à faire : la demande est de nouveau à convertir, sous le même numéro.",
    ),
    "D016": Message(
        _E,
        "demande déjà envoyée",
        "La demande {valeur} est la copie exacte, pièces comprises, de la demande {autre}, déjà dans {depot}.",
        "Supprimez l’une des deux. Si elles sont bien distinctes, joignez à chacune son propre bon de commande.",
    ),
    "D017": Message(
        _C,
        "absente du dépôt nommé",
        "La demande {valeur} n’est pas dans {depot}, que nomme sa ligne (copiée d’une autre, sans doute).",
        "Rien à faire : elle est contrôlée et convertie comme une demande neuve.",
    ),
    "D018": Message(
        _A,
        "inchangée depuis son rejet",
        "La demande {valeur} est identique à la demande {autre}, que l’ASP a rejetée : « {motif} ».",
        "Corrigez ce que l’ASP reproche ; sinon elle sera sans doute rejetée de nouveau.",
        "1.2",
    ),
    "D019": Message(
        _C,
        "réponse reprise du classeur",
        "La demande {valeur} est {etat} d’après le classeur ; le registre ne connaissait pas cette réponse à {depot}.",
        "Rien à faire : le classeur est cru, et le registre l’apprend. Le dépôt ne peut plus être annulé.",
    ),
    "D020": Message(
        _E,
        "plus de numéro de fichier ce jour",
        "Il ne reste plus assez de numéros de fichier au numéro ANS {numeroAns} pour le {jour} : 999 par jour au plus.",
        "Convertissez un autre jour. Rien n’a été déposé.",
        "3.3",
    ),
    "D021": Message(
        _E,
        "plus de n° éditeur libre",
        "Tous les n° éditeur de 00001 à 99999 ont servi.",
        "Donnez vous-même un numéro avec des lettres, par exemple A0001, sur les trois feuilles.",
        "3.2",
    ),
    "D022": Message(
        _E,
        "n° éditeur pris entre-temps",
        "Le n° éditeur {valeur} est déjà pris ({depot}).",
        "Relancez : les états du classeur seront mis à jour d’abord. Rien n’a été déposé.",
        "3.2",
    ),
    "D023": Message(
        _E,
        "registre plus récent que l’outil",
        "Le registre des dépôts a été écrit par une version plus récente de l’outil.",
        "Installez la dernière version sur ce poste. Rien n’a été changé.",
    ),
    "D024": Message(
        _E,
        "dépôt inconnu",
        "Aucun dépôt ne s’appelle « {valeur} » dans ce dossier.",
        "Donnez le nom du dossier à annuler, de la forme JSON-1234567890-20220415-001.",
    ),
    "D025": Message(
        _E,
        "dépôt déjà traité par le portail",
        "Le portail a déjà répondu au dépôt {valeur} : il a été téléversé et ne peut plus être annulé.",
        "Les demandes rejetées se corrigent et se déposent à nouveau, sous leur nouveau numéro.",
        "1.2",
    ),
    "D026": Message(
        _E,
        "dépôt déjà annulé",
        "Le dépôt {valeur} est déjà annulé.",
        "Rien à faire : son dossier est dans « annulés ».",
    ),
    "D027": Message(
        _E,
        "ligne copiée avec son numéro",
        "Le n° éditeur {valeur} est celui de la ligne {autre}, déjà envoyée : cette ligne-ci en est une copie.",
        "Donnez à cette demande un numéro neuf, par exemple {proposition}, sur les trois feuilles ; ou supprimez la "
        "ligne.",
        "1.2",
    ),
    "D028": Message(
        _E,
        "même commande déjà envoyée",
        "La demande {valeur} a le bon de commande, le FINESS et le montant de la demande {autre}, déjà dans {depot} "
        "(déposée le {jour}).",
        "Si c’est la même, rendez-lui le numéro {autre} ou supprimez-la ; si ce dépôt n’a jamais été téléversé, "
        "annulez-le d’abord. Sinon joignez-lui son propre bon de commande.",
        "1.1",
    ),
    "D029": Message(
        _A,
        "commande peut-être déjà envoyée",
        "La demande {valeur} a {quoi} que la demande {autre}, déjà dans {depot} (déposée le {jour}).",
        "Vérifiez que ce n’est pas la même commande avant de téléverser.",
        "1.1",
    ),
    "D030": Message(
        _E,
        "zips d’un dépôt inconnu",
        "Le registre ne connaît pas de dépôt « {valeur} » dont il puisse refaire les zips.",
        "Donnez le nom du dossier du dépôt, de la forme JSON-1234567890-20220415-001.",
    ),
    "D031": Message(
        _E,
        "pièce introuvable pour refaire un zip",
        "La pièce « {fichier} » de la demande {valeur} est introuvable ou illisible : les zips de {depot} ne peuvent "
        "pas être refaits.",
        "Remettez le fichier d’origine dans le dossier des pièces, sous ce nom, puis recommencez.",
    ),
    "D032": Message(
        _E,
        "pièce changée depuis le dépôt",
        "Demande {valeur} : « {fichier} » n’est plus ce qui a été déposé dans {depot} ; les zips ne peuvent pas être "
        "refaits à l’identique.",
        "Remettez le fichier d’origine (une sauvegarde, le courriel du client) dans le dossier des pièces, puis "
        "recommencez.",
    ),
    "D033": Message(
        _C,
        "zips intacts",
        "Les zips de {depot} sont dans son dossier, tels qu’ils ont été faits : {zips}.",
        "Déposez-les sur le portail, rubrique « Suivi demandes incomplètes », sans redéposer le JSON.",
    ),
    "D034": Message(
        _C,
        "zips refaits à l’identique",
        "Les zips de {depot} sont refaits à l’identique, dans son dossier : {zips}.",
        "Déposez-les sur le portail, rubrique « Suivi demandes incomplètes », sans redéposer le JSON.",
    ),
    "D035": Message(
        _C,
        "zips refaits, autre empreinte",
        "Les zips de {depot} sont refaits dans son dossier, avec les mêmes pièces : {zips}. Leur empreinte diffère de "
        "celle du bordereau, car ce poste comprime autrement.",
        "Déposez-les sur le portail, rubrique « Suivi demandes incomplètes », sans redéposer le JSON.",
    ),
    "D036": Message(
        _A,
        "deux réponses différentes",
        "Le classeur donne la demande {valeur} acceptée (n° ASP « {numeroASP} »), le registre autrement "
        "(n° ASP « {autre} », {motif}).",
        "Rien n’a été changé, et elle n’est pas envoyée de nouveau. Vérifiez sur le portail, puis glissez sa réponse "
        "sur Convertir et tapez OUI quand la fenêtre demande s’il faut remplacer.",
    ),
    "D037": Message(
        _E,
        "rejetée par l’ASP, inchangée",
        "L’ASP a rejeté cette demande : « {motif} ». Elle n’a pas changé depuis, et n’est pas envoyée de nouveau.",
        "Corrigez ce que l’ASP reproche, sur la ligne ou dans ses pièces ; ou répondez OUI dans Erreurs pour la "
        "renvoyer telle quelle, sous le numéro {numero}.",
        "1.2",
    ),
    "D038": Message(
        _E,
        "acceptée sous un autre numéro",
        "Cette ligne porte le numéro ASP {numeroASP}, que l’ASP a donné à la demande {autre} et non à {valeur}.",
        "Rendez-lui le numéro {autre} sur les trois feuilles. Si c’est une autre demande, effacez son N° ASP.",
        "1.2",
    ),
    "D039": Message(
        _C,
        "numéro de fichier non réutilisé",
        "Le dépôt {valeur} est retiré ; son numéro de fichier ne resservira pas.",
        "Rien à faire : le prochain dépôt du même jour portera le numéro suivant, même s’il est le premier envoyé.",
        "3.3",
    ),
    "D040": Message(
        _C,
        "dépôt refusé en bloc",
        "Le dépôt {valeur}, que le portail a refusé en entier au premier contrôle, est retiré ; aucune de ses demandes "
        "n’a été lue.",
        "Corrigez ce que le portail reproche au fichier, puis convertissez : elles partiront sous les mêmes numéros, "
        "dans un fichier d’un nouveau nom.",
        "1.2",
    ),
    "D041": Message(
        _E,
        "même commande deux fois dans le classeur",
        "La demande {valeur} a le bon de commande, le FINESS et le montant de la demande {autre}, ligne {ligne}.",
        "Si c’est la même, supprimez-en une. Sinon joignez à chacune son propre bon de commande.",
        "1.1",
    ),
}
