"""What is refused around an order: its key, its day, and what others changed meanwhile."""

from dataclasses import dataclass

from services.refusals import DoorRefusal


@dataclass(eq=False)
class KeyMissingError(DoorRefusal):
    code = "idempotency_key_missing"
    kind = "malformed"
    en = "The header Idempotency-Key is required: a UUID that you make once per order and send again to retry."
    fr = "L’en-tête Idempotency-Key est obligatoire : un UUID créé une fois par ordre et renvoyé tel quel."


@dataclass(eq=False)
class KeyInvalidError(DoorRefusal):
    code = "idempotency_key_invalid"
    kind = "malformed"
    en = "The header Idempotency-Key must be a UUID such as 018f3a5e-7c1b-7d2a-9b1c-3f5a7e9b1c3f."
    fr = "L’en-tête Idempotency-Key doit être un UUID, par exemple 018f3a5e-7c1b-7d2a-9b1c-3f5a7e9b1c3f."


@dataclass(eq=False)
class CommandUnknownError(DoorRefusal):
    command: str
    nearest: str
    code = "command_unknown"
    kind = "not_found"
    en = "There is no order “{command}”. Nearest: {nearest}. /openapi.json lists them all."
    fr = "Il n’existe pas d’ordre « {command} ». Le plus proche : {nearest}. Voir /openapi.json."


@dataclass(eq=False)
class EffectiveTooFarError(DoorRefusal):
    effective_on: object
    latest: object
    code = "effective_too_far"
    kind = "refused"
    en = "{effective_on} is too far ahead: an order may take effect until {latest}."
    fr = "Le {effective_on} est trop éloigné : un ordre peut prendre effet jusqu’au {latest}."


@dataclass(eq=False)
class KeyReusedError(DoorRefusal):
    code = "key_reused"
    kind = "conflict"
    en = "This Idempotency-Key was already used for another request; make a new key for a new order."
    fr = "Cette clé Idempotency-Key a déjà servi à une autre requête; créez une clé par ordre."


@dataclass(eq=False)
class GuardBrokenError(DoorRefusal):
    code = "guard_broken"
    kind = "conflict"
    en = "A record that this order depends on changed meanwhile; reload and try again."
    fr = "Un enregistrement dont dépend cet ordre a changé entre-temps; rechargez et recommencez."


@dataclass(eq=False)
class BusyError(DoorRefusal):
    code = "busy"
    kind = "conflict"
    en = "Others kept changing this record; nothing was recorded. Send the same key again."
    fr = "D’autres ont modifié cet enregistrement; rien n’a été inscrit. Renvoyez la même clé."


@dataclass(eq=False)
class OutcomeUnknownError(DoorRefusal):
    code = "outcome_unknown"
    kind = "conflict"
    status = 503
    en = "The connection to the log was lost, so the outcome is not known. Send the same key again to learn it."
    fr = "La liaison au registre s’est rompue : l’issue est inconnue. Renvoyez la même clé pour la connaître."


@dataclass(eq=False)
class LogStoppedError(DoorRefusal):
    code = "log_stopped"
    kind = "operational"
    en = "This log is not what was signed of it, so nothing is written to it until an operator has looked at it."
    fr = "Ce registre n’est plus ce qui en a été signé : rien n’y est inscrit avant l’examen d’un opérateur."


@dataclass(eq=False)
class UnavailableError(DoorRefusal):
    code = "unavailable"
    kind = "conflict"
    status = 503
    en = "The register cannot be reached just now; nothing was recorded. Send the same key again."
    fr = "Le registre est momentanément inaccessible; rien n’a été inscrit. Renvoyez la même clé."


@dataclass(eq=False)
class BodyNotOpenError(DoorRefusal):
    code = "body_not_open"
    kind = "conflict"
    en = "This body is registered, but its own log is not open yet; provision it again with the same key."
    fr = "Cet organisme est inscrit, mais son registre n’est pas ouvert; reprenez la création avec la même clé."
