"""Practices, studies, datasets and report templates of the two bodies that look alike."""

from collections.abc import Iterator

from services.importing import Entry
from tests.integration.readapi.world_lines import Lines, both


def _portrait(of: Lines, audience: str) -> Iterator[Entry]:
    """A dataset of a place, in two vintages, with what is said of them."""
    portrait = {"dataset_id": of.id(f"portrait {audience}")}
    source = {"title": both("Portrait régional"), "publication": {"title": both("Annexe")}, "audience": audience}
    yield of.line("RegisterDataset", "2021-05-01", portrait | source | {"scheme": "qc-region"})
    year = {"kind": "calendar_year", "start": "2019-01-01", "end": "2019-12-31"}
    counts = {"01": "12", "01/sex.women": "7", "01/sex.men": "5", "01/measure.admissions/year.2019": "3"}
    cells = [
        {"key": key, "value": {"kind": "exact", "number": number, "unit": "people"}}
        for key, number in counts.items()
    ]
    share = {"kind": "exact", "number": "58.3", "unit": "percent"}
    cells.append({"key": "01/sex.women/share.sex", "value": share, "denominator": cells[0]["value"]})
    for vintage in ("a", "b"):
        published = {"vintage": vintage, "period": year, "cells": cells}
        yield of.line("PublishVintage", "2021-05-02", portrait | published)
    said = {"text": both("Trois sur cinq"), "publication": {"title": both("Plan"), "locator": "p. 3"}}
    tied = {"vintage": "a", "stated": share | {"number": "60"}, "tie": {"cells": ["01/sex.women"], "of": ["01"]}}
    yield of.line("TieClaim", "2021-05-03", portrait | {"claim_id": of.id(f"said {audience}")} | said | tied)
    yield of.line("WithdrawVintage", "2021-05-05", portrait | {"vintage": "b"})
    names = [{"dimension": "sex", "category": "women", "name": both("Femmes")}]
    yield of.line("NameCategories", "2021-05-02", portrait | {"names": names})


def knowledge(of: Lines) -> Iterator[Entry]:
    """One of each for all to read, and one for the body's members."""
    listed = {"log": of.id("body"), "theme_list_id": of.id("themes"), "number": 1}
    sorted_by = {"theme_list": listed, "codes": ["work"]}
    people = {"kind": "exact", "number": "12", "unit": "people", "status": "provisional"}
    asked = {"log": of.id("body"), "stream": of.id("indicator public"), "version": 1}
    for audience in ("public", "tenant"):
        practice = {"practice_id": of.id(f"practice {audience}"), "title": both("Pratique")}
        said = {"summary": both("On invite quelqu’un"), "sorted_by": sorted_by, "audience": audience}
        yield of.line("DescribePractice", "2021-05-01", practice | said)
        study = {"study_id": of.id(f"study {audience}")}
        found = {"title": both("Étude"), "findings": [both("Le logement manque")], "audience": audience}
        yield of.line("RecordStudy", "2021-05-01", study | found)
        need = {"need_id": of.id(f"need {audience}"), "statement": both("Logements"), "sorted_by": sorted_by}
        yield of.line("IdentifyNeed", "2021-05-02", study | need)
        dataset = {"dataset_id": of.id(f"dataset {audience}")}
        source = {"title": both("Portrait"), "publication": {"title": both("Tableau")}, "audience": audience}
        yield of.line("RegisterDataset", "2021-05-01", dataset | source)
        period = {"kind": "fiscal_year", "start": "2021-04-01", "end": "2022-03-31"}
        cells = [{"key": "new", "value": people, "denominator": people, "note": both("Arrondi")}]
        yield of.line("PublishVintage", "2021-05-02", dataset | {"vintage": "a", "period": period, "cells": cells})
        named = {"names": [{"dimension": "sex", "category": "women", "name": both("Femmes")}]}
        yield of.line("NameCategories", "2021-05-02", dataset | named)
        claim = {"claim_id": of.id(f"claim {audience}"), "vintage": "a", "text": both("Douze personnes")}
        tied = {"publication": {"title": both("Tableau")}, "stated": people, "tie": {"cells": ["new"]}}
        yield of.line("TieClaim", "2021-05-03", dataset | claim | tied)
        yield from _portrait(of, audience)
        template = {"report_template_id": of.id(f"template {audience}"), "name": both("Rapport annuel")}
        sections = {"sections": [{"code": "all", "heading": both("Tout"), "indicators": [asked]}]}
        yield of.line("PublishReportTemplate", "2021-05-01", template | sections | {"audience": audience})
