"""Whether a meeting had its quorum, with every number that went into the answer."""

from typing import Literal

import msgspec

from domain.committee.terms import Quorum, SecondMeeting, Share
from domain.values import LocalizedText, both
from domain.verdict.presence import Roll
from domain.verdict.words import NBSP, less_than_two, plural, share_of_seats

Rule = Literal["share", "count", "share_and_count", "second_meeting", "not_stated"]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a meeting was called a first time, or again after one that had no quorum."""

    second: bool = False
    days_after: int = 0
    """Days from the first meeting to the second."""


class QuorumVerdict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The arithmetic of a quorum as it was judged, kept with what it was judged for."""

    terms: int
    """The version of the terms of reference that was in force."""
    rule: Rule
    share: Share | None
    count: int | None
    of: Literal["filled_seats", "all_seats"]
    seats: int
    """The voting seats that the share is taken of."""
    vacant: int
    """Voting seats that nobody holds, counted in `seats` or not as `of` says."""
    present: int
    by_alternates: int
    """How many of the present stand in for a holder."""
    recused: int
    """Seats whose speaker is in the room and withdrew from the matter: not among the present."""
    required: int
    second_call: bool
    reached: bool
    words: LocalizedText


def judged(terms: int, quorum: Quorum | None, roll: Roll, call: Call) -> QuorumVerdict:
    """Judge the people in the room by a version of the terms. One that states no quorum asks for somebody."""
    of = "filled_seats" if quorum is None else quorum.of
    seats = roll.filled if of == "filled_seats" else roll.seats
    rule, required = _required(quorum, seats, call)
    return _worded(
        QuorumVerdict(
            terms=terms,
            rule=rule,
            share=None if quorum is None else quorum.share,
            count=None if quorum is None else quorum.count,
            of=of,
            seats=seats,
            vacant=roll.seats - roll.filled,
            present=roll.present,
            by_alternates=roll.by_alternates,
            recused=roll.recused,
            required=required,
            second_call=call.second,
            reached=roll.present >= required,
            words=_UNWORDED,
        )
    )


def counted(terms: int, quorum: Quorum | None, present: int, seats: int, call: Call) -> QuorumVerdict:
    """Judge the numbers that minutes give where they do not say who was there."""
    rule, required = _required(quorum, seats, call)
    return _worded(
        QuorumVerdict(
            terms=terms,
            rule=rule,
            share=None if quorum is None else quorum.share,
            count=None if quorum is None else quorum.count,
            of="filled_seats" if quorum is None else quorum.of,
            seats=seats,
            vacant=0,
            present=present,
            by_alternates=0,
            recused=0,
            required=required,
            second_call=call.second,
            reached=present >= required,
            words=_UNWORDED,
        )
    )


def rejudged(verdict: QuorumVerdict, terms: int, quorum: Quorum | None, call: Call) -> QuorumVerdict:
    """Judge the same people in the same seats by another version of the terms."""
    filled = verdict.seats if verdict.of == "filled_seats" else verdict.seats - verdict.vacant
    of = "filled_seats" if quorum is None else quorum.of
    seats = filled if of == "filled_seats" else filled + verdict.vacant
    rule, required = _required(quorum, seats, call)
    return _worded(
        msgspec.structs.replace(
            verdict,
            terms=terms,
            rule=rule,
            share=None if quorum is None else quorum.share,
            count=None if quorum is None else quorum.count,
            of=of,
            seats=seats,
            required=required,
            second_call=call.second,
            reached=verdict.present >= required,
        )
    )


def _required(quorum: Quorum | None, seats: int, call: Call) -> tuple[Rule, int]:
    if quorum is None:
        return "not_stated", 1  # nobody at all decides nothing
    if call.second and quorum.second_meeting is not None and _in_time(quorum.second_meeting, call):
        return "second_meeting", quorum.second_meeting.present_min
    rule: Rule = "share" if quorum.count is None else "count" if quorum.share is None else "share_and_count"
    return rule, quorum.required(seats)


def _in_time(second: SecondMeeting, call: Call) -> bool:
    return second.within_days is None or call.days_after <= second.within_days


_UNWORDED = LocalizedText(en="-", source="en")


def _worded(verdict: QuorumVerdict) -> QuorumVerdict:
    return msgspec.structs.replace(verdict, words=words(verdict))


def words(verdict: QuorumVerdict) -> LocalizedText:
    """The arithmetic as a sentence in both languages."""
    return both(en=_english(verdict), fr=_french(verdict), source="en")


def _english(v: QuorumVerdict) -> str:
    present = f"{v.present} of {v.seats} voting {plural(v.seats, 'seat')} present"
    if v.by_alternates:
        present += f", {v.by_alternates} through {'an alternate' if v.by_alternates == 1 else 'alternates'}"
    if v.recused:
        present += f", {v.recused} recused"
    reached = "reached" if v.reached else "not reached"
    if v.rule == "not_stated":
        return f"{present}; version {v.terms} of the terms of reference states no quorum"
    if v.rule == "second_meeting":
        return f"{present}; at a second meeting, quorum is those present, at least {v.required}: {reached}"
    if v.share is None:
        return f"{present}; quorum is {v.required}: {reached}"
    seats = "the filled seats" if v.of == "filled_seats" and v.vacant else "the seats"
    share = share_of_seats(v.share, "en").format(seats=seats)
    if v.rule == "share_and_count":
        share += f" and at least {v.count}"
    return f"{present}; quorum is {share}, {v.required}: {reached}"


def _french(v: QuorumVerdict) -> str:
    few = less_than_two(v.present) or less_than_two(v.seats)
    if few:
        present = f"{v.present} siège votant présent sur {v.seats}"
    else:
        present = f"{v.present} des {v.seats} sièges votants présents"
    if v.by_alternates:
        present += f", dont {v.by_alternates} par substitut"
    if v.recused:
        present += f", {v.recused} {'récusation' if v.recused == 1 else 'récusations'}"
    reached = f"{NBSP}: {'atteint' if v.reached else 'non atteint'}"
    if v.rule == "not_stated":
        return f"{present}; la version {v.terms} du cadre de référence n’énonce aucun quorum"
    if v.rule == "second_meeting":
        return (
            f"{present}; à une deuxième réunion, les personnes présentes forment le quorum "
            f"(au moins {v.required}){reached}"
        )
    if v.share is None:
        return f"{present}; le quorum est de {v.required}{reached}"
    seats = "sièges pourvus" if v.of == "filled_seats" and v.vacant else "sièges"
    share = share_of_seats(v.share, "fr").format(seats=seats)
    if v.rule == "share_and_count":
        share += f" et d’au moins {v.count}"
    return f"{present}; le quorum est {share}, soit {v.required}{reached}"
