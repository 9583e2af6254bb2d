"""The words of the page that tells who read a partnership's records, both languages side by side."""

from typing import Final

from services.web.words import Words

READINGS_MESSAGES: Final[dict[str, Words]] = {
    "readings.title": Words("Who read from outside", "Qui a consulté de l’extérieur"),
    "readings.text": Words(
        "What funders, ministries and auditors asked of this partnership’s records through the read API, its "
        "files and its pages: when, for whom, and which fields. What auditors read is shown once their mandate is "
        "over.",
        "Ce que bailleurs de fonds, ministères et vérificateurs ont demandé des dossiers de ce partenariat par "
        "l’interface de lecture, ses fichiers et ses pages : quand, pour qui, et quels champs. Ce que lisent les "
        "vérificateurs s’affiche une fois leur mandat terminé.",
    ),
    "readings.zone": Words("Times are those of {zone}.", "Les heures sont celles de {zone}."),
    "readings.found": Words("Readings", "Consultations"),
    "readings.none": Words("Nobody has read from outside.", "Personne n’a consulté de l’extérieur."),
    "readings.none.before": Words("There are no earlier readings.", "Il n’y a pas de consultation antérieure."),
    "readings.for": Words("{reader} ({role})", "{reader} ({role})"),
    "readings.across": Words(
        "A question across partnerships; this one had granted this reader something.",
        "Une question sur plusieurs partenariats; celui-ci avait accordé un accès à ce lecteur.",
    ),
    "readings.mandate": Words("By the audit mandate", "En vertu du mandat de vérification"),
    "readings.asked": Words("Fields asked for", "Champs demandés"),
    "readings.earlier": Words("Earlier readings", "Consultations antérieures"),
    "readings.link": Words(
        "Who read this partnership’s records from outside", "Qui a consulté les dossiers de ce partenariat"
    ),
    "readings.closed.text": Words(
        "Who read the records of a partnership from outside is shown to its members alone: whoever was invited "
        "to it, and acts for it in this session. This page says the same to everybody else.",
        "Qui a consulté de l’extérieur les dossiers d’un partenariat n’est montré qu’à ses membres : les "
        "personnes qui y ont été invitées et qui agissent en son nom dans cette session. Cette page dit la même "
        "chose à toutes les autres.",
    ),
}
