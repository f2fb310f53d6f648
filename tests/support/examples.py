"""Cells as people type them, by format: those that read well, with the value they give, and those refused."""

from collections.abc import Mapping
from typing import Any

from converter.spec.programme import A_MODIFIER, ATTRIBUEE, BON_COMMANDE, PREUVE_HT

Examples = tuple[Mapping[Any, Any], tuple[Any, ...]]

EXAMPLES: Mapping[str, Examples] = {
    "NUMERO_EDITEUR": (
        {"00001": "00001", 12.0: "00012", " A12B3 ": "A12B3"},
        ("1", "000001", "AB-01", "É0001"),
    ),
    "NUMERO_ANS": (
        {"1234567890": "1234567890", 1234567890.0: "1234567890"},
        ("123456789", "12345-7890"),
    ),
    "NUMERO_SIRET": (
        {"73282932000074": "73282932000074", "732 829 320 00074": "73282932000074", 8.85588558587e13: "88558855858700"},
        ("7328293200007", "7328293200007A"),
    ),
    "FINESS": (
        {"750712184": "750712184", 10780054.0: "010780054", "2A0000014": "2A0000014"},
        ("75071218", "7507121844", "75071218X", "2C0000014"),
    ),
    "DATE": (
        {"15/04/2022": "15/04/2022", "2022-04-15": "15/04/2022"},
        ("15/04/22", "04/15/2022", "avril 2022"),
    ),
    "MONTANT": (
        {13750.0: 1375000, "1 234,50 €": 123450, "1\u202f234,5": 123450},
        ("1.234", "1,234", "0", "-5", "gratuit"),
    ),
    "BOOLEEN": (
        {"OUI": True, "non ": False, "x": True, True: True},
        ("peut-être", 2.0),
    ),
    "EMAIL": (
        {"m.dupont@ch-saint-martin.fr": "m.dupont@ch-saint-martin.fr"},
        ("m.dupont", "a@b.fr; c@d.fr"),
    ),
    "TELEPHONE": (
        {"01 44 55 66 77": "01 44 55 66 77", 144556677.0: "0144556677"},
        ("1" * 50, True),
    ),
    "NOM": (
        {"DUPONT": "DUPONT", "Dupont": "DUPONT", "Hélène": "HÉLÈNE"},
        ("X" * 50, True, 12.0),
    ),
    "OPERATEUR": (
        {"Mailiz": "Mailiz"},
        ("x" * 50,),
    ),
    "REGIME_TVA": (
        {"HT": "HT", "ttc": "TTC"},
        ("TVA",),
    ),
    "LOGICIEL": (
        {"DPI": "DPI", "pfi": "PFI"},
        ("LIS",),
    ),
    "TYPE_FICHIER": (
        {BON_COMMANDE: BON_COMMANDE, "bon de commande": BON_COMMANDE, "Preuve HT": PREUVE_HT},
        ("RIB",),
    ),
    "DECISION": (
        {"Attribuée": ATTRIBUEE, "attribuee": ATTRIBUEE, "Décidée et payée": ATTRIBUEE, "A MODIFIER": A_MODIFIER},
        ("peut-être", 1.0),
    ),
}
"""By the name of the format in `converter.spec.values`."""
