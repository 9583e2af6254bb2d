"""What is wrong with a field, said in both languages and under a stable code.

msgspec and the value types explain themselves in English; each of their sentences has its entry here, and a test
holds that list complete.
"""

from typing import Final

from services.refusals import Located
from services.worded import form
from services.wordings_of_terms import TERMS, WHATS

_CHARACTERS_MAX = 300


_SIDES = {"the text in 'fr'": "le texte en français", "the text in 'en'": "le texte en anglais"}
_WHATS = {
    **_SIDES,
    "the free text": "le texte libre",
    "the printed text": "le texte imprimé",
    "the unit": "l’unité",
    "number": "le nombre",
    "upper": "la borne supérieure",
    **WHATS,
}

_FORMS: Final = (
    # --- msgspec
    form("missing", r"Object missing required field `(.+)`", "This member is required.", "Ce membre est requis."),
    form(
        "unknown", r"Object contains unknown field `(.+)`", "This member is not known.", "Ce membre est inconnu."
    ),
    form(
        "matches_not",
        r"Expected `str` matching regex '(.+)'",
        "Expected text of the form {0}.",
        "Texte attendu, de la forme {0}.",
    ),
    form(
        "length",
        r"Expected `(str|array)` of length (<=|>=|==) (\d+)",
        "Expected a length {1} {2}.",
        "Longueur attendue : {1} {2}.",
    ),
    form(
        "range", r"Expected `(\w+)` (<=|>=|<|>) (\S+)", "Expected a value {1} {2}.", "Valeur attendue : {1} {2}."
    ),
    form("type", r"Expected `(.+)`, got `(.+)`", "Expected {0}, got {1}.", "Attendu : {0}; reçu : {1}."),
    form("type", r"Expected `(.+)`", "Expected {0}.", "Attendu : {0}."),
    form(
        "not_listed",
        r"Invalid (?:enum )?value (.+)",
        "{0} is not one of the values listed in /openapi.json.",
        "{0} ne figure pas parmi les valeurs énumérées dans /openapi.json.",
    ),
    form("format", r"Invalid UUID", "Expected a UUID.", "Un UUID est attendu."),
    form(
        "format",
        r"Invalid RFC3339 encoded (date|datetime|time)",
        "Expected a {0} in the ISO 8601 form, such as 2026-03-31.",
        "Une date en forme ISO 8601 est attendue, par exemple 2026-03-31.",
    ),
    form("format", r"Invalid base64 encoded string", "Expected base64.", "Du base64 est attendu."),
    form("format", r"Invalid decimal string", "Expected a decimal number.", "Un nombre décimal est attendu."),
    form("range", r"Integer value out of range", "The number is too large.", "Le nombre est trop grand."),
    # --- the door
    form(
        "date_out_of_range",
        r"date out of range",
        "Dates lie between 1900 and 2200.",
        "Les dates se situent entre 1900 et 2200.",
    ),
    form(
        "text_not_open",
        r"free text not open",
        "Send free text as `subject` and `text`; it is sealed here.",
        "Envoyez le texte libre sous forme de `subject` et `text`; il est scellé ici.",
    ),
    form(
        "time_zone_unknown",
        r"unknown time zone",
        "Expected a time zone of the IANA database, such as America/Toronto.",
        "Un fuseau de la base IANA est attendu, par exemple America/Toronto.",
    ),
    form(
        "slug_reserved",
        r"reserved slug",
        "This name is reserved for the commons.",
        "Ce nom est réservé au fonds commun.",
    ),
    form(
        "cause_unknown",
        r"unknown cause",
        "There is no such event in this log or in the commons. Name the log, the stream and the version of one.",
        "Cet événement n’existe ni dans ce registre ni dans le fonds commun. Nommez le registre, le flux et la "
        "version.",
    ),
    form(
        "command_unknown",
        r"unknown command",
        "There is no such command; /openapi.json lists them all.",
        "Cet ordre n’existe pas; /openapi.json les énumère tous.",
    ),
    form(
        "mail_address",
        r"no mail address",
        "Expected a mail address such as secretariat@example.org, in ASCII.",
        "Une adresse électronique est attendue, par exemple secretariat@example.org, en ASCII.",
    ),
    form(
        "token_for_nothing",
        r"a token for nothing",
        "Expected true here, or at least one order in commands: the token would be for nothing.",
        "La valeur true est attendue ici, ou au moins un ordre dans commands : le jeton ne servirait à rien.",
    ),
    # --- value types
    form(
        "blank", r"(.+) is blank: leave it out instead", "{0} is blank; leave it out.", "{0} : vide; omettez-le."
    ),
    form(
        "too_long",
        r"(.+) has (\d+) characters; at most (\d+) are kept",
        "{0} has {1} characters; at most {2} are kept.",
        "{0} : {1} caractères; au plus {2} sont conservés.",
    ),
    form(
        "control_character",
        r"(.+) holds the control character (U\+\w+) at (\d+)",
        "{0} holds the control character {1} at {2}.",
        "{0} : caractère de commande {1} à la position {2}.",
    ),
    form(
        "not_composed",
        r"(.+) is not in Unicode form NFC.*",
        "{0} is not in Unicode form NFC.",
        "{0} : pas en forme Unicode NFC.",
    ),
    form(
        "source_text_missing",
        r"the source language is '(\w+)', and there is no text in it",
        "The source language is {0}, and there is no text in it.",
        "La langue source est « {0} », mais aucun texte n’est dans cette langue.",
    ),
    form(
        "unofficial",
        r"the source language '(\w+)' cannot be an unofficial translation",
        "The source language {0} cannot be an unofficial translation.",
        "La langue source « {0} » ne peut être une traduction non officielle.",
    ),
    form(
        "unofficial",
        r"'(\w+)' is marked unofficial, and there is no text in it",
        "{0} is marked unofficial, and there is no text in it.",
        "« {0} » est dit non officiel, mais aucun texte n’est dans cette langue.",
    ),
    form(
        "unofficial",
        r"a language is marked unofficial twice",
        "A language is marked unofficial twice.",
        "Une langue est dite non officielle deux fois.",
    ),
    form(
        "period",
        r"the period ends on (\S+), before it starts on (\S+)",
        "The period ends on {0}, before it starts on {1}.",
        "La période prend fin le {0}, avant de commencer le {1}.",
    ),
    form(
        "period",
        r"(\S+) to (\S+) is not a period of kind '(\w+)'",
        "{0} to {1} is not a period of kind {2}.",
        "Du {0} au {1} : ce n’est pas une période de type « {2} ».",
    ),
    form(
        "partial_date",
        r"'(.*)' is not a date of the form YYYY, YYYY-MM or YYYY-MM-DD",
        "“{0}” is not a date of the form YYYY, YYYY-MM or YYYY-MM-DD.",
        "« {0} » n’est pas une date de la forme AAAA, AAAA-MM ou AAAA-MM-JJ.",
    ),
    form(
        "partial_date",
        r"'(.*)' is no date of the calendar: .+",
        "“{0}” is no date of the calendar.",
        "« {0} » n’est pas une date du calendrier.",
    ),
    form(
        "figure",
        r"(.+) is (.+); expected a finite Decimal",
        "{0} is not a finite number.",
        "{0} : ce n’est pas un nombre fini.",
    ),
    form(
        "figure",
        r"(.+) is (.+); write it plainly, with at most (\d+) decimals",
        "{0}: write it plainly, with at most {2} decimals.",
        "{0} : écrivez-le sans exposant, avec au plus {2} décimales.",
    ),
    form(
        "figure",
        r"(.+) is (.+); at most (\d+) digits before the decimals are kept",
        "{0}: at most {2} digits before the decimals are kept.",
        "{0} : au plus {2} chiffres avant la virgule.",
    ),
    form("figure", r"(.+) is a negative zero; .+", "{0} is a negative zero.", "{0} : zéro négatif."),
    form(
        "figure",
        r"a figure of kind '(\w+)' needs its number",
        "A figure of kind {0} needs its number.",
        "Un chiffre de type « {0} » exige son nombre.",
    ),
    form(
        "figure",
        r"an upper end belongs to a range and to nothing else; the kind is '(\w+)'",
        "An upper end belongs to a range and to nothing else; the kind is {0}.",
        "Une borne supérieure n’appartient qu’à un intervalle; le type est « {0} ».",
    ),
    form(
        "figure",
        r"a range goes upwards; got (\S+) to (\S+)",
        "A range goes upwards; got {0} to {1}.",
        "Un intervalle va en croissant; reçu : de {0} à {1}.",
    ),
    form(
        "figure",
        r"rounded_to is the step of rounding, at least 1; got (\S+)",
        "rounded_to is the step of rounding, at least 1.",
        "rounded_to est le pas d’arrondi, au moins 1.",
    ),
    form(
        "figure",
        r"a figure of kind '(\w+)' has no number",
        "A figure of kind {0} has no number.",
        "Un chiffre de type « {0} » n’a pas de nombre.",
    ),
    form(
        "figure",
        r"a milestone is its text: give it as raw",
        "A milestone is its text: give it as raw.",
        "Un jalon est son texte : donnez-le dans raw.",
    ),
    form(
        "figure",
        r"a figure of kind '(\w+)' has nothing to round",
        "A figure of kind {0} has nothing to round.",
        "Un chiffre de type « {0} » n’a rien à arrondir.",
    ),
    form(
        "figure",
        r"the (\w+) is a milestone, which is no quantity",
        "The {0} is a milestone, which is no quantity.",
        "« {0} » est un jalon, pas une quantité.",
    ),
    form(
        "territory",
        r"'(.*)' is not a code of (\S+): expected (.+)",
        "“{0}” is not a code of {1}; expected the form {2}.",
        "« {0} » n’est pas un code de {1}; forme attendue : {2}.",
    ),
    form(
        "territory",
        r"the code ends on (\S+), before it begins on (\S+)",
        "The code ends on {0}, before it begins on {1}.",
        "Le code prend fin le {0}, avant de commencer le {1}.",
    ),
    form(
        "citation_version",
        r"a cited version is at least 1 and at most (\d+); got (\S+)",
        "A cited version is at least 1 and at most {0}.",
        "Une version citée est d’au moins 1 et d’au plus {0}.",
    ),
    form(
        "money",
        r"(\S+) minor units do not fit a 64-bit integer",
        "The amount is too large.",
        "Le montant est trop grand.",
    ),
    form(
        "money",
        r"money is counted in whole minor units; got (.+)",
        "Money is counted in whole cents.",
        "Les montants se comptent en cents entiers.",
    ),
    form(
        "sealed_text",
        r"a sealed text (?:is either|needs) .+",
        "Send free text as `subject` and `text`.",
        "Envoyez le texte libre sous forme de `subject` et `text`.",
    ),
    form(
        "sealed_text",
        r"the (nonce|ciphertext) has (\d+) bytes; expected .+",
        "Send free text as `subject` and `text`.",
        "Envoyez le texte libre sous forme de `subject` et `text`.",
    ),
)
_ANY = form(
    "invalid",
    r"(.+)",
    "This value is not accepted: {0}",
    "Cette valeur n’est pas acceptée (en anglais) : {0}",
)
FIELD_CODES: Final = frozenset(one.code for one in (*_FORMS, *TERMS, _ANY))


def is_worded(message: str) -> bool:
    """Whether a sentence of msgspec or of a value type has its own entry."""
    return any(one.pattern.fullmatch(message) for one in (*_FORMS, *TERMS))


def located(message: str, path: str) -> Located:
    """What the sentence says, at a path. A missing or unknown member gets the path of the member itself."""
    for one in (*_FORMS, *TERMS, _ANY):
        match = one.pattern.fullmatch(message)
        if match is None:
            continue
        if one.code in ("missing", "unknown"):
            path = f"{path}.{match[1]}"
        english = [_short(group) for group in match.groups()]
        french = [_WHATS.get(group, group) for group in english]
        en, fr = one.en.format(*english), one.fr.format(*french)
        return Located(path=path, code=one.code, en=en[0].upper() + en[1:], fr=fr[0].upper() + fr[1:])
    raise AssertionError("the last form matches everything")


def _short(text: str) -> str:
    return text if len(text) <= _CHARACTERS_MAX else text[:_CHARACTERS_MAX] + "…"
