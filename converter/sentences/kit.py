"""The French sentences about making a kit, by code."""

from collections.abc import Mapping
from types import MappingProxyType

from converter.issues import Gravite
from converter.sentences.say import Message

MESSAGES: Mapping[str, Message] = MappingProxyType(
    {
        "E040": Message(
            Gravite.ERREUR,
            "outil non installé",
            "Cette copie de l’outil n’a pas été installée par pip : le kit ne peut pas en être fait.",
            "Installez segur-hop avec pip (voir README), puis recommencez.",
        ),
        "E041": Message(
            Gravite.ERREUR,
            "pip absent",
            "Le module pip, qui rassemble ce que le kit contient, manque à ce Python ({python}).",
            "Installez-le (python -m ensurepip), puis recommencez.",
        ),
        "E042": Message(
            Gravite.ERREUR,
            "bibliothèque absente",
            "La bibliothèque {bibliotheque} n’existe pas, dans l’index de pip de ce poste, pour {cible}.",
            "Complétez cet index, ou donnez le kit sans --hors-ligne : rien n’a été laissé à moitié fait.",
        ),
        "E043": Message(
            Gravite.ERREUR,
            "échec de pip",
            "pip n’a pas pu rassembler les bibliothèques : {raison}",
            "Vérifiez le réseau et les réglages de pip, puis recommencez : rien n’a été laissé à moitié fait.",
        ),
        "E044": Message(
            Gravite.ERREUR,
            "dossier des dépôts hors d’atteinte",
            "Le dossier des dépôts « {chemin} », commun à vos campagnes, est introuvable.",
            "Reconnectez le lecteur réseau ou remettez ce dossier à sa place ; s’il a été déplacé, écrivez où dans "
            "« {fichier} ».",
        ),
        "F030": Message(
            Gravite.ERREUR,
            "pas un dossier",
            "« {fichier} » est un fichier, pas un dossier.",
            "Donnez au kit un autre nom.",
        ),
        "F031": Message(
            Gravite.ERREUR,
            "pas le Python attendu",
            "« {fichier} » n’est pas l’archive « embeddable » 64 bits d’un Python 3.11 à 3.14 de python.org.",
            "Prenez sur python.org « Windows embeddable package (64-bit) », sans décompresser le fichier .zip.",
        ),
        "F032": Message(
            Gravite.ERREUR,
            "pas de dépôts à suivre",
            "« {fichier} » ne contient pas de dossier « depots » : il n’y a rien à y poursuivre.",
            "Donnez à --suite le dossier de la campagne précédente, celui de son classeur.",
        ),
        "F033": Message(
            Gravite.ERREUR,
            "dépôts déjà commencés",
            "« {fichier} » a déjà ses propres dépôts : deux suites de numéros ne peuvent pas être réunies.",
            "Faites le kit de la nouvelle campagne dans un dossier neuf.",
        ),
    }
)
