"""The columns of a table: how each is called in both languages, and which of a file's headings are which."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from domain.ids import PersonId, TenantId
from domain.stream import Command
from domain.values import LANGUAGES, Language, LocalizedText
from services.tables.cells import Reader, Unread
from services.tables.problems import Place, TableProblem, TableRefusedError, problem
from services.tables.reading import Cell, Sheet, fold

EXAMPLE: Final = ("exemple", "example")
"""A row whose first cell begins so is the template's own and is not recorded."""


class Bilingual(NamedTuple):
    """The same words in both languages."""

    fr: str
    en: str

    def in_(self, language: Language) -> str:
        return self.fr if language == "fr" else self.en


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a table."""

    name: str
    label: Bilingual
    read: Reader
    help: Bilingual
    example: Bilingual
    also: tuple[Bilingual, ...] = ()
    """Other headings that people give it."""
    required: bool = False
    carried: bool = False
    """An empty cell means: as in the row above."""

    def headings(self, language: Language) -> frozenset[str]:
        """Its headings in a language, folded."""
        return frozenset(fold(words.in_(language)) for words in (self.label, *self.also))


def column(name: str, label: Bilingual, read: Reader, help_: Bilingual, example: Bilingual, **more: Any) -> Column:
    """A column of a form; `more` are the other fields of `Column`."""
    return Column(name=name, label=label, read=read, help=help_, example=example, **more)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was read: the values of its columns by name. What is absent was blank."""

    place: Place
    values: dict[str, Any]
    cells: dict[str, Cell]

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def at(self, name: str) -> Place:
        """The place of a column's cell, or of the row where the file has no such column."""
        cell = self.cells.get(name)
        return self.place if cell is None else cell.place


class Context(NamedTuple):
    """What a row is understood in."""

    tenant_id: TenantId
    language: Language
    names: UUID
    """What the ids of the body's records are derived from."""
    import_id: UUID = UUID(int=0)
    """What the pseudonyms of people are derived from: never from their names, which a pseudonym must not tell."""

    def text(self, words: str) -> LocalizedText:
        """Words in the table's language."""
        if self.language == "fr":
            return LocalizedText.of(fr=words, source="fr")
        return LocalizedText.of(en=words, source="en")

    def localized(self, row: Row, name: str) -> LocalizedText | None:
        """A text in the table's language, with its twin in the other where there is one."""
        own, other = row.get(name), row.get(f"{name}_other")
        if own is None:
            return None
        if self.language == "fr":
            return LocalizedText.of(fr=own, en=other, source="fr")
        return LocalizedText.of(en=own, fr=other, source="en")


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One order that a row asks for."""

    place: Place
    command: Command
    effective_on: date


class Plan(NamedTuple):
    """The orders of a table, and what is wrong in it."""

    orders: list[Planned]
    problems: list[TableProblem]
    people: tuple[tuple[PersonId, str], ...] = ()
    """Who is named in it, by pseudonym. Names go to the vault and nowhere else."""


class TableFormat(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of table that people bring in."""

    name: str
    title: Bilingual
    """The name of its sheet."""
    about: Bilingual
    columns: tuple[Column, ...]
    understand: Callable[[Sequence[Row], Context], Plan]
    merged: bool = False
    """Whether merged cells are part of the table: each of them means its value in every row."""

    def headings(self) -> tuple[frozenset[str], frozenset[str]]:
        """All headings that are known, in French and in English."""
        french = frozenset().union(*(column.headings("fr") for column in self.columns))
        english = frozenset().union(*(column.headings("en") for column in self.columns))
        return french, english


class Matched(NamedTuple):
    """A heading that was understood."""

    columns: dict[int, Column]
    """By the place in the row, from 0."""
    language: Language
    left_out: tuple[str, ...]


