"""What is refused because it is too much at once, or too much in all."""

from dataclasses import dataclass

from services.refusals import DoorRefusal


@dataclass(eq=False)
class TooManyRequestsError(DoorRefusal):
    seconds: int
    counted_by: str
    code = "too_many_requests"
    kind = "forbidden"
    status = 429
    en = "Too many requests in this minute. Wait {seconds} seconds, then go on."
    fr = "Trop de requêtes dans cette minute. Attendez {seconds} secondes, puis continuez."


@dataclass(eq=False)
class QuotaReachedError(DoorRefusal):
    what: str
    maximum: int
    seconds: int
    code = "quota_reached"
    kind = "forbidden"
    status = 429
    en = (
        "This partnership has used what it may ({what}: {maximum}). Try again in {seconds} seconds, or ask an "
        "operator."
    )
    fr = (
        "Ce partenariat a utilisé ce qui lui est permis ({what} : {maximum}). Réessayez dans {seconds} secondes, "
        "ou demandez à un exploitant."
    )


@dataclass(eq=False)
class StorageFullError(DoorRefusal):
    bytes_used: int
    bytes_max: int
    bytes_given: int
    code = "storage_full"
    kind = "forbidden"
    status = 413
    en = (
        "The documents of this partnership take {bytes_used} of {bytes_max} bytes; there is no room for "
        "{bytes_given} more. Ask an operator for room."
    )
    fr = (
        "Les documents de ce partenariat occupent {bytes_used} octets sur {bytes_max}; il n’y a pas de place "
        "pour {bytes_given} de plus. Demandez de l’espace à un exploitant."
    )
