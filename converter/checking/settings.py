"""The checks of `Paramètres`: a SIRET, a numéro ANS for each software of the requests, none given twice."""

from typing import Any

import pandas as pd

from converter.checking import rules, schema
from converter.checking.lecture import Lecture
from converter.issues import Issue, Place
from converter.spec import programme, tags
from converter.spec.formats import show


def check_settings(lecture: Lecture, data: rules.Data) -> list[Issue]:
    """Check `Paramètres`: a SIRET, one numéro ANS at least, none given twice, one for each software of the requests."""
    settings, values = lecture.classeur.parametres, lecture.frames.parametres

    def issue(code: str, nom: str, *faits: tuple[str, str], proposition: str = "") -> Issue:
        place = settings.places.get(nom, Place(settings.feuille))
        return Issue(code, place, nom, show(settings.valeurs.get(nom)), faits, proposition)

    issues = [
        issue(code, p.nom, proposition=p.tag.format.read(settings.valeurs.get(p.nom)).proposition)
        for p in tags.parametres()
        for code in _broken_conditions(p.tag, values[p.nom])[:1]
    ]
    if values["SIRET"] is None and "SIRET" not in lecture.frames.refuses:
        issues.append(issue(schema.REQUIRED, "SIRET"))
    names = [f"numeroAns.{logiciel}" for logiciel in programme.LOGICIELS]
    if not data.sold:
        issues.append(issue("R106", names[0]))
    for rank, nom in enumerate(names):
        if values[nom] and values[nom] in [values[other] for other in names[:rank]]:
            issues.append(issue("R107", nom))
    for logiciel, lignes in _unnumbered(lecture, data).items():
        faits = (("lignes", rules.some(lignes)), ("logiciel", logiciel))
        issues.append(issue("R105", f"numeroAns.{logiciel}", *faits))
    return issues


def _unnumbered(lecture: Lecture, data: rules.Data) -> dict[str, list[int]]:
    """Return the rows of the requests to convert whose software has no numéro ANS, where another one has."""
    logiciels = data.logiciel.drop(list(lecture.frozen_rows)).dropna()
    lacking = logiciels[~logiciels.isin(data.sold)] if data.sold else logiciels[:0]
    return {str(logiciel): list(rows.index) for logiciel, rows in lacking.groupby(lacking)}


def _broken_conditions(tag: tags.Tag, value: Any) -> list[str]:
    if value is None:
        return []
    column = pd.Series([value])
    return [condition.code for condition in tag.format.conditions if not condition.holds(column).all()]
