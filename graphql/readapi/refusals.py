"""What the read API refuses, each with a stable code and a message in both languages."""

from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLError

from domain.clocks import RecordedUnreadableError, RecordedZoneMissingError
from domain.errors import Refusal


@dataclass(eq=False)
class PositionNeedsOneLogError(Refusal):
    position: int
    code = "RECORDED_POSITION_NEEDS_ONE_LOG"
    kind = "malformed"
    en = (
        "Position {position} means something in one body's log only; across bodies, give an instant with its zone."
    )
    fr = (
        "La position {position} n’a de sens que dans le registre d’un seul organisme; d’un organisme à l’autre, "
        "donnez un instant avec son fuseau horaire."
    )


@dataclass(eq=False)
class EffectiveOutOfRangeError(Refusal):
    effective: object
    code = "EFFECTIVE_OUT_OF_RANGE"
    kind = "malformed"
    en = "{effective} is outside the years 1900 to 2200."
    fr = "Le {effective} n’est pas compris entre les années 1900 et 2200."


@dataclass(eq=False)
class CursorUnknownError(Refusal):
    code = "CURSOR_UNKNOWN"
    kind = "malformed"
    en = "This cursor is not one of this list; pass `pageInfo.endCursor` of the page before, unchanged."
    fr = (
        "Ce curseur ne provient pas de cette liste; passez tel quel le `pageInfo.endCursor` de la page précédente."
    )


@dataclass(eq=False)
class ListTooLongError(Refusal):
    argument: str
    given: int
    maximum: int
    code = "LIST_TOO_LONG"
    kind = "malformed"
    en = "`{argument}` has {given} values; at most {maximum} are accepted."
    fr = "`{argument}` compte {given} valeurs; au plus {maximum} sont acceptées."


@dataclass(eq=False)
class AnswerTooLargeError(Refusal):
    what: str
    maximum: int
    code = "ANSWER_TOO_LARGE"
    en = "`{what}` has more than {maximum} items; narrow the question with its arguments."
    fr = "`{what}` compte plus de {maximum} éléments; précisez la question à l’aide de ses arguments."


@dataclass(eq=False)
class WithinOutOfRangeError(Refusal):
    given: int
    maximum: int
    code = "WITHIN_OUT_OF_RANGE"
    kind = "malformed"
    en = "`withinDays` is {given}; expected 1 to {maximum}."
    fr = "`withinDays` vaut {given}; valeur attendue : de 1 à {maximum}."


@dataclass(eq=False)
class OutsideMandateError(Refusal):
    records: str
    code = "OUTSIDE_MANDATE"
    kind = "forbidden"
    en = "The audit mandate does not open this: it takes records of these kinds: {records}."
    fr = "Le mandat d’audit n’ouvre pas ceci : il y faut les enregistrements de ces types : {records}."


@dataclass(eq=False)
class OutsideShareError(Refusal):
    code = "OUTSIDE_SHARE"
    kind = "forbidden"
    en = "This is for members of the body who are not there for one organisation."
    fr = "Ceci est réservé aux membres de l’organisme qui n’y sont pas pour une seule organisation."


@dataclass(eq=False)
class TextUnusableError(Refusal):
    argument: str
    code = "TEXT_UNUSABLE"
    kind = "malformed"
    en = "`{argument}` holds a character that no text of the register has."
    fr = "`{argument}` contient un caractère qu’aucun texte du registre ne contient."


@dataclass(eq=False)
class DifferenceSideError(Refusal):
    side: str
    code = "DIFFERENCE_SIDE"
    kind = "malformed"
    en = "Give either `{side}Revision` or `{side}AsOf`, not both."
    fr = "Donnez soit `{side}Revision`, soit `{side}AsOf`, mais pas les deux."


@dataclass(eq=False)
class PeriodUnusableError(Refusal):
    start: object
    end: object
    kind_of_period: str
    code = "PERIOD_UNUSABLE"
    kind = "malformed"
    en = "{start} to {end} is not a period of kind {kind_of_period}."
    fr = "Du {start} au {end} : ce n’est pas une période de type « {kind_of_period} »."


@dataclass(eq=False)
class DimensionUnknownError(Refusal):
    dimension: str
    code = "DIMENSION_UNKNOWN"
    kind = "malformed"
    en = "The indicator is not broken down by “{dimension}”."
    fr = "L’indicateur n’est pas ventilé selon « {dimension} »."


@dataclass(eq=False)
class PopulationUnknownError(Refusal):
    vintage: str
    code = "POPULATION_UNKNOWN"
    kind = "malformed"
    en = "There is no dataset of places with a vintage “{vintage}” that stands and that you may see."
    fr = "Aucun jeu de données territoriales que vous puissiez voir n’a de millésime « {vintage} » en vigueur."


@dataclass(eq=False)
class StatementTimeoutError(Refusal):
    code = "TIMEOUT"
    kind = "operational"
    en = "The answer took too long to find. Ask for less at a time, or try again later."
    fr = "La réponse a pris trop de temps. Demandez-en moins à la fois, ou réessayez plus tard."


@dataclass(eq=False)
class DatabaseBusyError(Refusal):
    code = "BUSY"
    kind = "operational"
    en = "The register cannot be reached just now. Try again in a moment."
    fr = "Le registre est momentanément inaccessible. Réessayez dans un instant."


_CODES: Final[dict[type[Refusal], str]] = {
    RecordedZoneMissingError: "RECORDED_CLOCK_NEEDS_ZONE",
    RecordedUnreadableError: "RECORDED_CLOCK_UNREADABLE",
}


def extensions(refusal: Refusal) -> dict[str, Any]:
    """`extensions` of the GraphQL error that a refusal becomes."""
    return {
        "code": _CODES.get(type(refusal), refusal.code).upper(),
        "message": {"en": refusal.message("en"), "fr": refusal.message("fr")},
    }


def request_error(code: str, en: str, fr: str) -> GraphQLError:
    """An error about the request itself, before anything is read."""
    return GraphQLError(en, extensions={"code": code, "message": {"en": en, "fr": fr}})