def match_heading(
    sheet: Sheet, form: TableFormat, *, language: Language | None, left_out: Collection[str] = ()
) -> Matched:
    """Which column is which.

    Args:
        sheet: the table.
        form: what it should be.
        language: of the table, if it was said; else its headings tell.
        left_out: headings of columns that are to be left out.

    Raises:
        TableRefusedError: with every heading that is unknown, missing or repeated.
    """
    problems: list[TableProblem] = []
    found: dict[int, Column] = {}
    votes: set[Language] = set()
    omitted: list[str] = []
    to_omit = {fold(name) for name in left_out}
    for index, cell in enumerate(sheet.heading):
        heading = "" if cell.blank else str(cell.value).strip()
        if not heading:
            if any(not row[index].blank for row in sheet.rows):
                problems.append(problem(cell.place, "heading_missing"))
            continue
        if fold(heading) in to_omit:
            omitted.append(heading)
            continue
        column, languages = _called(form, fold(heading))
        if column is None or column in found.values():
            code = "column_unknown" if column is None else "column_repeated"
            problems.append(problem(cell.place, code, name=heading))
            continue
        found[index] = column
        votes.update(languages if len(languages) == 1 else ())
    said = language or (next(iter(votes)) if len(votes) == 1 else None)
    problems += _missing(sheet, form, found, said)
    if problems or said is None:
        raise TableRefusedError(problems)
    return Matched(found, said, tuple(omitted))


def _called(form: TableFormat, folded: str) -> tuple[Column | None, list[Language]]:
    """The column that has a heading, and in which languages."""
    for column in form.columns:
        languages = [language for language in LANGUAGES if folded in column.headings(language)]
        if languages:
            return column, languages
    return None, []


def _missing(
    sheet: Sheet, form: TableFormat, found: dict[int, Column], language: Language | None
) -> list[TableProblem]:
    top = Place(sheet.name, _row_of(sheet.heading))
    missing = [
        problem(top, "column_missing", name=column.label.in_(language or "fr"))
        for column in form.columns
        if column.required and column not in found.values()
    ]
    return missing if language is not None else [*missing, problem(top, "language_unclear")]


class ReadRows(NamedTuple):
    rows: list[Row]
    problems: list[TableProblem]
    examples: int
    """Rows of the template that were left out."""


def read_rows(sheet: Sheet, form: TableFormat, matched: Matched) -> ReadRows:
    """Every row's values. A row with something wrong in it is told and not among them."""
    rows: list[Row] = []
    problems: list[TableProblem] = [] if form.merged else _merged(sheet)
    examples = 0
    above: dict[str, Any] = {}
    for cells in sheet.rows:
        if not cells[0].blank and str(cells[0].value).strip().casefold().startswith(EXAMPLE):
            examples += 1
            continue
        values, wrong = _values(cells, matched, above)
        problems += wrong
        above |= values
        if not wrong:
            by_name = {column.name: cells[index] for index, column in matched.columns.items()}
            rows.append(Row(place=Place(sheet.name, _row_of(cells)), values=values, cells=by_name))
    return ReadRows(rows, problems, examples)


def _values(
    cells: Sequence[Cell], matched: Matched, above: dict[str, Any]
) -> tuple[dict[str, Any], list[TableProblem]]:
    values: dict[str, Any] = {}
    wrong: list[TableProblem] = []
    for index, column in matched.columns.items():
        cell = cells[index]
        if not cell.blank or cell.formula:
            try:
                values[column.name] = column.read(cell, matched.language)
            except Unread as unread:
                wrong.append(unread.told)
        elif column.carried and column.name in above:
            values[column.name] = above[column.name]
        elif column.required:
            wrong.append(problem(cell.place, "nothing_above" if column.carried else "required"))
    return values, wrong


def _merged(sheet: Sheet) -> list[TableProblem]:
    return [
        problem(
            Place(sheet.name, int("".join(c for c in first if c.isdigit())), first.rstrip("0123456789")),
            "merged",
            range=merged,
        )
        for merged in sheet.merged
        for first in (merged.partition(":")[0],)
    ]


def _row_of(cells: Sequence[Cell]) -> int | None:
    return cells[0].place.row if cells else None
