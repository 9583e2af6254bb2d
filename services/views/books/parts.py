"""What the tables of several views share: columns, their cells, and the notes that end every book."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from domain.narration.words import Words
from domain.values import Language, Wording
from services.views.comparison import total_words, worded
from services.views.sheets import Cell, Column, Reading, Sheet
from services.views.words import worded_in

Note = tuple[Words, str | None]

BODY: Final = (
    Column("partnership", Words("Partnership (slug)", "Partenariat (identifiant)")),
    Column("name", Words("Partnership", "Partenariat")),
)
PLACE: Final = (
    Column("territory_scheme", Words("Territory, classification", "Territoire, classification")),
    Column("territory_code", Words("Territory, code", "Territoire, code")),
    Column("territory", Words("Territory", "Territoire")),
)
SAID: Final = Column("said", Words("In words", "En toutes lettres"))
_QUALIFIER: Final = Column("kind", Words("Qualifier", "Qualificatif"))
_NUMBER: Final = Column("number", Words("Number, or lower end", "Nombre, ou borne inférieure"))
_UPPER: Final = Column("upper", Words("Upper end", "Borne supérieure"))
UNIT: Final = Column("unit", Words("Unit", "Unité"))
QUANTITY: Final = (
    _QUALIFIER,
    _NUMBER,
    _UPPER,
    Column("raw", Words("As printed", "Texte imprimé")),
    Column("status", Words("Status", "État de la valeur")),
    Column("rounded_to", Words("Rounded to", "Arrondi à")),
    UNIT,
)
WITHHELD: Final = Column("withheld", Words("Withheld, and why", "Non divulgué, et pourquoi"))
SAMPLE: Final = Column("sample", Words("Sample data", "Données d’exemple"))
COMPARABILITY: Final = Column("comparability", Words("Comparability", "Comparabilité"))
PERIOD: Final = (
    Column("period_kind", Words("Period, kind", "Période, nature")),
    Column("period_start", Words("Period, first day", "Période, premier jour")),
    Column("period_end", Words("Period, last day", "Période, dernier jour")),
    Column("period", Words("Period", "Période")),
)
TOTAL: Final = (
    _NUMBER,
    _UPPER,
    UNIT,
    _QUALIFIER,
    Column("parts", Words("Figures in it", "Valeurs comprises")),
    Column("left_out", Words("Figures left out", "Valeurs écartées")),
    Column("estimated", Words("Of which estimated", "Dont estimé")),
    Column("provisional", Words("Partly provisional", "En partie provisoire")),
    Column("rounded", Words("Partly rounded", "En partie arrondi")),
    Column("no_total", Words("Why there is no total", "Pourquoi il n’y a pas de total")),
)
PROGRAMME: Final = (
    Column("programme", Words("Programme or service (code)", "Programme ou service (code)")),
    Column("label", Words("Programme or service", "Programme ou service")),
    Column("named", Words("Named in the source", "Nommé dans la source")),
)
STANDING: Final = (
    Column("state", Words("Standing", "Situation")),
    Column("state_said", Words("Standing, in words", "Situation, en toutes lettres")),
    Column("due_on", Words("Due on", "Échéance")),
    Column("exempt", Words("Exempt because", "Motif d’exemption")),
)
PUBLICATION: Final = (
    Column("publication", Words("Source", "Source")),
    Column("publisher", Words("Publisher", "Éditeur")),
    Column("published", Words("Published", "Publié")),
    Column("locator", Words("Where in it", "Endroit dans la source")),
)
_NOTE: Final = (
    Column("note", Words("Note", "Note")),
    Column("content", Words("What it says", "Contenu")),
)
_COVERAGE: Final = (
    Column("coverage", Words("Coverage", "Couverture")),
    Column("count", Words("How many", "Combien")),
)
_COVERED: Final = {
    "expected": Words("expected", "attendus"),
    "reporting": Words("reporting", "déclarés"),
    "missing": Words("missing", "manquants"),
}
_QUALIFIERS: Final = Words(
    "EXACT: the number; AT_LEAST, AT_MOST: a bound; ESTIMATE: an estimate; RANGE: between number and upper end; "
    "MISSING, SUPPRESSED, NOT_APPLICABLE, MILESTONE: no number, which is not zero.",
    "EXACT : le nombre; AT_LEAST, AT_MOST : une borne; ESTIMATE : une estimation; RANGE : entre le nombre et la "
    "borne supérieure; MISSING, SUPPRESSED, NOT_APPLICABLE, MILESTONE : pas de nombre, ce qui n’est pas zéro.",
)


def ends_of(key: str, english: str, french: str) -> tuple[Column, Column]:
    """Two columns for what lies between two ends."""
    return (
        Column(f"{key}_low", Words(f"{english}, from", f"{french}, de")),
        Column(f"{key}_high", Words(f"{english}, to", f"{french}, à")),
    )


def quantity_of(key: str, english: str, french: str) -> tuple[Column, Column, Column]:
    """Three columns for a figure beside the main one: its qualifier and its ends."""
    return (
        Column(f"{key}_kind", Words(f"{english}: qualifier", f"{french} : qualificatif")),
        Column(f"{key}_number", Words(f"{english}: number", f"{french} : nombre")),
        Column(f"{key}_upper", Words(f"{english}: upper end", f"{french} : borne supérieure")),
    )


def body(one: Mapping[str, Any] | None, language: Language) -> tuple[Cell, Cell]:
    return (None, None) if one is None else (one["slug"], text(one["name"], language))


def place(one: Mapping[str, Any] | None, language: Language) -> tuple[Cell, Cell, Cell]:
    return (None, None, None) if one is None else (one["scheme"], one["code"], text(one["name"], language))


def text(said: Mapping[str, Any] | None, language: Language) -> str | None:
    """A text in the language, or in the other one where it exists in that alone."""
    wording: Wording | None = worded(said, language)
    return None if wording is None else wording.text


def quantity(value: Mapping[str, Any] | None) -> tuple[Cell, ...]:
    return sides(value, "kind", "number", "upper", "raw", "status", "roundedTo", "unit")


def withheld(found: Iterable[Mapping[str, Any]], language: Language) -> str | None:
    """How many figures are withheld for which reason."""
    return " ".join(f"({one['count']}) {one['message'][language]}" for one in found) or None


def sides(value: Mapping[str, Any] | None, *names: str) -> tuple[Cell, ...]:
    if value is None:
        return (None,) * len(names)
    return tuple(
        decimal(value[side]) if side in ("number", "upper", "roundedTo") else value[side] for side in names
    )


def ends(found: Mapping[str, Any] | None) -> tuple[Cell, Cell]:
    return (None, None) if found is None else (decimal(found["low"]), decimal(found["high"]))


def decimal(number: str | None) -> Decimal | None:
    return None if number is None else Decimal(number)


def day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)


def period(one: Mapping[str, Any], language: Language) -> tuple[Cell, ...]:
    return one["kind"], day(one["start"]), day(one["end"]), one["label"][language]


def total(
    found: Mapping[str, Any] | None, refused: Mapping[str, Any] | None, language: Language
) -> tuple[Cell, ...]:
    """The cells of `TOTAL`."""
    if found is None:
        why = None if refused is None else refused["message"][language]
        return (*(None,) * (len(TOTAL) - 1), why)
    return (
        *(decimal(found["low"]), decimal(found["high"]), found["unit"], found["weakestKind"]),
        *(found["parts"], found["leftOut"], decimal(found["estimated"])),
        *(found["provisional"], found["rounded"], None),
    )


def total_said(
    found: Mapping[str, Any] | None, refused: Mapping[str, Any] | None, language: Language
) -> str | None:
    """A total in words, or why there is none."""
    if found is not None:
        return total_words(found, language)
    return None if refused is None else str(refused["message"][language])


def programme(one: Mapping[str, Any], language: Language) -> tuple[Cell, Cell, Cell]:
    return one["code"], text(one["label"], language), one["namedInSource"]


def publication(one: Mapping[str, Any] | None, language: Language) -> tuple[Cell, ...]:
    if one is None:
        return (None,) * len(PUBLICATION)
    return (
        *(text(one["title"], language), text(one["publisher"], language)),
        *(one["published"], one["locator"]),
    )


def coverage(counts: Sequence[tuple[str, int]], language: Language) -> Sheet:
    rows = tuple((_COVERED[key].in_(language), count) for key, count in counts)
    return Sheet("coverage", Words("Coverage", "Couverture"), _COVERAGE, rows)


def covered(found: Mapping[str, Any], state: str, said: Words, language: Language) -> tuple[Sheet, Sheet]:
    """The counts of a coverage, and who is missing, with what that means."""
    counts = [
        ("expected", found["expected"]),
        ("reporting", found["reporting"]),
        ("missing", found["missing"]["count"]),
    ]
    absent = tuple(
        (*body(one, language), state, worded_in(said, language), None, None) for one in found["missing"]["bodies"]
    )
    missing = Sheet("missing", Words("Not in it", "N’y figurent pas"), (*BODY, *STANDING), absent)
    return coverage(counts, language), missing


def clocks(as_of: Mapping[str, Any]) -> list[Note]:
    """Both clocks of an answer."""
    return [
        (Words("In effect on", "En vigueur le"), as_of["effective"]),
        (Words("As recorded by", "Tel qu’inscrit au"), as_of["recorded"] or as_of["position"]),
    ]


def qualifiers(language: Language) -> Note:
    """What the qualifiers of figures mean."""
    return Words("Qualifiers", "Qualificatifs"), worded_in(_QUALIFIERS, language)


def how(reading: Reading) -> list[Note]:
    """How the view was read, so that anybody can ask the same."""
    public = Words("the public", "le public")
    return [
        (Words("Read on", "Lu le"), reading.read_at),
        (Words("Read for", "Lu pour"), reading.reader or f"{public.en} · {public.fr}"),
        (Words("Query: stored document", "Requête : document conservé"), reading.document),
        (Words("Query: hash of the document", "Requête : empreinte du document"), reading.digest),
        (Words("Query: variables", "Requête : variables"), reading.variables),
        (Words("Query: address", "Requête : adresse"), reading.address),
    ]


def noted(notes: Iterable[Note], language: Language) -> Sheet:
    rows = tuple((worded_in(of, language), content) for of, content in notes)
    return Sheet("notes", Words("Notes", "Notes"), _NOTE, rows)
