"""What the door itself refuses, before or around the rules: form, rights, keys and limits.

Every refusal, of the rules or of the door, has a code that stays; docs/errors.md lists them all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from domain.errors import Refusal

STATUS_OF_KIND = {
    "malformed": 400,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "refused": 422,
    "operational": 503,
}


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong at one place: a JSON path such as `$.data.wording.fr`."""

    path: str
    code: str
    en: str
    fr: str


class DoorRefusal(Refusal):
    """A refusal of the door. `errors` locate what is wrong inside the request."""

    status: ClassVar[int | None] = None
    """Where the kind alone does not say it."""
    errors: tuple[Located, ...] = ()


def status_of(refusal: Refusal) -> int:
    """The HTTP status that a refusal is answered with."""
    status: int | None = getattr(refusal, "status", None)
    return status or STATUS_OF_KIND[refusal.kind]


def known_refusals() -> dict[str, type[Refusal]]:
    """Every refusal that the write door may answer, by its code. Importing `domain.areas` makes it complete."""
    return {
        cls.code: cls
        for cls in _subclasses(Refusal)
        if hasattr(cls, "code") and cls.__module__.startswith(("domain.", "services."))
    }


def _subclasses(cls: type[Refusal]) -> Iterator[type[Refusal]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _subclasses(sub)


class _WithErrors(DoorRefusal):
    def __init__(self, errors: tuple[Located, ...]) -> None:
        super().__init__()
        self.errors = errors

    @property
    def facts(self) -> dict[str, object]:
        return {}


class NotJsonError(_WithErrors):
    code = "not_json"
    kind = "malformed"
    en = "The request body is not valid JSON."
    fr = "Le corps de la requête n’est pas du JSON valide."


class FieldsInvalidError(_WithErrors):
    code = "fields_invalid"
    kind = "refused"
    en = "Something in the request is missing, unknown or of the wrong form."
    fr = "Un élément de la requête manque, est inconnu ou n’a pas la bonne forme."


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
class NotSignedYetError(DoorRefusal):
    code = "not_signed_yet"
    kind = "not_found"
    en = "The log is not signed that far yet; it will be within seconds. Ask again."
    fr = "Le registre n’est pas encore signé jusque-là; il le sera dans quelques secondes. Redemandez."


@dataclass(eq=False)
class TokenMissingError(DoorRefusal):
    code = "token_missing"
    kind = "forbidden"
    status = 401
    en = "Send a token: Authorization: Bearer …"
    fr = "Envoyez un jeton : Authorization: Bearer …"


@dataclass(eq=False)
class TokenInvalidError(DoorRefusal):
    code = "token_invalid"
    kind = "forbidden"
    status = 401
    en = "The token is not known, has expired or was revoked."
    fr = "Le jeton est inconnu, expiré ou révoqué."


@dataclass(eq=False)
class TokenAudienceError(DoorRefusal):
    code = "token_audience"
    kind = "forbidden"
    status = 401
    en = "This token is for another host than this one. Ask for one here."
    fr = "Ce jeton est destiné à un autre hôte que celui-ci. Demandez-en un ici."


@dataclass(eq=False)
class TokenScopeError(DoorRefusal):
    needed: str
    code = "token_scope"
    kind = "forbidden"
    en = "This token is not for that; it would have to be for: {needed}."
    fr = "Ce jeton n’est pas fait pour cela; il devrait l’être pour : {needed}."


@dataclass(eq=False)
class ServiceTokensTooManyError(DoorRefusal):
    maximum: int
    code = "service_tokens_too_many"
    en = "At most {maximum} tokens of machines may be valid at once; revoke one first."
    fr = "Au plus {maximum} jetons de machines peuvent être valides à la fois; révoquez-en un d’abord."


@dataclass(eq=False)
class ServiceTokenUnknownError(DoorRefusal):
    code = "service_token_unknown"
    kind = "not_found"
    en = "This partnership has no valid token of a machine of this id."
    fr = "Ce partenariat n’a aucun jeton de machine valide portant cet identifiant."


@dataclass(eq=False)
class RoleNotAllowedError(DoorRefusal):
    role: str
    command: str
    code = "role_not_allowed"
    kind = "forbidden"
    en = "The role {role} may not give the order {command}."
    fr = "Le rôle {role} ne permet pas de donner l’ordre {command}."


@dataclass(eq=False)
class BodyUnknownError(DoorRefusal):
    slug: str
    code = "body_unknown"
    kind = "not_found"
    en = "There is no partnership “{slug}” that this token may act for."
    fr = "Aucun partenariat « {slug} » pour lequel ce jeton permet d’agir."


@dataclass(eq=False)
class BodyNotOpenError(DoorRefusal):
    code = "body_not_open"
    kind = "conflict"
    en = "This body is registered, but its own log is not open yet; provision it again with the same key."
    fr = "Cet organisme est inscrit, mais son registre n’est pas ouvert; reprenez la création avec la même clé."


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
class ReadsUnavailableError(DoorRefusal):
    code = "reads_unavailable"
    kind = "operational"
    en = "The register cannot be read just now. Ask again in a moment."
    fr = "Le registre ne peut être lu en ce moment. Redemandez dans un instant."


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
class ReadsBehindError(DoorRefusal):
    code = "reads_behind"
    kind = "operational"
    en = "The read models are still behind the log. Ask again in a moment."
    fr = "Les modèles de lecture sont encore en retard sur le registre. Redemandez dans un instant."


@dataclass(eq=False)
class StepTooFarError(DoorRefusal):
    version: int
    maximum: int
    code = "step_too_far"
    kind = "refused"
    en = "Step {version} is checked with “entente verify”; over the network, steps up to {maximum} are."
    fr = "L’étape {version} se vérifie avec « entente verify »; en ligne, jusqu’à l’étape {maximum}."


@dataclass(eq=False)
class DraftsNotForRoleError(DoorRefusal):
    role: str
    code = "drafts_not_for_role"
    kind = "forbidden"
    en = "This shows drafts of the body too; the role {role} may not see them."
    fr = "Ceci montre aussi des brouillons de l’organisme; le rôle {role} ne permet pas de les voir."


@dataclass(eq=False)
class NotForOutsidersError(DoorRefusal):
    role: str
    code = "not_for_outsiders"
    kind = "forbidden"
    en = "This is for the members of the body; the role {role} reads, through the read API, what was opened to it."
    fr = (
        "Ceci est réservé aux membres de l’organisme; le rôle {role} lit, par l’interface de lecture, ce qui lui "
        "a été ouvert."
    )


@dataclass(eq=False)
class NotForLimitedError(DoorRefusal):
    role: str
    code = "not_for_limited"
    kind = "forbidden"
    en = "This is for members of the whole body; the role {role} is there for one organisation alone."
    fr = "Ceci est réservé aux membres de l’organisme entier; le rôle {role} n’y est que pour une organisation."


@dataclass(eq=False)
class OutsideShareError(DoorRefusal):
    code = "outside_share"
    kind = "forbidden"
    en = (
        "This is not your organisation’s: you work on the agreements that name it as a partner, on what is "
        "required under them, and on the activities that its people recorded."
    )
    fr = (
        "Ceci ne relève pas de votre organisation : vous travaillez aux ententes qui la nomment comme "
        "partenaire, à ce qui est exigé à leur titre et aux activités que ses gens ont consignées."
    )


@dataclass(eq=False)
class OrganisationNeededError(DoorRefusal):
    role: str
    code = "organisation_needed"
    kind = "refused"
    en = "The role {role} goes with an organisation of the register of organisations, and no other role does."
    fr = "Le rôle {role} va avec une organisation du registre des organisations, et aucun autre rôle."


@dataclass(eq=False)
class OtherOrganisationError(DoorRefusal):
    code = "other_organisation"
    kind = "conflict"
    en = "In this body this person acts for another organisation; what they recorded is that one’s."
    fr = "Dans cet organisme, cette personne agit pour une autre organisation, dont relève ce qu’elle a consigné."


@dataclass(eq=False)
class PackNotForRoleError(DoorRefusal):
    role: str
    code = "pack_not_for_role"
    kind = "forbidden"
    en = "A pack holds the body’s drafts too; the role {role} may not take it away."
    fr = "Un dossier contient aussi les brouillons de l’organisme; le rôle {role} ne permet pas de l’emporter."


@dataclass(eq=False)
class UnavailableError(DoorRefusal):
    code = "unavailable"
    kind = "conflict"
    status = 503
    en = "The register cannot be reached just now; nothing was recorded. Send the same key again."
    fr = "Le registre est momentanément inaccessible; rien n’a été inscrit. Renvoyez la même clé."


@dataclass(eq=False)
class RouteUnknownError(DoorRefusal):
    code = "route_unknown"
    kind = "not_found"
    en = "There is nothing at this address."
    fr = "Il n’y a rien à cette adresse."


@dataclass(eq=False)
class MethodNotAllowedError(DoorRefusal):
    code = "method_not_allowed"
    kind = "malformed"
    status = 405
    en = "This address does not take this method."
    fr = "Cette adresse n’accepte pas cette méthode."


@dataclass(eq=False)
class BodyTooLargeError(DoorRefusal):
    code = "body_too_large"
    kind = "malformed"
    status = 413
    en = "The request body is too large."
    fr = "Le corps de la requête est trop volumineux."


@dataclass(eq=False)
class UploadTooLargeError(DoorRefusal):
    bytes_max: int
    code = "document_too_large"
    kind = "malformed"
    status = 413
    en = "The document is larger than {bytes_max} bytes."
    fr = "Le document dépasse {bytes_max} octets."


@dataclass(eq=False)
class ContentTypeRefusedError(DoorRefusal):
    code = "content_type"
    kind = "malformed"
    status = 415
    en = (
        "The bytes are not of the declared type, or of one that is not kept. Send a PDF, DOCX, XLSX, ODT, ODS, "
        "PNG, JPEG, CSV or plain-text file, without macros, with its Content-Type and uncompressed."
    )
    fr = (
        "Les octets ne sont pas du type déclaré, ou ce type n’est pas conservé. Envoyez un fichier PDF, DOCX, "
        "XLSX, ODT, ODS, PNG, JPEG, CSV ou texte brut, sans macros, avec son Content-Type et sans compression."
    )


@dataclass(eq=False)
class ContentUnknownError(DoorRefusal):
    sha256: str
    code = "content_unknown"
    en = "No content {sha256} of this size and type was uploaded for this body; upload it first."
    fr = "Aucun contenu {sha256} de cette taille et de ce type n’a été téléversé ici; téléversez-le."


@dataclass(eq=False)
class DocumentUnknownError(DoorRefusal):
    code = "document_unknown"
    kind = "not_found"
    en = "There is no such document here, or no such version, that you may read."
    fr = "Il n’y a ici aucun document, ou aucune version, de ce nom que vous puissiez lire."


@dataclass(eq=False)
class ContentErasedError(DoorRefusal):
    sha256: str
    code = "content_erased"
    kind = "not_found"
    status = 410
    en = "This content was erased. What is left of it is its hash: {sha256}."
    fr = "Ce contenu a été effacé. Il n’en reste que l’empreinte : {sha256}."


@dataclass(eq=False)
class ContentLostError(DoorRefusal):
    sha256: str
    code = "content_lost"
    status = 503
    en = "What is kept under {sha256} is missing or damaged, and is not served; an operator must restore it."
    fr = (
        "Ce qui est conservé sous {sha256} est perdu ou endommagé et n’est pas servi; un exploitant doit le "
        "rétablir."
    )


@dataclass(eq=False)
class AddressUnknownError(DoorRefusal):
    code = "address_unknown"
    kind = "not_found"
    en = "This partnership writes to no address of this id."
    fr = "Ce partenariat n’écrit à aucune adresse portant cet identifiant."


@dataclass(eq=False)
class AddressOnListError(DoorRefusal):
    code = "address_on_list"
    kind = "conflict"
    en = "This address is already on the list."
    fr = "Cette adresse figure déjà sur la liste."


@dataclass(eq=False)
class AddressesTooManyError(DoorRefusal):
    maximum: int
    code = "addresses_too_many"
    en = "A partnership writes to at most {maximum} addresses; remove one first."
    fr = "Un partenariat écrit à au plus {maximum} adresses; retirez-en une d’abord."


@dataclass(eq=False)
class MediaTypeError(DoorRefusal):
    code = "media_type"
    kind = "malformed"
    status = 415
    en = "Send the body as application/json, in UTF-8, without compression."
    fr = "Envoyez le corps en application/json, en UTF-8, sans compression."


@dataclass(eq=False)
class TableMediaTypeError(DoorRefusal):
    code = "table_media_type"
    kind = "malformed"
    status = 415
    en = "Send the table itself as text/csv, or as an Excel workbook (.xlsx), without compression."
    fr = "Envoyez le tableau lui-même en text/csv ou en classeur Excel (.xlsx), sans compression."


@dataclass(eq=False)
class TableFormatUnknownError(DoorRefusal):
    table: str
    known: str
    code = "table_unknown"
    kind = "not_found"
    en = "There is no kind of table “{table}”; expected one of {known}."
    fr = "Il n’y a pas de tableau de genre « {table} »; attendu : {known}."


@dataclass(eq=False)
class ImportUnknownError(DoorRefusal):
    import_id: object
    code = "import_unknown"
    kind = "not_found"
    en = "This body has no import {import_id}."
    fr = "Cet organisme n’a pas d’importation {import_id}."


@dataclass(eq=False)
class ImportUndoneError(DoorRefusal):
    import_id: object
    code = "import_undone"
    kind = "conflict"
    en = "The import {import_id} was already undone."
    fr = "L’importation {import_id} a déjà été annulée."


@dataclass(eq=False)
class QueryInvalidError(DoorRefusal):
    name: str
    expected: str
    code = "query_invalid"
    kind = "malformed"
    en = "The parameter {name} of the address is not understood; expected: {expected}."
    fr = "Le paramètre {name} de l’adresse n’est pas compris; attendu : {expected}."


@dataclass(eq=False)
class HostNotAllowedError(DoorRefusal):
    code = "host_not_allowed"
    kind = "malformed"
    en = "This host name is not served here."
    fr = "Ce nom d’hôte n’est pas desservi ici."


@dataclass(eq=False)
class TooManyRequestsError(DoorRefusal):
    seconds: int
    counted_by: str
    code = "too_many_requests"
    kind = "forbidden"
    status = 429
    en = "Too many requests in this minute. Wait {seconds} seconds, then go on."
    fr = "Trop de requêtes dans cette minute. Attendez {seconds} secondes, puis continuez."


@dataclass(eq=False)
class QuotaReachedError(DoorRefusal):
    what: str
    maximum: int
    seconds: int
    code = "quota_reached"
    kind = "forbidden"
    status = 429
    en = (
        "This partnership has used what it may ({what}: {maximum}). Try again in {seconds} seconds, or ask an "
        "operator."
    )
    fr = (
        "Ce partenariat a utilisé ce qui lui est permis ({what} : {maximum}). Réessayez dans {seconds} secondes, "
        "ou demandez à un exploitant."
    )


@dataclass(eq=False)
class StorageFullError(DoorRefusal):
    bytes_used: int
    bytes_max: int
    bytes_given: int
    code = "storage_full"
    kind = "forbidden"
    status = 413
    en = (
        "The documents of this partnership take {bytes_used} of {bytes_max} bytes; there is no room for "
        "{bytes_given} more. Ask an operator for room."
    )
    fr = (
        "Les documents de ce partenariat occupent {bytes_used} octets sur {bytes_max}; il n’y a pas de place "
        "pour {bytes_given} de plus. Demandez de l’espace à un exploitant."
    )


@dataclass(eq=False)
class RequestInvalidError(DoorRefusal):
    code = "request_invalid"
    kind = "malformed"
    en = "The request could not be understood."
    fr = "La requête n’a pu être comprise."


@dataclass(eq=False)
class InternalError(DoorRefusal):
    code = "internal"
    kind = "malformed"
    status = 500
    en = "Something went wrong on our side. The correlation id finds it in the journal."
    fr = "Une erreur est survenue de notre côté. L’identifiant de corrélation permet de la retrouver."
