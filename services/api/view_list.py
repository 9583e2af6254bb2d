"""Which views come as files: the document that answers each, the parameters it takes, and its tables."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from domain.narration.words import Words
from domain.values import Language
from readapi.codes import PartnershipOrder, SubmissionStage, TerritoryScheme
from readapi.governance_codes import ExceptionKind
from readapi.series_codes import SeriesGrouping
from services.api.view_parameters import BODIES, CLOCKS, Given
from services.refusals.requests import QueryInvalidError
from services.views.books.agreements import matrix_book
from services.views.books.comparison import comparison_book
from services.views.books.counts import endorsements_book, sectors_book, themes_book
from services.views.books.funding import funding_book
from services.views.books.portraits import portraits_book
from services.views.books.records import exceptions_book, frozen_book, published_book, registry_book
from services.views.books.series import series_book
from services.views.sheets import Book, Reading


class View(NamedTuple):
    """A view as a file."""

    path: str
    summary: Words
    file_name: Words
    document: str
    names: tuple[str, ...]
    """The parameters that it takes beside `lang`."""
    required: tuple[str, ...]
    variables: Callable[[Given], dict[str, Any]]
    book: Callable[[Mapping[str, Any], Reading, Language], Book]
    paged: tuple[str, ...] | None = None
    """Where in the answer the list stands of which all pages are read; None: it has no pages."""


def _of_several(given: Given) -> dict[str, Any]:
    given.refuse_position()
    return given.clocks() | given.bodies()


def _measured(given: Given) -> dict[str, Any]:
    stage = given.code("stage", SubmissionStage)
    return _of_several(given) | ({} if stage is None else {"stage": stage})


def _comparison(given: Given) -> dict[str, Any]:
    return {"indicator": given.record("indicator"), "period": given.one_period()} | _measured(given)


def _series(given: Given) -> dict[str, Any]:
    chosen = {
        "by": given.code("by", SeriesGrouping),
        "dimension": given.one("dimension"),
        "perThousandOf": given.population(),
    }
    asked = {"indicator": given.record("indicator"), "periods": given.periods()} | _measured(given)
    return asked | {name: value for name, value in chosen.items() if value is not None}


def _agreements(given: Given) -> dict[str, Any]:
    bodies = given.bodies()
    if len(bodies.get("partnerships", ())) != 1:
        given.refuse_position()
    scheme = given.code("scheme", TerritoryScheme)
    chosen = {"programmes": given.many("programme") or None, "territoryScheme": scheme}
    return given.clocks() | bodies | {name: value for name, value in chosen.items() if value is not None}


def _themes(given: Given) -> dict[str, Any]:
    return {"themeList": given.record("list")} | _of_several(given)


def _portraits(given: Given) -> dict[str, Any]:
    chosen = {
        "measure": given.one("measure"),
        "by": given.one("dimension"),
        "where": given.categories("category") or None,
        "vintage": given.one("vintage"),
        "perThousandOf": given.population(),
    }
    return _of_several(given) | {name: value for name, value in chosen.items() if value is not None}


def _registry(given: Given) -> dict[str, Any]:
    order = given.code("order", PartnershipOrder)
    return _of_several(given) | ({} if order is None else {"orderBy": order})


def _of_one(given: Given) -> dict[str, Any]:
    match given.many("partnership"):
        case [slug] if slug:
            return {"slug": slug} | given.clocks()
        case _:
            raise QueryInvalidError(name="partnership", expected="1")


def _published(given: Given) -> dict[str, Any]:
    measure = given.one("measure")
    return _of_one(given) | ({} if measure is None else {"measure": measure})


def _exceptions(given: Given) -> dict[str, Any]:
    kinds, since = given.codes("exception", ExceptionKind), given.one("since")
    chosen = {"kinds": kinds or None, "since": None if since is None else given.day("since")}
    return _of_one(given) | {name: value for name, value in chosen.items() if value is not None}


def _frozen(given: Given) -> dict[str, Any]:
    return given.record("id")


_SEVERAL: Final = (*CLOCKS, *BODIES)
VIEWS: Final = (
    View(
        "comparison",
        Words("One indicator across the country", "Un indicateur à l’échelle du pays"),
        Words("entente-comparison-en", "entente-comparaison-fr"),
        "comparison",
        ("owner", "indicator", "period", "start", "end", "stage", *_SEVERAL),
        ("indicator", "period", "start", "end"),
        _comparison,
        comparison_book,
    ),
    View(
        "series",
        Words("One indicator over several periods", "Un indicateur sur plusieurs périodes"),
        Words("entente-series-en", "entente-serie-fr"),
        "series",
        ("owner", "indicator", "periods", "stage", "by", "dimension", "population", *_SEVERAL),
        ("indicator", "periods"),
        _series,
        series_book,
    ),
    View(
        "agreements",
        Words("Agreements by programme and territory", "Ententes par programme et territoire"),
        Words("entente-agreements-en", "entente-ententes-fr"),
        "matrix",
        ("programme", "scheme", *_SEVERAL),
        (),
        _agreements,
        matrix_book,
    ),
    View(
        "funding",
        Words("Money of agreements, by programme and source", "L’argent des ententes, par programme et source"),
        Words("entente-funding-en", "entente-financement-fr"),
        "funding",
        _SEVERAL,
        (),
        _of_several,
        funding_book,
    ),
    View(
        "endorsements",
        Words("Endorsements by kind and by endorser", "Appuis par type et par organisme"),
        Words("entente-endorsements-en", "entente-appuis-fr"),
        "endorsements",
        _SEVERAL,
        (),
        _of_several,
        endorsements_book,
    ),
    View(
        "themes",
        Words("How often themes are met", "Fréquence des thèmes"),
        Words("entente-themes-en", "entente-themes-fr"),
        "themes",
        ("owner", "list", *_SEVERAL),
        ("list",),
        _themes,
        themes_book,
    ),
    View(
        "sectors",
        Words("Seats on councils by sector", "Sièges aux conseils par secteur"),
        Words("entente-sectors-en", "entente-secteurs-fr"),
        "sectors",
        _SEVERAL,
        (),
        _of_several,
        sectors_book,
    ),
    View(
        "portraits",
        Words("Portraits of territories side by side", "Portraits de territoires côte à côte"),
        Words("entente-portraits-en", "entente-portraits-fr"),
        "portraits",
        ("measure", "dimension", "category", "vintage", "population", *_SEVERAL),
        (),
        _portraits,
        portraits_book,
    ),
    View(
        "registry",
        Words("Who is in the register", "Qui figure au répertoire"),
        Words("entente-registry-en", "entente-repertoire-fr"),
        "register",
        ("order", *CLOCKS, "kind", "province"),
        (),
        _registry,
        registry_book,
        paged=(),
    ),
    View(
        "published",
        Words("Figures as a body’s sources printed them", "Valeurs telles que les sources les ont imprimées"),
        Words("entente-published-en", "entente-publie-fr"),
        "published",
        ("measure", *CLOCKS, "partnership"),
        ("partnership",),
        _published,
        published_book,
        paged=("publishedAggregates",),
    ),
    View(
        "exceptions",
        Words("What departs from a rule, for members", "Ce qui s’écarte d’une règle, pour les membres"),
        Words("entente-exceptions-en", "entente-exceptions-fr"),
        "exceptions",
        ("exception", "since", *CLOCKS, "partnership"),
        ("partnership",),
        _exceptions,
        exceptions_book,
        paged=("exceptions",),
    ),
    View(
        "frozen",
        Words("A comparison that was frozen to be cited", "Une comparaison figée pour être citée"),
        Words("entente-frozen-comparison-en", "entente-comparaison-figee-fr"),
        "frozen",
        ("owner", "id"),
        ("id",),
        _frozen,
        frozen_book,
    ),
)
