"""A regional plan as the ministry prints it: five columns, merged cells, a heading per region. Or as JSON.

It is brought in by a verb of its own, since the table itself says neither its title nor its period.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

import msgspec

from domain.ids import TenantId
from domain.plan.commands import DraftPlan
from domain.plan.events import IndicatorKind
from domain.values import LocalizedText, Period, TerritoryCode, fr
from services.decoding import convert, parse_json
from services.refusals import FieldsInvalidError, NotJsonError
from services.tables import cells
from services.tables.cascade import Cascade, CascadeRow, Named, period_of, plan_of
from services.tables.columns import (
    Bilingual,
    Column,
    Context,
    Plan,
    Planned,
    Row,
    TableFormat,
    match_heading,
    read_rows,
)
from services.tables.intake import Understood, Wish, check_orders, imported_table, names_of
from services.tables.problems import Place, TableProblem, TableRefusedError, of_rule, problem
from services.tables.reading import Cell, Sheet, fold, read_table

NAME: Final = "regional-plan"
_TITLE: Final = Bilingual("Plan d’action régional", "Regional action plan")
_LEVELS: Final = ("orientation", "objective", "action")
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]


class PlanFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the printed table does not say."""

    title: str
    start: date
    end: date
    effective_on: date | None = None
    """Absent: the first day of the period."""


# --- as JSON ------------------------------------------------------------------------------------------------


class _Period(msgspec.Struct, frozen=True, kw_only=True):
    start: date
    end: date


class _Indicator(msgspec.Struct, frozen=True, kw_only=True):
    text_fr: _Text
    kind: IndicatorKind | None = None


class _Action(msgspec.Struct, frozen=True, kw_only=True):
    orientation: str
    objective: str
    action_fr: _Text
    action_bullets_fr: tuple[_Text, ...] = ()
    expected_results_fr: tuple[_Text, ...] = ()
    indicators: tuple[_Indicator, ...] = ()


class _Region(msgspec.Struct, frozen=True, kw_only=True):
    region_code_qc: str
    actions: tuple[_Action, ...]


class _RegionalPlan(msgspec.Struct, frozen=True, kw_only=True):
    title_fr: _Text
    period: _Period
    orientations: dict[str, _Text]
    objectives: dict[str, _Text]
    regions: tuple[_Region, ...]


def understand_regional_plan(
    content: bytes,
    tenant_id: TenantId,
    today: date,
    wish: Wish,
    *,
    facts: PlanFacts | None = None,
    region: str | None = None,
) -> Understood:
    """Read a regional plan, of one region or of all.

    Args:
        content: JSON, CSV or a workbook.
        tenant_id: the body whose plan it is.
        today: where the body is.
        wish: how the file is to be taken.
        facts: title and period, which JSON gives itself.
        region: its number, to take that region alone.

    Raises:
        TableRefusedError: with everything that is wrong.
    """
    context = Context(tenant_id, wish.language or "fr", names_of(tenant_id))
    if content.lstrip()[:1] == b"{":
        name, rows, facts = _from_json(content, facts)
        left_out: tuple[str, ...] = ()
    else:
        if facts is None:
            raise TableRefusedError([problem(Place("—"), "plan_facts_missing")])
        name, rows, left_out = _from_table(content, wish, context, facts)
    rows = [row for row in rows if region is None or (row.territory is not None and row.territory.code == region)]
    plan = _plan(rows, facts, context)
    check_orders(plan, today, name)
    return Understood(
        form=NAME,
        sheet=name,
        language=context.language,
        rows=len(rows),
        examples=0,
        columns_left_out=left_out,
        orders=tuple(plan.orders),
        about=imported_table(_TITLE.fr, _TITLE.en),
    )


def _plan(rows: Sequence[CascadeRow], facts: PlanFacts, context: Context) -> Plan:
    try:
        period: Period = period_of(facts.start, facts.end)
    except ValueError as error:
        raise TableRefusedError([problem(Place("—"), "value", reason=error)]) from error
    if not rows:
        return Plan([], [])
    cascade = Cascade(plan_of(context.names, facts.title, period))
    for row in rows:
        cascade.add(row)
    command = DraftPlan(
        plan_id=cascade.plan_id, kind="regional_action_plan", title=context.text(facts.title), period=period
    )
    drafted = Planned(place=rows[0].place, command=command, effective_on=rows[0].effective_on)
    return Plan([drafted, *cascade.orders], cascade.problems)


def _from_json(content: bytes, facts: PlanFacts | None) -> tuple[str, list[CascadeRow], PlanFacts]:
    try:
        read = convert(parse_json(content), _RegionalPlan, "$")
    except (NotJsonError, FieldsInvalidError) as refusal:
        raise TableRefusedError(
            [of_rule(Place(each.path), each.code, en=each.en, fr=each.fr) for each in refusal.errors]
        ) from refusal
    known = facts or PlanFacts(title=read.title_fr, start=read.period.start, end=read.period.end)
    rows: list[CascadeRow] = []
    problems: list[TableProblem] = []
    for r, region in enumerate(read.regions):
        if region.region_code_qc not in cells.REGIONS:
            place = Place(f"$.regions[{r}].region_code_qc")
            problems.append(problem(place, "territory_unread", value=region.region_code_qc))
            continue
        for a, action in enumerate(region.actions):
            place = Place(f"$.regions[{r}].actions[{a}]")
            for name, numbers in (("orientation", read.orientations), ("objective", read.objectives)):
                number = getattr(action, name)
                if number not in numbers:
                    problems.append(
                        problem(Place(f"{place}.{name}"), "not_listed", value=number, listed=", ".join(numbers))
                    )
            if not problems:
                rows.append(_row(read, region.region_code_qc, action, place, known))
    if problems:
        raise TableRefusedError(problems)
    return "JSON", rows, known


