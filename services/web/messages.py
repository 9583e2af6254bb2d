"""The pages' words. One table, both languages side by side; a test holds placeholders equal."""

from typing import Final

from domain.values import Language
from domain.verdict.words import NBSP
from services.web.exception_messages import EXCEPTION_MESSAGES
from services.web.readings_messages import READINGS_MESSAGES
from services.web.sign_in_messages import SIGN_IN_MESSAGES
from services.web.words import Words

MESSAGES: Final[dict[str, Words]] = {
    "product": Words("Entente", "Entente"),
    "tagline": Words(
        "The shared register of Canada’s immigration partnerships",
        "Le registre commun des partenariats canadiens en immigration",
    ),
    "skip": Words("Skip to the main content", "Passer au contenu principal"),
    "language.other": Words("Français", "English"),
    "language.label": Words("Language", "Langue"),
    "what.title": Words("What this is", "De quoi il s’agit"),
    "what.text": Words(
        "Partnerships record here what their committees decide, how their plans are revised, which agreements "
        "they sign and how far they have come. Every fact is an event that is never altered: any plan can be "
        "replayed as it stood on any day, as it was known on any day.",
        "Les partenariats inscrivent ici ce que leurs comités décident, comment leurs plans sont révisés, "
        "quelles ententes ils signent et où ils en sont. Chaque fait est un événement jamais modifié : tout plan "
        "peut être revu tel qu’il était un jour donné, et tel qu’on le connaissait un jour donné.",
    ),
    "partnerships.title": Words("Partnerships", "Partenariats"),
    "partnerships.none": Words("No partnership is registered yet.", "Aucun partenariat n’est encore inscrit."),
    "partnerships.count": Words("{count} partnerships are registered.", "{count} partenariats sont inscrits."),
    "partnerships.count.one": Words("1 partnership is registered.", "1 partenariat est inscrit."),
    "partnerships.sample": Words(
        "Those marked “sample” are fictional or demonstration data.",
        "Ceux marqués « exemple » sont fictifs ou servent de démonstration.",
    ),
    "partnerships.stale": Words(
        "The list cannot be shown just now; the register itself is not affected.",
        "La liste ne peut être affichée en ce moment; le registre lui-même n’est pas touché.",
    ),
    "table.name": Words("Name", "Nom"),
    "table.kind": Words("Kind", "Type"),
    "table.since": Words("Since", "Depuis"),
    "table.unknown": Words("not stated", "non précisé"),
    "table.attested": Words("attested {period}", "attesté en {period}"),
    "sample.mark": Words("sample", "exemple"),
    "query.title": Words("Where to look things up", "Où consulter"),
    "query.graphql": Words("Reads, in GraphQL", "Lectures, en GraphQL"),
    "query.openapi": Words("Orders, as an OpenAPI description", "Ordres, sous forme de description OpenAPI"),
    "fresh.title": Words("How fresh this is", "À quel point c’est à jour"),
    "fresh.text": Words(
        "The newest fact in this list was recorded on {instant}.",
        "Le fait le plus récent de cette liste a été inscrit le {instant}.",
    ),
    "fresh.none": Words("Nothing has been recorded yet.", "Rien n’a encore été inscrit."),
    "plans.title": Words("Plans", "Plans"),
    "plans.caption": Words("Plans that are published", "Plans publiés"),
    "plans.caption.member": Words("Plans that you may see", "Plans que vous pouvez consulter"),
    "plans.none": Words("No plan is published here yet.", "Aucun plan n’est encore publié ici."),
    "plan.period": Words("Period", "Période"),
    "plan.revision": Words("Revision", "Révision"),
    "plan.in_force": Words(
        "Shown is revision {number}, adopted on {day}.", "La révision {number}, adoptée le {day}, est montrée."
    ),
    "plan.no_revision": Words(
        "At these clocks, no revision is public.", "À ces deux dates, aucune révision n’est publique."
    ),
    "plan.no_revision.member": Words(
        "At these clocks, no revision is adopted.", "À ces deux dates, aucune révision n’est adoptée."
    ),
    "plan.says": Words("What the plan says", "Ce que dit le plan"),
    "clocks.title": Words("Two clocks", "Deux horloges"),
    "clocks.text": Words(
        "See the plan as it held on a day, as it was known at a moment. Left empty, both mean now.",
        "Consultez le plan tel qu’il valait un jour donné, tel qu’on le connaissait à un moment donné. "
        "Vides, les deux champs signifient maintenant.",
    ),
    "clocks.effective": Words("In effect on", "En vigueur le"),
    "clocks.effective.hint": Words(
        "year-month-day, such as 2026-03-31", "année-mois-jour, par exemple 2026-03-31"
    ),
    "clocks.recorded": Words("As recorded by", "Tel qu’inscrit au"),
    "clocks.recorded.hint": Words(
        "an instant with its zone, such as 2026-03-31T17:00:00-04:00, or a position of the log",
        "un instant avec son fuseau, par exemple 2026-03-31T17:00:00-04:00, ou une position du registre",
    ),
    "clocks.set": Words("Show", "Afficher"),
    "clocks.used.now": Words(
        "Shown: what was in effect on {day}, as recorded by now.",
        "Montré : ce qui valait le {day}, tel qu’inscrit à ce jour.",
    ),
    "clocks.used.instant": Words(
        "Shown: what was in effect on {day}, as recorded by {instant}.",
        "Montré : ce qui valait le {day}, tel qu’inscrit au {instant}.",
    ),
    "clocks.used.position": Words(
        "Shown: what was in effect on {day}, as recorded up to position {position} of the log.",
        "Montré : ce qui valait le {day}, tel qu’inscrit jusqu’à la position {position} du registre.",
    ),
    "clocks.refused": Words("Which moment is meant?", "De quel moment s’agit-il?"),
    "clocks.offers": Words("It may be one of these", "C’est peut-être l’un de ceux-ci"),
    "steps.title": Words("What happened, step by step", "Ce qui s’est passé, étape par étape"),
    "steps.text": Words(
        "In the order in which it was recorded. Numbers are missing where a step is not public: how a revision "
        "was drafted is for the partnership.",
        "Dans l’ordre de l’inscription. Des numéros manquent là où une étape n’est pas publique : la rédaction "
        "d’une révision relève du partenariat.",
    ),
    "steps.text.member": Words(
        "In the order in which it was recorded, as your role shows it. The public sees fewer steps.",
        "Dans l’ordre de l’inscription, selon votre rôle. Le public voit moins d’étapes.",
    ),
    "steps.more": Words("Later steps", "Étapes suivantes"),
    "step.title": Words("Step {version}", "Étape {version}"),
    "step.effective": Words("In effect from", "En vigueur à partir du"),
    "step.recorded": Words("Recorded", "Inscription"),
    "step.position": Words(
        "{instant}, position {position} of the log", "{instant}, position {position} du registre"
    ),
    "step.who": Words("By whom", "Par qui"),
    "step.why": Words("By what right", "De quel droit"),
    "step.source": Words("Read in", "Tiré de"),
    "step.proof": Words("Proof", "Preuve"),
    "step.proof.link": Words("that it stands in the signed log", "de son inscription au registre signé"),
    "step.nav": Words("Neighbouring steps", "Étapes voisines"),
    "step.previous": Words("Back to step {version}", "Revenir à l’étape {version}"),
    "step.next": Words("On to step {version}", "Passer à l’étape {version}"),
    "difference.title": Words("Compare two revisions, or two days", "Comparer deux révisions, ou deux dates"),
    "difference.changed": Words("What this revision changed", "Ce que cette révision a changé"),
    "difference.from": Words("From", "De"),
    "difference.to": Words("to", "à"),
    "difference.nothing": Words("nothing (before the first)", "rien (avant la première)"),
    "difference.revision": Words("revision {number}, {day}", "révision {number}, {day}"),
    "difference.compare": Words("Compare", "Comparer"),
    "difference.since": Words("As of", "Au"),
    "difference.until": Words("and as of", "et au"),
    "difference.compare.days": Words("Compare the two days", "Comparer les deux dates"),
    "difference.days": Words("From {since} to {until}", "Du {since} au {until}"),
    "difference.between": Words(
        "From revision {earlier} to revision {later}", "De la révision {earlier} à la révision {later}"
    ),
    "difference.none": Words("Nothing changed.", "Rien n’a changé."),
    "proof.title": Words("Proof", "Preuve"),
    "proof.text": Words(
        "Every step is a leaf of the partnership’s log, which is signed every second. Keep a checkpoint, and "
        "nobody can change what it covers without your noticing.",
        "Chaque étape est une feuille du registre du partenariat, signé chaque seconde. Gardez un point de "
        "contrôle : personne ne pourra alors modifier ce qu’il couvre à votre insu.",
    ),
    "proof.checkpoint": Words("The newest checkpoint", "Le dernier point de contrôle"),
    "proof.key": Words("The log’s public key", "La clé publique du registre"),
    "proof.verify": Words("Check a pack in the browser", "Vérifier un dossier dans le navigateur"),
    "pack.title": Words("Audit pack", "Dossier d’audit"),
    "pack.text": Words(
        "All events of the partnership’s log with their proof, and its plans at the clocks chosen above. It holds "
        "what is not public too, so only members who work on drafts may take it away.",
        "Tous les événements du registre du partenariat avec leur preuve, et ses plans aux deux dates choisies "
        "ci-dessus. Il contient aussi ce qui n’est pas public : seuls les membres qui travaillent aux brouillons "
        "peuvent l’emporter.",
    ),
    "pack.token": Words("Access token", "Jeton d’accès"),
    "pack.token.hint": Words(
        "It is sent with this form and kept nowhere. Signed in, leave it empty.",
        "Il est envoyé avec ce formulaire et n’est conservé nulle part. Si vous êtes en session, laissez-le vide.",
    ),
    "pack.download": Words("Download the pack", "Télécharger le dossier"),
    "error.back": Words("To the first page", "Vers la page d’accueil"),
    "error.correlation": Words("Correlation id: {id}", "Identifiant de corrélation : {id}"),
    "province.NL": Words("Newfoundland and Labrador", "Terre-Neuve-et-Labrador"),
    "province.PE": Words("Prince Edward Island", "Île-du-Prince-Édouard"),
    "province.NS": Words("Nova Scotia", "Nouvelle-Écosse"),
    "province.NB": Words("New Brunswick", "Nouveau-Brunswick"),
    "province.QC": Words("Quebec", "Québec"),
    "province.ON": Words("Ontario", "Ontario"),
    "province.MB": Words("Manitoba", "Manitoba"),
    "province.SK": Words("Saskatchewan", "Saskatchewan"),
    "province.AB": Words("Alberta", "Alberta"),
    "province.BC": Words("British Columbia", "Colombie-Britannique"),
    "province.YT": Words("Yukon", "Yukon"),
    "province.NT": Words("Northwest Territories", "Territoires du Nord-Ouest"),
    "province.NU": Words("Nunavut", "Nunavut"),
    "province.none": Words("Across provinces", "Interprovincial"),
    "kind.lip": Words("Local Immigration Partnership", "Partenariat local en immigration"),
    "kind.zip": Words("Zonal Immigration Partnership", "Partenariat zonal en immigration"),
    "kind.rif": Words("Francophone Immigration Network", "Réseau en immigration francophone"),
    "kind.regional_directorate": Words("Regional directorate", "Direction régionale"),
    "kind.roundtable": Words("Roundtable", "Table de concertation"),
    "kind.municipal_programme": Words("Municipal programme", "Programme municipal"),
    "kind.sector_council": Words("Sector council", "Conseil sectoriel"),
    "kind.employment_council": Words("Employment council", "Conseil de l’emploi"),
    **EXCEPTION_MESSAGES,
    **READINGS_MESSAGES,
    **SIGN_IN_MESSAGES,
}


def text(key: str, language: Language, **values: object) -> str:
    """The words of a key, with its placeholders filled; in French, with the no-break spaces it asks for."""
    words = MESSAGES[key].in_(language)
    return (typeset(words) if language == "fr" else words).format(**values)


def typeset(french: str) -> str:
    """The spaces that go with a sign of punctuation, made no-break."""
    for plain, kept in ((" :", f"{NBSP}:"), ("« ", f"«{NBSP}"), (" »", f"{NBSP}»")):
        french = french.replace(plain, kept)
    return french


def other(language: Language) -> Language:
    """The other official language."""
    return "en" if language == "fr" else "fr"
