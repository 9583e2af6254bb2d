"""Who did something and by what right, in words."""

from datetime import date

from domain.envelope import Role
from domain.narration import codes
from domain.narration.texts import text_words
from domain.narration.values import day_words
from domain.narration.words import COLON, Words, either, joined
from domain.values import LocalizedText


def who(role: Role | str, pseudonym: str | None) -> Words:
    """The role, and the pseudonym where it may be shown."""
    words = codes.ROLES[role]
    if pseudonym is None:
        return words
    return Words(f"{words.en}, under the pseudonym {pseudonym}", f"{words.fr}, sous le pseudonyme {pseudonym}")


def without_authority(reason: str) -> Words:
    """Why no authority is recorded."""
    return codes.REASONS[reason]


def by_instrument(office: LocalizedText, number: str | None, dated: date | None) -> Words:
    """An administrative act of a named office."""
    said = either(lambda language: text_words(office, language))
    said = Words(f"by an act of {said.en}", f"par un acte de {said.fr}")
    if number is not None:
        said = Words(f"{said.en}, no. {number}", f"{said.fr}, no {number}")
    if dated is not None:
        day = either(lambda language: day_words(dated, language))
        said = Words(f"{said.en}, dated {day.en}", f"{said.fr}, daté du {day.fr}")
    return said


HIDDEN_DECISION = Words(
    "by a decision that is not shown to this reader",
    "par une décision qui n’est pas montrée à cette personne",
)


def by_decision(
    number: str,
    title: LocalizedText | None,
    made_on: date,
    *,
    quorum: LocalizedText | None,
    majority: LocalizedText | None,
) -> Words:
    """A decision, with the arithmetic as it was judged when it was taken."""
    day = either(lambda language: day_words(made_on, language))
    said = Words(f"by decision {number} of {day.en}", f"par la décision {number} du {day.fr}")
    if title is not None:
        name = either(lambda language: text_words(title, language))
        said = Words(f"{said.en}, {name.en}", f"{said.fr}, {name.fr}")
    parts = [said]
    parts += [_arithmetic(Words("quorum", "quorum"), quorum)] if quorum is not None else [_NO_QUORUM]
    parts += [_arithmetic(Words("majority", "majorité"), majority)] if majority is not None else []
    return joined(parts, "; ")


_NO_QUORUM = Words("no quorum is worked out for it", "aucun quorum n’est calculé pour elle")


def _arithmetic(label: Words, words: LocalizedText) -> Words:
    return either(lambda language: label.in_(language) + COLON[language] + words.in_(language).text)
