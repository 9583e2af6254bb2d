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
from services.tables.columns import Bilingual, Column, Context, Plan, Planned, Row, TableFormat
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


def _b(fr: str, en: str) -> Bilingual:
    return Bilingual(fr, en)


def _column(name: str, label: Bilingual, read: Any, help_: Bilingual, example: Bilingual, **more: Any) -> Column:
    return Column(name=name, label=label, read=read, help=help_, example=example, **more)


_AN_ID: Final = "01920000-0000-7000-8000-000000000034"

VALUES: Final = TableFormat(
    name="values",
    title=_b("Valeurs", "Values"),
    about=_b(
        "Une rangée par valeur : un indicateur, une période, un territoire. Elle est inscrite comme projet; la "
        "soumettre, la valider et l’approuver sont des actes à part.",
        "One row per value: an indicator, a period, a territory. It is recorded as a draft; to submit, validate "
        "and approve it are other acts.",
    ),
    columns=(
        _column(
            "remark",
            _b("Indicateur (pour mémoire)", "Indicator (as a reminder)"),
            cells.text,
            _b("Le libellé, pour qui remplit; il n’est pas inscrit.", "The wording, for whoever fills it in."),
            _b("Exemple : Séances d’accueil", "Example: Welcome sessions"),
        ),
        _column(
            "indicator",
            _b("Identifiant de l’indicateur", "Indicator id"),
            an_id,
            _b("Tel que le registre le donne (GraphQL : indicators).", "As the register gives it."),
            _b(_AN_ID, _AN_ID),
            required=True,
        ),
        _column(
            "log",
            _b("Organisme de l’indicateur", "Body of the indicator"),
            an_id,
            _b("L’identifiant de qui l’a défini; vide : vous.", "The id of whoever defined it; empty: you."),
            _b("", ""),
        ),
        _column(
            "version",
            _b("Version de l’indicateur", "Indicator version"),
            cells.whole_number,
            _b("Vide : 1.", "Empty: 1."),
            _b("1", "1"),
        ),
        _column(
            "start",
            _b("Début", "Start"),
            cells.day,
            _b("Premier jour de la période. Vide : comme au-dessus.", "First day of the period. Empty: as above."),
            _b("2024-04-01", "2024-04-01"),
            required=True,
            carried=True,
        ),
        _column(
            "end",
            _b("Fin", "End"),
            cells.day,
            _b("Dernier jour de la période. Vide : comme au-dessus.", "Last day of the period. Empty: as above."),
            _b("2025-03-31", "2025-03-31"),
            required=True,
            carried=True,
        ),
        _column(
            "effective_on",
            _b("Date d’effet", "Effective date"),
            cells.day,
            _b("Le jour de la saisie d’origine. Vide : comme au-dessus.", "The day it was first written down."),
            _b("2025-04-15", "2025-04-15"),
            required=True,
            carried=True,
        ),
        _column(
            "territory",
            _b("Territoire", "Territory"),
            cells.territory,
            _b("Vide : tout le territoire desservi.", "Empty: the whole catchment."),
            _b("", ""),
            also=(_b("Région", "Region"),),
        ),
        _column(
            "value",
            _b("Valeur", "Value"),
            cells.figure(None),
            _b(
                "1 200, 45 %, « plus de 30 », « s. o. », « n. d. »; zéro n’est pas « vide ».",
                "1,200, 45 %, “more than 30”, “not applicable”; zero is not “empty”.",
            ),
            _b("24", "24"),
            required=True,
        ),
        _column(
            "unit",
            _b("Unité", "Unit"),
            cells.text,
            _b("L’unité de l’indicateur; « CAD » pour des dollars.", "The indicator's unit; CAD for dollars."),
            _b("sessions", "sessions"),
        ),
        _column(
            "denominator",
            _b("Dénominateur", "Denominator"),
            cells.figure(None),
            _b("D’un taux ou d’une proportion.", "Of a rate or a proportion."),
            _b("", ""),
        ),
        _column(
            "denominator_unit",
            _b("Unité du dénominateur", "Unit of the denominator"),
            cells.text,
            _b("Son unité.", "Its unit."),
            _b("", ""),
        ),
    ),
    understand=_understand,
)
