"""The one table: every tag of the HOP request and every column of the workbook, declared once.

The template, the reading of the workbook, the pandera schemas, the JSON writer, the JSON Schema of `verifier` and
the tables of the guide all derive from `TAGS`. Source: guide section 3.2 unless a tag says otherwise; `D` marks what
we decided because the guide is silent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from types import MappingProxyType
from typing import Any

from converter.spec.formats import Constante, Format, Jour, Null
from converter.spec.programme import BON_COMMANDE, LOGICIELS, LOGICIELS_EN_TOUTES_LETTRES, MAX_DEMANDES
from converter.spec.sheets import BENEFICIAIRES, DATA_SHEETS, DEMANDES, PARAMETRES, PIECES
from converter.spec.values import (
    BOOLEEN,
    CLASSEUR,
    DATE,
    DECISION,
    DOSSIER,
    EMAIL,
    FICHIER,
    FINESS,
    FORMAT_FICHIER,
    LOGICIEL,
    MONTANT,
    MONTANT_PAYE,
    NOM,
    NOM_FICHIER,
    NUMERO_ANS,
    NUMERO_EDITEUR,
    NUMERO_SIRET,
    OPERATEUR,
    REGIME_TVA,
    TELEPHONE,
    TEXTE_LIBRE,
    TYPE_FICHIER,
)


class Obligation(StrEnum):
    """Whether a cell must be filled."""

    TOUJOURS = "obligatoire"
    SELON = "selon le cas"
    FACULTATIF = "facultatif"


class Par(StrEnum):
    """Who fills a tag."""

    FOURNISSEUR = "le fournisseur"
    APRES = "le fournisseur, une fois la demande acceptée"
    OUTIL = "l’outil"
    ASP = "l’ASP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One tag or column: its JSON name verbatim, the guide's block, its heading, format, obligation and help.

    `feuilles` are the sheets that show it (none: written to the JSON only); `json` is False for a column that is no
    tag of the file; `logiciels` are the software types it is asked for, the others getting `vide` in the JSON.
    """

    nom: str
    bloc: str
    libelle: str
    format: Format
    aide: str
    feuilles: tuple[str, ...] = ()
    obligation: Obligation = Obligation.TOUJOURS
    par: Par = Par.FOURNISSEUR
    json: bool = True
    logiciels: tuple[str, ...] = LOGICIELS
    vide: Any = None
    section: str = "3.2"
    exemple: str = ""
    largeur: int = 18
    """Width of the column, in characters of the default font."""
    court: str = ""
    """The heading in a word or two, where it is longer: for the one line of `controle`."""

    @property
    def nullable(self) -> bool:
        """Whether the JSON may be null where the vendor leaves the cell blank; a file has its head in any case."""
        may_be_blank = self.par is Par.FOURNISSEUR and self.obligation is not Obligation.TOUJOURS
        return may_be_blank and self.vide is None and PARAMETRES not in self.feuilles


_ENTETE = "Entête fichier JSON"
_DEMANDE = "Entête demande"
_COMMANDE = "Infos commande"
_BENEFICIAIRES = "Infos bénéficiaires"
_PIECES = "Pièces justificatives"
_DPI = "Bloc DPI"
_PFI = "Bloc PFI"
_TRAITEMENT = "Informations traitement de la demande"
_OUTIL = "Suivi par l’outil"
_INSTRUCTION = "Instruction et paiement"

_commande = partial(Tag, bloc=_COMMANDE, feuilles=(DEMANDES,))
_portee = partial(Tag, bloc=_BENEFICIAIRES, feuilles=(DEMANDES,))
_mandataire = partial(_portee, obligation=Obligation.SELON)
_client = partial(Tag, bloc=_BENEFICIAIRES, feuilles=(BENEFICIAIRES,))
_scenario = partial(Tag, format=BOOLEEN, feuilles=(DEMANDES,), obligation=Obligation.SELON, vide=False)
_dpi = partial(_scenario, bloc=_DPI, logiciels=("DPI",))
_pfi = partial(_scenario, bloc=_PFI, logiciels=("PFI",))
_parametre = partial(Tag, bloc=_OUTIL, feuilles=(PARAMETRES,), obligation=Obligation.FACULTATIF, json=False)
_outil = partial(Tag, bloc=_OUTIL, format=TEXTE_LIBRE, feuilles=(DEMANDES,), par=Par.OUTIL, json=False)
_apres = partial(
    Tag,
    bloc=_INSTRUCTION,
    feuilles=(DEMANDES,),
    obligation=Obligation.FACULTATIF,
    par=Par.APRES,
    json=False,
    section="1.2",
)

