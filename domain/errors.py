"""Refusals: what a rule answers instead of events, with a stable code and a message in both languages."""

from dataclasses import dataclass
from typing import Any, ClassVar


class Refusal(Exception):  # noqa: N818 - "refusal" is the word that the field and the API use
    """A rule says no. The edges turn it into HTTP, import lines or GraphQL; nothing was recorded.

    Subclasses are dataclasses whose fields are the facts of the refusal; both messages may name them.
    """

    code: ClassVar[str]
    en: ClassVar[str]
    fr: ClassVar[str]
    kind: ClassVar[str] = "refused"
    """One of refused, conflict, not_found, forbidden, malformed: what the edges map to a status."""

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of the refusal by name, as plain strings and numbers."""
        return {
            name: value if isinstance(value, int | float | bool) else str(value)
            for name, value in vars(self).items()
            if not name.startswith("_")
        }

    def message(self, language: str) -> str:
        """The message in "en" or "fr"."""
        return (self.fr if language == "fr" else self.en).format(**vars(self))

    def __str__(self) -> str:
        return f"{self.code}: {self.message('en')}"


@dataclass(eq=False)
class StreamMissingError(Refusal):
    stream: str
    stream_id: object
    code = "not_found"
    kind = "not_found"
    en = "There is no {stream} with the id {stream_id} here."
    fr = "Il n’y a ici aucun élément « {stream} » portant l’identifiant {stream_id}."


@dataclass(eq=False)
class StreamExistsError(Refusal):
    stream: str
    stream_id: object
    code = "already_exists"
    kind = "conflict"
    en = "A {stream} with the id {stream_id} already exists; choose another id or change the existing one."
    fr = "Un élément « {stream} » portant l’identifiant {stream_id} existe déjà; choisissez-en un autre."


@dataclass(eq=False)
class BeforeStartError(Refusal):
    effective_on: object
    started_on: object
    code = "before_start"
    en = "{effective_on} is before this record begins ({started_on})."
    fr = "Le {effective_on} précède le début de cet enregistrement ({started_on})."


@dataclass(eq=False)
class OutOfOrderError(Refusal):
    effective_on: object
    last_on: object
    code = "out_of_order"
    en = "This step cannot be dated {effective_on}: the previous step is dated {last_on}."
    fr = "Cette étape ne peut être datée du {effective_on} : la précédente est datée du {last_on}."


@dataclass(eq=False)
class VersionStaleError(Refusal):
    expected: int
    actual: int
    code = "version_stale"
    kind = "conflict"
    en = "The record changed meanwhile: you saw version {expected}, it is now {actual}. Reload and try again."
    fr = (
        "L’enregistrement a changé entre-temps : vous aviez la version {expected}, c’est maintenant la "
        "{actual}. Rechargez et recommencez."
    )


@dataclass(eq=False)
class CitationUnknownError(Refusal):
    log: object
    stream: object
    version: int
    code = "citation_unknown"
    en = "The cited record does not exist or is not public: log {log}, stream {stream}, version {version}."
    fr = (
        "L’enregistrement cité n’existe pas ou n’est pas public : registre {log}, flux {stream}, "
        "version {version}."
    )


@dataclass(eq=False)
class ClaimTakenError(Refusal):
    claim: str
    code = "claim_taken"
    kind = "conflict"
    en = "“{claim}” is already taken."
    fr = "« {claim} » est déjà pris."


@dataclass(eq=False)
class WrongBodyError(Refusal):
    command: str
    kind_of_body: str
    code = "wrong_kind_of_body"
    en = "{command} does not belong in the log of a {kind_of_body}."
    fr = "{command} n’a pas sa place dans le registre d’un organisme de type {kind_of_body}."
