"""Codes as people say them."""

from collections.abc import Mapping
from typing import Final

from domain.narration.words import Words

LEVELS: Final[Mapping[str, Words]] = {
    "orientation": Words("orientation", "orientation"),
    "objective": Words("objective", "objectif"),
    "action": Words("action", "action"),
    "expected_result": Words("expected result", "résultat attendu"),
    "indicator": Words("indicator", "indicateur"),
}
FEMININE_LEVELS: Final = frozenset({"orientation", "action"})
INDICATOR_KINDS: Final[Mapping[str, Words]] = {
    "count": Words("a count", "un nombre"),
    "amount": Words("an amount", "un montant"),
    "rate": Words("a rate", "un taux"),
    "proportion": Words("a proportion", "une proportion"),
    "milestone": Words("a milestone", "un jalon"),
    "qualitative": Words("qualitative", "qualitatif"),
}
COUNTED: Final[Mapping[str, Words]] = {
    "people": Words("people", "des personnes"),
    "other": Words("something other than people", "autre chose que des personnes"),
}
DIRECTIONS: Final[Mapping[str, Words]] = {
    "increase": Words("meant to go up", "à la hausse"),
    "decrease": Words("meant to go down", "à la baisse"),
    "unstated": Words("not stated", "non précisé"),
}
SCHEMES: Final[Mapping[str, Words]] = {
    "sgc-pr": Words("province or territory", "province ou territoire"),
    "sgc-cd": Words("census division", "division de recensement"),
    "sgc-csd": Words("census subdivision", "subdivision de recensement"),
    "qc-region": Words("administrative region", "région administrative"),
    "mrc": Words("regional county municipality", "MRC"),
    "named": Words("named", "nommé"),
}
PERIOD_KINDS: Final[Mapping[str, Words]] = {
    "fiscal_year": Words("fiscal year", "exercice"),
    "calendar_year": Words("calendar year", "année civile"),
    "quarter": Words("quarter", "trimestre"),
    "month": Words("month", "mois"),
    "years": Words("years", "années"),
    "custom": Words("from", "période"),
}
STATUSES: Final[Mapping[str, Words]] = {
    "provisional": Words("provisional", "provisoire"),
    "rounded": Words("rounded", "arrondi"),
    "final": Words("final", "définitif"),
}
PLAN_KINDS: Final[Mapping[str, Words]] = {
    "strategic_plan": Words("strategic plan", "plan stratégique"),
    "regional_action_plan": Words("regional action plan", "plan d’action régional"),
    "action_plan": Words("action plan", "plan d’action"),
    "triennial_plan": Words("triennial plan", "plan triennal"),
    "community_plan": Words("community plan", "plan communautaire"),
    "settlement_strategy": Words("settlement strategy", "stratégie locale d’établissement"),
}
PROGRESS: Final[Mapping[str, Words]] = {
    "not_started": Words("not started", "pas commencé"),
    "under_way": Words("under way", "en cours"),
    "done": Words("done", "réalisé"),
    "delayed": Words("delayed", "en retard"),
    "abandoned": Words("abandoned", "abandonné"),
}
ROLES: Final[Mapping[str, Words]] = {
    "coordinator": Words("coordinator", "coordination"),
    "chair": Words("chair", "présidence"),
    "member": Words("member", "membre"),
    "partner_reporter": Words("reporting partner", "partenaire déclarant"),
    "regional_adviser": Words("regional adviser", "conseil en immigration régionale"),
    "plan_approver": Words("approver of the plan", "approbation du plan"),
    "programme_officer": Words("programme officer", "gestion de programme"),
    "funder_analyst": Words("funder’s analyst", "analyse pour le bailleur de fonds"),
    "auditor": Words("auditor", "audit"),
    "operator": Words("operator of the service", "exploitation du service"),
    "system": Words("the service itself", "le service lui-même"),
}
REASONS: Final[Mapping[str, Words]] = {
    "not_required": Words("no authority is needed", "aucune autorisation n’est requise"),
    "not_given": Words("no authority is given", "aucune autorisation n’est indiquée"),
    "not_stated_in_source": Words("the source states no authority", "la source ne précise aucune autorisation"),
    "delegated": Words("under a delegation", "par délégation"),
    "correction": Words("as a correction", "à titre de correction"),
    "migration": Words("brought over from another system", "repris d’un autre système"),
}
AUDIENCES: Final[Mapping[str, Words]] = {
    "draft": Words("its authors", "ses auteurs"),
    "tenant": Words("the members of the body", "les membres de l’organisme"),
    "funders": Words("funders too", "aussi les bailleurs de fonds"),
    "public": Words("everybody", "tout le monde"),
}
AGREEMENT_TYPES: Final[Mapping[str, Words]] = {
    "grant": Words("grant", "subvention"),
    "contribution": Words("contribution", "contribution"),
    "other_transfer": Words("other transfer payment", "autre paiement de transfert"),
    "collaboration": Words("collaboration", "collaboration"),
    "unstated": Words("not stated", "non précisé"),
}
MEASURES: Final[Mapping[str, Words]] = {
    "flow": Words("what happens in a period", "ce qui se produit pendant une période"),
    "stock": Words("what there is at the end of a period", "ce qu’il y a à la fin d’une période"),
    "distinct": Words("how many different ones are met in a period", "combien de différents pendant une période"),
}
OVER_PERIODS: Final[Mapping[str, Words]] = {
    "sum": Words("added up", "additionnées"),
    "ratio_of_sums": Words("the ratio of the sums", "le rapport des sommes"),
    "last": Words("the last one stands for all", "la dernière vaut pour toutes"),
    "not_addable": Words("not to be added up", "non additionnables"),
}
ACROSS_BODIES: Final[Mapping[str, Words]] = {
    "sum": Words("added up", "additionnés"),
    "ratio_of_sums": Words("the ratio of the sums", "le rapport des sommes"),
    "none": Words("not brought together", "non réunis"),
}
COMMITTEE_KINDS: Final[Mapping[str, Words]] = {
    "partnership_council": Words("partnership council", "conseil de partenariat"),
    "steering_committee": Words("steering committee", "comité directeur"),
    "sub_council": Words("sub-council", "sous-conseil"),
    "working_group": Words("working group", "groupe de travail"),
    "operational_committee": Words("operational committee", "comité opérationnel"),
    "nominating_committee": Words("nominating committee", "comité des candidatures"),
    "other": Words("committee", "comité"),
}
MOTIONS: Final[Mapping[str, Words]] = {
    "ordinary": Words("ordinary motions", "propositions ordinaires"),
    "plan_adoption": Words("adopting a plan", "adoption d’un plan"),
    "terms_of_reference": Words("terms of reference", "cadre de référence"),
    "membership": Words("membership", "composition"),
    "agreement": Words("agreements", "ententes"),
    "committee": Words("setting up or ending a committee", "création ou dissolution d’un comité"),
    "dissolution": Words("dissolution", "dissolution"),
}
THRESHOLDS: Final[Mapping[str, Words]] = {
    "simple": Words("more than half", "majorité simple"),
    "two_thirds": Words("two thirds", "deux tiers"),
    "four_fifths": Words("four fifths", "quatre cinquièmes"),
    "consensus": Words("nobody against", "consensus"),
}
