"""Invented values for one event of each type of practices, studies, datasets and report templates."""

from datetime import date
from decimal import Decimal

from domain import practice, report_template, study
from domain.audience import Audience
from domain.dataset import events as dataset
from domain.ids import DocumentId, NeedId, ThemeListId
from domain.published_aggregate import Publication
from domain.sorting import Sorted
from domain.theme_list import OtherList
from domain.values import Citation, PartialDate, Period, QualifiedValue, TerritoryCode, both, en, fr
from tests.golden.example import COORDINATOR, Example, an_id, sealed

_SORTED = Sorted(
    theme_list=OtherList(log=an_id(3), theme_list_id=ThemeListId(an_id(91)), number=1), codes=("housing",)
)
_GUIDE = Publication(title=fr("Guide fictif"), published=PartialDate.of(2013), locator="p. 4")
_PEOPLE = QualifiedValue(kind="exact", number=Decimal(1200), status="provisional", unit="people")
_SECTION = report_template.Section(
    code="housing",
    heading=both(fr="Logement", en="Housing", source="fr"),
    indicators=(Citation(log=an_id(2), stream=an_id(43), version=2),),
)

KNOWLEDGE: tuple[Example, ...] = (
    # --- a practice
    Example(
        practice.PracticeDescribed(
            title=both(fr="Amener une personne de plus", en="Bring one more", source="fr"),
            summary=fr("Chaque membre invite quelqu’un d’un autre secteur."),
            sorted_by=_SORTED,
            publication=_GUIDE,
            audience=Audience.PUBLIC,
        ),
        date(2013, 4, 1),
    ),
    Example(
        practice.PracticeAdopted(
            adopted_from=Citation(log=an_id(2), stream=an_id(71), version=1),
            title=en("Bring one more"),
            summary=en("Each member invites somebody of another sector."),
            sorted_by=None,
            audience=Audience.TENANT,
        ),
        date(2014, 4, 1),
    ),
    Example(
        practice.PracticeRevised(title=fr("Amener deux personnes"), summary=fr("Deux chacun."), sorted_by=None),
        date(2014, 5, 1),
    ),
    Example(
        practice.AdoptionRecorded(
            by=Citation(log=an_id(2), stream=an_id(72), version=1), audience=Audience.PUBLIC
        ),
        date(2014, 6, 1),
    ),
    Example(practice.PracticeWithdrawn(note=sealed(COORDINATOR, 34)), date(2015, 6, 1)),
    # --- a study
    Example(
        study.StudyRecorded(
            title=both(fr="Étude des besoins", en="Needs study", source="fr"),
            period=Period.fiscal_year(2012),
            territory=TerritoryCode(scheme="qc-region", code="05"),
            method=fr("Groupes de discussion"),
            findings=(fr("Le logement manque."), en("Transit is sparse.")),
            note=sealed(COORDINATOR, 35),
            document_id=DocumentId(an_id(73)),
            publication=_GUIDE,
            audience=Audience.PUBLIC,
        ),
        date(2013, 4, 1),
    ),
    Example(
        study.NeedIdentified(
            need_id=NeedId(an_id(74)),
            statement=fr("Des logements abordables"),
            sorted_by=_SORTED,
            audience=Audience.PUBLIC,
        ),
        date(2013, 4, 2),
    ),
    Example(
        study.NeedWithdrawn(need_id=NeedId(an_id(74)), note=sealed(COORDINATOR, 36)),
        date(2013, 5, 2),
    ),
    Example(study.StudyWithdrawn(note=sealed(COORDINATOR, 37)), date(2014, 4, 1)),
    # --- a dataset
    Example(
        dataset.DatasetRegistered(
            title=both(fr="Portrait fictif", en="Invented portrait", source="fr"),
            publication=_GUIDE,
            scheme="sgc-csd",
            audience=Audience.PUBLIC,
        ),
        date(2022, 1, 1),
    ),
    Example(
        dataset.VintagePublished(
            vintage="2021",
            period=Period.fiscal_year(2021),
            cells=(
                dataset.Cell(key="2443027/recent", value=_PEOPLE, denominator=_PEOPLE, note=fr("Arrondi")),
                dataset.Cell(key="2443027/other", value=QualifiedValue(kind="suppressed")),
            ),
            audience=Audience.PUBLIC,
        ),
        date(2022, 2, 1),
    ),
    Example(dataset.VintageWithdrawn(vintage="2021", note=sealed(COORDINATOR, 38)), date(2023, 2, 1)),
    # --- a report template
    Example(
        report_template.ReportTemplatePublished(
            name=both(fr="Rapport annuel", en="Annual report", source="fr"),
            sections=(_SECTION,),
            audience=Audience.PUBLIC,
        ),
        date(2022, 1, 1),
    ),
    Example(
        report_template.ReportTemplateVersionPublished(number=2, sections=(_SECTION,), audience=Audience.PUBLIC),
        date(2023, 1, 1),
    ),
    Example(report_template.ReportTemplateRetired(), date(2024, 1, 1)),
)
