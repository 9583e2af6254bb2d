"""Committees and their terms of reference, event by event."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.committee.rules import CommitteeDissolved, CommitteeEstablished, CommitteeRenamed, TermsAdopted
from domain.committee.terms import Cadence, MotionRule, Quorum, SecondMeeting, SectorQuota, TermOfOffice, Terms
from domain.narration import codes
from domain.narration.past import ITSELF, Past, json_of
from domain.narration.texts import text_words
from domain.narration.told import Story, Told, sealed
from domain.narration.values import listed, restated, stated, value_words
from domain.narration.words import COLON, Words
from domain.values import Language, LocalizedText
from domain.verdict.words import plural, pluriel, share_of_seats

COMMITTEE_STORY: Final = Story(
    {
        CommitteeEstablished: {"parent_id": "that committee has an audience of its own; see Committee.parent"},
        CommitteeDissolved: {"reason": "sealed: the step says that there is one"},
    }
)
_NAME: Final = Words("name", "nom")


@COMMITTEE_STORY.tells(CommitteeEstablished)
def _established(event: CommitteeEstablished, past: Past) -> Told:
    past.state(ITSELF, name=event.name)
    kind = codes.COMMITTEE_KINDS[event.kind]
    headline = Words(f"the committee is set up ({kind.en})", f"le comité est mis sur pied ({kind.fr})")
    audience = stated(Words("for", "pour"), event.audience, codes=codes.AUDIENCES)
    return Told(headline, (stated(_NAME, event.name), audience))


@COMMITTEE_STORY.tells(CommitteeRenamed)
def _renamed(event: CommitteeRenamed, past: Past) -> Told:
    said = restated(_NAME, past.of(ITSELF, "name", LocalizedText), event.name)
    past.state(ITSELF, name=event.name)
    return Told(Words("the committee takes another name", "le comité change de nom"), (said,))


@COMMITTEE_STORY.tells(TermsAdopted)
def _terms(event: TermsAdopted, past: Past) -> Told:
    """Every part of the first version; of a later one, the parts that differ."""
    before = past.of(ITSELF, "terms", Terms)
    past.state(ITSELF, terms=event.terms)
    said = []
    for field, (label, say) in PARTS.items():
        new = _given(getattr(event.terms, field))
        if before is None:
            if new is not None:
                said.append(stated(label, new, say=say))
            continue
        old = _given(getattr(before, field))
        if json_of(old) != json_of(new):
            said.append(restated(label, old, new, say=say))
    headline = Words(
        f"version {event.number} of the terms of reference is adopted",
        f"la version {event.number} du cadre de référence est adoptée",
    )
    return Told(headline, tuple(said))


@COMMITTEE_STORY.tells(CommitteeDissolved)
def _dissolved(event: CommitteeDissolved, _past: Past) -> Told:
    return Told(Words("the committee is dissolved", "le comité est dissous"), sealed(event.reason))


def _given(part: Any) -> Any:
    """None for a list of nothing, too: a document that does not state it."""
    return None if part == () else part


def _quorum(quorum: Quorum, language: Language) -> str:
    seats = (
        Words("the filled voting seats", "sièges votants pourvus")
        if quorum.of == "filled_seats"
        else Words("all voting seats", "sièges votants, vacants compris")
    )
    said = (
        [] if quorum.share is None else [share_of_seats(quorum.share, language).format(seats=seats.in_(language))]
    )
    if quorum.count is not None:
        members = _counted(quorum.count, "member", "membre", language)
        said.append(f"at least {members}" if language == "en" else f"au moins {members}")
    if quorum.share is None:
        of = "counted of" if language == "en" else "sur les"
        said.append(f"{of} {seats.in_(language)}")
    if quorum.second_meeting is not None:
        said.append(_second(quorum.second_meeting, language))
    return ", ".join(said)


def _second(second: SecondMeeting, language: Language) -> str:
    if language == "en":
        said = f"at a second meeting those present, at least {second.present_min}"
        days = second.within_days
        return said if days is None else f"{said}, within {_counted(days, 'day', 'jour', language)}"
    said = f"à une deuxième réunion, les personnes présentes (au moins {second.present_min})"
    days = second.within_days
    return said if days is None else f"{said} en {_counted(days, 'day', 'jour', language)}"


def _majorities(rules: tuple[MotionRule, ...], language: Language) -> str:
    return listed(_majority(rule, language) for rule in rules)


def _majority(rule: MotionRule, language: Language) -> str:
    majority = rule.majority
    said = (
        codes.MOTIONS[rule.motion].in_(language)
        + COLON[language]
        + codes.THRESHOLDS[majority.threshold].in_(language)
    )
    if majority.abstentions_count:
        said += ", abstentions counted" if language == "en" else ", abstentions comprises"
    if majority.casting_vote:
        said += ", the chair breaks a tie" if language == "en" else ", voix prépondérante à la présidence"
    return said


def _cadence(cadence: Cadence, language: Language) -> str:
    low, high = cadence.meetings_min, cadence.meetings_max
    english = language == "en"
    said = []
    if low is not None:
        meetings = _counted(low, "meeting", "réunion", language)
        said.append(f"at least {meetings}" if english else f"au moins {meetings}")
    if high is not None:
        meetings = _counted(high, "meeting", "réunion", language)
        said.append(f"at most {meetings}" if english else f"au plus {meetings}")
    if cadence.yearly_forum:
        said.append("a yearly forum" if english else "un forum annuel")
    if cadence.year == "fiscal":
        year = "by fiscal year" if english else "par exercice"
    else:
        year = "by calendar year" if english else "par année civile"
    return f"{', '.join(said)}, {year}"


def _office(term: TermOfOffice, language: Language) -> str:
    said = _counted(term.months, "month", "mois", language)
    if term.renewals_max is None:
        return said
    renewals = _counted(term.renewals_max, "renewal", "renouvellement", language)
    return f"{said}, at most {renewals}" if language == "en" else f"{said}, au plus {renewals}"


def _counted(number: int, noun: str, nom: str, language: Language) -> str:
    if language == "en":
        return f"{number} {plural(number, noun)}"
    return f"{number} {nom if nom.endswith('s') else pluriel(number, nom)}"


def _quotas(quotas: tuple[SectorQuota, ...], language: Language) -> str:
    return listed(_quota(quota, language) for quota in quotas)


def _quota(quota: SectorQuota, language: Language) -> str:
    at_least, at_most = ("at least", "at most") if language == "en" else ("au moins", "au plus")
    bounds = f"{at_least} {quota.seats_min}"
    if quota.seats_max is not None:
        bounds += f", {at_most} {quota.seats_max}"
    return f"{text_words(quota.sector.label, language)} ({quota.sector.code}){COLON[language]}{bounds}"


PARTS: Final[Mapping[str, tuple[Words, Callable[[Any, Language], str]]]] = {
    "quorum": (Words("quorum", "quorum"), _quorum),
    "decides": (Words("it decides", "il décide"), value_words),
    "majorities": (Words("majorities", "majorités"), _majorities),
    "cadence": (Words("cadence", "cadence"), _cadence),
    "term_of_office": (Words("term of office", "mandat"), _office),
    "e_vote": (Words("votes by electronic means", "votes électroniques"), value_words),
    "consent_between_meetings": (
        Words("consent between meetings", "consentement entre les réunions"),
        value_words,
    ),
    "voting_seats_max": (Words("voting seats at most", "sièges votants, au plus"), value_words),
    "quotas": (Words("seats by sector", "sièges par secteur"), _quotas),
}
"""Every part of terms of reference, by its field."""
