"""What is refused of pages, files and packs that are read."""

from dataclasses import dataclass

from services.refusals import DoorRefusal


@dataclass(eq=False)
class NotSignedYetError(DoorRefusal):
    code = "not_signed_yet"
    kind = "not_found"
    en = "The log is not signed that far yet; it will be within seconds. Ask again."
    fr = "Le registre n’est pas encore signé jusque-là; il le sera dans quelques secondes. Redemandez."


@dataclass(eq=False)
class ReadsUnavailableError(DoorRefusal):
    code = "reads_unavailable"
    kind = "operational"
    en = "The register cannot be read just now. Ask again in a moment."
    fr = "Le registre ne peut être lu en ce moment. Redemandez dans un instant."


@dataclass(eq=False)
class ReadsBehindError(DoorRefusal):
    code = "reads_behind"
    kind = "operational"
    en = "The read models are still behind the log. Ask again in a moment."
    fr = "Les modèles de lecture sont encore en retard sur le registre. Redemandez dans un instant."


@dataclass(eq=False)
class EffectiveUnreadableError(DoorRefusal):
    given: str
    code = "effective_unreadable"
    kind = "malformed"
    en = "“{given}” is not a day such as 2026-03-31, from 1900 to 2200."
    fr = "« {given} » n’est pas une date (2026-03-31), de 1900 à 2200."


@dataclass(eq=False)
class PackTooLongError(DoorRefusal):
    events: int
    maximum: int
    code = "pack_too_long"
    kind = "refused"
    en = "A log of {events} events is exported with “entente audit export”; over the network, {maximum} at most."
    fr = "Un registre de {events} événements s’exporte avec « entente audit export »; en ligne, {maximum} au plus."


@dataclass(eq=False)
class ViewTooLongError(DoorRefusal):
    rows: int
    maximum: int
    code = "view_too_long"
    kind = "refused"
    en = "The file would have {rows} rows; a file has {maximum} at most. Narrow the question, or page in GraphQL."
    fr = (
        "Le fichier aurait {rows} lignes; un fichier en compte {maximum} au plus. Précisez la demande, ou lisez "
        "page par page en GraphQL."
    )


@dataclass(eq=False)
class BodiesTooManyError(DoorRefusal):
    bodies: int
    maximum: int
    code = "bodies_too_many"
    kind = "refused"
    en = "The file would cover {bodies} partnerships; it covers {maximum} at most. Narrow by province or kind."
    fr = "Le fichier porterait sur {bodies} partenariats, au plus {maximum}. Précisez la province ou le type."


@dataclass(eq=False)
class StepTooFarError(DoorRefusal):
    version: int
    maximum: int
    code = "step_too_far"
    kind = "refused"
    en = "Step {version} is checked with “entente verify”; over the network, steps up to {maximum} are."
    fr = "L’étape {version} se vérifie avec « entente verify »; en ligne, jusqu’à l’étape {maximum}."
