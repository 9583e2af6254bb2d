"""Which of the two languages a request prefers."""

from domain.values import Language

_ENTRIES_MAX = 20


def preferred(accept_language: str) -> Language | None:
    """French or English, whichever the header ranks higher (RFC 9110, 12.5.4); None if it names neither."""
    best: Language | None = None
    best_weight = 0.0
    for entry in accept_language.split(",")[:_ENTRIES_MAX]:
        tag, _, parameter = entry.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if weight > best_weight:
            if primary == "fr":
                best, best_weight = "fr", weight
            elif primary == "en":
                best, best_weight = "en", weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if name.strip() == "q" and 0.0 <= weight <= 1.0 else 0.0
