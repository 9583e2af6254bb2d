"""What is refused of a request before anybody looks at what it is about."""

from dataclasses import dataclass

from services.refusals import DoorRefusal


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
class HostNotAllowedError(DoorRefusal):
    code = "host_not_allowed"
    kind = "malformed"
    en = "This host name is not served here."
    fr = "Ce nom d’hôte n’est pas desservi ici."


@dataclass(eq=False)
class MediaTypeError(DoorRefusal):
    code = "media_type"
    kind = "malformed"
    status = 415
    en = "Send the body as application/json, in UTF-8, without compression."
    fr = "Envoyez le corps en application/json, en UTF-8, sans compression."


@dataclass(eq=False)
class BodyTooLargeError(DoorRefusal):
    code = "body_too_large"
    kind = "malformed"
    status = 413
    en = "The request body is too large."
    fr = "Le corps de la requête est trop volumineux."


@dataclass(eq=False)
class QueryInvalidError(DoorRefusal):
    name: str
    expected: str
    code = "query_invalid"
    kind = "malformed"
    en = "The parameter {name} of the address is not understood; expected: {expected}."
    fr = "Le paramètre {name} de l’adresse n’est pas compris; attendu : {expected}."


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
