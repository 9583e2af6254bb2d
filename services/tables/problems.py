"""What is wrong in a table, and where: sheet, row and column, in both languages."""

from collections.abc import Sequence
from typing import Final

import msgspec

from services.refusals import DoorRefusal, Located


class Place(msgspec.Struct, frozen=True):
    """A cell, a row or a sheet. Rows count from 1, as a spreadsheet shows them; `column` is its letter."""

    sheet: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        at = f"{self.column or ''}{self.row or ''}"
        return f"{self.sheet}!{at}" if at else self.sheet


class TableProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong at one place."""

    place: Place
    code: str
    en: str
    fr: str

    def __str__(self) -> str:
        return f"{self.place}: {self.code}\n  {self.en}\n  {self.fr}"

    def located(self) -> Located:
        """As the API tells it."""
        return Located(path=str(self.place), code=self.code, en=self.en, fr=self.fr)


class TableRefusedError(DoorRefusal):
    """The table was not understood, or a rule refused a row; nothing was written."""

    code = "table_refused"
    kind = "refused"
    en = "The table cannot be recorded as it is; nothing was written."
    fr = "Le tableau ne peut être inscrit tel quel; rien n’a été inscrit."

    def __init__(self, problems: Sequence[TableProblem]) -> None:
        super().__init__()
        self.problems = tuple(problems)
        self.errors = tuple(problem.located() for problem in problems)

    @property
    def facts(self) -> dict[str, object]:
        return {"problems": len(self.problems)}


_WORDS: Final[dict[str, tuple[str, str]]] = {
    # --- the file
    "file_empty": ("The file is empty.", "Le fichier est vide."),
    "file_too_large": (
        "The file is larger than {limit} MiB; split it.",
        "Le fichier dépasse {limit} Mio; divisez-le.",
    ),
    "not_a_table": (
        "The file is neither a CSV file nor an Excel workbook (.xlsx).",
        "Le fichier n’est ni un fichier CSV ni un classeur Excel (.xlsx).",
    ),
    "not_utf8": (
        "The file is not in UTF-8. Save it as “CSV UTF-8” and send it again.",
        "Le fichier n’est pas en UTF-8. Enregistrez-le sous « CSV UTF-8 » et recommencez.",
    ),
    "csv_broken": (
        "The CSV breaks here, most often at a quotation mark that is not closed.",
        "Le CSV se rompt ici, le plus souvent à un guillemet qui n’est pas fermé.",
    ),
    "separator_unclear": (
        "The columns may be separated by {a} or by {b}; keep one of them.",
        "Les colonnes peuvent être séparées par {a} ou par {b}; gardez-en un seul.",
    ),
    "workbook_broken": (
        "The workbook cannot be opened. Save it again as .xlsx.",
        "Le classeur ne s’ouvre pas. Enregistrez-le de nouveau en .xlsx.",
    ),
    "workbook_too_large": (
        "Unpacked, the workbook is far larger than a table of this kind; it was not opened.",
        "Une fois décompressé, le classeur est bien plus gros qu’un tel tableau; il n’a pas été ouvert.",
    ),
    "workbook_encrypted": (
        "The workbook is protected by a password. Remove it and send the file again.",
        "Le classeur est protégé par un mot de passe. Retirez-le et renvoyez le fichier.",
    ),
    "macros": (
        "The workbook holds macros. Save it as .xlsx, without macros.",
        "Le classeur contient des macros. Enregistrez-le en .xlsx, sans macros.",
    ),
    "external_links": (
        "The workbook takes values from other files. Copy the sheet and paste its values only.",
        "Le classeur puise dans d’autres fichiers. Copiez la feuille et ne collez que les valeurs.",
    ),
    "sheet_unclear": (
        "The workbook has several sheets ({names}); say which one to read.",
        "Le classeur a plusieurs feuilles ({names}); dites laquelle lire.",
    ),
    "sheet_unknown": (
        "There is no sheet “{name}”; the workbook has {names}.",
        "Il n’y a pas de feuille « {name} »; le classeur contient {names}.",
    ),
    "rows_too_many": (
        "There are more than {limit} rows; split the table.",
        "Il y a plus de {limit} rangées; divisez le tableau.",
    ),
    "columns_too_many": (
        "There are more than {limit} columns; remove those that are not of this table.",
        "Il y a plus de {limit} colonnes; retirez celles qui n’appartiennent pas au tableau.",
    ),
    "nothing_to_record": (
        "Below the heading there is no row to record.",
        "Sous l’en-tête, il n’y a aucune rangée à inscrire.",
    ),
    # --- the heading
    "column_missing": (
        "The column “{name}” is missing.",
        "La colonne « {name} » manque.",
    ),
    "column_unknown": (
        "The column “{name}” is not of this table. Correct its heading, remove it, or have it left out by name.",
        "La colonne « {name} » n’est pas du tableau. Corrigez-en l’en-tête, retirez-la ou faites-la omettre.",
    ),
    "column_repeated": (
        "The column “{name}” comes twice.",
        "La colonne « {name} » figure deux fois.",
    ),
    "heading_missing": (
        "There are values below an empty heading.",
        "Il y a des valeurs sous un en-tête vide.",
    ),
    "language_unclear": (
        "The headings do not tell whether the table is in English or in French; say which.",
        "Les en-têtes ne disent pas si le tableau est en français ou en anglais; précisez-le.",
    ),
    # --- a cell
    "required": ("A value is required here.", "Une valeur est requise ici."),
    "formula": (
        "This cell holds a formula. Copy it and paste its value only.",
        "Cette cellule contient une formule. Copiez-la et ne collez que sa valeur.",
    ),
    "error_value": (
        "This cell holds the error {value} of the spreadsheet.",
        "Cette cellule contient l’erreur {value} du tableur.",
    ),
    "merged": (
        "The cells {range} are merged. Unmerge them and give each row its own value.",
        "Les cellules {range} sont fusionnées. Défusionnez-les et donnez à chaque rangée sa valeur.",
    ),
    "text_expected": ("Text is expected here; got {value}.", "Un texte est attendu ici; reçu : {value}."),
    "text_too_long": (
        "The text has {length} characters; at most {limit} are kept.",
        "Le texte a {length} caractères; au plus {limit} sont conservés.",
    ),
    "control_character": (
        "The text holds the control character {character}.",
        "Le texte contient le caractère de commande {character}.",
    ),
    "not_listed": (
        "“{value}” is not one of: {listed}.",
        "« {value} » ne figure pas parmi : {listed}.",
    ),
    "date_unclear": (
        "“{value}” may be read in two ways; write the date as 2024-03-31.",
        "« {value} » peut se lire de deux façons; écrivez la date ainsi : 2024-03-31.",
    ),
    "date_unread": (
        "“{value}” is not a date; write it as 2024-03-31.",
        "« {value} » n’est pas une date; écrivez-la ainsi : 2024-03-31.",
    ),
    "partial_date_unread": (
        "“{value}” is not a date; write 2024, 2024-03 or 2024-03-31.",
        "« {value} » n’est pas une date; écrivez 2024, 2024-03 ou 2024-03-31.",
    ),
    "date_out_of_range": ("Dates lie between 1900 and 2200.", "Les dates se situent entre 1900 et 2200."),
    "whole_number_unread": (
        "“{value}” is not a whole number.",
        "« {value} » n’est pas un nombre entier.",
    ),
    "figure_unread": (
        "The figure “{value}” cannot be read with certainty; write it as a number, or as the source prints it.",
        "Le chiffre « {value} » ne se lit pas avec certitude; écrivez un nombre, ou ce que la source imprime.",
    ),
    "territory_unread": (
        "“{value}” is neither a region of Québec nor a code such as sgc-cd:3506.",
        "« {value} » n’est ni une région du Québec ni un code comme sgc-cd:3506.",
    ),
    "id_unread": (
        "“{value}” is not an id of the register.",
        "« {value} » n’est pas un identifiant du registre.",
    ),
    "tag_unread": (
        "“{value}” is not a tag: small letters, digits and _ only.",
        "« {value} » n’est pas une étiquette : minuscules, chiffres et _ seulement.",
    ),
    "does_not_belong": (
        "This column does not belong to a row of this kind; leave it empty.",
        "Cette colonne ne concerne pas une rangée de ce genre; laissez-la vide.",
    ),
    "differs": (
        "This differs from “{other}”, given above for the same record.",
        "Cela diffère de « {other} », donné plus haut pour le même élément.",
    ),
    "nothing_above": (
        "The cell is empty, and so is the one above it.",
        "La cellule est vide, et celle du dessus aussi.",
    ),
    "parent_missing": (
        "Nothing stands to its left that it could belong to.",
        "Rien ne figure à sa gauche dont elle pourrait relever.",
    ),
    "kinds_uneven": (
        "There are {kinds} kinds for {indicators} indicators; give one for each, or none.",
        "Il y a {kinds} genres pour {indicators} indicateurs; donnez-en un pour chacun, ou aucun.",
    ),
    "plan_facts_missing": (
        "The printed table does not say its title and period: give them.",
        "Le tableau imprimé ne dit ni son titre ni sa période : donnez-les.",
    ),
    # --- undoing
    "changed_since_import": (
        "It changed after the import; undo what came later first, or correct it by hand.",
        "Il a changé après l’importation; annulez d’abord ce qui a suivi, ou corrigez-le à la main.",
    ),
    "cannot_be_undone": (
        "No order brings back what it was before; correct it by hand.",
        "Aucun ordre ne rétablit ce qu’il était; corrigez-le à la main.",
    ),
    "value": ("This value is not accepted: {reason}", "Cette valeur n’est pas acceptée (en anglais) : {reason}"),
}
TABLE_CODES: Final = frozenset(_WORDS)
_SHOWN_MAX: Final = 80


def problem(place: Place, code: str, **facts: object) -> TableProblem:
    """A problem of the table's own; `code` is one of those listed here."""
    english, french = _WORDS[code]
    shown = {name: _short(str(value)) for name, value in facts.items()}
    return TableProblem(place=place, code=code, en=english.format(**shown), fr=french.format(**shown))


def of_rule(place: Place, code: str, *, en: str, fr: str) -> TableProblem:
    """A refusal of the rules, at the row that it is about."""
    return TableProblem(place=place, code=code, en=en, fr=fr)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_MAX else text[:_SHOWN_MAX] + "…"
