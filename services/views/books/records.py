"""Lists of records as tables: the registry, figures that sources printed, exceptions, frozen comparisons."""

from collections.abc import Mapping
from typing import Any, Final

from domain.narration.words import Words
from domain.values import Language
from services.views.books import parts
from services.views.books.comparison import comparison_sheets
from services.views.books.parts import Note
from services.views.comparison import figure
from services.views.sheets import Book, Column, Reading, Sheet

_STANDS: Final = Column("record_status", Words("Record", "Inscription"))
_NUMBER: Final = Column("exception", Words("Exception, number", "Exception, numéro"))
_MISSING_LANGUAGE: Final = Column("missing_language", Words("Name missing in", "Nom manquant en"))


def registry_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    rows = tuple(
        (
            one["slug"],
            *(one["name"]["en"], one["name"]["fr"], ", ".join(one["name"]["missing"]) or None),
            *(one["kind"], one["province"], one["phase"], one["started"]),
            *(None if one["attested"] is None else one["attested"]["label"][language],),
            *_lead(one["leadOrganisation"], language),
            one["sample"],
        )
        for one in answer["nodes"]
    )
    columns = (
        parts.BODY[0],
        Column("name_en", Words("Name in English", "Nom en anglais")),
        Column("name_fr", Words("Name in French", "Nom en français")),
        _MISSING_LANGUAGE,
        Column("body_kind", Words("Kind of partnership", "Type de partenariat")),
        Column("province", Words("Province", "Province")),
        Column("phase", Words("Phase", "Phase")),
        Column("started", Words("Started", "Début")),
        Column("attested", Words("Attested in", "Attesté en")),
        Column("lead", Words("Lead organisation", "Organisme responsable")),
        Column("lead_kind", Words("Kind of lead organisation", "Type d’organisme responsable")),
        parts.SAMPLE,
    )
    notes: list[Note] = [
        (Words("Partnerships in all", "Partenariats en tout"), str(answer["totalCount"])),
        *parts.clocks({"position": None, **answer["asOf"]}),
        *parts.how(reading),
    ]
    sheets = (Sheet("registry", Words("Registry", "Répertoire"), columns, rows), parts.noted(notes, language))
    return Book(Words("The register", "Le répertoire").in_(language), language, sheets)


def published_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    page = answer["publishedAggregates"]
    rows = tuple(
        (
            *(one["measureCode"], parts.text(one["measure"], language)),
            *parts.period(one["period"], language),
            *parts.place(one["territory"], language),
            None if one["value"] is None else figure(one["value"], language),
            *parts.quantity(one["value"]),
            *parts.sides(None if one["share"] is None else one["share"]["numerator"], "kind", "number", "upper"),
            *parts.sides(None if one["share"] is None else one["share"]["denominator"], "kind", "number", "upper"),
            None if one["share"] is None else parts.text(one["share"]["of"], language),
            *parts.sides(one["funded"], "kind", "number", "upper"),
            *parts.sides(one["reportsReceived"], "kind", "number", "upper"),
            *parts.publication(one["publication"], language),
            *(one["status"], one["sample"], one["id"]),
        )
        for one in page["nodes"]
    )
    columns = (
        Column("measure_code", Words("Measure (code)", "Mesure (code)")),
        Column("measure", Words("Measure", "Mesure")),
        *parts.PERIOD,
        *parts.PLACE,
        *(parts.SAID, *parts.QUANTITY),
        *parts.quantity_of("share", "Share, part", "Part, numérateur"),
        *parts.quantity_of("share_of", "Share, whole", "Part, dénominateur"),
        Column("share_counts", Words("What the whole counts", "Ce que compte le dénominateur")),
        *parts.quantity_of("funded", "Funded", "Financés"),
        *parts.quantity_of("received", "Reports received", "Rapports reçus"),
        *parts.PUBLICATION,
        *(_STANDS, parts.SAMPLE, Column("id", Words("Id", "Identifiant"))),
    )
    apart = Words(
        "Printed by a source about many, without a breakdown: never added to what is recorded here.",
        "Imprimé par une source à propos de plusieurs, sans ventilation : ne s’additionne jamais à ce qui est "
        "inscrit ici.",
    )
    notes: list[Note] = [
        (Words("Partnership", "Partenariat"), parts.text(answer["name"], language) or answer["slug"]),
        (Words("Figures in all", "Valeurs en tout"), str(page["totalCount"])),
        (Words("Beside, never mixed", "À côté, jamais mêlé"), apart.in_(language)),
        *parts.clocks(answer["asOf"]),
        parts.qualifiers(language),
        *parts.how(reading),
    ]
    sheets = (Sheet("published", Words("Published", "Publié"), columns, rows), parts.noted(notes, language))
    return Book(Words("Figures as published", "Valeurs telles que publiées").in_(language), language, sheets)


