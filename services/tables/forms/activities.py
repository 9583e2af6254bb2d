"""The activity log as a table: what was done, in light counts. It says how many came, never who."""

import unicodedata
from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid5

from domain.activity import ActivityFacts, RecordPresentation, RecordReferral, RecordSession
from domain.audience import Audience
from domain.ids import ActivityId
from domain.values import LocalizedText
from services.tables import cells
from services.tables.columns import Bilingual, Column, Context, Plan, Planned, Row, TableFormat

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


def _b(fr: str, en: str) -> Bilingual:
    return Bilingual(fr, en)


def _column(name: str, label: Bilingual, read: Any, help_: Bilingual, example: Bilingual, **more: Any) -> Column:
    return Column(name=name, label=label, read=read, help=help_, example=example, **more)


ACTIVITIES: Final = TableFormat(
    name="activities",
    title=_b("Activités", "Activities"),
    about=_b(
        "Une rangée par séance, orientation vers un service ou présentation. On dit combien de personnes sont "
        "venues, jamais qui.",
        "One row per session, referral or presentation. It says how many people came, never who.",
    ),
    columns=(
        _column(
            "reference",
            _b("Référence", "Reference"),
            cells.text,
            _b("Ce par quoi vous désignez l’activité; sert une seule fois.", "What you call it by; serves once."),
            _b("Exemple : A-2024-001", "Example: A-2024-001"),
            also=(_b("No", "No."), _b("Réf.", "Ref.")),
            required=True,
        ),
        _column(
            "kind",
            _b("Genre d’activité", "Activity kind"),
            cells.choice(_KINDS),
            _b("Séance, orientation (vers un service) ou présentation.", "Session, referral or presentation."),
            _b("séance", "session"),
            also=(_b("Genre", "Kind"), _b("Type d’activité", "Activity type")),
            required=True,
        ),
        _column(
            "held_on",
            _b("Tenue le", "Held on"),
            cells.day,
            _b("Le jour de l’activité.", "The day of the activity."),
            _b("2024-05-14", "2024-05-14"),
            also=(_b("Date", "Date"), _b("Date de l’activité", "Activity date")),
            required=True,
        ),
        _column(
            "label",
            _b("Intitulé", "Title"),
            cells.text,
            _b(
                "Ce que c’était; d’une orientation, le service. Jamais le nom d’une personne.",
                "What it was; of a referral, the service. Never the name of a person.",
            ),
            _b("Soirée d’information sur le logement", "Information evening on housing"),
            also=(_b("Activité", "Activity"), _b("Description", "Description")),
            required=True,
        ),
        _column(
            "label_other",
            _b("Intitulé (autre langue)", "Title (other language)"),
            cells.text,
            _b("Le même, en anglais.", "The same, in French."),
            _b("", ""),
        ),
        _column(
            "place",
            _b("Territoire", "Territory"),
            cells.territory,
            _b("Région du Québec, ou code : sgc-cd:3506.", "A region of Québec, or a code: sgc-cd:3506."),
            _b("Bas-Saint-Laurent", "sgc-cd:3506"),
            also=(_b("Lieu", "Place"), _b("Région", "Region")),
        ),
        _column(
            "people",
            _b("Personnes présentes", "People present"),
            cells.figure("people"),
            _b(
                "Combien : 24, « environ 30 », « plus de 100 »; vide : non comptées.",
                "How many: 24, “about 30”, “more than 100”; empty: not counted.",
            ),
            _b("24", "24"),
            also=(_b("Nombre de personnes", "Number of people"), _b("Participants", "Participants")),
        ),
        _column(
            "tags",
            _b("Étiquettes", "Tags"),
            cells.tags,
            _b("Séparées par des points-virgules : accueil; emploi.", "Separated by semicolons."),
            _b("accueil", "welcome"),
        ),
        _column(
            "audience",
            _b("Visible par", "Visible to"),
            cells.choice(_AUDIENCES),
            _b(
                "Brouillon, partenariat (par défaut), bailleurs de fonds ou public.",
                "Draft, partnership (by default), funders or public.",
            ),
            _b("partenariat", "partnership"),
        ),
    ),
    understand=_understand,
)
