"""A view as tables of plain cells, before it is a file of one kind or another."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from domain.narration.words import Words
from domain.values import Language

Cell = str | Decimal | int | bool | date | None


class Column(NamedTuple):
    """What stands under each other: its key is one in all files, its heading is in the file's language."""

    key: str
    heading: Words


class Sheet(NamedTuple):
    """A table with its heading."""

    key: str
    title: Words
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Book(NamedTuple):
    """The tables of a view, the figures first and the notes last."""

    title: str
    language: Language
    sheets: tuple[Sheet, ...]


class Reading(NamedTuple):
    """How a view was read: by which document, with which variables, when, and for whom."""

    document: str
    digest: str
    variables: str
    address: str
    read_at: str
    reader: str | None
    """The body in whose name it was read; None is the public."""
