"""Report templates: the sections of a report and the indicators that each asks for, in versions that stay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec

from domain.alignment import OWNERS
from domain.audience import Audience
from domain.case import Case, Need, Reads
from domain.errors import Refusal
from domain.event import Event, Recorded, event
from domain.ids import ReportTemplateId
from domain.indicator import cited_by, cited_in
from domain.stream import Command, State, Stream
from domain.theme_list import ThemeCode
from domain.values import Citation, LocalizedText


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One section: its code holds through all versions, its heading may change."""

    code: ThemeCode
    heading: LocalizedText
    indicators: Annotated[tuple[Citation, ...], msgspec.Meta(max_length=100)] = ()
    """What it asks for, in its author's order."""


Sections = Annotated[tuple[Section, ...], msgspec.Meta(min_length=1, max_length=60)]


@event("report_template.Published", lifecycle=True)
class ReportTemplatePublished(Event, frozen=True, kw_only=True):
    """Version 1."""

    name: LocalizedText
    sections: tuple[Section, ...]
    audience: Audience


@event("report_template.VersionPublished", lifecycle=True)
class ReportTemplateVersionPublished(Event, frozen=True, kw_only=True):
    """The whole template anew; the versions before stay."""

    number: int
    sections: tuple[Section, ...]
    audience: Audience
    """That of the template."""


@event("report_template.Retired", lifecycle=True)
class ReportTemplateRetired(Event, frozen=True, kw_only=True):
    """No new report follows it."""


class PublishReportTemplate(Command, frozen=True, kw_only=True):
    """Publish a template for reports, in its author's order."""

    report_template_id: ReportTemplateId
    name: LocalizedText
    sections: Sections
    audience: Audience = Audience.PUBLIC


class PublishReportTemplateVersion(Command, frozen=True, kw_only=True):
    """Publish the next version of a template, whole."""

    report_template_id: ReportTemplateId
    number: Annotated[int, msgspec.Meta(ge=2, le=10_000)]
    sections: Sections


class RetireReportTemplate(Command, frozen=True, kw_only=True):
    report_template_id: ReportTemplateId


@dataclass(eq=False)
class SectionRepeatsError(Refusal):
    section: str
    code = "section_repeats"
    en = "The section “{section}” stands twice in the template."
    fr = "La section « {section} » figure deux fois dans le gabarit."


@dataclass(eq=False)
class ReportTemplateNumberError(Refusal):
    number: int
    last: int
    code = "report_template_number"
    en = "Version {number} is not possible here: the last version is {last}."
    fr = "La version {number} n’est pas possible ici : la dernière version est la {last}."


@dataclass(eq=False)
class ReportTemplateRetiredError(Refusal):
    code = "report_template_retired"
    en = "This report template was retired."
    fr = "Ce gabarit de rapport n’est plus en usage."


class ReportTemplate(State, frozen=True, kw_only=True):
    name: LocalizedText | None = None
    versions: tuple[tuple[Section, ...], ...] = ()
    """The first is version 1."""
    audience: Audience = Audience.DRAFT
    retired: bool = False


def evolve(template: ReportTemplate, recorded: Recorded) -> ReportTemplate:
    replace = msgspec.structs.replace
    match recorded.payload:
        case ReportTemplatePublished(name=name, sections=sections, audience=audience):
            return replace(template, name=name, versions=(sections,), audience=audience)
        case ReportTemplateVersionPublished(sections=sections):
            return replace(template, versions=(*template.versions, sections))
        case ReportTemplateRetired():
            return replace(template, retired=True)
    return template


REPORT_TEMPLATE = Stream("report_template", ReportTemplate(), evolve)


def _asked(
    template: ReportTemplate,  # noqa: ARG001 - what a command needs does not depend on the past
    command: PublishReportTemplate | PublishReportTemplateVersion,
    reads: Reads,
) -> Iterator[Need]:
    for cited in _cited(command.sections):
        yield cited_by(cited, reads)


@REPORT_TEMPLATE.handles("report_template_id", creates=True, owners=OWNERS, needs=_asked, elsewhere=True)
def publish(
    template: ReportTemplate,  # noqa: ARG001 - no past
    command: PublishReportTemplate,
    case: Case,
) -> list[Event]:
    """Publish version 1.

    Raises:
        SectionRepeatsError: a code stands twice.
        StreamMissingError: what a section asks for is no indicator.
    """
    _check(command.sections, case)
    return [ReportTemplatePublished(name=command.name, sections=command.sections, audience=command.audience)]


@REPORT_TEMPLATE.handles("report_template_id", owners=OWNERS, needs=_asked, elsewhere=True)
def publish_version(template: ReportTemplate, command: PublishReportTemplateVersion, case: Case) -> list[Event]:
    """Publish the next version, numbered without a gap."""
    _check_in_use(template)
    if command.number != len(template.versions) + 1:
        raise ReportTemplateNumberError(number=command.number, last=len(template.versions))
    _check(command.sections, case)
    return [
        ReportTemplateVersionPublished(
            number=command.number, sections=command.sections, audience=template.audience
        )
    ]


@REPORT_TEMPLATE.handles("report_template_id", owners=OWNERS)
def retire(template: ReportTemplate, command: RetireReportTemplate) -> list[Event]:  # noqa: ARG001 - the id alone
    _check_in_use(template)
    return [ReportTemplateRetired()]


def _cited(sections: Sequence[Section]) -> Iterator[Citation]:
    for section in sections:
        yield from section.indicators


def _check_in_use(template: ReportTemplate) -> None:
    if template.retired:
        raise ReportTemplateRetiredError


def _check(sections: Sequence[Section], case: Case) -> None:
    codes = [section.code for section in sections]
    for place, code in enumerate(codes):
        if code in codes[:place]:
            raise SectionRepeatsError(section=code)
    for cited in _cited(sections):
        cited_in(case, cited)
