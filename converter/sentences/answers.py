"""The French sentences about the JSON that comes back, S."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from converter.issues import Gravite
from converter.sentences.message import Message

_E, _A, _C = Gravite.ERREUR, Gravite.AVERTISSEMENT, Gravite.CORRECTION

MESSAGES: Mapping[str, Message] = {
    "S001": Message(
        _E,
        "aucune demande dans le fichier",
        "« {fichier} » ne contient aucune demande d’avance.",
        "Choisissez le fichier JSON de vos demandes, tel que le portail de l’ASP l’a rendu.",
    ),
    "S002": Message(
        _E,
        "pas encore de réponse",
        "« {fichier} » est le fichier tel que vous l’avez déposé : l’ASP n’y a encore rien rempli.",
        "Téléchargez sur le portail le fichier traité, puis recommencez ; rien n’a été changé.",
    ),
    "S003": Message(
        _E,
        "réponse d’un autre fournisseur",
        "La réponse porte le SIRET « {valeur} », le classeur « {siret} ».",
        "Choisissez la réponse à vos propres demandes, ou corrigez le SIRET dans Paramètres ; rien n’a été changé.",
    ),
    "S004": Message(
        _E,
        "dépôt introuvable",
        "Aucun dépôt de ce classeur ne correspond à « {fichier} ».",
        "Vérifiez que la réponse et le classeur vont ensemble, et rendez au fichier le nom qu’il avait au dépôt ; rien "
        "n’a été changé.",
    ),
    "S005": Message(
        _E,
        "réponse à un dépôt annulé",
        "« {fichier} » répond au dépôt {depot}, que vous avez annulé comme jamais téléversé.",
        "Si ce dépôt a bien été téléversé, remettez son dossier d’« annulés » dans « depots » et n’envoyez pas de "
        "nouveau ses demandes ; rien n’a été changé.",
    ),
    "S006": Message(
        _E,
        "numéro ANS d’un autre dépôt",
        "« {fichier} » porte le nom du dépôt {depot}, mais le numéro ANS « {valeur} ».",
        "Rendez à chaque réponse le nom qu’avait son fichier au dépôt ; rien n’a été changé.",
    ),
    "S007": Message(
        _E,
        "plusieurs dépôts possibles",
        "« {fichier} » parle de demandes de plusieurs dépôts : {depots}.",
        "Rendez au fichier le nom qu’il avait au dépôt, puis recommencez ; rien n’a été changé.",
    ),
    "S010": Message(
        _E,
        "demande rejetée par l’ASP",
        "L’ASP a rejeté la demande {valeur} : « {motif} ».",
        "Corrigez la demande, puis convertissez : elle porte maintenant le numéro {nouveau} dans les trois feuilles.",
        "1.2",
    ),
    "S011": Message(
        _E,
        "réponse en conflit",
        "Demande {numero} : la réponse donne « {valeur} » ({libelle}), or « {connu} » est déjà connu.",
        "Rien n’a été remplacé. Vérifiez sur le portail ; si la réponse a raison, glissez-la de nouveau sur Convertir "
        "et tapez OUI quand la fenêtre demande s’il faut remplacer.",
    ),
    "S012": Message(
        _A,
        "demande hors du dépôt",
        "La réponse parle de la demande « {valeur} », qui n’est pas dans le dépôt {depot}.",
        "Cette ligne est laissée de côté ; vérifiez que la réponse est bien celle de ce dépôt.",
    ),
    "S013": Message(
        _A,
        "demande absente du classeur",
        "La demande {valeur} du dépôt {depot} n’est plus dans le classeur ; réponse : « {motif} ».",
        "La réponse est gardée dans le registre ; remettez la ligne, ou notez-la ailleurs.",
    ),
    "S014": Message(
        _A,
        "demande absente de la réponse",
        "La demande {valeur} du dépôt {depot} n’est pas dans la réponse.",
        "Cherchez-la sur le portail ; elle reste Convertie.",
    ),
    "S015": Message(
        _A,
        "réponse incomplète",
        "La demande {valeur} n’a pas encore de réponse claire (code « {code} », libellé « {motif} »).",
        "Elle reste Convertie ; reprenez le fichier sur le portail plus tard, ou demandez à l’ASP.",
    ),
    "S016": Message(
        _E,
        "deux réponses différentes",
        "La réponse contient la demande {valeur} plusieurs fois, et ne dit pas toujours la même chose.",
        "Rien n’a été repris pour elle ; reprenez le fichier sur le portail, ou demandez à l’ASP.",
    ),
    "S017": Message(
        _A,
        "réponse contradictoire",
        "La demande {valeur} a reçu le numéro ASP {numeroASP}, avec le libellé « {motif} » (code « {code} »).",
        "Elle reste Convertie, pour ne pas être envoyée deux fois, et la réponse est gardée dans Historique ; demandez "
        "à l’ASP si elle est acceptée, et le fichier corrigé.",
    ),
    "S018": Message(
        _A,
        "acceptée sans numéro ASP",
        "La demande {valeur} est acceptée, mais sans numéro ASP.",
        "La demande de solde l’exigera : reprenez plus tard le fichier sur le portail et glissez-le sur Convertir.",
        "3.2",
    ),
    "S019": Message(
        _A,
        "modifiée depuis l’envoi",
        "La demande {valeur} est acceptée, mais sa ligne ne dit plus ce qui a été envoyé.",
        "Comparez avec le bordereau du dépôt et remettez la ligne en accord avec ce que l’ASP a accepté.",
    ),
    "S020": Message(
        _E,
        "réponse à une autre demande",
        "La demande {valeur} de la réponse ne dit pas la même chose que celle du dépôt {depot}.",
        "Rien n’a été repris pour elle : la réponse vient d’un autre classeur ou a été retouchée. Vérifiez ; si elle "
        "est bonne, glissez-la de nouveau sur Convertir et tapez OUI quand la fenêtre demande s’il faut remplacer.",
    ),
    "S021": Message(
        _A,
        "numéro calculé par une formule",
        "Ce numéro est calculé par une formule, laissée en place ; il doit devenir {nouveau}.",
        "Ouvrez le classeur dans Excel, vérifiez le numéro et enregistrez avant de convertir.",
    ),
    "S022": Message(
        _A,
        "formule remplacée",
        "Le numéro de cette demande était calculé par une formule ; elle a fait place au nouveau numéro {nouveau}.",
        "Un numéro éditeur ne doit plus changer une fois envoyé : saisissez-le plutôt que de le calculer.",
    ),
    "S023": Message(
        _E,
        "déjà renvoyée sous un autre numéro",
        "La réponse accepte la demande {valeur}, d’abord rejetée et déjà renvoyée sous le numéro {numero}.",
        "Rien n’a été changé : la même commande est demandée deux fois. Prévenez l’ASP.",
    ),
    "S024": Message(
        _E,
        "numéro en double dans le classeur",
        "Le numéro {valeur} est porté par plusieurs lignes ({lignes}) : la réponse n’a pas pu être inscrite.",
        "Rendez à chaque demande son numéro, puis glissez de nouveau la réponse sur Convertir.",
    ),
    "S025": Message(
        _E,
        "un numéro ASP pour plusieurs demandes",
        "La réponse donne le numéro ASP {numeroASP} à la demande {valeur}, et aussi à {autres}.",
        "Rien n’a été repris pour elles : un numéro ASP est celui d’une seule demande. Faites confirmer par l’ASP.",
    ),
    "S026": Message(
        _A,
        "réponse plus ancienne",
        "La réponse ne dit rien de clair de la demande {valeur}, que vous savez déjà {etat}.",
        "Rien n’a été changé : ce fichier est sans doute plus ancien que la réponse déjà reprise.",
    ),
    "S027": Message(
        _E,
        "fichier refusé en bloc",
        "Le portail a refusé « {fichier} » en entier : « {motif} ».",
        "Au menu de Convertir, annulez ce dépôt (« Le portail l’a refusé en entier »), corrigez ce qu’il reproche, "
        "puis convertissez de nouveau ; pour l’instant rien n’a été changé.",
        "1.2",
    ),
    "S030": Message(
        _E,
        "plusieurs fournisseurs",
        "Les fichiers portent des SIRET différents : {valeurs}.",
        "Faites un classeur par fournisseur.",
        "2.1",
    ),
    "S031": Message(
        _E,
        "plusieurs numéros ANS pour un logiciel",
        "Les fichiers {logiciel} portent des numéros ANS différents : {valeurs}.",
        "Un classeur n’a qu’un numéro ANS par logiciel : faites-en un par numéro ANS.",
        "2.1",
    ),
    "S032": Message(
        _A,
        "logiciel supposé",
        "Rien dans « {fichier} » ne dit de quel logiciel il s’agit ; il est pris pour DPI.",
        "Vérifiez la colonne Logiciel et les numéros ANS de Paramètres.",
        "2.1",
    ),
    "S033": Message(
        _A,
        "donnée non reprise",
        "« {fichier} », {chemin} : « {valeur} » n’a pas de place dans le classeur.",
        "Vérifiez si cette donnée compte ; le fichier d’origine la garde.",
    ),
    "S034": Message(
        _A,
        "texte coupé",
        "Un texte de {longueur} caractères dépasse ce qu’une cellule peut contenir ; la fin en est coupée.",
        "Saisissez la bonne valeur.",
    ),
    "S035": Message(
        _A,
        "fichier en double",
        "« {fichier} » contient les mêmes octets qu’un autre fichier donné ; il n’est repris qu’une fois.",
        "Rien à faire.",
    ),
    "S036": Message(
        _A,
        "demandes sans réponse",
        "Demandes de « {fichier} » sans réponse, reprises comme demandes à convertir : {nombre}.",
        "Si ce fichier a déjà été déposé sur le portail, ne les convertissez pas de nouveau avant la réponse.",
    ),
    "S037": Message(
        _A,
        "demandes rejetées",
        "Demandes de « {fichier} » rejetées par l’ASP, qui gardent ici leur ancien numéro : {nombre}.",
        "Glissez ce fichier et ce classeur ensemble sur Convertir : chacune recevra un nouveau numéro.",
        "1.2",
    ),
    "S038": Message(
        _A,
        "format et nom de la pièce",
        "La pièce « {valeur} » est annoncée en {format}, ce que son nom ne dit pas.",
        "Vérifiez le fichier ; le format sera celui de son extension.",
        "3.3",
    ),
    "S039": Message(
        _A,
        "pièce non extraite",
        "La pièce « {valeur} » n’a pas été extraite : {cause}.",
        "Placez-la vous-même dans le dossier des pièces.",
    ),
    "S040": Message(
        _C,
        "demandes en double",
        "Demandes de « {fichier} » qui figurent aussi dans un autre fichier donné : {nombre}.",
        "Rien à faire : chacune n’est reprise qu’une fois, avec sa réponse.",
    ),
    "S041": Message(
        _A,
        "valeur non inscrite",
        "« {libelle} » : « {valeur} » devait être inscrit dans cette cellule, qu’une formule matricielle ou une table "
        "de données tient.",
        "Effacez toute la plage de cette formule, puis recommencez ; d’ici là, gardez cette valeur ailleurs.",
    ),
    "S042": Message(
        _E,
        "modèle sans demande",
        "Le modèle « {fichier} » ne contient aucune demande d’exemple.",
        "Reprenez le modèle HOP téléchargé sur le portail de l’ASP, avec sa demande d’exemple.",
    ),
    "S043": Message(
        _E,
        "balise mal placée dans le modèle",
        "La balise « {balise} » n’est pas à sa place dans le modèle « {fichier} » : elle est dans une autre liste.",
        "Reprenez le modèle HOP téléchargé sur le portail de l’ASP.",
    ),
    "S044": Message(
        _C,
        "autre orthographe",
        "« {integre} » s’écrit « {modele} » dans ce modèle.",
        "Rien à faire : les fichiers suivront ce modèle.",
    ),
    "S045": Message(
        _C,
        "autre imbrication",
        "Dans ce modèle, {balises} : dans {modele} et non dans {integre}.",
        "Rien à faire : les fichiers suivront ce modèle.",
    ),
    "S046": Message(
        _C,
        "autre ordre",
        "Dans ce modèle, l’ordre est autre dans {bloc} : {balises}.",
        "Rien à faire : les fichiers suivront ce modèle.",
    ),
    "S047": Message(
        _A,
        "clé inconnue du modèle",
        "Le modèle a une clé que l’outil ne connaît pas, {chemin} : elle aura partout sa valeur du modèle, {valeur}.",
        "Vérifiez dans le guide de l’ASP que cette valeur convient à toutes vos demandes.",
    ),
    "S048": Message(
        _A,
        "liste vide dans le modèle",
        "La liste « {cle} » est vide dans le modèle : son contenu est repris du modèle intégré.",
        "Comparez le premier fichier produit avec le guide avant de le déposer.",
    ),
    "S049": Message(
        _C,
        "classeur repris",
        "Les données de « {fichier} » (LibreOffice) ont été reprises dans « {classeur} », à côté.",
        "Continuez dans « {classeur} », que LibreOffice ouvre aussi ; « {fichier} » reste tel quel et ne sert plus.",
    ),
}


_DAY = re.compile(r" \(\d\d/\d\d/\d{4}\)")


Dit = tuple[str, date, str, str, str]
"""What the portal said: the number, the day, then numeroASP, codeTraitement and libelleTraitement."""


def historique(held: str, paroles: Iterable[Dit]) -> str:
    """Return what `Historique` says: what it holds, then what it lacks of the portal's words, whatever their day."""
    told = held
    for parole in paroles:
        line = _line(*parole)
        if _DAY.sub("", line) not in _DAY.sub("", told):
            told = f"{told} | {line}" if told else line
    return told


def day_told(held: str, numero: str) -> date | None:
    """Return the day of what `Historique` last tells of a number, `None` where it tells nothing."""
    days = re.findall(rf"(?<!\w){re.escape(numero)} \((\d\d)/(\d\d)/(\d{{4}})\) :", held, re.IGNORECASE)
    try:
        return date(*map(int, reversed(days[-1]))) if days else None
    except ValueError:
        return None


def _line(numero: str, jour: date, numero_asp: str, code: str, libelle: str) -> str:
    parts = (
        f"N° ASP {numero_asp}" if numero_asp else "",
        f"code {code}" if code else "",
        f"« {libelle} »" if libelle else "",
    )
    return f"{numero} ({jour:%d/%m/%Y}) : {', '.join(filter(None, parts))}"
