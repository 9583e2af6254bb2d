"""What is refused to somebody: by their token, their role, their organisation, or the body that they asked for."""

from dataclasses import dataclass

from services.refusals import DoorRefusal


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
class DraftsNotForRoleError(DoorRefusal):
    role: str
    code = "drafts_not_for_role"
    kind = "forbidden"
    en = "This shows drafts of the body too; the role {role} may not see them."
    fr = "Ceci montre aussi des brouillons de l’organisme; le rôle {role} ne permet pas de les voir."


@dataclass(eq=False)
class PackNotForRoleError(DoorRefusal):
    role: str
    code = "pack_not_for_role"
    kind = "forbidden"
    en = "A pack holds the body’s drafts too; the role {role} may not take it away."
    fr = "Un dossier contient aussi les brouillons de l’organisme; le rôle {role} ne permet pas de l’emporter."


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
