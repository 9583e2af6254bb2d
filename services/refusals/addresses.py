"""What is refused about the addresses that a body writes to."""

from dataclasses import dataclass

from services.refusals import DoorRefusal


@dataclass(eq=False)
class AddressUnknownError(DoorRefusal):
    code = "address_unknown"
    kind = "not_found"
    en = "This partnership writes to no address of this id."
    fr = "Ce partenariat n’écrit à aucune adresse portant cet identifiant."


@dataclass(eq=False)
class AddressOnListError(DoorRefusal):
    code = "address_on_list"
    kind = "conflict"
    en = "This address is already on the list."
    fr = "Cette adresse figure déjà sur la liste."


@dataclass(eq=False)
class AddressesTooManyError(DoorRefusal):
    maximum: int
    code = "addresses_too_many"
    en = "A partnership writes to at most {maximum} addresses; remove one first."
    fr = "Un partenariat écrit à au plus {maximum} adresses; retirez-en une d’abord."
