"""What submissions refuse."""

from dataclasses import dataclass

from domain.errors import Refusal


@dataclass(eq=False)
class StepOutOfTurnError(Refusal):
    act: str
    stage: str
    code = "step_out_of_turn"
    en = "“{act}” is no step from the stage “{stage}”."
    fr = "« {act} » n’est pas une étape possible à partir de l’état « {stage} »."


@dataclass(eq=False)
class RouteRoleError(Refusal):
    act: str
    role: str
    route: str
    code = "role_not_in_route"
    kind = "forbidden"
    en = "In the route “{route}”, the step “{act}” is not taken by the role {role}."
    fr = "Dans le parcours « {route} », l’étape « {act} » ne revient pas au rôle {role}."


@dataclass(eq=False)
class SamePersonError(Refusal):
    act: str
    code = "same_person"
    kind = "forbidden"
    en = "Whoever submitted a figure takes no part in “{act}”: another person must."
    fr = "La personne qui a soumis une valeur ne participe pas à l’étape « {act} » : une autre doit s’en charger."


@dataclass(eq=False)
class CutUnknownError(Refusal):
    dimension: str
    category: str
    code = "cut_unknown"
    en = "The indicator has no category “{category}” in a dimension “{dimension}”."
    fr = "L’indicateur n’a pas de catégorie « {category} » dans une dimension « {dimension} »."


@dataclass(eq=False)
class CutRepeatedError(Refusal):
    dimension: str
    code = "cut_repeated"
    en = "The dimension “{dimension}” stands twice; a figure falls under one category of each."
    fr = "La dimension « {dimension} » figure deux fois; une valeur relève d’une seule catégorie de chacune."


@dataclass(eq=False)
class UnitMismatchError(Refusal):
    unit: str
    expected: str
    code = "unit_mismatch"
    en = "The figure is in “{unit}”; the indicator counts “{expected}”."
    fr = "La valeur est en « {unit} »; l’indicateur compte en « {expected} »."


@dataclass(eq=False)
class ValueKindError(Refusal):
    kind_of_value: str
    kind_of_indicator: str
    code = "value_kind_mismatch"
    en = "A figure of kind {kind_of_value} does not answer an indicator of kind {kind_of_indicator}."
    fr = "Une valeur de type {kind_of_value} ne répond pas à un indicateur de type {kind_of_indicator}."


@dataclass(eq=False)
class FigureSidesError(Refusal):
    kind_of_indicator: str
    code = "figure_sides"
    en = "An indicator of kind {kind_of_indicator}: rates and proportions come with a denominator, others without."
    fr = "Indicateur de type {kind_of_indicator} : taux et proportions ont un dénominateur, les autres non."


@dataclass(eq=False)
class NotWhatIsRequiredError(Refusal):
    requirement_id: object
    code = "not_what_is_required"
    en = "The requirement {requirement_id} asks for another indicator, period or territory."
    fr = "L’exigence {requirement_id} porte sur un autre indicateur, une autre période ou un autre territoire."
