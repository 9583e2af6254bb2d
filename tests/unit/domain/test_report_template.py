"""What report templates refuse and record."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.alignment import OWNERS
from domain.audience import Audience
from domain.body import SlugAdded
from domain.errors import CitationUnknownError
from domain.ids import ReportTemplateId, StreamId, TenantId
from domain.indicator import Indicator
from domain.report_template import (
    REPORT_TEMPLATE,
    PublishReportTemplate,
    PublishReportTemplateVersion,
    ReportTemplateNumberError,
    ReportTemplatePublished,
    ReportTemplateRetired,
    ReportTemplateRetiredError,
    ReportTemplateVersionPublished,
    RetireReportTemplate,
    Section,
    SectionRepeatsError,
)
from domain.stream import COMMANDS, Loaded
from domain.values import Citation, en, fr
from tests.unit.domain.given import TENANT, given, loaded, ordered
from tests.unit.domain.sequences import sequences, tell

ID = ReportTemplateId(UUID(int=89))
MINISTRY, OWN, THEIRS = TenantId(UUID(int=9)), UUID(int=90), UUID(int=91)
DEFINED: Loaded[Any] = Loaded(state=Indicator(unit="people"), version=1)
INDICATORS: Any = {StreamId(OWN): DEFINED, (MINISTRY, StreamId(THEIRS)): DEFINED}
ASKS = Section(
    code="reach",
    heading=en("Reach"),
    indicators=(
        Citation(log=TENANT, stream=OWN, version=1),
        Citation(log=MINISTRY, stream=THEIRS, version=1),
    ),
)
ASKS_NOTHING = Section(code="story", heading=fr("Récit"))
PUBLISH = PublishReportTemplate(report_template_id=ID, name=en("Annual report"), sections=(ASKS, ASKS_NOTHING))
PUBLISHED = ReportTemplatePublished(
    name=en("Annual report"), sections=(ASKS, ASKS_NOTHING), audience=Audience.PUBLIC
)
EMPTY: Loaded[Any] = Loaded(state=REPORT_TEMPLATE.initial)


def version(number: int, *sections: Section) -> PublishReportTemplateVersion:
    return PublishReportTemplateVersion(report_template_id=ID, number=number, sections=sections)


def told(past: Loaded[Any], command: Any, others: Any = INDICATORS) -> list[Any]:
    return list(ordered(past, command, others=others).events)


def test_sections_ask_for_indicators_of_the_body_and_of_others_in_their_order() -> None:
    assert told(EMPTY, PUBLISH) == [PUBLISHED]


def test_what_is_asked_for_must_be_an_indicator() -> None:
    with pytest.raises(CitationUnknownError):
        told(EMPTY, PUBLISH, {StreamId(OWN): DEFINED})


def test_a_section_stands_once() -> None:
    with pytest.raises(SectionRepeatsError) as refusal:
        told(loaded(REPORT_TEMPLATE, PUBLISHED), version(2, ASKS, ASKS_NOTHING, ASKS))
    assert refusal.value.section == "reach"


def test_a_new_version_is_whole_and_the_old_one_stays() -> None:
    past = loaded(REPORT_TEMPLATE, PUBLISHED)
    second = ReportTemplateVersionPublished(number=2, sections=(ASKS_NOTHING,), audience=Audience.PUBLIC)

    assert told(past, version(2, ASKS_NOTHING)) == [second]
    assert given(REPORT_TEMPLATE, PUBLISHED, second).versions == ((ASKS, ASKS_NOTHING), (ASKS_NOTHING,))
    with pytest.raises(ReportTemplateNumberError) as refusal:
        told(past, version(3, ASKS))
    assert (refusal.value.number, refusal.value.last) == (3, 1)


def test_a_retired_template_gets_no_version_more() -> None:
    assert told(loaded(REPORT_TEMPLATE, PUBLISHED), RetireReportTemplate(report_template_id=ID)) == [
        ReportTemplateRetired()
    ]
    retired = loaded(REPORT_TEMPLATE, PUBLISHED, ReportTemplateRetired())
    for command in (RetireReportTemplate(report_template_id=ID), version(2, ASKS)):
        with pytest.raises(ReportTemplateRetiredError):
            told(retired, command)


def test_events_of_others_change_nothing() -> None:
    assert given(REPORT_TEMPLATE, SlugAdded(slug="erables")) == REPORT_TEMPLATE.initial


def test_partnerships_ministries_and_funders_publish_templates() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is REPORT_TEMPLATE} == {OWNERS}


@given_any(
    sequences(
        PUBLISH,
        st.builds(
            PublishReportTemplateVersion,
            report_template_id=st.just(ID),
            number=st.integers(2, 4),
            sections=st.lists(st.sampled_from([ASKS, ASKS_NOTHING]), min_size=1, max_size=3).map(tuple),
        ),
        st.just(RetireReportTemplate(report_template_id=ID)),
    )
)
def test_whatever_is_sent_versions_follow_each_other_without_a_gap(commands: list[tuple[Any, date]]) -> None:
    history = tell(REPORT_TEMPLATE, commands, others=INDICATORS)

    numbers = [one.number for one in history.of(ReportTemplateVersionPublished)]
    assert numbers == list(range(2, 2 + len(numbers)))
    for sections in history.end.state.versions:
        assert len({section.code for section in sections}) == len(sections)
