"""The portal's controls on any deposit, ours or handmade, and the answer that it would give.

Written from the specification, independently of the converter's own validation, so that each tests the other: only
the table of tags and the shape are shared.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from converter.portal import control1_structure, control2_requests, control3_zips
from converter.portal.answer import answer, is_rehearsed
from converter.portal.findings import Controle, Finding
from converter.portal.json_schema import schema_of
from converter.portal.report import Report, Situation
from converter.portal.source import read_source
from converter.spec.shape import Shape

__all__ = ["Controle", "Finding", "Report", "Situation", "answer", "is_rehearsed", "schema_of", "verify"]


def verify(
    data: bytes, archives: Sequence[Path] = (), *, shape: Shape, au: date, nom: str = "", ouvrir: bool = True
) -> Report:
    """Carry out the portal's controls on a JSON file and the zips deposited with it, and report all findings.

    `nom` is the file's name, not checked when empty; `au` the day of the deposit. Without `ouvrir`, attachments are
    told by their first bytes only. Never raises for anything that the files hold; raises `OSError` when a zip cannot
    be opened at all.
    """
    source = read_source(data)
    fichier, departures = control1_structure.relever(source.document, shape)
    if not isinstance(source.document, dict):
        return Report(nom, "", "", False, source.ecarts or departures, source, fichier)
    answered = control1_structure.is_answer(fichier)
    ecarts = (
        *source.ecarts,
        *departures,
        *control1_structure.counts(fichier),
        *(control1_structure.file_name(nom, fichier["numeroAns"], au) if nom else ()),
        *control2_requests.control_requests(fichier, au, answered=answered),
        *control3_zips.control_zips(archives, fichier, ouvrir=ouvrir),
    )
    return Report(
        nom, fichier["numeroAns"] or "", control2_requests.software(fichier), answered, ecarts, source, fichier
    )
