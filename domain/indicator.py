"""Indicators: what is counted, how its figures come together, and by what they may be broken down.

A partnership, funder or ministry defines them in its own log; those of the commons are shared by all. What a
definition says of figures never changes: a figure once reported keeps its meaning. Another unit is another
indicator.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from domain.audience import Audience
from domain.body import PARTNERSHIPS, BodyKind
from domain.case import Case, Need, Reads
from domain.confidentiality import COUNTING, Counted
from domain.errors import CitationUnknownError, Refusal, StreamMissingError
from domain.event import Event, Recorded, event
from domain.facts import Dated, holds, latest
from domain.ids import ElementId, IndicatorId, PlanId, StreamId, TenantId
from domain.plan.events import IndicatorKind
from domain.stream import Command, State, Stream
from domain.values import Citation, Combining, LocalizedText, SealedText

OWNERS = PARTNERSHIPS | {BodyKind.FUNDER, BodyKind.MINISTRY, BodyKind.COMMONS}
Direction = Literal["increase", "decrease", "unstated"]
Unit = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]

QUOTIENTS = frozenset({"rate", "proportion"})
WORDS = frozenset({"milestone", "qualitative"})

Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$(?!\n)", max_length=40)]


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value of a dimension, such as *women* or *refugees*."""

    code: Code
    label: LocalizedText


class Dimension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something by which figures may be broken down, with its categories in order."""

    code: Code
    label: LocalizedText
    categories: Annotated[tuple[Category, ...], msgspec.Meta(min_length=1, max_length=60)]


class PlanIndicator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The indicator of a plan of the same body that a definition makes precise."""

    plan_id: PlanId
    element_id: ElementId


Dimensions = Annotated[tuple[Dimension, ...], msgspec.Meta(max_length=12)]


# --- events -------------------------------------------------------------------------------------------------


@event("indicator.Defined", lifecycle=True)
class IndicatorDefined(Event, frozen=True, kw_only=True):
    """`source_rule` names the rule by which records kept here feed it; None: its figures are typed."""

    wording: LocalizedText
    description: LocalizedText | None
    unit: str
    kind: IndicatorKind
    direction: Direction
    combining: Combining
    denominator: LocalizedText | None
    denominator_unit: str | None
    dimensions: tuple[Dimension, ...]
    source_rule: str | None
    plan_indicator: PlanIndicator | None
    audience: Audience


@event("indicator.Revised")
class IndicatorRevised(Event, frozen=True, kw_only=True):
    """What it leaves out stays. Dimensions come whole."""

    wording: LocalizedText | None
    description: LocalizedText | None
    direction: Direction | None
    dimensions: tuple[Dimension, ...] | None
    source_rule: str | None


@event("indicator.CountingStated")
class IndicatorCountingStated(Event, frozen=True, kw_only=True):
    """Until somebody says it, what is counted may be people."""

    counted: Counted


@event("indicator.Retired", lifecycle=True)
class IndicatorRetired(Event, frozen=True, kw_only=True):
    """Nothing new is asked or reported of it; what was reported stays."""

    note: SealedText | None


# --- commands -----------------------------------------------------------------------------------------------


class DefineIndicator(Command, frozen=True, kw_only=True):
    """Say what is counted and how its figures come together."""

    definition_id: IndicatorId
    wording: LocalizedText
    unit: Unit
    kind: IndicatorKind
    combining: Combining
    description: LocalizedText | None = None
    direction: Direction = "unstated"
    denominator: LocalizedText | None = None
    denominator_unit: Unit | None = None
    dimensions: Dimensions = ()
    source_rule: Code | None = None
    plan_indicator: PlanIndicator | None = None
    audience: Audience = Audience.PUBLIC
    counted: Counted | None = None


class ReviseIndicator(Command, frozen=True, kw_only=True):
    """Reword an indicator, or change its direction, its dimensions or what feeds it; or say what it counts."""

    definition_id: IndicatorId
    wording: LocalizedText | None = None
    description: LocalizedText | None = None
    direction: Direction | None = None
    dimensions: Dimensions | None = None
    source_rule: Code | None = None
    counted: Counted | None = None


class RetireIndicator(Command, frozen=True, kw_only=True):
    """Ask and report nothing more of an indicator."""

    definition_id: IndicatorId
    note: SealedText | None = None


# --- refusals -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class DenominatorMissingError(Refusal):
    kind_of_indicator: str
    code = "denominator_missing"
    en = "An indicator of kind {kind_of_indicator} is a quotient: say what its denominator is and in which unit."
    fr = "Un indicateur de type {kind_of_indicator} est un quotient : précisez son dénominateur et son unité."