def exceptions_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    page = answer["exceptions"]
    rows = tuple(
        (
            *(number, one["kind"], one["title"][language], parts.day(one["on"]), one["words"][language]),
            *(one["stream"], one["recordId"], one["sample"]),
        )
        for number, one in enumerate(page["nodes"], start=1)
    )
    events = tuple(
        (
            *(number, int(event["position"]), event["stream"], event["streamId"], int(event["version"])),
            *(event["type"], parts.day(event["effectiveOn"])),
        )
        for number, one in enumerate(page["nodes"], start=1)
        for event in one["events"]
    )
    stream = Column("stream", Words("Kind of record", "Type de donnée"))
    columns = (
        *(_NUMBER, Column("exception_kind", Words("Exception (code)", "Exception (code)"))),
        *(Column("title", Words("Exception", "Exception")), Column("on", Words("On", "Le"))),
        Column("words", Words("What happened", "Ce qui s’est passé")),
        *(stream, Column("record", Words("Record, id", "Donnée, identifiant")), parts.SAMPLE),
    )
    of_event = (
        _NUMBER,
        Column("position", Words("Position in the log", "Position dans le registre")),
        stream,
        Column("stream_id", Words("Stream, id", "Flux, identifiant")),
        Column("version", Words("Version", "Version")),
        Column("type", Words("Event", "Événement")),
        Column("effective_on", Words("In effect on", "En vigueur le")),
    )
    notes: list[Note] = [
        (Words("Partnership", "Partenariat"), parts.text(answer["name"], language) or answer["slug"]),
        (Words("Exceptions in all", "Exceptions en tout"), str(page["totalCount"])),
        *parts.clocks(answer["asOf"]),
        *parts.how(reading),
    ]
    sheets = (
        Sheet("exceptions", Words("Exceptions", "Exceptions"), columns, rows),
        Sheet("events", Words("Events", "Événements"), of_event, events),
        parts.noted(notes, language),
    )
    return Book(Words("Exceptions", "Exceptions").in_(language), language, sheets)


def frozen_book(answer: Mapping[str, Any], reading: Reading, language: Language) -> Book:
    sources = tuple((one["log"], int(one["position"]), one["granted"]) for one in answer["sources"])
    ended = tuple(parts.body(one, language) for one in answer["accessEnded"])
    columns = (
        Column("log", Words("Log", "Registre")),
        Column("position", Words("Up to position", "Jusqu’à la position")),
        Column("granted", Words("Granted when it was frozen", "Accès accordé lors du gel")),
    )
    title = parts.text(answer["title"], language) or answer["id"]
    found: tuple[Sheet, ...] = ()
    told: list[Note] = [
        (
            Words("Comparison", "Comparaison"),
            Words(
                "The reader may not see the indicator, so there are no figures.",
                "Le lecteur ne peut voir l’indicateur; il n’y a donc aucune valeur.",
            ).in_(language),
        )
    ]
    if answer["comparison"] is not None:
        _, found, told = comparison_sheets(answer["comparison"], language)
    notes: list[Note] = [
        (Words("Frozen comparison", "Comparaison figée"), title),
        (Words("Frozen comparison, id", "Comparaison figée, identifiant"), answer["id"]),
        (Words("Frozen on", "Figée le"), answer["frozenOn"]),
        *told,
        *parts.how(reading),
    ]
    sheets = (
        *found,
        Sheet("sources", Words("Logs", "Registres"), columns, sources),
        Sheet("access_ended", Words("Access ended", "Accès terminé"), parts.BODY, ended),
        parts.noted(notes, language),
    )
    return Book(title, language, sheets)


def _lead(lead: Mapping[str, Any] | None, language: Language) -> tuple[str | None, str | None]:
    return (None, None) if lead is None else (parts.text(lead["name"], language), lead["kind"])
