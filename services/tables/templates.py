"""The templates that people fill in: the heading, one row marked as an example, and a sheet that explains."""

import csv
import io
from collections.abc import Sequence
from typing import Final, Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from domain.values import Language
from services.tables.columns import Bilingual, TableFormat

Kind = Literal["xlsx", "csv"]
MEDIA_TYPES: Final[dict[Kind, str]] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_HELP: Final = Bilingual("Aide", "Help")
_HELP_HEADING: Final = (
    Bilingual("Nom de la colonne", "Name of the column"),
    Bilingual("Requise", "Required"),
    Bilingual("Ce qu’elle dit", "What it says"),
    Bilingual("Par exemple", "For instance"),
)
_YES: Final = Bilingual("oui", "yes")
_RULES: Final = (
    Bilingual(
        "La rangée qui commence par « Exemple » n’est pas inscrite : remplacez-la ou laissez-la.",
        "The row that begins with “Example” is not recorded: replace it or leave it.",
    ),
    Bilingual(
        "L’ordre des colonnes est libre; celles qui ne sont pas requises peuvent être retirées.",
        "The columns may stand in any order; those that are not required may be removed.",
    ),
    Bilingual(
        "Le fichier entier est inscrit, ou rien ne l’est. Ce qui ne se lit pas avec certitude est refusé.",
        "The whole file is recorded, or none of it. What cannot be read with certainty is refused.",
    ),
    Bilingual(
        "Pas de formules, de macros ni de liens vers d’autres fichiers.",
        "No formulas, macros or links to other files.",
    ),
)
_SEPARATOR: Final = Bilingual(";", ",")
_WIDTH_MIN, _WIDTH_MAX = 14, 44


def template(form: TableFormat, language: Language, kind: Kind) -> bytes:
    """An empty table of a kind."""
    heading = [column.label.in_(language) for column in form.columns]
    example = [column.example.in_(language) for column in form.columns]
    if kind == "csv":
        return _csv([heading, example], _SEPARATOR.in_(language))
    return _workbook(form, language, heading, example)


def file_name(form: TableFormat, language: Language, kind: Kind) -> str:
    """What a browser calls it: letters, digits and hyphens only."""
    return f"entente-{form.name}-{language}.{kind}"


def _csv(rows: Sequence[Sequence[str]], separator: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode("utf-8-sig")  # without the mark, Excel takes it for another encoding


def _workbook(form: TableFormat, language: Language, heading: Sequence[str], example: Sequence[str]) -> bytes:
    book = Workbook()
    book.properties.creator = "Entente"
    book.properties.language = language
    sheet = book.worksheets[0]
    sheet.title = form.title.in_(language)
    sheet.append(list(heading))
    sheet.append([value or None for value in example])
    for index, (name, value) in enumerate(zip(heading, example, strict=True), start=1):
        letter = get_column_letter(index)
        sheet[f"{letter}1"].font = Font(bold=True)
        sheet[f"{letter}1"].fill = PatternFill("solid", fgColor="DDE5EE")
        sheet[f"{letter}1"].alignment = Alignment(wrap_text=True, vertical="top")
        sheet[f"{letter}2"].font = Font(italic=True, color="666666")
        sheet[f"{letter}2"].number_format = "@"
        sheet.column_dimensions[letter].width = min(max(len(name), len(value), _WIDTH_MIN), _WIDTH_MAX)
    sheet.freeze_panes = "B2"
    _explain(book, form, language)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _explain(book: Workbook, form: TableFormat, language: Language) -> None:
    sheet = book.create_sheet(_HELP.in_(language))
    sheet.append([form.about.in_(language)])
    for rule in _RULES:
        sheet.append([rule.in_(language)])
    sheet.append([])
    sheet.append([words.in_(language) for words in _HELP_HEADING])
    for column in form.columns:
        required = _YES.in_(language) if column.required else None
        row = [column.label.in_(language), required, column.help.in_(language), column.example.in_(language)]
        sheet.append([value or None for value in row])
    for cell in sheet[len(_RULES) + 3]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCD", (34, 10, 80, 40), strict=True):
        sheet.column_dimensions[letter].width = width
