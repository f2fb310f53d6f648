"""The guide's worked example as the text of a deposit, small changes of it, and what the portal says of them."""

from datetime import date

from converter.issues import Gravite
from converter.portal import Report, verify
from converter.sentences.portal import MESSAGES
from converter.spec.shape import Shape, builtin_model

Change = tuple[str, str]
"""A text of the example, and what stands in its place."""

SHAPE = builtin_model()
DAY = date(2022, 4, 20)
NAME = "JSON-1234567890-20220420-001.json"

EXAMPLE = """\
{
  "impId": null,
  "numeroAns": "1234567890",
  "SIRET": "88558855858745",
  "lignesImport": [
    {
      "numLigne": 1,
      "typeAction": "C",
      "numeroASP": null,
      "numeroEditeur": "00001",
      "commande": {
        "dateCommande": "15/04/2022",
        "regimeTVA": "HT",
        "montantSegurHT": 13750.00
      },
      "beneficiaires": {
        "isMandataire": false,
        "isClientUnique": false,
        "nomMandataire": null,
        "emailMandataire": null,
        "telephoneMandataire": null,
        "EtablissementsClients": [
          {
            "nomClient": "DUPONT",
            "emailClient": "m.dupont@ch-saint-martin.fr",
            "telephoneClient": "01 44 55 66 77",
            "FINESSPMSI": "999999999"
          },
          {
            "nomClient": "DUPONT",
            "emailClient": "m.dupont@ch-saint-martin.fr",
            "telephoneClient": "01 44 55 66 77",
            "FINESSPMSI": "777777777"
          },
          {
            "nomClient": "DUPONT",
            "emailClient": "m.dupont@ch-saint-martin.fr",
            "telephoneClient": "01 44 55 66 77",
            "FINESSPMSI": "888888888"
          }
        ]
      },
      "piecesJustificatives": [
        {
          "nomFichier": "HOP-DPI-Va1-BDC-00001.pdf",
          "formatFichier": "PDF",
          "typeFichier": "BON_COMMANDE"
        },
        {
          "nomFichier": "HOP-DPI-Va1-HT-00001.pdf",
          "formatFichier": "PDF",
          "typeFichier": "PREUVE_HT"
        }
      ],
      "scenarioInstallation": {
        "DPI": {
          "isPFIpourEnvoiDMPIndependante": false,
          "isPFIpourEnvoiMSSProIndependante": true,
          "isPFIpourEnvoiMSSPCitoyenIndependante": true,
          "isProSanteConnectNeeded": true
        },
        "PFI": {
          "isCRBIOAssociated": false,
          "isCRRADAssociated": false,
          "operateurMessagerie": null,
          "isEnvoiDMP": false,
          "isEnvoiMSSPro": false,
          "isEnvoiMSSCitoyen": false
        }
      },
      "codeTraitement": null,
      "libelleTraitement": null
    }
  ]
}
"""

R = "/lignesImport/0"
"""The first request."""
COMMANDE, BENEF, DPI, PFI = (f"{R}/commande", f"{R}/beneficiaires", f"{R}/scenarioInstallation/DPI",
                             f"{R}/scenarioInstallation/PFI")  # fmt: skip
CLIENT, PIECES = f"{BENEF}/EtablissementsClients", f"{R}/piecesJustificatives"

PFI_BLOCK = (
    ('"isPFIpourEnvoiMSSProIndependante": true', '"isPFIpourEnvoiMSSProIndependante": false'),
    ('"isPFIpourEnvoiMSSPCitoyenIndependante": true', '"isPFIpourEnvoiMSSPCitoyenIndependante": false'),
    ('"isProSanteConnectNeeded": true', '"isProSanteConnectNeeded": false'),
    ("HOP-DPI-Va1-BDC", "HOP-PFI-Va1-BDC"),
    ("HOP-DPI-Va1-HT", "HOP-PFI-Va1-HT"),
)
"""What makes the example a PFI request."""


def changed(*changes: Change, text: str = EXAMPLE) -> str:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def requests(*texts: str) -> str:
    """Make one file of the first requests of several."""
    head, tail = EXAMPLE.split("    {\n      ", 1)[0], "\n  ]\n}\n"
    rows = [text[len(head) : text.rindex("\n  ]\n}")] for text in texts]
    return head + ",\n".join(rows) + tail


def numbered(rank: int, numero: str, text: str = EXAMPLE) -> str:
    """Return the example as another request."""
    return text.replace('"numLigne": 1', f'"numLigne": {rank}').replace("00001", numero)


def report_on(text: str | bytes, nom: str = NAME, shape: Shape = SHAPE) -> Report:
    return said(verify(text.encode() if isinstance(text, str) else text, shape=shape, au=DAY, nom=nom))


def said(report: Report) -> Report:
    """Return a report, every finding of which can be said in French and shown on any screen."""
    for finding in report.findings:
        words = dict(finding.issue.faits) | {"valeur": finding.issue.valeur, "proposition": finding.issue.proposition}
        message = MESSAGES[finding.code]
        text = message.phrase.format_map(words) + message.conseil.format_map(words) + finding.libelle + finding.lieu
        assert text.encode()
    return report


def errors(report: Report) -> list[tuple[str, str]]:
    return [(f.code, f.chemin) for f in report.erreurs]


def warnings(report: Report) -> list[tuple[str, str]]:
    return [(f.code, f.chemin) for f in report.findings if f.gravite is Gravite.AVERTISSEMENT]
