"""The words of the views. One table, both languages side by side; a test holds placeholders equal."""

from typing import Final

from domain.narration.words import Words
from domain.values import Language
from services.web.messages import typeset

WORDS: Final[dict[str, Words]] = {
    "title": Words("One figure across the country", "Un chiffre à l’échelle du pays"),
    "none": Words(
        "No partnership has published a figure of a shared indicator yet, so there is no comparison to show.",
        "Aucun partenariat n’a encore publié de valeur d’un indicateur commun; il n’y a donc rien à comparer ici.",
    ),
    "stale": Words(
        "The comparison cannot be shown just now; the register itself is not affected.",
        "La comparaison ne peut être affichée en ce moment; le registre lui-même n’est pas touché.",
    ),
    "chart": Words("{indicator}, {period}", "{indicator}, {period}"),
    "chart.describes": Words(
        "Bar chart, one bar for each figure, from zero; the longest is {longest}. The table that follows says the "
        "same in words.",
        "Diagramme à barres, une barre par valeur, à partir de zéro; la plus longue vaut {longest}. Le tableau "
        "qui suit dit la même chose en mots.",
    ),
    "chart.none": Words(
        "No chart: there is no figure above zero, or there are too many. The table has them all.",
        "Sans diagramme : aucune valeur ne dépasse zéro, ou il y en a trop. Le tableau les contient toutes.",
    ),
    "chart.later": Words(
        "The chart is not drawn yet, or could not be: load the page again in a moment. The table has all figures.",
        "Le diagramme n’est pas encore tracé ou n’a pu l’être : rechargez la page dans un instant. Le tableau "
        "contient toutes les valeurs.",
    ),
    "mark.hatched": Words("Hatched: not certain.", "Hachuré : incertain."),
    "mark.open": Words("Dashed: only a bound is known.", "Tireté : seule une borne est connue."),
    "unit.CAD": Words("dollars", "dollars"),
    "unit.percent": Words("percent", "pourcentage"),
    "caption": Words("The same as a table, in {unit}", "Les mêmes valeurs en tableau; unité : {unit}"),
    "who": Words("Partnership", "Partenariat"),
    "figure": Words("Figure", "Valeur"),
    "comparability": Words("measured with {how}", "selon {how}"),
    "comparability.same": Words("the shared indicator", "l’indicateur commun"),
    "comparability.exact": Words("its own, which agrees exactly", "son indicateur, qui concorde entièrement"),
    "comparability.partial": Words("its own, which agrees in part", "son indicateur, qui concorde en partie"),
    "of": Words("{part} of {whole}", "{part} sur {whole}"),
    "withheld": Words("withheld", "non divulgué"),
    "total": Words("Together", "Ensemble"),
    "total.estimated": Words("of which {number} estimated", "dont {number} d’après des estimations"),
    "total.provisional": Words("partly provisional", "en partie provisoire"),
    "total.rounded": Words("partly rounded", "en partie arrondi"),
    "total.left_out": Words("figures without a number: {number}", "valeurs sans nombre : {number}"),
    "total.open": Words("no bound can be given", "aucune borne ne peut être donnée"),
    "coverage": Words("Coverage", "Couverture"),
    "coverage.expected": Words("Figures owed", "Valeurs attendues"),
    "coverage.reporting": Words("in the comparison", "dans la comparaison"),
    "coverage.missing": Words("missing past their day", "manquantes, délai passé"),
    "coverage.others": Words("Named, but without a figure here:", "Nommés, mais sans valeur ici :"),
    "colon": Words(": ", " : "),
    "state.reported": Words("in the comparison", "dans la comparaison"),
    "state.received": Words("submitted, not published yet", "soumise, pas encore publiée"),
    "state.pending": Words("not due yet", "pas encore exigible"),
    "state.missing": Words("missing, past its day", "manquante, délai passé"),
    "state.exempt": Words("exempt", "exemptée"),
    "state.not_visible": Words("nothing published", "rien de publié"),
    "state.not_comparable": Words("has an indicator that is not comparable", "indicateur non comparable"),
    "sample": Words(
        "Figures of fictional partnerships, for demonstration: {values} of {all}.",
        "Valeurs de partenariats fictifs, à des fins de démonstration : {values} sur {all}.",
    ),
    "clocks": Words("As of {day}, as known now.", "Au {day}, selon ce qu’on sait maintenant."),
    "clocks.recorded": Words(
        "As of {day}, as known on {instant}.", "Au {day}, selon ce qu’on savait le {instant}."
    ),
    "files": Words("The same as a file, with its notes:", "La même chose en fichier, avec ses notes :"),
    "query": Words("See the query", "Voir la requête"),
    "query.text": Words(
        "The figures above are the answer to this stored document of the read API, asked with these variables.",
        "Les valeurs ci-dessus répondent à ce document conservé de l’API de lecture, posé avec ces variables.",
    ),
    "query.document": Words("Document", "Document"),
    "query.variables": Words("Variables", "Variables"),
    "query.answer": Words("The answer, in JSON", "La réponse, en JSON"),
}


def worded_in(words: Words, language: Language) -> str:
    """In a language; in French, with the no-break spaces it asks for."""
    return typeset(words.fr) if language == "fr" else words.en


def say(key: str, language: Language, **values: object) -> str:
    """The words of a key, with its placeholders filled."""
    return worded_in(WORDS[key], language).format(**values)
