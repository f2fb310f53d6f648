"""The French sentences about what the machine refused, E."""

from collections.abc import Mapping

from converter.issues import Gravite
from converter.sentences.message import Message

_E = Gravite.ERREUR

MESSAGES: Mapping[str, Message] = {
    "E020": Message(
        _E,
        "disque plein",
        "Le disque est plein : {chemin} n’a pas pu être écrit.",
        "Libérez de la place, puis relancez. Aucun dépôt n’est à moitié fait.",
    ),
    "E021": Message(
        _E,
        "droits insuffisants",
        "{chemin} ne peut pas être écrit : il est en lecture seule ou vous n’en avez pas le droit.",
        "Demandez le droit d’écrire dans ce dossier, ou travaillez dans un dossier où vous l’avez, puis relancez.",
    ),
    "E022": Message(
        _E,
        "dossier disparu",
        "{chemin} a disparu pendant le travail : le dossier a été déplacé ou supprimé, ou le réseau est coupé.",
        "Remettez-le à sa place ou rétablissez le réseau, puis relancez.",
    ),
    "E023": Message(
        _E,
        "chemin trop long",
        "Le chemin {chemin} est trop long pour ce système.",
        "Placez le classeur dans un dossier plus proche de la racine du disque, au nom plus court, puis relancez.",
    ),
    "E024": Message(
        _E,
        "fichier trop gros pour ce disque",
        "{chemin} dépasse la taille que ce disque accepte.",
        "Déplacez le dossier du classeur sur un autre disque, puis relancez.",
    ),
    "E025": Message(
        _E,
        "fichier ouvert ailleurs",
        "{chemin} est ouvert dans un autre programme.",
        "Fermez-le (un bordereau ouvert dans Excel, un zip ouvert), puis relancez.",
    ),
    "E026": Message(
        _E,
        "refus du système",
        "Le système refuse de travailler dans {chemin} : {raison}.",
        "Relancez ; si cela persiste, transmettez ce message à votre service informatique.",
    ),
    "E030": Message(
        _E,
        "dossier des dépôts occupé",
        "Une autre conversion travaille déjà dans {chemin} : {utilisateur}, sur {machine}, depuis le {depuis}.",
        "Attendez qu’elle se termine, puis relancez. Rien n’a été changé.",
    ),
    "E031": Message(
        _E,
        "pièce modifiée pendant la conversion",
        "La pièce {fichier} a changé ou disparu pendant la conversion.",
        "Fermez-la, vérifiez qu’elle est complète, puis relancez. Rien n’a été déposé.",
    ),
    "E032": Message(
        _E,
        "publication empêchée",
        "Les dépôts sont prêts mais n’ont pas pu être publiés dans {chemin} : {raison}.",
        "Fermez ce qui est ouvert dans ce dossier, puis relancez : la publication sera terminée d’abord.",
    ),
    "E040": Message(
        _E,
        "outil non installé",
        "Cette copie de l’outil n’a pas été installée par pip : le kit ne peut pas en être fait.",
        "Installez segur-hop avec pip (voir README), puis recommencez.",
    ),
    "E041": Message(
        _E,
        "pip absent",
        "Le module pip, qui rassemble ce que le kit contient, manque à ce Python ({python}).",
        "Installez-le (python -m ensurepip), puis recommencez.",
    ),
    "E042": Message(
        _E,
        "bibliothèque absente",
        "La bibliothèque {bibliotheque} n’existe pas, dans l’index de pip de ce poste, pour {cible}.",
        "Complétez cet index, ou donnez le kit sans --hors-ligne : rien n’a été laissé à moitié fait.",
    ),
    "E043": Message(
        _E,
        "échec de pip",
        "pip n’a pas pu rassembler les bibliothèques : {raison}",
        "Vérifiez le réseau et les réglages de pip, puis recommencez : rien n’a été laissé à moitié fait.",
    ),
    "E044": Message(
        _E,
        "dossier des dépôts hors d’atteinte",
        "Le dossier des dépôts « {chemin} », commun à vos campagnes, est introuvable.",
        "Reconnectez le lecteur réseau ou remettez ce dossier à sa place ; s’il a été déplacé, écrivez où dans "
        "« {fichier} ».",
    ),
    "E101": Message(
        _E,
        "fichier verrouillé",
        "« {fichier} » ne peut pas être ouvert : il est verrouillé, ou vous n’en avez pas le droit.",
        "Fermez-le dans Excel, puis recommencez.",
    ),
    "E110": Message(
        _E,
        "classeur ouvert dans Excel",
        "« {fichier} » est ouvert dans Excel ({qui}).",
        "Fermez-le, puis recommencez ; si Excel est fermé, supprimez le fichier masqué « {verrou} ».",
    ),
    "E111": Message(
        _E,
        "classeur ouvert dans LibreOffice",
        "« {fichier} » est ouvert dans LibreOffice ({qui} {machine}).",
        "Fermez-le, puis recommencez ; s’il est fermé, supprimez le fichier masqué « {verrou} ».",
    ),
    "E112": Message(
        _E,
        "classeur retenu",
        "« {fichier} » est retenu par un autre programme.",
        "Fermez Excel et l’aperçu de l’Explorateur, puis recommencez.",
    ),
    "E113": Message(
        _E,
        "classeur en lecture seule",
        "« {fichier} » est en lecture seule.",
        "Clic droit, Propriétés, décochez « Lecture seule », puis recommencez.",
    ),
    "E114": Message(
        _E,
        "dossier en lecture seule",
        "Le dossier de « {fichier} » est en lecture seule : l’outil n’y peut rien écrire.",
        "Copiez le dossier entier là où vous avez le droit d’écrire, puis recommencez.",
    ),
    "E115": Message(
        _E,
        "classeur modifié entre-temps",
        "« {fichier} » a été enregistré par quelqu’un d’autre pendant le contrôle.",
        "Fermez-le partout, puis recommencez ; rien n’y a été écrit.",
    ),
}
