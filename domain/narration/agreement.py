"""Agreements, event by event."""

from typing import Final

from domain.agreement import (
    AgreementAmended,
    AgreementRenewed,
    AgreementSigned,
    AgreementTerminated,
    ContributionRecorded,
    ObligationAdded,
    ObligationFulfilled,
    PartnerEnded,
    PartnerNamed,
    Party,
    Programme,
    Term,
)
from domain.narration import codes
from domain.narration.past import ITSELF, Past
from domain.narration.texts import text_words
from domain.narration.told import Story, Told, sealed
from domain.narration.values import Names, listed, named, partial_words, restated, stated
from domain.narration.words import Words, either, quoted
from domain.values import Language, LocalizedText, PartialDate, QualifiedValue

AGREEMENT_STORY: Final = Story(
    {
        AgreementSigned: {"plan_id": "the plan has an audience of its own; see Agreement.plan"},
        AgreementTerminated: {"reason": "sealed: the step says that there is one"},
        ObligationAdded: {"obligation_id": "told by what it says"},
        ContributionRecorded: {"contribution_id": "told by who gives what"},
        PartnerNamed: {"organisation_id": "told by the name that the agreement has for it"},
        PartnerEnded: {"organisation_id": "told by the name that the agreement has for it"},
    }
)
_AMOUNT: Final = Words("amount", "montant")
_TERM: Final = Words("term", "durée")
_PURPOSE: Final = Words("purpose", "objet")
_PARTNER: Final = Words("partner", "partenaire")


@AGREEMENT_STORY.tells(AgreementSigned)
def _signed(event: AgreementSigned, past: Past) -> Told:
    past.state(ITSELF, amount=event.amount, term=event.term, purpose=event.purpose)
    said = [
        stated(Words("programme", "programme"), event.programme, say=_programme),
        stated(Words("parties", "parties"), event.parties, say=_parties),
        stated(Words("type", "type"), event.type, codes=codes.AGREEMENT_TYPES),
    ]
    facts = (
        (_PURPOSE, event.purpose, None),
        (Words("signed", "signature"), event.signed, None),
        (_TERM, event.term, term_words),
        (_AMOUNT, event.amount, None),
        (Words("territory", "territoire"), event.territory, None),
        (Words("activities", "activités"), event.tags or None, _tags),
    )
    said += [stated(label, value, say=say) for label, value, say in facts if value is not None]
    said.append(stated(Words("for", "pour"), event.audience, codes=codes.AUDIENCES))
    return Told(Words("an agreement is recorded", "une entente est consignée"), tuple(said))


@AGREEMENT_STORY.tells(AgreementAmended)
def _amended(event: AgreementAmended, past: Past) -> Told:
    said = []
    if event.amount is not None:
        said.append(restated(_AMOUNT, past.of(ITSELF, "amount", QualifiedValue), event.amount))
        past.state(ITSELF, amount=event.amount)
    if event.term is not None:
        said.append(restated(_TERM, past.of(ITSELF, "term", Term), event.term, say=term_words))
        past.state(ITSELF, term=event.term)
    if event.purpose is not None:
        said.append(restated(_PURPOSE, past.of(ITSELF, "purpose", LocalizedText), event.purpose))
        past.state(ITSELF, purpose=event.purpose)
    return Told(Words(f"amendment {event.number}", f"modification no {event.number}"), tuple(said))


@AGREEMENT_STORY.tells(AgreementRenewed)
def _renewed(event: AgreementRenewed, past: Past) -> Told:
    said = restated(_TERM, past.of(ITSELF, "term", Term), event.term, say=term_words)
    past.state(ITSELF, term=event.term)
    return Told(Words("the agreement is renewed", "l’entente est renouvelée"), (said,))


@AGREEMENT_STORY.tells(AgreementTerminated)
def _terminated(event: AgreementTerminated, _past: Past) -> Told:
    return Told(Words("the agreement is terminated", "l’entente est résiliée"), sealed(event.reason))


@AGREEMENT_STORY.tells(ObligationAdded)
def _obligation(event: ObligationAdded, past: Past) -> Told:
    past.state(event.obligation_id, wording=event.wording)
    said = [stated(Words("wording", "libellé"), event.wording)]
    if event.due_on is not None:
        said.append(stated(Words("due by", "échéance"), event.due_on))
    return Told(Words("an obligation is added", "une obligation s’ajoute"), tuple(said))


@AGREEMENT_STORY.tells(ObligationFulfilled)
def _fulfilled(event: ObligationFulfilled, past: Past) -> Told:
    wording = past.of(event.obligation_id, "wording", LocalizedText)
    names: Names = {} if wording is None else {event.obligation_id: wording}
    of = either(lambda language: named(event.obligation_id, names, language))
    return Told(Words(f"the obligation {of.en} is fulfilled", f"l’obligation {of.fr} est remplie"))


@AGREEMENT_STORY.tells(ContributionRecorded)
def _contribution(event: ContributionRecorded, _past: Past) -> Told:
    headline = (
        Words("a contribution in kind is recorded", "une contribution en nature est consignée")
        if event.in_kind
        else Words("a contribution in cash is recorded", "une contribution en argent est consignée")
    )
    source = stated(Words("from", "de"), event.source)
    return Told(headline, (source, stated(_AMOUNT, event.amount)))


@AGREEMENT_STORY.tells(PartnerNamed)
def _partner(event: PartnerNamed, _past: Past) -> Told:
    headline = Words("a partner reports under the agreement", "un partenaire rend compte au titre de l’entente")
    return Told(headline, (stated(_PARTNER, event.name),))


@AGREEMENT_STORY.tells(PartnerEnded)
def _partner_ended(event: PartnerEnded, _past: Past) -> Told:
    headline = Words(
        "a partner reports under the agreement no longer",
        "un partenaire ne rend plus compte au titre de l’entente",
    )
    return Told(headline, (stated(_PARTNER, event.name),))


def _programme(programme: Programme, language: Language) -> str:
    said = f"{text_words(programme.label, language)} ({programme.code})"
    if programme.named_in_source:
        return said
    heading = ", a heading of the source, which names no programme"
    return said + (heading if language == "en" else ", titre de la source, qui ne nomme aucun programme")


def _parties(parties: tuple[Party, ...] | None, language: Language) -> str:
    if parties is None:
        return "not named in the source" if language == "en" else "non nommées dans la source"
    if not parties:
        return "none" if language == "en" else "aucune"
    return listed(text_words(party.name, language) for party in parties)


def _tags(tags: tuple[str, ...], language: Language) -> str:
    return listed(quoted(tag, language) for tag in tags)


def term_words(term: Term, language: Language) -> str:
    """From when to when, as precisely as is known."""
    start = None if term.start is None else partial_words(term.start, language)
    end = None if term.end is None else partial_words(term.end, language)
    if language == "en":
        begins = "its start is not known" if start is None else f"from {start}"
        return f"{begins}, without a stated end" if end is None else f"{begins} to {end}"
    begins = (
        "début inconnu" if start is None else f"début le {start}" if _is_day(term.start) else f"début en {start}"
    )
    if end is None:
        return f"{begins}, fin non précisée"
    return f"{begins}, fin le {end}" if _is_day(term.end) else f"{begins}, fin en {end}"


def _is_day(when: PartialDate | None) -> bool:
    return when is not None and when.precision == "day"
