"""What people are told who may not come in, or not like this."""

from dataclasses import dataclass

from infra.access.passwords import Weakness
from services.refusals import DoorRefusal


@dataclass(eq=False)
class SignInRefusedError(DoorRefusal):
    code = "sign_in_refused"
    kind = "forbidden"
    status = 401
    en = "This e-mail address and this password do not belong together here. Check both and try again."
    fr = "Cette adresse courriel et ce mot de passe ne vont pas ensemble ici. Vérifiez les deux et réessayez."


@dataclass(eq=False)
class TooManyAttemptsError(DoorRefusal):
    seconds: int
    code = "too_many_attempts"
    kind = "forbidden"
    status = 429
    en = "Too many attempts. Wait {seconds} seconds, then try again."
    fr = "Trop de tentatives. Attendez {seconds} secondes, puis réessayez."


@dataclass(eq=False)
class PasswordShortError(DoorRefusal):
    minimum: int
    code = "password_short"
    en = "The password needs at least {minimum} characters. A few words in a row will do."
    fr = "Le mot de passe doit compter au moins {minimum} caractères. Quelques mots à la suite conviennent."


@dataclass(eq=False)
class PasswordLongError(DoorRefusal):
    maximum: int
    code = "password_long"
    en = "The password may have at most {maximum} characters."
    fr = "Le mot de passe peut compter au plus {maximum} caractères."


@dataclass(eq=False)
class PasswordCommonError(DoorRefusal):
    code = "password_common"
    en = "This password is among those that are tried first. Choose one that nobody else would think of."
    fr = "Ce mot de passe est de ceux qu’on essaie en premier. Choisissez-en un auquel personne ne penserait."


@dataclass(eq=False)
class PasswordOwnError(DoorRefusal):
    code = "password_own"
    en = "The password must not be your e-mail address."
    fr = "Le mot de passe ne doit pas être votre adresse courriel."


@dataclass(eq=False)
class PasswordsDifferError(DoorRefusal):
    code = "passwords_differ"
    en = "The two passwords are not the same."
    fr = "Les deux mots de passe ne sont pas identiques."


@dataclass(eq=False)
class PasswordLinkInvalidError(DoorRefusal):
    code = "password_link_invalid"
    kind = "not_found"
    en = "This link was already used or has expired. Ask for another on the sign-in page."
    fr = "Ce lien a déjà servi ou est expiré. Demandez-en un autre dans la page de connexion."


@dataclass(eq=False)
class InvitationInvalidError(DoorRefusal):
    code = "invitation_invalid"
    kind = "not_found"
    en = "This invitation was already used, was withdrawn or has expired. Ask for a new one."
    fr = "Cette invitation a déjà servi, a été retirée ou est expirée. Demandez-en une nouvelle."


@dataclass(eq=False)
class InvitationUnknownError(DoorRefusal):
    code = "invitation_unknown"
    kind = "not_found"
    en = "This partnership has no open invitation of this id."
    fr = "Ce partenariat n’a aucune invitation en cours portant cet identifiant."


@dataclass(eq=False)
class InvitationsTooManyError(DoorRefusal):
    maximum: int
    code = "invitations_too_many"
    en = "At most {maximum} invitations may be open at once; withdraw one, or wait for an answer."
    fr = "Au plus {maximum} invitations peuvent être en cours; retirez-en une, ou attendez une réponse."


@dataclass(eq=False)
class PersonUnknownError(DoorRefusal):
    code = "person_unknown"
    kind = "not_found"
    en = "Nobody is known here under this pseudonym, or nobody any more."
    fr = "Personne n’est connu ici sous ce pseudonyme, ou personne ne l’est plus."


@dataclass(eq=False)
class MemberUnknownError(DoorRefusal):
    code = "member_unknown"
    kind = "not_found"
    en = "This partnership has no membership of this id."
    fr = "Ce partenariat n’a aucun membre portant cet identifiant."


@dataclass(eq=False)
class MailAbsentError(DoorRefusal):
    code = "mail_absent"
    kind = "operational"
    en = "This instance sends no mail, so nobody can be invited by it; an operator can make a link."
    fr = "Cette instance n’envoie pas de courriel : un exploitant peut créer un lien d’invitation."


