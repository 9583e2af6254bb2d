"""The activity log as a table: what was done, in light counts. It says how many came, never who."""

import unicodedata
from collections.abc import Sequence
from typing import Final
from uuid import uuid5

from domain.activity import ActivityFacts, RecordPresentation, RecordReferral, RecordSession
from domain.audience import Audience
from domain.ids import ActivityId
from domain.values import LocalizedText
from services.tables import cells
from services.tables.columns import Bilingual, Context, Plan, Planned, Row, TableFormat, column

_KINDS: Final = {
    "session": ("séance", "session", "atelier", "workshop", "rencontre"),
    "referral": ("orientation", "référencement", "referral"),
    "presentation": ("présentation", "presentation"),
}
_COMMANDS: Final = {"session": RecordSession, "referral": RecordReferral, "presentation": RecordPresentation}
_AUDIENCES: Final = {
    "draft": ("brouillon", "draft"),
    "tenant": ("partenariat", "partnership", "membres", "members"),
    "funders": ("bailleurs de fonds", "funders", "bailleurs"),
    "public": ("public", "tous", "everyone"),
}


def _understand(rows: Sequence[Row], context: Context) -> Plan:
    return Plan([_planned(row, context) for row in rows], [])


def _planned(row: Row, context: Context) -> Planned:
    label = context.localized(row, "label")
    assert isinstance(label, LocalizedText)  # the column is required
    facts = ActivityFacts(
        held_on=row.get("held_on"),
        label=label,
        place=row.get("place"),
        people=row.get("people"),
        tags=row.get("tags") or (),
    )
    command = _COMMANDS[row.get("kind")](
        activity_id=activity_of(context, row.get("reference")),
        facts=facts,
        audience=Audience(row.get("audience") or Audience.TENANT),
    )
    return Planned(place=row.place, command=command, effective_on=row.get("held_on"))


def activity_of(context: Context, reference: str) -> ActivityId:
    """The activity that a body calls by a reference: the same one in every file."""
    return ActivityId(uuid5(context.names, f"activity/{unicodedata.normalize('NFC', reference)}"))


ACTIVITIES: Final = TableFormat(
    name="activities",
    title=Bilingual("Activités", "Activities"),
    about=Bilingual(
        "Une rangée par séance, orientation vers un service ou présentation. On dit combien de personnes sont "
        "venues, jamais qui.",
        "One row per session, referral or presentation. It says how many people came, never who.",
    ),
    columns=(
        column(
            "reference",
            Bilingual("Référence", "Reference"),
            cells.text,
            Bilingual(
                "Ce par quoi vous désignez l’activité; sert une seule fois.", "What you call it by; serves once."
            ),
            Bilingual("Exemple : A-2024-001", "Example: A-2024-001"),
            also=(Bilingual("No", "No."), Bilingual("Réf.", "Ref.")),
            required=True,
        ),
        column(
            "kind",
            Bilingual("Genre d’activité", "Activity kind"),
            cells.choice(_KINDS),
            Bilingual(
                "Séance, orientation (vers un service) ou présentation.", "Session, referral or presentation."
            ),
            Bilingual("séance", "session"),
            also=(Bilingual("Genre", "Kind"), Bilingual("Type d’activité", "Activity type")),
            required=True,
        ),
        column(
            "held_on",
            Bilingual("Tenue le", "Held on"),
            cells.day,
            Bilingual("Le jour de l’activité.", "The day of the activity."),
            Bilingual("2024-05-14", "2024-05-14"),
            also=(Bilingual("Date", "Date"), Bilingual("Date de l’activité", "Activity date")),
            required=True,
        ),
        column(
            "label",
            Bilingual("Intitulé", "Title"),
            cells.text,
            Bilingual(
                "Ce que c’était; d’une orientation, le service. Jamais le nom d’une personne.",
                "What it was; of a referral, the service. Never the name of a person.",
            ),
            Bilingual("Soirée d’information sur le logement", "Information evening on housing"),
            also=(Bilingual("Activité", "Activity"), Bilingual("Description", "Description")),
            required=True,
        ),
        column(
            "label_other",
            Bilingual("Intitulé (autre langue)", "Title (other language)"),
            cells.text,
            Bilingual("Le même, en anglais.", "The same, in French."),
            Bilingual("", ""),
        ),
        column(
            "place",
            Bilingual("Territoire", "Territory"),
            cells.territory,
            Bilingual("Région du Québec, ou code : sgc-cd:3506.", "A region of Québec, or a code: sgc-cd:3506."),
            Bilingual("Bas-Saint-Laurent", "sgc-cd:3506"),
            also=(Bilingual("Lieu", "Place"), Bilingual("Région", "Region")),
        ),
        column(
            "people",
            Bilingual("Personnes présentes", "People present"),
            cells.figure("people"),
            Bilingual(
                "Combien : 24, « environ 30 », « plus de 100 »; vide : non comptées.",
                "How many: 24, “about 30”, “more than 100”; empty: not counted.",
            ),
            Bilingual("24", "24"),
            also=(Bilingual("Nombre de personnes", "Number of people"), Bilingual("Participants", "Participants")),
        ),
        column(
            "tags",
            Bilingual("Étiquettes", "Tags"),
            cells.tags,
            Bilingual("Séparées par des points-virgules : accueil; emploi.", "Separated by semicolons."),
            Bilingual("accueil", "welcome"),
        ),
        column(
            "audience",
            Bilingual("Visible par", "Visible to"),
            cells.choice(_AUDIENCES),
            Bilingual(
                "Brouillon, partenariat (par défaut), bailleurs de fonds ou public.",
                "Draft, partnership (by default), funders or public.",
            ),
            Bilingual("partenariat", "partnership"),
        ),
    ),
    understand=_understand,
)
