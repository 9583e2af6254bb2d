"""The words of the page of exceptions, both languages side by side."""

from typing import Final

from services.web.words import Words

EXCEPTION_MESSAGES: Final[dict[str, Words]] = {
    "exceptions.title": Words("Exceptions", "Exceptions"),
    "exceptions.text": Words(
        "What departs from a rule that one would expect to be kept, as the register itself tells it. An exception "
        "judges nobody: it says what was found, and by which events.",
        "Ce qui s’écarte d’une règle qu’on s’attendrait à voir suivie, tel que le registre lui-même le montre. "
        "Une exception ne juge personne : elle dit ce qui a été constaté, et par quels événements.",
    ),
    "exceptions.clocks": Words(
        "See what was found as of a day, as it was known at a moment. Left empty, both mean now.",
        "Consultez ce qui ressortait un jour donné, tel qu’on le connaissait à un moment donné. Vides, les deux "
        "champs signifient maintenant.",
    ),
    "exceptions.kind": Words("Kind", "Type"),
    "exceptions.kind.every": Words("every kind", "tous les types"),
    "exceptions.since": Words("Came about on or after", "Survenues depuis le"),
    "exceptions.found": Words("What was found ({count})", "Ce qui a été constaté ({count})"),
    "exceptions.none": Words(
        "No exception was found at these clocks.", "Aucune exception ne ressort à ces deux dates."
    ),
    "exceptions.paged": Words(
        "They are shown {first} at a time, latest first, by kind. Choose a kind to have all of it in one list.",
        "Elles s’affichent par {first}, des plus récentes aux plus anciennes, par type. Choisissez un type pour "
        "les avoir toutes dans une même liste.",
    ),
    "exceptions.more": Words("Earlier exceptions", "Exceptions antérieures"),
    "exceptions.record": Words("Record", "Fiche"),
    "exceptions.events": Words("Events", "Événements"),
    "exceptions.event.proof": Words("proof of position {position}", "preuve de la position {position}"),
    "exceptions.link": Words("Exceptions of this partnership", "Exceptions de ce partenariat"),
    "exceptions.closed": Words("For members only", "Réservé aux membres"),
    "exceptions.closed.text": Words(
        "The exceptions of a partnership are shown to its members alone: whoever was invited to it, and acts for "
        "it in this session. This page says the same to everybody else.",
        "Les exceptions d’un partenariat ne sont montrées qu’à ses membres : les personnes qui y ont été invitées "
        "et qui agissent en son nom dans cette session. Cette page dit la même chose à toutes les autres.",
    ),
    "exceptions.closed.sign_in": Words("Sign in and come back here", "Se connecter et revenir ici"),
    "exceptions.closed.account": Words(
        "Choose for which partnership this session acts", "Choisir pour quel partenariat cette session agit"
    ),
    "record.plan": Words("Plan", "Plan"),
    "record.target": Words("Target", "Cible"),
    "record.decision": Words("Decision", "Décision"),
    "record.submission": Words("Figure submitted", "Valeur soumise"),
    "record.committee": Words("Committee", "Comité"),
    "record.alignment": Words("Alignment", "Concordance"),
    "event.plan.RevisionAdopted": Words("Revision of a plan adopted", "Révision d’un plan adoptée"),
    "event.plan.AlignedToParent": Words("Element joined to a parent plan", "Élément rattaché à un plan parent"),
    "event.plan.ElementWithdrawn": Words("Element of a plan withdrawn", "Élément d’un plan retiré"),
    "event.target.BaselineSet": Words("Starting point of a target set", "Point de départ d’une cible fixé"),
    "event.target.Revised": Words("Target revised", "Cible révisée"),
    "event.decision.Made": Words("Decision made", "Décision prise"),
    "event.decision.Rescinded": Words("Decision rescinded", "Décision annulée"),
    "event.decision.Superseded": Words("Decision superseded", "Décision remplacée"),
    "event.meeting.MotionDecided": Words("Motion decided", "Proposition tranchée"),
    "event.meeting.Closed": Words("Meeting closed", "Séance levée"),
    "event.committee.TermsAdopted": Words("Terms of reference adopted", "Cadre de référence adopté"),
    "event.requirement.Required": Words("Figure required", "Valeur exigée"),
    "event.submission.Submitted": Words("Figure submitted", "Valeur soumise"),
    "event.submission.Resubmitted": Words("Figure submitted again", "Valeur soumise de nouveau"),
    "event.submission.Redrafted": Words("Figure drafted anew", "Valeur remise en rédaction"),
    "event.submission.Corrected": Words("Figure corrected", "Valeur corrigée"),
    "event.submission.Validated": Words("Figure validated", "Valeur validée"),
    "event.submission.Approved": Words("Figure approved", "Valeur approuvée"),
    "event.submission.Published": Words("Figure published", "Valeur publiée"),
    "event.alignment.Aligned": Words("Alignment recorded", "Concordance inscrite"),
    "event.alignment.Withdrawn": Words("Alignment withdrawn", "Concordance retirée"),
}
