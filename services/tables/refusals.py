"""What is refused about tables and their imports, as a whole."""

from dataclasses import dataclass

from services.refusals import DoorRefusal


@dataclass(eq=False)
class TableMediaTypeError(DoorRefusal):
    code = "table_media_type"
    kind = "malformed"
    status = 415
    en = "Send the table itself as text/csv, or as an Excel workbook (.xlsx), without compression."
    fr = "Envoyez le tableau lui-même en text/csv ou en classeur Excel (.xlsx), sans compression."


@dataclass(eq=False)
class TableFormatUnknownError(DoorRefusal):
    table: str
    known: str
    code = "table_unknown"
    kind = "not_found"
    en = "There is no kind of table “{table}”; expected one of {known}."
    fr = "Il n’y a pas de tableau de genre « {table} »; attendu : {known}."


@dataclass(eq=False)
class ImportUnknownError(DoorRefusal):
    import_id: object
    code = "import_unknown"
    kind = "not_found"
    en = "This body has no import {import_id}."
    fr = "Cet organisme n’a pas d’importation {import_id}."


@dataclass(eq=False)
class ImportUndoneError(DoorRefusal):
    import_id: object
    code = "import_undone"
    kind = "conflict"
    en = "The import {import_id} was already undone."
    fr = "L’importation {import_id} a déjà été annulée."