@dataclass(eq=False)
class DenominatorUnwantedError(Refusal):
    kind_of_indicator: str
    code = "denominator_unwanted"
    en = "An indicator of kind {kind_of_indicator} has no denominator; only rates and proportions do."
    fr = "Un indicateur de type {kind_of_indicator} n’a pas de dénominateur; seuls les taux et proportions en ont."


@dataclass(eq=False)
class CountedUnwantedError(Refusal):
    kind_of_indicator: str
    code = "counted_unwanted"
    en = "An indicator of kind {kind_of_indicator} counts nothing: leave “counted” out."
    fr = "Un indicateur de type {kind_of_indicator} ne dénombre rien : omettez « counted »."


@dataclass(eq=False)
class CombiningImpossibleError(Refusal):
    kind_of_indicator: str
    measure: str
    rule: str
    code = "combining_impossible"
    en = "Figures of kind {kind_of_indicator} that measure a {measure} do not come together by “{rule}”."
    fr = "Des valeurs de type {kind_of_indicator} mesurant un « {measure} » ne se réunissent pas par « {rule} »."


@dataclass(eq=False)
class CodeRepeatedError(Refusal):
    repeated: str
    code = "code_repeated"
    en = "The code “{repeated}” stands twice; each dimension, and each category within one, has its own."
    fr = "Le code « {repeated} » figure deux fois; chaque dimension, et chaque catégorie de celle-ci, a le sien."


@dataclass(eq=False)
class RevisionEmptyError(Refusal):
    code = "revision_empty"
    en = "This revision changes nothing of the indicator."
    fr = "Cette révision ne change rien à l’indicateur."


@dataclass(eq=False)
class IndicatorRetiredError(Refusal):
    indicator_id: object
    code = "indicator_retired"
    en = "The indicator {indicator_id} was retired; nothing new is asked or reported of it."
    fr = "L’indicateur {indicator_id} a été retiré; plus rien ne s’y demande ni ne s’y rapporte."


# --- state --------------------------------------------------------------------------------------------------


class Indicator(State, frozen=True, kw_only=True):
    unit: str | None = None
    kind: IndicatorKind = "count"
    combining: Combining | None = None
    denominator_unit: str | None = None
    wording: Dated[LocalizedText] | None = None
    description: Dated[LocalizedText] | None = None
    direction: Dated[Direction] | None = None
    dimensions: Dated[tuple[Dimension, ...]] | None = None
    source_rule: Dated[str] | None = None
    counted: Dated[Counted] | None = None
    ever: frozenset[tuple[str, str]] = frozenset()
    """Every (dimension, category) that it has or had: what was reported under one stays readable."""
    audience: Audience = Audience.PUBLIC
    retired: bool = False

    @property
    def quotient(self) -> bool:
        """Whether its figures have a denominator."""
        return self.kind in QUOTIENTS


def evolve(indicator: Indicator, recorded: Recorded) -> Indicator:
    replace = msgspec.structs.replace
    match recorded.payload:
        case IndicatorDefined() as defined:
            return replace(
                indicator,
                unit=defined.unit,
                kind=defined.kind,
                combining=defined.combining,
                denominator_unit=defined.denominator_unit,
                wording=latest(None, defined.wording, recorded),
                description=None if defined.description is None else latest(None, defined.description, recorded),
                direction=latest(None, defined.direction, recorded),
                dimensions=latest(None, defined.dimensions, recorded),
                source_rule=None if defined.source_rule is None else latest(None, defined.source_rule, recorded),
                ever=_cuts(defined.dimensions),
                audience=defined.audience,
            )
        case IndicatorRevised() as revised:
            changes = {
                name: latest(getattr(indicator, name), value, recorded)
                for name in ("wording", "description", "direction", "dimensions", "source_rule")
                if (value := getattr(revised, name)) is not None
            }
            return replace(indicator, **changes, ever=indicator.ever | _cuts(revised.dimensions or ()))
        case IndicatorCountingStated(counted=counted):
            return replace(indicator, counted=latest(indicator.counted, counted, recorded))
        case IndicatorRetired():
            return replace(indicator, retired=True)
    return indicator


def _cuts(dimensions: tuple[Dimension, ...]) -> frozenset[tuple[str, str]]:
    return frozenset((one.code, category.code) for one in dimensions for category in one.categories)


INDICATOR = Stream(
    "indicator", Indicator(), evolve, is_public=lambda indicator: indicator.audience is Audience.PUBLIC
)


def cited_by(cited: Citation, reads: Reads) -> Need:
    """The need of a rule whose command cites an indicator. One of the own log is guarded by the append."""
    return Need(INDICATOR, StreamId(cited.stream), None if cited.log == reads.log else TenantId(cited.log))