@dataclass(eq=False)
class MailNotTakenError(DoorRefusal):
    code = "mail_not_taken"
    en = "The mail server refuses this address; check it. Nobody was invited."
    fr = "Le serveur de courriel refuse cette adresse; vérifiez-la. Personne n’a été invité."


@dataclass(eq=False)
class AccountExistsError(DoorRefusal):
    code = "account_exists"
    kind = "conflict"
    en = "You already have an account: sign in to accept the invitation."
    fr = "Vous avez déjà un compte : connectez-vous pour accepter l’invitation."


@dataclass(eq=False)
class InvitedAnotherError(DoorRefusal):
    code = "invited_another"
    kind = "forbidden"
    en = "The invitation is for another address than that of the account that is signed in."
    fr = "L’invitation s’adresse à une autre adresse que celle du compte connecté."


@dataclass(eq=False)
class RoleNotInvitedError(DoorRefusal):
    role: str
    invited: str
    code = "role_not_invited"
    kind = "forbidden"
    en = "The role {role} may not invite anybody as {invited}."
    fr = "Le rôle {role} ne permet pas d’inviter quelqu’un à titre de {invited}."


@dataclass(eq=False)
class SessionEndedError(DoorRefusal):
    code = "session_ended"
    kind = "forbidden"
    status = 401
    en = "Your session has ended. Sign in again."
    fr = "Votre session a pris fin. Connectez-vous de nouveau."


@dataclass(eq=False)
class SecondFactorMissingError(DoorRefusal):
    code = "second_factor_missing"
    kind = "forbidden"
    en = "This session is not complete: give a code of your authenticator, or set one up, on the sign-in pages."
    fr = (
        "Cette session n’est pas complète : donnez un code de votre application d’authentification, ou "
        "configurez-en une, dans les pages de connexion."
    )


@dataclass(eq=False)
class ConfirmationNeededError(DoorRefusal):
    minutes: int
    pages: str
    """Where one says it, in both languages."""
    code = "confirmation_needed"
    kind = "forbidden"
    en = (
        "This asks that you have signed in within {minutes} minutes. Say once more who you are at {pages}, then "
        "repeat it."
    )
    fr = (
        "Cet acte exige une connexion datant de moins de {minutes} minutes. Confirmez votre identité à {pages}, "
        "puis recommencez."
    )


@dataclass(eq=False)
class NoMembershipError(DoorRefusal):
    code = "no_membership"
    kind = "forbidden"
    en = "You are signed in, but act for no partnership. Choose one in your account, or ask to be invited."
    fr = "Cette session n’agit pour aucun partenariat. Choisissez-en un, ou demandez une invitation."


@dataclass(eq=False)
class CodeRefusedError(DoorRefusal):
    code = "code_refused"
    kind = "forbidden"
    status = 401
    en = "This code is not right, or was already used. Wait for the next one and try again."
    fr = "Ce code n’est pas le bon, ou a déjà servi. Attendez le suivant et réessayez."


@dataclass(eq=False)
class PasskeyRefusedError(DoorRefusal):
    code = "passkey_refused"
    kind = "forbidden"
    status = 401
    en = "This passkey does not open an account here, or took too long. Try again, or use your password."
    fr = "Cette clé d’accès n’ouvre aucun compte ici, ou le délai est écoulé. Réessayez, ou par mot de passe."


@dataclass(eq=False)
class OriginRefusedError(DoorRefusal):
    code = "origin_refused"
    kind = "forbidden"
    en = "With a session, changes are accepted from the pages of this service alone. Programs use a token."
    fr = "Avec une session, seules les pages de ce service peuvent modifier. Les programmes utilisent un jeton."


@dataclass(eq=False)
class FormStaleError(DoorRefusal):
    code = "form_stale"
    kind = "forbidden"
    en = "This form is no longer valid, for instance because you signed in or out meanwhile. Load the page again."
    fr = "Ce formulaire n’est plus valable, par exemple après une connexion. Rechargez la page."


def check_password_allowed(weakness: Weakness | None, *, minimum: int, maximum: int) -> None:
    """Raises the refusal of a weakness, if there is one."""
    match weakness:
        case "short":
            raise PasswordShortError(minimum=minimum)
        case "long":
            raise PasswordLongError(maximum=maximum)
        case "common":
            raise PasswordCommonError
        case "own":
            raise PasswordOwnError
        case None:
            pass
