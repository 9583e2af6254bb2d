"""The pages' words. One table, both languages side by side; a test holds placeholders equal."""

from typing import Final, NamedTuple

from domain.values import Language


class Words(NamedTuple):
    en: str
    fr: str

    def in_(self, language: Language) -> str:
        return self.fr if language == "fr" else self.en


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
}


def text(key: str, language: Language, **values: object) -> str:
    """The words of a key, with its placeholders filled."""
    return MESSAGES[key].in_(language).format(**values)
