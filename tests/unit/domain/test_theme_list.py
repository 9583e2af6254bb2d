"""What theme lists refuse and record."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain.body import BodyKind, SlugAdded
from domain.errors import Refusal, StreamMissingError
from domain.ids import COMMONS, StreamId, ThemeListId
from domain.stream import COMMANDS, Decided, Loaded
from domain.theme_list import (
    OWNERS,
    THEME_LIST,
    CrosswalkThemeLists,
    OtherList,
    PublishThemeList,
    PublishThemeListVersion,
    RetireThemeList,
    Theme,
    ThemeLink,
    ThemeListCrosswalked,
    ThemeListNumberError,
    ThemeListPublished,
    ThemeListRetired,
    ThemeListRetiredError,
    ThemeListVersionPublished,
    ThemeRepeatsError,
    ThemeUnknownError,
    publish,
    publish_version,
    retire,
)
from domain.values import en
from tests.unit.domain.given import DAY, given, loaded, ordered, recorded
from tests.unit.domain.sequences import sequences

ID, OTHER_ID = ThemeListId(UUID(int=22)), ThemeListId(UUID(int=23))
WORK, HOMES = Theme(code="work", label=en("Work")), Theme(code="homes", label=en("Homes"))
RENT = Theme(code="rent", label=en("Rent"), parent_code="homes")
PUBLISH = PublishThemeList(theme_list_id=ID, code="seventeen", title=en("Characteristics"), themes=(WORK, HOMES))
FIRST = ThemeListPublished(code="seventeen", title=en("Characteristics"), themes=(WORK, HOMES), publication=None)
SECOND = ThemeListVersionPublished(number=2, themes=(WORK, HOMES, RENT), publication=None)
OTHER = OtherList(log=COMMONS, theme_list_id=OTHER_ID, number=1)


def next_version(number: int, *themes: Theme) -> PublishThemeListVersion:
    return PublishThemeListVersion(theme_list_id=ID, number=number, themes=themes)


def linked(code: str, other_code: str, *, number: int = 1, other: OtherList = OTHER) -> CrosswalkThemeLists:
    link = ThemeLink(code=code, other_code=other_code, relation="broader")
    return CrosswalkThemeLists(theme_list_id=ID, number=number, other=other, links=(link,))


def told(past: Loaded[Any], command: Any, *, day: date = DAY) -> Decided:
    there = loaded(THEME_LIST, ThemeListPublished(code="o", title=en("O"), themes=(HOMES,), publication=None))
    others: Any = {(COMMONS, StreamId(OTHER_ID)): there}
    return ordered(past, command, others=others, day=day)


def test_a_list_keeps_its_author_s_order() -> None:
    assert publish(THEME_LIST.initial, PUBLISH) == [FIRST]
    assert given(THEME_LIST, FIRST).versions == (("work", "homes"),)


def test_a_new_version_is_whole_and_the_old_one_stays() -> None:
    assert publish_version(given(THEME_LIST, FIRST), next_version(2, WORK, HOMES, RENT)) == [SECOND]
    assert given(THEME_LIST, FIRST, SECOND).versions == (("work", "homes"), ("work", "homes", "rent"))


@pytest.mark.parametrize("number", [3, 9])
def test_versions_are_numbered_without_a_gap(number: int) -> None:
    with pytest.raises(ThemeListNumberError) as refusal:
        publish_version(given(THEME_LIST, FIRST), next_version(number, WORK))

    assert (refusal.value.number, refusal.value.last) == (number, 1)


def test_a_code_stands_once_and_under_a_theme_of_the_same_version() -> None:
    themes = given(THEME_LIST, FIRST)
    with pytest.raises(ThemeRepeatsError) as repeated:
        publish_version(themes, next_version(2, WORK, HOMES, WORK))
    assert repeated.value.theme == "work"
    with pytest.raises(ThemeUnknownError) as unknown:
        publish_version(themes, next_version(2, WORK, RENT))
    assert unknown.value.theme == "homes"
    with pytest.raises(ThemeUnknownError):
        publish_version(themes, next_version(2, Theme(code="own", label=en("Own"), parent_code="own")))


def test_a_crosswalk_relates_themes_that_are_in_both_versions() -> None:
    past = loaded(THEME_LIST, FIRST, SECOND)
    command = linked("rent", "homes", number=2)

    assert list(told(past, command).events) == [ThemeListCrosswalked(number=2, other=OTHER, links=command.links)]
    for wrong in (linked("rent", "homes"), linked("work", "rent")):
        with pytest.raises(ThemeUnknownError):
            told(past, wrong)
    for number, other in ((3, OTHER), (1, OtherList(log=COMMONS, theme_list_id=OTHER_ID, number=2))):
        with pytest.raises(ThemeListNumberError):
            told(past, linked("work", "homes", number=number, other=other))
    with pytest.raises(StreamMissingError):
        told(past, linked("work", "homes", other=OtherList(log=COMMONS, theme_list_id=ID, number=1)))


def test_a_retired_list_gets_no_version_more() -> None:
    assert retire(given(THEME_LIST, FIRST), RetireThemeList(theme_list_id=ID)) == [ThemeListRetired()]

    retired = given(THEME_LIST, FIRST, ThemeListRetired())
    with pytest.raises(ThemeListRetiredError):
        retire(retired, RetireThemeList(theme_list_id=ID))
    with pytest.raises(ThemeListRetiredError):
        publish_version(retired, next_version(2, WORK))


def test_events_of_others_change_nothing() -> None:
    assert given(THEME_LIST, SlugAdded(slug="erables")) == THEME_LIST.initial


def test_the_commons_and_every_body_may_publish_lists() -> None:
    assert {handled.owners for handled in COMMANDS.values() if handled.stream is THEME_LIST} == {OWNERS}
    assert set(BodyKind) == OWNERS


@given_any(
    sequences(
        PUBLISH,
        st.builds(
            PublishThemeListVersion,
            theme_list_id=st.just(ID),
            number=st.integers(2, 4),
            themes=st.lists(st.sampled_from([WORK, HOMES, RENT]), min_size=1, max_size=3).map(tuple),
        ),
        st.sampled_from([linked("work", "homes"), linked("rent", "homes", number=2)]),
        st.just(RetireThemeList(theme_list_id=ID)),
    )
)
def test_whatever_is_sent_versions_follow_and_links_name_themes_that_are_there(
    commands: list[tuple[Any, date]],
) -> None:
    state: Loaded[Any] = Loaded(state=THEME_LIST.initial)
    for command, day in commands:
        try:
            decided = told(state, command, day=day)
        except Refusal:
            continue
        events = [recorded(event, state.version + n, day) for n, event in enumerate(decided.events, 1)]
        state = THEME_LIST.fold(state, events)
        for event in decided.events:
            if isinstance(event, ThemeListVersionPublished):
                assert event.number == len(state.state.versions)
            if isinstance(event, ThemeListCrosswalked):
                assert {link.code for link in event.links} <= set(state.state.versions[event.number - 1])
    for version in state.state.versions:
        assert len(set(version)) == len(version)
