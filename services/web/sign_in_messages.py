"""The words of the pages on which people sign in, both languages side by side."""

from typing import Final

from services.web.words import Words

SIGN_IN_MESSAGES: Final[dict[str, Words]] = {
    "demo.label": Words("Demonstration", "Démonstration"),
    "demo.banner": Words(
        "Demonstration: sample data, cookies without TLS. The terminal shows a login.",
        "Démonstration : données d’exemple, témoins sans TLS. Le terminal affiche un accès.",
    ),
    "account.link": Words("My account", "Mon compte"),
    "form.error": Words("Error: ", "Erreur : "),
    "sign_in.title": Words("Sign in", "Connexion"),
    "sign_in.email": Words("E-mail address", "Adresse courriel"),
    "sign_in.password": Words("Password", "Mot de passe"),
    "sign_in.submit": Words("Sign in", "Se connecter"),
    "sign_in.forgotten": Words("I forgot my password", "J’ai oublié mon mot de passe"),
    "forgotten.title": Words("Forgotten password", "Mot de passe oublié"),
    "forgotten.text": Words(
        "Give the address of your account. We send a link there that works for an hour.",
        "Donnez l’adresse de votre compte. Nous y envoyons un lien valable une heure.",
    ),
    "forgotten.submit": Words("Send the link", "Envoyer le lien"),
    "forgotten.sent": Words(
        "If this address has an account, a message is on its way to it.",
        "Si cette adresse a un compte, un message lui est envoyé.",
    ),
    "forgotten.absent": Words(
        "This instance sends no mail. Ask an operator for a link.",
        "Cette instance n’envoie pas de courriel. Demandez un lien à un exploitant.",
    ),
    "password.title": Words("Another password", "Un autre mot de passe"),
    "password.submit": Words("Keep this password", "Conserver ce mot de passe"),
    "sign_in.invited": Words(
        "Accounts begin with an invitation. Ask the coordinator of your partnership for one.",
        "Un compte commence par une invitation. Demandez-la à la coordination de votre partenariat.",
    ),
    "passkey.use": Words("Sign in with a passkey", "Se connecter par une clé d’accès"),
    "passkey.add": Words("Add a passkey", "Ajouter une clé d’accès"),
    "passkey.refused": Words(
        "That did not work. Try again, or use your password.",
        "Cela n’a pas fonctionné. Réessayez, ou utilisez votre mot de passe.",
    ),
    "provider.title": Words("With the login of your organisation", "Avec l’identifiant de votre organisme"),
    "provider.with": Words("Sign in with {provider}", "Se connecter avec {provider}"),
    "login.title": Words("Link a login", "Associer un identifiant"),
    "login.leave": Words(
        "You now sign in at {provider}. The login that you use there then opens your account here, to act for "
        "that partnership alone.",
        "Vous allez vous connecter chez {provider}. L’identifiant utilisé là-bas ouvrira ensuite votre compte "
        "ici, pour agir au nom de ce seul partenariat.",
    ),
    "login.go": Words("Go on to {provider}", "Continuer vers {provider}"),
    "login.stay": Words("Back to my account", "Retour à mon compte"),
    "account.logins": Words("Logins of organisations", "Identifiants d’organismes"),
    "account.logins_text": Words(
        "The login of a partnership’s organisation opens this account too, to act for that partnership.",
        "L’identifiant de l’organisme d’un partenariat ouvre aussi ce compte, pour agir au nom de ce partenariat.",
    ),
    "account.login": Words("{provider}, linked on {since}", "{provider}, associé le {since}"),
    "account.login_link": Words("Link my login with {provider}", "Associer mon identifiant chez {provider}"),
    "account.via": Words(
        "This session was opened by {provider}: it acts for that partnership alone. For anything else, sign in "
        "with your password or passkey.",
        "Cette session a été ouverte par {provider} : elle n’agit que pour ce partenariat. Pour le reste, "
        "connectez-vous par mot de passe ou clé d’accès.",
    ),
    "code.title": Words("Second step", "Deuxième étape"),
    "code.text": Words(
        "Open your authenticator and give the code that it shows for Entente.",
        "Ouvrez votre application d’authentification et donnez le code qu’elle affiche pour Entente.",
    ),
    "code.label": Words("Code of six digits", "Code à six chiffres"),
    "code.submit": Words("Continue", "Continuer"),
    "code.lost": Words("I do not have my authenticator", "Je n’ai pas mon application d’authentification"),
    "code.recovery_label": Words("Recovery code", "Code de secours"),
    "code.recovery_hint": Words(
        "One of the codes that you kept when you set up your authenticator. It works once.",
        "L’un des codes conservés à la configuration de votre application. Il ne sert qu’une fois.",
    ),
    "confirm.title": Words("Say once more who you are", "Confirmez votre identité"),
    "confirm.text": Words(
        "What you are about to do is grave, so we ask again. You are signed in as {email}.",
        "L’acte qui suit est lourd de conséquences : confirmez votre identité. Session ouverte sous {email}.",
    ),
    "confirm.submit": Words("Continue", "Continuer"),
    "happened.confirmed": Words("you said once more who you are", "vous avez confirmé votre identité"),
    "happened.confirmation_needed": Words(
        "a grave act was held back until you say who you are",
        "un acte grave a attendu que vous confirmiez votre identité",
    ),
    "enrol.title": Words("Set up an authenticator", "Configurer une application d’authentification"),
    "enrol.text": Words(
        "Your role decides for others, so a password alone is not enough. Install an authenticator on your "
        "telephone or computer, then scan this image or type the key.",
        "Votre rôle engage d’autres personnes : un mot de passe ne suffit pas. Installez une application "
        "d’authentification sur votre téléphone ou votre ordinateur, puis lisez cette image ou saisissez la clé.",
    ),
    "enrol.image": Words("The key below, as an image to scan", "La clé ci-dessous, en image à lire"),
    "enrol.key": Words("Key", "Clé"),
    "enrol.label": Words("The code that it shows now", "Le code qu’elle affiche maintenant"),
    "enrol.submit": Words("Confirm", "Confirmer"),
    "recovery.title": Words("Keep these codes", "Conservez ces codes"),
    "recovery.text": Words(
        "Each one replaces your authenticator once, should you lose it. They are not shown again.",
        "Chacun remplace une fois votre application, si vous la perdez. Ils ne seront plus affichés.",
    ),
    "recovery.onwards": Words("I have kept them: continue", "Je les ai conservés : continuer"),
    "invitation.title": Words("You are invited", "Invitation"),
    "invitation.text": Words(
        "{body} invites {email} as: {role}. This link works once, until {until}.",
        "{body} invite {email} à titre de : {role}. Ce lien sert une fois, jusqu’au {until}.",
    ),
    "invitation.password": Words("Choose a password", "Choisissez un mot de passe"),
    "invitation.again": Words("The same password again", "Le même mot de passe, une seconde fois"),
    "invitation.hint": Words(
        "At least 12 characters; a few words in a row will do.",
        "Au moins 12 caractères; quelques mots à la suite conviennent.",
    ),
    "invitation.create": Words("Create my account", "Créer mon compte"),
    "invitation.sign_in": Words(
        "This address has an account: sign in to accept.",
        "Cette adresse a un compte : connectez-vous pour accepter.",
    ),
    "invitation.accept": Words("Accept", "Accepter"),
    "account.title": Words("My account", "Mon compte"),
    "account.as": Words("Signed in as {email}.", "Session ouverte sous {email}."),
    "account.memberships": Words("Where I am a member", "Où je suis membre"),
    "account.none": Words("You are a member of no partnership.", "Vous n’êtes membre d’aucun partenariat."),
    "account.active": Words("acting for this one", "agit pour celui-ci"),
    "account.act": Words("Act for this one", "Agir pour celui-ci"),
    "account.factor": Words("Second factor", "Second facteur"),
    "account.factor_on": Words(
        "An authenticator is set up; {count} recovery codes are left.",
        "Une application d’authentification est configurée; il reste {count} codes de secours.",
    ),
    "account.factor_off": Words(
        "No authenticator is set up.", "Aucune application d’authentification configurée."
    ),
    "account.factor_new": Words("Set up another", "En configurer une autre"),
    "account.factor_first": Words("Set one up", "En configurer une"),
    "account.passkeys": Words("Passkeys", "Clés d’accès"),
    "account.passkeys_text": Words(
        "A passkey on your telephone or computer signs you in without password and code.",
        "Une clé d’accès sur votre téléphone ou votre ordinateur remplace mot de passe et code.",
    ),
    "account.passkey": Words("Added on {since}, from {agent}", "Ajoutée le {since}, depuis {agent}"),
    "account.confirm": Words(
        "Say once more who you are, to add a passkey", "Confirmez votre identité pour ajouter une clé d’accès"
    ),
    "account.forget": Words("Remove", "Retirer"),
    "account.sessions": Words("Where I am signed in", "Mes sessions ouvertes"),
    "account.session": Words("{agent}, since {since}", "{agent}, depuis le {since}"),
    "account.agent_unknown": Words("A program without a name", "Un programme sans nom"),
    "account.this": Words("this session", "cette session"),
    "account.end": Words("End", "Mettre fin"),
    "account.end_others": Words("End all others", "Mettre fin à toutes les autres"),
    "account.sign_out": Words("Sign out", "Se déconnecter"),
    "signed_out.title": Words("Signed out", "Session fermée"),
    "signed_out.here": Words("Your session here has ended.", "Votre session ici a pris fin."),
    "signed_out.still": Words(
        "At {provider} you are still signed in: whoever uses this browser next could come in again through it.",
        "Chez {provider}, votre session reste ouverte : qui se servira ensuite de ce navigateur pourrait revenir "
        "par là.",
    ),
    "signed_out.go": Words("Sign out at {provider} too", "Se déconnecter aussi chez {provider}"),
    "signed_out.absent": Words(
        "{provider} offers no way to sign out from here, or does not answer: you may still be signed in there.",
        "{provider} n’offre aucun moyen de se déconnecter d’ici, ou ne répond pas : votre session y est peut-être "
        "encore ouverte.",
    ),
    "signed_out.both": Words(
        "Your session here has ended, and you have come back from signing out at {provider}.",
        "Votre session ici a pris fin, et vous revenez de la déconnexion chez {provider}.",
    ),
    "signed_out.again": Words("Sign in again", "Se connecter de nouveau"),
    "account.data": Words("What is kept about me", "Ce qui est conservé à mon sujet"),
    "account.data_text": Words(
        "Bodies may keep a name and a contact for you, outside their logs. Correct them here; empty, nothing is "
        "kept.",
        "Un organisme peut conserver votre nom et vos coordonnées, hors de son registre. Corrigez-les ici; vides, "
        "rien n’est conservé.",
    ),
    "account.name": Words("Name", "Nom"),
    "account.phone": Words("Telephone", "Téléphone"),
    "account.correct": Words("Correct", "Corriger"),
    "account.take": Words(
        "Take away all that is kept about me (JSON)", "Emporter tout ce qui est conservé à mon sujet (JSON)"
    ),
    "account.events": Words("What happened to my account", "Ce qui s’est passé dans mon compte"),
    "account.events_none": Words("Nothing is known yet.", "Rien n’est connu pour l’instant."),
    "account.event": Words("{at}: {what}", "{at} : {what}"),
    "happened.signed_in": Words("a sign-in", "une connexion"),
    "happened.sign_in_refused": Words("a wrong password", "un mot de passe erroné"),
    "happened.code_refused": Words("a wrong code", "un code erroné"),
    "happened.code_blocked": Words("too many wrong codes", "trop de codes erronés"),
    "happened.factor_enrolled": Words(
        "an authenticator was set up", "une application d’authentification a été configurée"
    ),
    "happened.factor_forgotten": Words(
        "an operator removed the authenticator", "un exploitant a retiré l’application d’authentification"
    ),
    "happened.passkey_added": Words("a passkey was added", "une clé d’accès a été ajoutée"),
    "happened.passkey_removed": Words("a passkey was removed", "une clé d’accès a été retirée"),
    "happened.passkey_refused": Words("a passkey was refused", "une clé d’accès a été refusée"),
    "happened.passkey_copied": Words(
        "a passkey that looks copied was refused", "une clé d’accès qui semble copiée a été refusée"
    ),
    "happened.login_linked": Words(
        "a login of an organisation was linked", "l’identifiant d’un organisme a été associé"
    ),
    "happened.login_not_linked": Words(
        "a login of an organisation was refused: the address has another one there",
        "l’identifiant d’un organisme a été refusé : l’adresse en a déjà un autre là-bas",
    ),
    "happened.session_ended": Words("a session was ended", "une session a pris fin"),
    "happened.password_link_made": Words(
        "a link to choose another password was asked for",
        "un lien pour choisir un autre mot de passe a été demandé",
    ),
    "happened.password_link_not_sent": Words(
        "a link to choose another password could not be sent",
        "un lien pour choisir un autre mot de passe n’a pu être envoyé",
    ),
    "happened.password_changed": Words("another password was chosen", "un autre mot de passe a été choisi"),
    "happened.contact_corrected": Words(
        "a name or contact was corrected", "un nom ou des coordonnées ont été corrigés"
    ),
    "happened.data_taken": Words("all that is kept was taken away", "tout ce qui est conservé a été emporté"),
    "happened.invitation_accepted": Words("an invitation was accepted", "une invitation a été acceptée"),
    "happened.membership_ended": Words("a membership was ended", "une appartenance a pris fin"),
    "happened.account_closed": Words("the account was closed", "le compte a été fermé"),
    "role.coordinator": Words("coordination", "coordination"),
    "role.chair": Words("committee chair", "présidence de comité"),
    "role.member": Words("member", "membre"),
    "role.partner_reporter": Words("partner’s reporting", "reddition de comptes d’un partenaire"),
    "role.regional_adviser": Words("regional adviser", "conseil en immigration régionale"),
    "role.plan_approver": Words("approval of plans", "approbation des plans"),
    "role.programme_officer": Words("programme officer", "agente ou agent de programme"),
    "role.funder_analyst": Words("funder’s analyst", "analyse pour un bailleur de fonds"),
    "role.auditor": Words("auditor", "audit"),
    "role.operator": Words("operation of the instance", "exploitation de l’instance"),
}
