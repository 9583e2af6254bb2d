"""Values of indicators: a row is a figure for an indicator, a period and a territory, recorded as a draft."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.ids import SubmissionId
from domain.submission.commands import DraftSubmission
from domain.values import Citation, QualifiedValue
from services.tables import cells
from services.tables.cascade import period_of
from services.tables.cells import unread
from services.tables.columns import Bilingual, Context, Plan, Planned, Row, TableFormat, column
from services.tables.problems import TableProblem, problem
from services.tables.reading import Cell


def _understand(rows: Sequence[Row], context: Context) -> Plan:
    orders: list[Planned] = []
    problems: list[TableProblem] = []
    for row in rows:
        planned = _planned(row, context)
        if isinstance(planned, TableProblem):
            problems.append(planned)
        else:
            orders.append(planned)
    return Plan(orders, problems)


def _planned(row: Row, context: Context) -> Planned | TableProblem:
    try:
        period = period_of(row.get("start"), row.get("end"))
    except ValueError as error:
        return problem(row.at("end"), "value", reason=error)
    value = _with_unit(row, "value", "unit")
    denominator = _with_unit(row, "denominator", "denominator_unit")
    if isinstance(value, TableProblem):
        return value
    if isinstance(denominator, TableProblem):
        return denominator
    assert value is not None  # the column is required
    indicator = Citation(
        log=row.get("log") or context.tenant_id, stream=row.get("indicator"), version=row.get("version") or 1
    )
    territory = row.get("territory")
    where = "" if territory is None else f"{territory.scheme}:{territory.code}"
    key = f"value/{indicator.log}/{indicator.stream}/{period.start}/{period.end}/{where}"
    command = DraftSubmission(
        submission_id=SubmissionId(uuid5(context.names, key)),
        indicator=indicator,
        period=period,
        value=value,
        denominator=denominator,
        territory=territory,
    )
    return Planned(place=row.place, command=command, effective_on=row.get("effective_on"))


def _with_unit(row: Row, name: str, unit_name: str) -> QualifiedValue | TableProblem | None:
    """A figure in the unit that its row says, which may not be another than the printed one."""
    value: QualifiedValue | None = row.get(name)
    unit = row.get(unit_name)
    if value is None or unit is None or value.unit == unit:
        return value
    if value.unit is not None:
        return problem(row.at(unit_name), "differs", other=value.unit)
    return replace(value, unit=unit)


def an_id(cell: Cell, _: Any = None) -> UUID:
    """An id of the register."""
    given = cells.text(cell)
    try:
        return UUID(given)
    except ValueError as error:
        raise unread(cell, "id_unread", value=given) from error


_AN_ID: Final = "01920000-0000-7000-8000-000000000034"

VALUES: Final = TableFormat(
    name="values",
    title=Bilingual("Valeurs", "Values"),
    about=Bilingual(
        "Une rangée par valeur : un indicateur, une période, un territoire. Elle est inscrite comme projet; la "
        "soumettre, la valider et l’approuver sont des actes à part.",
        "One row per value: an indicator, a period, a territory. It is recorded as a draft; to submit, validate "
        "and approve it are other acts.",
    ),
    columns=(
        column(
            "remark",
            Bilingual("Indicateur (pour mémoire)", "Indicator (as a reminder)"),
            cells.text,
            Bilingual(
                "Le libellé, pour qui remplit; il n’est pas inscrit.", "The wording, for whoever fills it in."
            ),
            Bilingual("Exemple : Séances d’accueil", "Example: Welcome sessions"),
        ),
        column(
            "indicator",
            Bilingual("Identifiant de l’indicateur", "Indicator id"),
            an_id,
            Bilingual("Tel que le registre le donne (GraphQL : indicators).", "As the register gives it."),
            Bilingual(_AN_ID, _AN_ID),
            required=True,
        ),
        column(
            "log",
            Bilingual("Organisme de l’indicateur", "Body of the indicator"),
            an_id,
            Bilingual(
                "L’identifiant de qui l’a défini; vide : vous.", "The id of whoever defined it; empty: you."
            ),
            Bilingual("", ""),
        ),
        column(
            "version",
            Bilingual("Version de l’indicateur", "Indicator version"),
            cells.whole_number,
            Bilingual("Vide : 1.", "Empty: 1."),
            Bilingual("1", "1"),
        ),
        column(
            "start",
            Bilingual("Début", "Start"),
            cells.day,
            Bilingual(
                "Premier jour de la période. Vide : comme au-dessus.", "First day of the period. Empty: as above."
            ),
            Bilingual("2024-04-01", "2024-04-01"),
            required=True,
            carried=True,
        ),
        column(
            "end",
            Bilingual("Fin", "End"),
            cells.day,
            Bilingual(
                "Dernier jour de la période. Vide : comme au-dessus.", "Last day of the period. Empty: as above."
            ),
            Bilingual("2025-03-31", "2025-03-31"),
            required=True,
            carried=True,
        ),
        column(
            "effective_on",
            Bilingual("Date d’effet", "Effective date"),
            cells.day,
            Bilingual(
                "Le jour de la saisie d’origine. Vide : comme au-dessus.", "The day it was first written down."
            ),
            Bilingual("2025-04-15", "2025-04-15"),
            required=True,
            carried=True,
        ),
        column(
            "territory",
            Bilingual("Territoire", "Territory"),
            cells.territory,
            Bilingual("Vide : tout le territoire desservi.", "Empty: the whole catchment."),
            Bilingual("", ""),
            also=(Bilingual("Région", "Region"),),
        ),
        column(
            "value",
            Bilingual("Valeur", "Value"),
            cells.figure(None),
            Bilingual(
                "1 200, 45 %, « plus de 30 », « s. o. », « n. d. »; zéro n’est pas « vide ».",
                "1,200, 45 %, “more than 30”, “not applicable”; zero is not “empty”.",
            ),
            Bilingual("24", "24"),
            required=True,
        ),
        column(
            "unit",
            Bilingual("Unité", "Unit"),
            cells.text,
            Bilingual(
                "L’unité de l’indicateur; « CAD » pour des dollars.", "The indicator's unit; CAD for dollars."
            ),
            Bilingual("sessions", "sessions"),
        ),
        column(
            "denominator",
            Bilingual("Dénominateur", "Denominator"),
            cells.figure(None),
            Bilingual("D’un taux ou d’une proportion.", "Of a rate or a proportion."),
            Bilingual("", ""),
        ),
        column(
            "denominator_unit",
            Bilingual("Unité du dénominateur", "Unit of the denominator"),
            cells.text,
            Bilingual("Son unité.", "Its unit."),
            Bilingual("", ""),
        ),
    ),
    understand=_understand,
)
