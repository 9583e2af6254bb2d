"""What a dataset refuses."""

from dataclasses import dataclass

from domain.errors import Refusal


@dataclass(eq=False)
class VintageExistsError(Refusal):
    vintage: str
    code = "vintage_exists"
    en = "The dataset already has a vintage “{vintage}”; published figures stay as they are."
    fr = "Le jeu de données a déjà un millésime « {vintage} »; les chiffres publiés restent tels quels."


@dataclass(eq=False)
class VintageMissingError(Refusal):
    vintage: str
    code = "vintage_missing"
    en = "The dataset has no vintage “{vintage}” that stands."
    fr = "Le jeu de données n’a aucun millésime « {vintage} » qui tienne."


@dataclass(eq=False)
class CellRepeatsError(Refusal):
    key: str
    code = "cell_repeats"
    en = "The figure “{key}” stands twice in the vintage."
    fr = "Le chiffre « {key} » figure deux fois dans le millésime."


@dataclass(eq=False)
class NameRepeatsError(Refusal):
    dimension: str
    category: str | None
    code = "name_repeats"
    en = "The category “{category}” of “{dimension}” is named twice."
    fr = "La catégorie « {category} » de « {dimension} » est nommée deux fois."


@dataclass(eq=False)
class CellUnknownError(Refusal):
    key: str
    vintage: str
    code = "cell_unknown"
    en = "The vintage “{vintage}” has no figure “{key}” to tie a claim to."
    fr = "Le millésime « {vintage} » n’a aucun chiffre « {key} » auquel rattacher une affirmation."


@dataclass(eq=False)
class TieFormError(Refusal):
    code = "tie_form"
    en = "Name the cells that a quotient or a part is of; a part is given as a percentage."
    fr = "Nommez les cellules sur lesquelles porte le quotient ou la part; une part se donne en pourcentage."


@dataclass(eq=False)
class ClaimExistsError(Refusal):
    claim_id: object
    code = "claim_exists"
    en = "The dataset already has a claim {claim_id}."
    fr = "Le jeu de données a déjà une affirmation {claim_id}."


@dataclass(eq=False)
class ClaimMissingError(Refusal):
    claim_id: object
    code = "claim_missing"
    en = "The dataset has no claim {claim_id} that stands."
    fr = "Le jeu de données n’a aucune affirmation {claim_id} qui tienne."
