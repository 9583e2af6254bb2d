"""Plans as tables: from left to right orientation, objective, action, expected result, indicator."""

from collections.abc import Sequence
from typing import Any, Final

from domain.ids import PlanId
from domain.plan.commands import DraftPlan
from domain.plan.events import IndicatorKind
from domain.values import LocalizedText, Period
from services.tables import cells
from services.tables.cascade import Cascade, CascadeRow, Named, period_of, plan_of
from services.tables.columns import Bilingual, Context, Plan, Planned, Row, TableFormat, column
from services.tables.problems import TableProblem, problem
from services.tables.reading import Cell

KINDS: Final = {
    "regional_action_plan": ("plan d’action régional", "regional action plan"),
    "action_plan": ("plan d’action", "action plan"),
    "strategic_plan": ("plan stratégique", "strategic plan"),
    "triennial_plan": ("plan triennal", "triennial plan"),
    "community_plan": ("plan communautaire", "community plan"),
    "settlement_strategy": (
        "stratégie locale d’établissement",
        "settlement strategy",
        "stratégie d’établissement",
    ),
}
INDICATOR_KINDS: Final = {
    "count": ("nombre", "count", "number"),
    "amount": ("montant", "amount"),
    "rate": ("taux", "rate"),
    "proportion": ("proportion", "pourcentage", "percentage"),
    "milestone": ("jalon", "milestone", "livrable", "deliverable"),
    "qualitative": ("qualitatif", "qualitative"),
}
_LEVELS: Final = ("orientation", "objective", "action")
_indicator_kind: Final = cells.choice(INDICATOR_KINDS)


def _understand(rows: Sequence[Row], context: Context) -> Plan:
    orders: list[Planned] = []
    problems: list[TableProblem] = []
    cascades: dict[PlanId, Cascade] = {}
    kinds: dict[PlanId, str] = {}
    above: dict[str, Named] = {}
    current: PlanId | None = None
    for row in rows:
        try:
            period = period_of(row.get("start"), row.get("end"))
        except ValueError as error:
            problems.append(problem(row.at("end"), "value", reason=error))
            continue
        title = context.localized(row, "plan")
        assert title is not None  # the column is required
        plan_id = plan_of(context.names, row.get("plan"), period)
        if plan_id != current:
            above, current = {}, plan_id
        if plan_id not in cascades:
            cascades[plan_id] = Cascade(plan_id)
            kinds[plan_id] = row.get("kind")
            orders.append(_drafted(row, plan_id, title, period))
        elif kinds[plan_id] != row.get("kind"):
            problems.append(problem(row.at("kind"), "differs", other=kinds[plan_id]))
            continue
        above = _levels(row, context, above)
        cascade = cascades[plan_id]
        made, told = len(cascade.orders), len(cascade.problems)
        read = _indicators(row, context)
        if isinstance(read, TableProblem):
            problems.append(read)
            continue
        cascade.add(
            CascadeRow(
                place=row.place,
                effective_on=row.get("effective_on"),
                territory=row.get("territory"),
                orientation=above.get("orientation"),
                objective=above.get("objective"),
                action=above.get("action"),
                results=tuple(context.text(words) for words in row.get("result") or ()),
                indicators=read,
            )
        )
        orders += cascade.orders[made:]
        problems += cascade.problems[told:]
    return Plan(orders, problems)


def _drafted(row: Row, plan_id: PlanId, title: LocalizedText, period: Period) -> Planned:
    command = DraftPlan(plan_id=plan_id, kind=row.get("kind"), title=title, period=period)
    return Planned(place=row.place, command=command, effective_on=row.get("effective_on"))


def _levels(row: Row, context: Context, above: dict[str, Named]) -> dict[str, Named]:
    """What stands at each level: an empty cell continues the one above, unless something to its left is new."""
    now: dict[str, Named] = {}
    fresh = False
    for level in _LEVELS:
        wording = context.localized(row, level)
        if wording is not None:
            number = row.get(f"{level}_number")
            named = Named(wording, number or (above[level].number if _same(above, level, wording) else None))
            fresh = fresh or above.get(level) != named
            now[level] = named
        elif not fresh and level in above:
            now[level] = above[level]
    return now


def _same(above: dict[str, Named], level: str, wording: LocalizedText) -> bool:
    return level in above and above[level].wording == wording


def _indicators(
    row: Row, context: Context
) -> tuple[tuple[LocalizedText, IndicatorKind | None], ...] | TableProblem:
    """The indicators of a row, each with its kind where the row says one for each."""
    words = row.get("indicator") or ()
    kinds: tuple[Any, ...] = row.get("indicator_kind") or (None,) * len(words)
    if len(kinds) != len(words):
        return problem(row.at("indicator_kind"), "kinds_uneven", kinds=len(kinds), indicators=len(words))
    return tuple((context.text(text), kind) for text, kind in zip(words, kinds, strict=True))


def _kinds(cell: Cell, language: Any) -> tuple[str, ...]:
    """One kind a line."""
    return tuple(
        _indicator_kind(Cell(cell.place, line, formula=cell.formula, error=cell.error), language)
        for line in cells.lines(cell)
    )


