"""Exceptions in words, and what counts as a change of a published figure."""

from datetime import date, timedelta
from typing import get_args, get_type_hints

from hypothesis import given as given_any
from hypothesis import strategies as st

from domain import exceptions
from domain.committee.terms import Quorum, Terms
from domain.envelope import WithoutAuthority
from domain.exceptions import Change, Published
from domain.values import LocalizedText
from domain.verdict import Call, counted

DAY = date(2022, 5, 1)
NBSP = "\N{NO-BREAK SPACE}"


def steps(*acts: str | tuple[str, int]) -> list[Published]:
    """Steps at positions 1, 2, 3 on as many days; those with a number give a figure."""
    return [
        Published(
            act=act if isinstance(act, str) else act[0],
            position=position,
            on=DAY + timedelta(days=position),
            figure=None if isinstance(act, str) else (act[1],),
        )
        for position, act in enumerate(acts, 1)
    ]


FIRST = (("draft", 1), "submit", "validate", "approve", "publish")


def test_a_figure_that_was_only_published_was_not_changed() -> None:
    assert exceptions.changes(steps(*FIRST)) == []
    assert (
        exceptions.changes(steps(("draft", 1), ("redraft", 2), "submit", "return", ("resubmit", 3), "publish"))
        == []
    )


def test_a_correction_under_way_is_told_from_one_that_took_the_place() -> None:
    under_way = steps(*FIRST, ("correct", 2))
    out = steps(*FIRST, ("correct", 2), "validate", "approve", "publish")

    assert exceptions.changes(under_way) == [Change(on=DAY + timedelta(days=6), positions=(5, 6), counts=False)]
    assert exceptions.changes(out) == [Change(on=DAY + timedelta(days=6), positions=(5, 6, 9), counts=True)]
    assert "still counts" in (exceptions.changed(counts=False).en or "")
    assert exceptions.changed(counts=True).fr == "Une autre valeur a remplacé celle qui avait été publiée."


def test_a_correction_that_ends_with_the_published_figure_changed_nothing() -> None:
    assert exceptions.changes(steps(*FIRST, ("correct", 1))) == []
    assert exceptions.changes(steps(*FIRST, ("correct", 2), "return", ("resubmit", 1), "publish")) == []


def test_a_correction_may_change_the_figure_only_when_it_is_submitted_again() -> None:
    found = exceptions.changes(steps(*FIRST, ("correct", 1), "return", ("resubmit", 3)))

    assert found == [Change(on=DAY + timedelta(days=6), positions=(5, 6, 8), counts=False)]


@given_any(st.lists(st.integers(1, 3), min_size=1, max_size=8))
def test_each_publication_of_another_figure_is_one_change(figures: list[int]) -> None:
    first, *others = figures
    acts: list[str | tuple[str, int]] = [("draft", first), "publish"]
    for figure in others:
        acts += [("correct", figure), "publish"]

    found = exceptions.changes(steps(*acts))

    assert len(found) == sum(one != other for one, other in zip(figures, others, strict=False))
    assert all(change.counts for change in found)


def test_every_kind_and_every_text_is_in_both_languages() -> None:
    verdict = counted(1, Quorum(count=5), 4, 9, Call())
    texts: list[LocalizedText] = [
        *exceptions.TITLES.values(),
        *(exceptions.without_authority(reason) for reason in ("delegated", "migration", None)),
        exceptions.authority_not_in_force(DAY),
        exceptions.without_quorum("2022-4", verdict),
        exceptions.without_quorum_by_later_rule("2022-4", 2, verdict),
        *(exceptions.by_submitter(act) for act in ("validate", "approve")),
        *(exceptions.changed(counts=counts) for counts in (True, False)),
        *(exceptions.orphaned(why) for why in get_args(exceptions.Orphaned)),
        *(exceptions.withdrawn(figures) for figures in (1, 2)),
        exceptions.late(DAY, DAY + timedelta(days=2)),
    ]

    assert set(exceptions.TITLES) == set(exceptions.KINDS)
    assert all(text.en and text.fr and text.en != text.fr for text in texts)
    assert len({text.en for text in texts}) == len({text.fr for text in texts}) == len(texts)


def test_days_are_counted_in_words() -> None:
    assert (
        exceptions.late(DAY, DAY + timedelta(days=1)).fr
        == "Soumise le 2022-05-02, 1 jour après l’échéance du 2022-05-01."
    )
    assert exceptions.late(DAY, DAY + timedelta(days=2)).en == (
        "Submitted on 2022-05-03, 2 days after the last day, 2022-05-01."
    )


def test_a_later_rule_takes_the_quorum_away_only_where_too_few_were_there() -> None:
    verdict = counted(1, Quorum(count=5), 6, 9, Call())

    assert exceptions.under_later_rule(verdict, 2, Terms(quorum=Quorum(count=6)), Call()) is None
    again = exceptions.under_later_rule(verdict, 2, Terms(quorum=Quorum(count=7)), Call())

    assert again is not None
    assert (again.terms, again.required, again.present, again.reached) == (2, 7, 6, False)
    assert again.words.fr == f"6 des 9 sièges votants présents; le quorum est de 7{NBSP}: non atteint"


def test_each_reason_for_which_no_authority_is_recorded_has_words_of_its_own() -> None:
    reasons = get_args(get_type_hints(WithoutAuthority)["reason"])
    texts = [exceptions.without_authority(reason) for reason in (*reasons, None)]

    assert len({text.en for text in texts}) == len({text.fr for text in texts}) == len(reasons) + 1
