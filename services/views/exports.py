"""The views as tables: every figure with what qualifies it, who is in it and who is not, and how it was read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from domain.narration.words import Words
from domain.values import Language, Wording
from services.views.comparison import comparison, worded
from services.views.sheets import Book, Cell, Column, Reading, Sheet
from services.views.words import say, worded_in

_BODY: Final = (
    Column("partnership", Words("Partnership (slug)", "Partenariat (identifiant)")),
    Column("name", Words("Partnership", "Partenariat")),
)
_PLACE: Final = (
    Column("territory_scheme", Words("Territory, classification", "Territoire, classification")),
    Column("territory_code", Words("Territory, code", "Territoire, code")),
    Column("territory", Words("Territory", "Territoire")),
)
_VALUE: Final = (
    Column("said", Words("In words", "En toutes lettres")),
    Column("kind", Words("Qualifier", "Qualificatif")),
    Column("number", Words("Number, or lower end", "Nombre, ou borne inférieure")),
    Column("upper", Words("Upper end", "Borne supérieure")),
    Column("raw", Words("As printed", "Texte imprimé")),
    Column("status", Words("Status", "État de la valeur")),
    Column("rounded_to", Words("Rounded to", "Arrondi à")),
    Column("unit", Words("Unit", "Unité")),
)
_DENOMINATOR: Final = tuple(
    Column(f"of_{key}", Words(f"Denominator: {english}", f"Dénominateur : {french}"))
    for key, english, french in (
        ("kind", "qualifier", "qualificatif"),
        ("number", "number", "nombre"),
        ("upper", "upper end", "borne supérieure"),
        ("unit", "unit", "unité"),
    )
)
_TARGET: Final = (
    Column("target_kind", Words("Own target: qualifier", "Cible propre : qualificatif")),
    Column("target_number", Words("Own target: number", "Cible propre : nombre")),
    Column("target_upper", Words("Own target: upper end", "Cible propre : borne supérieure")),
    Column("target_low", Words("Percent of own target, from", "Pourcentage de la cible propre, de")),
    Column("target_high", Words("Percent of own target, to", "Pourcentage de la cible propre, à")),
)
_REPORTED: Final = (
    Column("stage", Words("Stage", "Étape")),
    Column("comparability", Words("Comparability", "Comparabilité")),
    Column("indicator", Words("Reported of (indicator)", "Indicateur déclaré")),
    Column("indicator_id", Words("Indicator, id", "Indicateur, identifiant")),
    Column("sample", Words("Sample data", "Données d’exemple")),
)
_STANDING: Final = (
    Column("state", Words("Standing", "Situation")),
    Column("state_said", Words("Standing, in words", "Situation, en toutes lettres")),
    Column("due_on", Words("Due on", "Échéance")),
    Column("exempt", Words("Exempt because", "Motif d’exemption")),
)
_NOTE: Final = (
    Column("note", Words("Note", "Note")),
    Column("content", Words("What it says", "Contenu")),
)
_ROW: Final = (
    Column("counted", Words("What is counted", "Ce qui est compté")),
    Column("programme", Words("Programme or service (code)", "Programme ou service (code)")),
    Column("label", Words("Programme or service", "Programme ou service")),
    Column("named", Words("Named in the source", "Nommé dans la source")),
)
_ELSEWHERE: Final = (
    Column("elsewhere", Words("Elsewhere or not stated", "Ailleurs ou non précisé")),
    Column("total", Words("Total", "Total")),
)
_COUNTED: Final = {
    "agreement": Words("agreement in force", "entente en vigueur"),
    "mandate": Words("mandated provider", "prestataire mandaté"),
}
_QUALIFIERS: Final = Words(
    "EXACT: the number; AT_LEAST, AT_MOST: a bound; ESTIMATE: an estimate; RANGE: between number and upper end; "
    "MISSING, SUPPRESSED, NOT_APPLICABLE, MILESTONE: no number, which is not zero.",
    "EXACT : le nombre; AT_LEAST, AT_MOST : une borne; ESTIMATE : une estimation; RANGE : entre le nombre et la "
    "borne supérieure; MISSING, SUPPRESSED, NOT_APPLICABLE, MILESTONE : pas de nombre, ce qui n’est pas zéro.",
)
_NOT_NONE: Final = Words(
    "A partnership that is not in it may have agreements that the reader may not see, or that were not recorded.",
    "Un partenariat qui n’y figure pas peut avoir des ententes que le lecteur ne peut voir ou qui ne sont pas "
    "inscrites.",
)


def comparison_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    """The comparison: its figures, their total, its coverage, how each body stands, and notes."""
    view = comparison(answer, language)
    title = say("chart", language, indicator=view.indicator.text, period=view.period_said)
    figures = [
        (
            *_body(one["body"], language),
            *_place(one["territory"], language),
            line.said,
            *_quantity(one["value"]),
            *_sides(one["denominator"], "kind", "number", "upper", "unit"),
            *_sides(one["target"], "kind", "number", "upper"),
            *_ends(one["percentOfTarget"]),
            one["stage"],
            one["comparability"],
            *((None, None) if one["indicator"] is None else _indicator(one["indicator"], language)),
            one["sample"],
        )
        for one, line in zip(answer["values"], view.lines, strict=True)
    ]
    standings = [
        (
            *_body(one["body"], language),
            *_place(one["territory"], language),
            one["state"],
            say(f"state.{one['state'].lower()}", language),
            None if one["dueOn"] is None else date.fromisoformat(one["dueOn"]),
            one["exempt"],
        )
        for one in answer["standings"]
    ]
    notes = [
        (Words("Indicator", "Indicateur"), view.indicator.text),
        (Words("Definition", "Définition"), None if view.description is None else view.description.text),
        (Words("Indicator, id", "Indicateur, identifiant"), answer["indicator"]["id"]),
        (Words("Period", "Période"), f"{view.period_said} ({view.period.start} – {view.period.end})"),
        (Words("Total, in words", "Total, en toutes lettres"), view.total or view.no_total),
        (Words("Weakest comparability", "Comparabilité la plus faible"), answer["weakestComparability"]),
        (Words("Sample data", "Données d’exemple"), _of_sample(view.samples, len(view.lines), language)),
        (Words("Clocks", "Horloges"), view.clocks_said),
        (Words("Qualifiers", "Qualificatifs"), worded_in(_QUALIFIERS, language)),
        *_how(reading),
    ]
    columns = (*_BODY, *_PLACE, *_VALUE, *_DENOMINATOR, *_TARGET, *_REPORTED)
    sheets = (
        Sheet("figures", Words("Figures", "Valeurs"), columns, tuple(figures)),
        _total(answer, language),
        _coverage([(key, answer[key]) for key in ("expected", "reporting", "missing")], language),
        Sheet("standings", Words("Standings", "Situations"), (*_BODY, *_PLACE, *_STANDING), tuple(standings)),
        _noted(notes, language),
    )
    return Book(title, language, sheets)


def matrix_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    """The agreements matrix: a row per programme, a column per territory, who is missing, and notes."""
    places = tuple(
        Column(f"{place['scheme']}:{place['code']}", _place_words(place)) for place in answer["columns"]
    )
    rows = [
        *(_counts("agreement", row, language) for row in answer["rows"]),
        *(_counts("mandate", row, language) for row in answer["mandates"]),
    ]
    missing, sample = answer["missing"], answer["sample"]
    coverage = [
        ("expected", answer["expected"]),
        ("reporting", answer["reporting"]),
        ("missing", missing["count"]),
    ]
    absent = [
        (*_body(body, language), "NO_AGREEMENT_SEEN", worded_in(_NOT_NONE, language), None, None)
        for body in missing["bodies"]
    ]
    as_of = answer["asOf"]
    notes = [
        (Words("Agreements in all", "Ententes en tout"), str(answer["total"])),
        (Words("Mandated providers in all", "Prestataires mandatés en tout"), str(answer["mandatesTotal"])),
        (
            Words("Two units", "Deux unités"),
            Words(
                "Agreements and mandated providers are never added.",
                "Ententes et prestataires mandatés ne s’additionnent jamais.",
            ).in_(language),
        ),
        (Words("Sample data: agreements", "Données d’exemple : ententes"), str(sample["agreements"])),
        (Words("Sample data: mandates", "Données d’exemple : mandats"), str(sample["mandates"])),
        (Words("In effect on", "En vigueur le"), as_of["effective"]),
        (Words("As recorded by", "Tel qu’inscrit au"), as_of["recorded"] or as_of["position"]),
        (Words("Not in it", "N’y figurent pas"), worded_in(_NOT_NONE, language)),
        *_how(reading),
    ]
    title = Words("Agreements by programme and territory", "Ententes par programme et territoire").in_(language)
    columns = (*_ROW, *places, *_ELSEWHERE)
    sheets = (
        Sheet("matrix", Words("Agreements", "Ententes"), columns, tuple(rows)),
        _coverage(coverage, language),
        Sheet("missing", Words("Not in it", "N’y figurent pas"), (*_BODY, *_STANDING), tuple(absent)),
        _noted(notes, language),
    )
    return Book(title, language, sheets)


def _body(body: Mapping[str, Any], language: Language) -> tuple[Cell, Cell]:
    return body["slug"], _text(worded(body["name"], language))


def _place(place: Mapping[str, Any] | None, language: Language) -> tuple[Cell, Cell, Cell]:
    if place is None:
        return None, None, None
    return place["scheme"], place["code"], _text(worded(place["name"], language))


def _place_words(place: Mapping[str, Any]) -> Words:
    """The name with the code: two territories may bear one name, and columns may not."""
    names = place["name"] or {"en": None, "fr": None}
    code = f"{place['scheme']} {place['code']}"
    spoken = [names["en"] or names["fr"], names["fr"] or names["en"]]
    return Words(*(f"{name} ({code})" if name else code for name in spoken))


def _indicator(indicator: Mapping[str, Any], language: Language) -> tuple[Cell, Cell]:
    return _text(worded(indicator["wording"], language)), indicator["id"]


def _text(wording: Wording | None) -> str | None:
    return None if wording is None else wording.text


def _quantity(value: Mapping[str, Any]) -> tuple[Cell, ...]:
    return _sides(value, "kind", "number", "upper", "raw", "status", "roundedTo", "unit")


def _sides(value: Mapping[str, Any] | None, *sides: str) -> tuple[Cell, ...]:
    if value is None:
        return (None,) * len(sides)
    return tuple(
        _decimal(value[side]) if side in ("number", "upper", "roundedTo") else value[side] for side in sides
    )


def _ends(ends: Mapping[str, Any] | None) -> tuple[Cell, Cell]:
    return (None, None) if ends is None else (_decimal(ends["low"]), _decimal(ends["high"]))


def _decimal(number: str | None) -> Decimal | None:
    return None if number is None else Decimal(number)


def _of_sample(values: int, everything: int, language: Language) -> str:
    return say("of", language, part=values, whole=everything)


def _total(answer: Mapping[str, Any], language: Language) -> Sheet:
    total, refused = answer["total"], answer["notAddable"]
    columns = (
        Column("number", Words("Number, or lower end", "Nombre, ou borne inférieure")),
        Column("upper", Words("Upper end", "Borne supérieure")),
        Column("unit", Words("Unit", "Unité")),
        Column("kind", Words("Qualifier", "Qualificatif")),
        Column("parts", Words("Figures in it", "Valeurs comprises")),
        Column("left_out", Words("Figures left out", "Valeurs écartées")),
        Column("estimated", Words("Of which estimated", "Dont estimé")),
        Column("provisional", Words("Partly provisional", "En partie provisoire")),
        Column("rounded", Words("Partly rounded", "En partie arrondi")),
        Column("no_total", Words("Why there is no total", "Pourquoi il n’y a pas de total")),
    )
    if total is None:
        why = None if refused is None else refused["message"][language]
        row: tuple[Cell, ...] = (*(None,) * (len(columns) - 1), why)
    else:
        row = (
            *(_decimal(total["low"]), _decimal(total["high"]), total["unit"], total["weakestKind"]),
            *(total["parts"], total["leftOut"], _decimal(total["estimated"])),
            *(total["provisional"], total["rounded"], None),
        )
    return Sheet("total", Words("Total", "Total"), columns, (row,))


def _coverage(counts: Sequence[tuple[str, int]], language: Language) -> Sheet:
    said = {
        "expected": Words("expected", "attendus"),
        "reporting": Words("reporting", "déclarés"),
        "missing": Words("missing", "manquants"),
    }
    columns = (
        Column("coverage", Words("Coverage", "Couverture")),
        Column("count", Words("How many", "Combien")),
    )
    rows = tuple((said[key].in_(language), count) for key, count in counts)
    return Sheet("coverage", Words("Coverage", "Couverture"), columns, rows)


def _counts(unit: str, row: Mapping[str, Any], language: Language) -> tuple[Cell, ...]:
    programme = row["programme"]
    return (
        *(_COUNTED[unit].in_(language), programme["code"], _text(worded(programme["label"], language))),
        *(programme["namedInSource"], *row["counts"], row["elsewhere"], row["total"]),
    )


def _how(reading: Reading) -> list[tuple[Words, str | None]]:
    public = Words("the public", "le public")
    return [
        (Words("Read on", "Lu le"), reading.read_at),
        (Words("Read for", "Lu pour"), reading.reader or f"{public.en} · {public.fr}"),
        (Words("Query: stored document", "Requête : document conservé"), reading.document),
        (Words("Query: hash of the document", "Requête : empreinte du document"), reading.digest),
        (Words("Query: variables", "Requête : variables"), reading.variables),
        (Words("Query: address", "Requête : adresse"), reading.address),
    ]


def _noted(notes: Iterable[tuple[Words, str | None]], language: Language) -> Sheet:
    rows = tuple((worded_in(of, language), content) for of, content in notes)
    return Sheet("notes", Words("Notes", "Notes"), _NOTE, rows)