_CONTINUES: Final = Bilingual("Vide : comme au-dessus.", "Empty: as above.")
_NUMBER: Final = Bilingual("Le numéro imprimé, s’il y en a un.", "The number as printed, if there is one.")

PLANS: Final = TableFormat(
    name="plans",
    title=Bilingual("Plan", "Plan"),
    about=Bilingual(
        "Un tableau par plan : de gauche à droite, l’orientation, l’objectif, l’action, le résultat attendu et "
        "l’indicateur. Une cellule vide continue celle du dessus. Le plan est inscrit comme projet; son adoption "
        "est un acte à part.",
        "A table per plan: from left to right the orientation, objective, action, expected result and indicator. "
        "An empty cell continues the one above. The plan is recorded as a draft; to adopt it is another act.",
    ),
    columns=(
        column(
            "plan",
            Bilingual("Titre du plan", "Plan title"),
            cells.text,
            _CONTINUES,
            Bilingual("Exemple : Plan d’action 2024-2025", "Example: Action plan 2024-2025"),
            required=True,
            carried=True,
        ),
        column(
            "kind",
            Bilingual("Genre de plan", "Plan kind"),
            cells.choice(KINDS),
            Bilingual(
                "Plan d’action, plan d’action régional, plan stratégique, plan triennal, plan communautaire, "
                "stratégie locale d’établissement.",
                "Action plan, regional action plan, strategic plan, triennial plan, community plan, settlement "
                "strategy.",
            ),
            Bilingual("plan d’action", "action plan"),
            required=True,
            carried=True,
        ),
        column(
            "start",
            Bilingual("Début", "Start"),
            cells.day,
            Bilingual("Premier jour de la période du plan.", "First day of the plan's period."),
            Bilingual("2024-04-01", "2024-04-01"),
            also=(Bilingual("Date de début", "Start date"),),
            required=True,
            carried=True,
        ),
        column(
            "end",
            Bilingual("Fin", "End"),
            cells.day,
            Bilingual("Dernier jour de la période du plan.", "Last day of the plan's period."),
            Bilingual("2025-03-31", "2025-03-31"),
            also=(Bilingual("Date de fin", "End date"),),
            required=True,
            carried=True,
        ),
        column(
            "effective_on",
            Bilingual("Date d’effet", "Effective date"),
            cells.day,
            Bilingual(
                "Le jour où le projet existe. Vide : comme au-dessus.", "The day on which the draft exists."
            ),
            Bilingual("2024-02-15", "2024-02-15"),
            required=True,
            carried=True,
        ),
        column(
            "territory",
            Bilingual("Territoire", "Territory"),
            cells.territory,
            Bilingual(
                "Le territoire de l’action. Vide : comme au-dessus.", "The action's territory. Empty: as above."
            ),
            Bilingual("Bas-Saint-Laurent", "sgc-cd:3506"),
            also=(Bilingual("Région", "Region"),),
            carried=True,
        ),
        *(
            one
            for level, label, also, example in (
                (
                    "orientation",
                    Bilingual("Orientation", "Strategic orientation"),
                    Bilingual("Orientations", "Orientation"),
                    Bilingual("Accueillir", "Welcoming"),
                ),
                (
                    "objective",
                    Bilingual("Objectif", "Objective"),
                    Bilingual("Objectifs", "Objectives"),
                    Bilingual("Mieux accueillir", "Welcome better"),
                ),
                (
                    "action",
                    Bilingual("Action prévue", "Planned action"),
                    Bilingual("Action", "Action"),
                    Bilingual("Tenir des séances d’accueil", "Hold welcome sessions"),
                ),
            )
            for one in (
                column(
                    f"{level}_number",
                    Bilingual(f"No ({label.fr.casefold()})", f"No. ({label.en.casefold()})"),
                    cells.text,
                    _NUMBER,
                    Bilingual("1", "1"),
                ),
                column(level, label, cells.text, _CONTINUES, example, also=(also,)),
            )
        ),
        column(
            "result",
            Bilingual("Résultats attendus", "Expected results"),
            cells.lines,
            Bilingual("Un par ligne de la cellule.", "One per line of the cell."),
            Bilingual("Des arrivants mieux informés", "Newcomers who know more"),
            also=(Bilingual("Résultat attendu", "Expected result"),),
        ),
        column(
            "indicator",
            Bilingual("Indicateurs de résultat", "Result indicators"),
            cells.lines,
            Bilingual("Un par ligne de la cellule.", "One per line of the cell."),
            Bilingual("Nombre de séances", "Number of sessions"),
            also=(Bilingual("Indicateur", "Indicator"), Bilingual("Indicateurs", "Indicators")),
        ),
        column(
            "indicator_kind",
            Bilingual("Genre d’indicateur", "Indicator kind"),
            _kinds,
            Bilingual(
                "Nombre, montant, taux, proportion, jalon ou qualitatif; un par indicateur.",
                "Count, amount, rate, proportion, milestone or qualitative; one per indicator.",
            ),
            Bilingual("nombre", "count"),
        ),
    ),
    understand=_understand,
)