TAGS: tuple[Tag, ...] = (
    Tag(
        nom="impId",
        bloc=_ENTETE,
        libelle="Référence ASP du fichier",
        format=Null(),
        par=Par.ASP,
        aide="Toujours null au dépôt ; l’ASP s’en sert pour identifier le fichier.",
    ),
    Tag(
        nom="SIRET",
        bloc=_ENTETE,
        libelle="SIRET du fournisseur",
        format=NUMERO_SIRET,
        feuilles=(PARAMETRES,),
        exemple="73282932000074",
        aide="Les 14 chiffres du SIRET donné à l’ASP lors de l’enrôlement.",
    ),
    Tag(
        nom="numeroAns",
        bloc=_ENTETE,
        libelle="Numéro ANS",
        format=NUMERO_ANS,
        feuilles=(PARAMETRES,),
        obligation=Obligation.SELON,
        exemple="1234567890",
        aide="Le numéro de référencement de 10 caractères donné par l’ANS ; vide si vous ne vendez pas ce logiciel.",
    ),
    _parametre(
        nom="profilIntegrationINS",
        libelle="Profil « Intégration INS »",
        format=BOOLEEN,
        exemple="OUI",
        aide="OUI si votre DPI est référencé avec le profil « Intégration INS » : une PFI indépendante du DPI l’exige.",
    ),
    _parametre(
        nom="dossierPieces",
        libelle="Dossier des pièces",
        format=DOSSIER,
        vide="pieces",
        exemple="pieces",
        aide="Le dossier, à côté de ce classeur, où se trouvent les bons de commande et les preuves HT.",
    ),
    _parametre(
        nom="lectureBonsCommande",
        libelle="Lecture des bons de commande",
        format=BOOLEEN,
        exemple="OUI",
        aide="OUI ou vide : le montant, la date et le signataire sont comparés au texte des PDF. NON : rien n’est lu.",
    ),
    _parametre(
        nom="fichierFiness",
        libelle="Fichier de calcul (FINESS)",
        format=CLASSEUR,
        exemple="Fichier de calcul.xlsx",
        aide="Le fichier public des FINESS (.xlsx ou .csv), à côté de ce classeur ; vide : celui dont le nom commence "
        "par « Fichier de calcul », s’il y est.",
    ),
    Tag(
        nom="numLigne",
        bloc=_DEMANDE,
        libelle="Numéro de ligne",
        format=Constante(
            attendu="un entier de 1 à 200", fragment={"type": "integer", "minimum": 1, "maximum": MAX_DEMANDES}
        ),
        par=Par.OUTIL,
        aide="Rang de la demande dans son fichier JSON, à partir de 1 ; donné à la conversion.",
    ),
    Tag(
        nom="typeAction",
        bloc=_DEMANDE,
        libelle="Type d’action",
        format=Constante(attendu="C", fragment={"const": "C"}),
        par=Par.OUTIL,
        aide="« C » pour la création d’une demande d’avance : la seule valeur possible.",
    ),
    Tag(
        nom="numeroEditeur",
        bloc=_DEMANDE,
        libelle="N° éditeur",
        format=NUMERO_EDITEUR,
        feuilles=DATA_SHEETS,
        exemple="00001",
        largeur=9,
        aide="Votre numéro de la demande : 5 lettres ou chiffres, jamais réutilisé. Il relie les trois feuilles.",
    ),
    _outil(
        nom="etat",
        libelle="État",
        largeur=11,
        aide="À corriger, Prête, Convertie, Acceptée, Rejetée, puis Attribuée, Payée ou Refusée : rempli par l’outil.",
    ),
    _outil(
        nom="controle",
        libelle="Contrôle",
        feuilles=DATA_SHEETS,
        largeur=27,
        aide="Combien de points à revoir sur la ligne, et dans quelles colonnes : rempli par l’outil.",
    ),
    Tag(
        nom="logiciel",
        bloc=_DEMANDE,
        libelle="Logiciel",
        format=LOGICIEL,
        feuilles=(DEMANDES,),
        obligation=Obligation.SELON,
        json=False,
        exemple="DPI",
        largeur=9,
        section="2.1",
        aide="DPI, PFI ou RI. Vide : le seul logiciel dont le numéro ANS est rempli dans Paramètres.",
    ),
    _commande(
        nom="dateCommande",
        libelle="Date de signature du bon de commande",
        court="Date",
        format=DATE,
        exemple="15/04/2022",
        largeur=18,
        aide="Le jour où le client final a signé le bon de commande (JJ/MM/AAAA).",
    ),
    _commande(
        nom="regimeTVA",
        libelle="Régime de TVA",
        court="TVA",
        format=REGIME_TVA,
        exemple="HT",
        largeur=9,
        aide="Votre régime, à vous fournisseur : HT si vous n’êtes pas assujetti à la TVA (une preuve est à joindre), "
        "sinon TTC.",
    ),
    _commande(
        nom="montantSegurHT",
        libelle="Montant Ségur HT (€)",
        court="Montant",
        format=MONTANT,
        exemple="13750,00",
        largeur=13,
        aide="Montant hors taxe de la prestation Ségur, au centime, tel qu’il figure sur le bon de commande.",
    ),
    _portee(
        nom="isMandataire",
        libelle="Commande portée par un mandataire ?",
        court="Mandataire",
        format=BOOLEEN,
        exemple="NON",
        largeur=19,
        aide="OUI si un mandataire a commandé pour plusieurs établissements (ES-PMSI) ; le mandat peut être exigé.",
    ),
    _portee(
        nom="isClientUnique",
        libelle="Client unique ?",
        court="Client unique",
        format=BOOLEEN,
        exemple="NON",
        largeur=9,
        aide="OUI si tous les établissements de la demande ont le même FINESS PMSI, NON s’ils en ont plusieurs.",
    ),
    _mandataire(
        nom="nomMandataire",
        libelle="Nom du mandataire",
        court="Nom mandataire",
        format=NOM,
        largeur=20,
        aide="Nom du représentant du mandataire, en MAJUSCULES ; seulement si mandataire = OUI et client unique = NON.",
    ),
    _mandataire(
        nom="emailMandataire",
        libelle="Courriel du mandataire",
        court="Courriel mandataire",
        format=EMAIL,
        largeur=26,
        aide="Courriel du représentant du mandataire ; seulement si mandataire = OUI et client unique = NON.",
    ),
    _mandataire(
        nom="telephoneMandataire",
        libelle="Téléphone du mandataire",
        court="Tél. mandataire",
        format=TELEPHONE,
        largeur=16,
        aide="Téléphone du représentant du mandataire ; seulement si mandataire = OUI et client unique = NON.",
    ),
    _client(
        nom="nomClient",
        libelle="Nom du signataire",
        court="Nom",
        format=NOM,
        exemple="DUPONT",
        largeur=24,
        aide="Nom de la personne qui a signé pour l’établissement, en MAJUSCULES, comme sur le bon de commande (pas le "
        "nom de l’établissement).",
    ),
    _client(
        nom="emailClient",
        libelle="Courriel du signataire",
        court="Courriel",
        format=EMAIL,
        exemple="m.dupont@ch-saint-martin.fr",
        largeur=32,
        aide="Courriel du responsable de l’établissement ou de son représentant.",
    ),
    _client(
        nom="telephoneClient",
        libelle="Téléphone du signataire",
        court="Téléphone",
        format=TELEPHONE,
        exemple="01 44 55 66 77",
        largeur=18,
        aide="Téléphone du responsable de l’établissement ou de son représentant.",
    ),
    _client(
        nom="FINESSPMSI",
        libelle="FINESS PMSI",
        court="FINESS",
        format=FINESS,
        exemple="750712184",
        largeur=14,
        aide="Les 9 chiffres du FINESS PMSI : le FINESS juridique d’un établissement public, sinon le géographique.",
    ),
    _outil(
        nom="nomEtablissement",
        libelle="Établissement (selon le FINESS)",
        feuilles=(BENEFICIAIRES,),
        largeur=34,
        section="3.1",
        aide="Le nom que le fichier de calcul donne à ce FINESS, pour vérifier d’un coup d’œil : rempli par l’outil.",
    ),
    Tag(
        nom="nomFichier",
        bloc=_PIECES,
        libelle="Nom du fichier déposé",
        format=NOM_FICHIER,
        par=Par.OUTIL,
        section="3.3",
        aide="Nom normalisé de la pièce, donné à la conversion : HOP-DPI-Va1-BDC-00001.pdf.",
    ),
    Tag(
        nom="formatFichier",
        bloc=_PIECES,
        libelle="Format du fichier",
        format=FORMAT_FICHIER,
        par=Par.OUTIL,
        aide="PDF, PNG ou JPG, selon l’extension du fichier.",
    ),
    Tag(
        nom="typeFichier",
        bloc=_PIECES,
        libelle="Type de pièce",
        format=TYPE_FICHIER,
        feuilles=(PIECES,),
        exemple=BON_COMMANDE,
        largeur=18,
        aide="BON_COMMANDE : un par demande. PREUVE_HT : en régime HT, l’attestation des Finances publiques (DGFiP).",
    ),
    Tag(
        nom="fichier",
        bloc=_PIECES,
        libelle="Fichier",
        format=FICHIER,
        feuilles=(PIECES,),
        json=False,
        exemple="bon de commande Saint-Martin.pdf",
        largeur=44,
        section="3.3",
        aide="Nom du fichier PDF, PNG ou JPG (3 Mo au plus) dans le dossier des pièces ; l’outil le renommera.",
    ),
    _dpi(
        nom="isPFIpourEnvoiDMPIndependante",
        libelle="DMP : PFI indépendante du DPI ?",
        court="DMP",
        exemple="NON",
        largeur=20,
        aide="L’envoi des documents au DMP passe-t-il par un logiciel indépendant du DPI ? OUI exige le profil « "
        "Intégration INS ».",
    ),
    _dpi(
        nom="isPFIpourEnvoiMSSProIndependante",
        libelle="MSS Pro : PFI indépendante du DPI ?",
        court="MSS Pro",
        exemple="OUI",
        largeur=20,
        aide="L’envoi par la MSS Pro passe-t-il par un logiciel indépendant du DPI ? OUI exige le profil « "
        "Intégration INS ».",
    ),
    _dpi(
        nom="isPFIpourEnvoiMSSPCitoyenIndependante",
        libelle="MSS citoyen : PFI indépendante du DPI ?",
        court="MSS citoyen",
        exemple="OUI",
        largeur=20,
        aide="L’envoi par la MSS citoyen passe-t-il par un logiciel indépendant du DPI ? OUI exige le profil « "
        "Intégration INS ».",
    ),
    _dpi(
        nom="isProSanteConnectNeeded",
        libelle="ProSanté Connect demandé ?",
        court="ProSanté Connect",
        exemple="OUI",
        largeur=16,
        aide="Le DPI doit-il proposer l’identification par ProSanté Connect en plus de la sienne ?",
    ),
    _pfi(
        nom="isCRBIOAssociated",
        libelle="CR de biologie reçus en OUL / ORU ?",
        court="CR biologie",
        largeur=20,
        aide="PFI seulement : les comptes rendus de biologie arrivent-ils en OUL ou ORU, avec confidentialité ?",
    ),
    _pfi(
        nom="isCRRADAssociated",
        libelle="CR de radiologie reçus en MDM / ORU ?",
        court="CR radiologie",
        largeur=20,
        aide="PFI seulement : les comptes rendus de radiologie arrivent-ils en MDM ou ORU, avec confidentialité ?",
    ),
    _pfi(
        nom="operateurMessagerie",
        libelle="Opérateur de messagerie sécurisée",
        court="Opérateur",
        format=OPERATEUR,
        largeur=20,
        aide="PFI seulement : l’opérateur de messagerie sécurisée de santé, exigé si la PFI envoie par une MSS.",
        vide=None,
    ),
    _pfi(
        nom="isEnvoiDMP",
        libelle="Envoi au DMP par la PFI ?",
        court="Envoi DMP",
        largeur=15,
        aide="PFI seulement : les documents de santé sont-ils envoyés au DMP par la PFI ?",
    ),
    _pfi(
        nom="isEnvoiMSSPro",
        libelle="Envoi par MSS Pro via la PFI ?",
        court="Envoi MSS Pro",
        largeur=17,
        aide="PFI seulement : les documents de santé sont-ils envoyés par la MSS Pro via la PFI ?",
    ),
    _pfi(
        nom="isEnvoiMSSCitoyen",
        libelle="Envoi par MSS citoyen via la PFI ?",
        court="Envoi MSS citoyen",
        largeur=21,
        aide="PFI seulement : les documents de santé sont-ils envoyés par la MSS citoyen via la PFI ?",
    ),
    _outil(
        nom="fichierJSON",
        libelle="Fichier JSON",
        largeur=34,
        section="3.3",
        aide="Le fichier JSON qui contient la demande : rempli par l’outil.",
    ),
    _outil(
        nom="dateDepot",
        libelle="Date de dépôt",
        format=Jour(),
        largeur=12,
        section="3.3",
        aide="Le jour du dépôt, qui figure dans le nom du fichier JSON : rempli par l’outil.",
    ),
    Tag(
        nom="numeroASP",
        bloc=_DEMANDE,
        libelle="N° ASP",
        format=Null(),
        feuilles=(DEMANDES,),
        par=Par.ASP,
        largeur=16,
        aide="Donné par l’ASP à une demande acceptée ; à conserver, la demande de solde l’exige.",
    ),
    Tag(
        nom="codeTraitement",
        bloc=_TRAITEMENT,
        libelle="Code de traitement",
        format=Null(),
        feuilles=(DEMANDES,),
        par=Par.ASP,
        largeur=12,
        aide="Code de la réponse de l’ASP : rempli quand vous glissez cette réponse sur Convertir.",
    ),
    Tag(
        nom="libelleTraitement",
        bloc=_TRAITEMENT,
        libelle="Libellé de traitement",
        format=Null(),
        feuilles=(DEMANDES,),
        par=Par.ASP,
        largeur=36,
        aide="« Demande acceptée » ou la raison du rejet : rempli quand vous glissez la réponse sur Convertir.",
    ),
    _outil(
        nom="anciensNumeros",
        libelle="Anciens n° éditeur",
        largeur=16,
        aide="Les numéros éditeur rejetés que cette demande a portés : rempli par l’outil.",
    ),
    _outil(
        nom="historique",
        libelle="Historique",
        largeur=40,
        aide="Tout ce que le portail a dit de la demande, sous chacun de ses numéros : rempli par l’outil.",
    ),
    _apres(
        nom="decision",
        libelle="Décision de l’ASP",
        format=DECISION,
        largeur=14,
        exemple="Attribuée",
        aide="Après l’instruction : Attribuée, Refusée ou À modifier, comme l’ASP vous le notifie.",
    ),
    _apres(
        nom="dateDecision",
        libelle="Date de la décision",
        format=Jour(),
        largeur=12,
        exemple="15/06/2022",
        aide="Le jour de la notification de l’ASP (JJ/MM/AAAA).",
    ),
    _apres(
        nom="montantPaye",
        libelle="Avance payée (€)",
        format=MONTANT_PAYE,
        largeur=15,
        exemple="4125,00",
        aide="Le montant de l’avis de paiement. Une liste de paiements, donnée au menu de Convertir, le remplit.",
    ),
    _apres(
        nom="datePaiement",
        libelle="Date du paiement",
        format=Jour(),
        largeur=12,
        exemple="30/06/2022",
        aide="Le jour du paiement (JJ/MM/AAAA).",
    ),
)