def _row(read: _RegionalPlan, region: str, action: _Action, place: Place, facts: PlanFacts) -> CascadeRow:
    words = " ".join((action.action_fr, "; ".join(action.action_bullets_fr))).strip()
    return CascadeRow(
        place=place,
        effective_on=facts.effective_on or facts.start,
        territory=_territory(region),
        orientation=Named(fr(read.orientations[action.orientation]), action.orientation),
        objective=Named(fr(read.objectives[action.objective]), action.objective),
        action=Named(fr(words)),
        results=tuple(fr(text) for text in action.expected_results_fr),
        indicators=tuple((fr(each.text_fr), each.kind) for each in action.indicators),
    )


def _territory(region: str) -> TerritoryCode:
    return TerritoryCode(scheme="qc-region", code=region, name=fr(cells.REGIONS[region]))


# --- as printed ---------------------------------------------------------------------------------------------


def _from_table(
    content: bytes, wish: Wish, context: Context, facts: PlanFacts
) -> tuple[str, list[CascadeRow], tuple[str, ...]]:
    sheet = read_table(content, sheet=wish.sheet, headings=REGIONAL.headings())
    matched = match_heading(sheet, REGIONAL, language=wish.language or "fr", left_out=wish.leave_out)
    rows: list[CascadeRow] = []
    problems: list[TableProblem] = []
    above: dict[str, Named] = {}
    territory: TerritoryCode | None = None
    for part in _by_region(sheet):
        if isinstance(part, TerritoryCode):
            territory, above = part, {}
            continue
        read = read_rows(part, REGIONAL, matched)
        problems += read.problems
        for row in read.rows:
            above = _levels(row, context, above)
            rows.append(
                CascadeRow(
                    place=row.place,
                    effective_on=facts.effective_on or facts.start,
                    territory=territory,
                    orientation=above.get("orientation"),
                    objective=above.get("objective"),
                    action=above.get("action"),
                    results=_texts(row, "result", context),
                    indicators=tuple((text, None) for text in _texts(row, "indicator", context)),
                )
            )
    if problems:
        raise TableRefusedError(problems)
    return sheet.name, rows, matched.left_out


def _by_region(sheet: Sheet) -> list[Sheet | TerritoryCode]:
    """The sheet cut at the headings of its regions: rows with one cell, which names a region."""
    parts: list[Sheet | TerritoryCode] = []
    for row in sheet.rows:
        filled = [cell for cell in row if not cell.blank]
        if len(filled) == 1 and isinstance(filled[0].value, str) and _is_heading(filled[0].value):
            try:
                parts.append(cells.territory(filled[0]))
            except cells.Unread as unread:
                raise TableRefusedError([unread.told]) from unread
        else:
            parts.append(Sheet(name=sheet.name, heading=sheet.heading, rows=(row,), merged=sheet.merged))
    return parts


def _is_heading(text: str) -> bool:
    """Whether a cell that stands alone in its row says that a region begins."""
    folded = fold(text)
    return folded.startswith("region ") or folded in {fold(name) for name in cells.REGIONS.values()}


def _levels(row: Row, context: Context, above: dict[str, Named]) -> dict[str, Named]:
    now: dict[str, Named] = {}
    fresh = False
    for level in _LEVELS:
        wording = context.localized(row, level)
        if wording is not None:
            now[level] = Named(wording)
            fresh = fresh or above.get(level) != now[level]
        elif level in above and not fresh:
            now[level] = above[level]
    return now


def _texts(row: Row, name: str, context: Context) -> tuple[LocalizedText, ...]:
    return tuple(context.text(words) for words in row.get(name) or ())


def _one_line(cell: Cell, _: Any = None) -> str:
    return " ".join(cells.lines(cell))


def _column(name: str, french: str, english: str, read: Any, *also: Bilingual) -> Column:
    return Column(
        name=name,
        label=Bilingual(french, english),
        read=read,
        also=also,
        help=Bilingual("Vide ou fusionnée : comme au-dessus.", "Empty or merged: as above."),
        example=Bilingual("", ""),
    )


REGIONAL: Final = TableFormat(
    name=NAME,
    title=_TITLE,
    about=Bilingual(
        "Le tableau du plan régional tel que le ministère l’imprime.",
        "The table of a regional plan as the ministry prints it.",
    ),
    columns=(
        _column(
            "orientation",
            "Orientations du Plan stratégique",
            "Orientations of the strategic plan",
            _one_line,
            Bilingual("Orientations", "Orientations"),
            Bilingual("Orientation", "Orientation"),
        ),
        _column(
            "objective",
            "Objectifs du Plan stratégique",
            "Objectives of the strategic plan",
            _one_line,
            Bilingual("Objectifs", "Objectives"),
            Bilingual("Objectif", "Objective"),
        ),
        _column(
            "action", "Action régionale", "Regional action", _one_line, Bilingual("Actions régionales", "Action")
        ),
        _column("result", "Résultats attendus", "Expected results", cells.lines),
        _column("indicator", "Indicateurs de résultat", "Result indicators", cells.lines),
    ),
    understand=lambda _rows, _context: Plan([], []),
    merged=True,
)
