"""What the door itself refuses, before or around the rules: form, rights, keys and limits.

Here is what all of them share. Each business area has a module of its own, and `known` imports them all. Every
refusal, of the rules or of the door, has a code that stays; docs/errors.md lists them.
"""

from typing import ClassVar

import msgspec

from domain.errors import Refusal

STATUS_OF_KIND = {
    "malformed": 400,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "refused": 422,
    "operational": 503,
}


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong at one place: a JSON path such as `$.data.wording.fr`."""

    path: str
    code: str
    en: str
    fr: str


class DoorRefusal(Refusal):
    """A refusal of the door. `errors` locate what is wrong inside the request."""

    status: ClassVar[int | None] = None
    """Where the kind alone does not say it."""
    errors: tuple[Located, ...] = ()


def status_of(refusal: Refusal | type[Refusal]) -> int:
    """The HTTP status that a refusal is answered with."""
    status: int | None = getattr(refusal, "status", None)
    return status or STATUS_OF_KIND[refusal.kind]


class _WithErrors(DoorRefusal):
    def __init__(self, errors: tuple[Located, ...]) -> None:
        super().__init__()
        self.errors = errors

    @property
    def facts(self) -> dict[str, object]:
        return {}


class NotJsonError(_WithErrors):
    code = "not_json"
    kind = "malformed"
    en = "The request body is not valid JSON."
    fr = "Le corps de la requête n’est pas du JSON valide."


class FieldsInvalidError(_WithErrors):
    code = "fields_invalid"
    kind = "refused"
    en = "Something in the request is missing, unknown or of the wrong form."
    fr = "Un élément de la requête manque, est inconnu ou n’a pas la bonne forme."