def cited_in(case: Case, cited: Citation) -> Indicator:
    """The indicator that a command cites.

    Raises:
        StreamMissingError: what is cited of the own log is no indicator.
        CitationUnknownError: what is cited of another log is none.
    """
    if cited.log == case.tenant_id:
        return case.state(INDICATOR, StreamId(cited.stream))
    try:
        return case.state(INDICATOR, StreamId(cited.stream), TenantId(cited.log))
    except StreamMissingError as error:
        raise CitationUnknownError(log=cited.log, stream=cited.stream, version=cited.version) from error


# --- rules --------------------------------------------------------------------------------------------------


@INDICATOR.handles("definition_id", creates=True, owners=OWNERS)
def define(indicator: Indicator, command: DefineIndicator) -> list[Event]:  # noqa: ARG001 - no past
    """Define an indicator whose figures can come together as it says.

    Raises:
        DenominatorMissingError, DenominatorUnwantedError: quotients have a denominator with its unit, others none.
        CountedUnwantedError: it counts nothing.
        CombiningImpossibleError: what cannot be added would be added.
        CodeRepeatedError: two dimensions or two categories of one have the same code.
    """
    _check_denominator(command)
    _check_counted(command.kind, command.counted)
    _check_combining(command)
    _check_codes(command.dimensions)
    defined = IndicatorDefined(
        wording=command.wording,
        description=command.description,
        unit=command.unit,
        kind=command.kind,
        direction=command.direction,
        combining=command.combining,
        denominator=command.denominator,
        denominator_unit=command.denominator_unit,
        dimensions=command.dimensions,
        source_rule=command.source_rule,
        plan_indicator=command.plan_indicator,
        audience=command.audience,
    )
    return [defined] if command.counted is None else [defined, IndicatorCountingStated(counted=command.counted)]


@INDICATOR.handles("definition_id", owners=OWNERS)
def revise(indicator: Indicator, command: ReviseIndicator, case: Case) -> list[Event]:
    """Change what may change; what already holds on that day records nothing.

    Raises:
        IndicatorRetiredError: it was retired.
        RevisionEmptyError: nothing is changed.
        CountedUnwantedError: it counts nothing.
        CodeRepeatedError: two dimensions or two categories of one have the same code.
    """
    if indicator.retired:
        raise IndicatorRetiredError(indicator_id=command.definition_id)
    names = ("wording", "description", "direction", "dimensions", "source_rule")
    given = {name: value for name in names if (value := getattr(command, name)) is not None}
    if not given and command.counted is None:
        raise RevisionEmptyError
    _check_codes(command.dimensions or ())
    _check_counted(indicator.kind, command.counted)
    events: list[Event] = []
    if not all(holds(getattr(indicator, name), value, case.on) for name, value in given.items()):
        events.append(IndicatorRevised(**(dict.fromkeys(names) | given)))
    if command.counted is not None and not holds(indicator.counted, command.counted, case.on):
        events.append(IndicatorCountingStated(counted=command.counted))
    return events


@INDICATOR.handles("definition_id", owners=OWNERS)
def retire(indicator: Indicator, command: RetireIndicator) -> list[Event]:
    """Retire an indicator; a second time is refused, since its date would contradict the first."""
    if indicator.retired:
        raise IndicatorRetiredError(indicator_id=command.definition_id)
    return [IndicatorRetired(note=command.note)]


def _check_denominator(command: DefineIndicator) -> None:
    stated = (command.denominator is not None, command.denominator_unit is not None)
    if command.kind in QUOTIENTS:
        if not all(stated):
            raise DenominatorMissingError(kind_of_indicator=command.kind)
    elif any(stated):
        raise DenominatorUnwantedError(kind_of_indicator=command.kind)


def _check_counted(kind: IndicatorKind, counted: Counted | None) -> None:
    if counted is not None and kind not in COUNTING:
        raise CountedUnwantedError(kind_of_indicator=kind)


def _check_combining(command: DefineIndicator) -> None:
    combining = command.combining
    allowed_over: frozenset[str] = frozenset({"last", "not_addable"})
    allowed_across: frozenset[str] = frozenset({"none"})
    if command.kind not in WORDS and combining.measure != "distinct":
        together = "ratio_of_sums" if command.kind in QUOTIENTS else "sum"
        allowed_across |= {together}
        if combining.measure == "flow":
            allowed_over |= {together}
    for rule, allowed in ((combining.over_periods, allowed_over), (combining.across_bodies, allowed_across)):
        if rule not in allowed:
            raise CombiningImpossibleError(kind_of_indicator=command.kind, measure=combining.measure, rule=rule)


def _check_codes(dimensions: tuple[Dimension, ...]) -> None:
    for codes in (
        [one.code for one in dimensions],
        *([each.code for each in one.categories] for one in dimensions),
    ):
        for index, code in enumerate(codes):
            if code in codes[:index]:
                raise CodeRepeatedError(repeated=code)
