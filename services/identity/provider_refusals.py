"""What people are told who come from the sign-in service of a body, or want to go there."""

from dataclasses import dataclass

from services.refusals import DoorRefusal


@dataclass(eq=False)
class ProviderUnknownError(DoorRefusal):
    code = "provider_unknown"
    kind = "not_found"
    en = "No sign-in service of this name is set up here."
    fr = "Aucun service de connexion de ce nom n’est configuré ici."


@dataclass(eq=False)
class ProviderSilentError(DoorRefusal):
    code = "provider_unreachable"
    kind = "operational"
    en = "That sign-in service does not answer just now. Try again in a minute, or sign in another way."
    fr = "Ce service de connexion ne répond pas. Réessayez dans une minute, ou connectez-vous autrement."


@dataclass(eq=False)
class ProviderNotBelievedError(DoorRefusal):
    code = "provider_answer_refused"
    kind = "forbidden"
    status = 401
    en = (
        "The answer of that sign-in service does not hold, so nobody was signed in. Start again; if it happens "
        "twice, tell an operator."
    )
    fr = (
        "La réponse de ce service de connexion n’est pas recevable : personne n’a été connecté. Recommencez; si "
        "cela se répète, avisez un exploitant."
    )


@dataclass(eq=False)
class ProviderDeclinedError(DoorRefusal):
    code = "provider_declined"
    kind = "forbidden"
    status = 401
    en = "The sign-in was not completed there. Start again, or sign in another way."
    fr = "La connexion n’a pas été menée à terme là-bas. Recommencez, ou connectez-vous autrement."


@dataclass(eq=False)
class ProviderTooWeakError(DoorRefusal):
    code = "provider_too_weak"
    kind = "forbidden"
    en = (
        "That service signed you in less strictly than is required here. Sign in there with a second factor, then "
        "start again."
    )
    fr = (
        "Ce service vous a connecté avec moins de rigueur qu’il n’en faut ici. Connectez-vous là-bas avec un "
        "second facteur, puis recommencez."
    )


@dataclass(eq=False)
class RedirectStaleError(DoorRefusal):
    code = "sign_in_stale"
    kind = "forbidden"
    en = "This sign-in was completed already, took over ten minutes, or began in another browser. Start again."
    fr = (
        "Cette connexion est déjà faite, a duré plus de dix minutes ou a commencé dans un autre navigateur. "
        "Recommencez."
    )


@dataclass(eq=False)
class LoginUnknownError(DoorRefusal):
    code = "login_unknown"
    kind = "forbidden"
    en = (
        "That login opens no account here. Sign in with your password or passkey and link it on your account’s "
        "page; if you have no account, ask for an invitation."
    )
    fr = (
        "Cet identifiant n’ouvre aucun compte ici. Connectez-vous par mot de passe ou clé d’accès et associez-le "
        "dans la page de votre compte; si vous n’avez pas de compte, demandez une invitation."
    )


@dataclass(eq=False)
class LoginLinkedError(DoorRefusal):
    code = "login_taken"
    kind = "conflict"
    en = "That login is linked with another account, or yours has another one there. Remove that link first."
    fr = (
        "Cet identifiant est associé à un autre compte, ou votre compte en a déjà un là-bas. Retirez d’abord "
        "cette association."
    )


@dataclass(eq=False)
class OwnSignInNeededError(DoorRefusal):
    code = "own_sign_in_needed"
    kind = "forbidden"
    en = "Sign in with your own password or passkey to change how your account is signed in to."
    fr = "Pour changer les moyens de connexion de votre compte, connectez-vous par mot de passe ou clé d’accès."