PERSONNELLES = frozenset(tag.nom for tag in TAGS if tag.format in (NOM, EMAIL, TELEPHONE))
"""The tags that hold a person's name, address or telephone."""
PHRASES = frozenset({"controle", "libelleTraitement"})
"""The columns that hold a line in plain words."""
TAG = MappingProxyType({tag.nom: tag for tag in TAGS})
JSON_TAGS = tuple(tag for tag in TAGS if tag.json)
DPI_TAGS = tuple(tag for tag in TAGS if tag.bloc == _DPI)
PFI_TAGS = tuple(tag for tag in TAGS if tag.bloc == _PFI)
MANDATAIRE_TAGS = ("nomMandataire", "emailMandataire", "telephoneMandataire")


@cache
def columns(feuille: str) -> tuple[Tag, ...]:
    """Return the tags of a data sheet in the order of the template, those for after the acceptance last."""
    return tuple(tag for tag in TAGS if feuille in tag.feuilles)


@cache
def vendor_columns(feuille: str) -> tuple[Tag, ...]:
    """Return the tags of a data sheet that the vendor fills."""
    return tuple(tag for tag in columns(feuille) if tag.par is Par.FOURNISSEUR)


@cache
def tool_columns(feuille: str) -> tuple[Tag, ...]:
    """Return the tags of a data sheet that the tool or the portal fills."""
    return tuple(tag for tag in columns(feuille) if tag.par in {Par.OUTIL, Par.ASP})


@cache
def later_columns(feuille: str) -> tuple[Tag, ...]:
    """Return the tags of a data sheet that the vendor fills once a request is accepted; a workbook may lack them."""
    return tuple(tag for tag in columns(feuille) if tag.par is Par.APRES)


@dataclass(frozen=True, slots=True)
class Parametre:
    """One row of the sheet `Paramètres`: its machine tag, its label, and the tag that gives its format."""

    nom: str
    libelle: str
    tag: Tag


def parametres() -> Iterator[Parametre]:
    """Yield the rows of `Paramètres`; `numeroAns` has one row for each software of the corridor."""
    for tag in columns(PARAMETRES):
        if tag.nom != "numeroAns":
            yield Parametre(tag.nom, tag.libelle, tag)
            continue
        for logiciel in LOGICIELS:
            label = f"{tag.libelle} {logiciel} ({LOGICIELS_EN_TOUTES_LETTRES[logiciel]})"
            yield Parametre(f"numeroAns.{logiciel}", label, tag)
