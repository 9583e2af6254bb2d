"""Every projection of this program. A new one is one line here."""

from typing import Final

from projections.access_grant import ACCESS_GRANTS
from projections.activity import ACTIVITIES
from projections.agreement import AGREEMENTS
from projections.agreement_cells import AGREEMENT_CELLS
from projections.alignment import ALIGNMENTS
from projections.audit_mandate import AUDIT_MANDATES
from projections.authority import ACTS
from projections.body import BODIES
from projections.committee import COMMITTEES
from projections.dataset import DATASETS
from projections.decision import DECISIONS
from projections.document import DOCUMENTS
from projections.endorsement import ENDORSEMENTS
from projections.endorsement_cells import ENDORSEMENT_CELLS
from projections.frozen_comparison import FROZEN_COMPARISONS
from projections.funding_cells import FUNDING_CELLS
from projections.grant_held import GRANTS_HELD
from projections.indicator import INDICATORS
from projections.indicator_cells import INDICATOR_CELLS
from projections.meeting import MEETINGS
from projections.narration import NARRATION
from projections.organisation import ORGANISATIONS
from projections.plan import PLANS
from projections.practice import PRACTICES
from projections.projection import Projection
from projections.provider import PROVIDERS
from projections.published_aggregate import PUBLISHED_AGGREGATES
from projections.report_template import REPORT_TEMPLATES
from projections.requirement import REQUIREMENTS
from projections.seat import SEATS
from projections.seat_cells import SEAT_CELLS
from projections.study import STUDIES
from projections.submission import SUBMISSIONS
from projections.succession import SUCCESSIONS
from projections.target import TARGETS
from projections.theme_cells import THEME_CELLS
from projections.theme_list import THEME_LISTS
from projections.timeline import TIMELINES

PROJECTIONS: Final[tuple[Projection, ...]] = (
    BODIES,
    SUCCESSIONS,
    PLANS,
    INDICATORS,
    REQUIREMENTS,
    SUBMISSIONS,
    ALIGNMENTS,
    INDICATOR_CELLS,
    AGREEMENTS,
    PROVIDERS,
    TARGETS,
    COMMITTEES,
    SEATS,
    ORGANISATIONS,
    MEETINGS,
    DECISIONS,
    ACTS,
    TIMELINES,
    NARRATION,
    AGREEMENT_CELLS,
    PUBLISHED_AGGREGATES,
    ACCESS_GRANTS,
    GRANTS_HELD,
    AUDIT_MANDATES,
    DOCUMENTS,
    ACTIVITIES,
    THEME_LISTS,
    ENDORSEMENTS,
    PRACTICES,
    STUDIES,
    DATASETS,
    REPORT_TEMPLATES,
    FUNDING_CELLS,
    ENDORSEMENT_CELLS,
    THEME_CELLS,
    SEAT_CELLS,
    FROZEN_COMPARISONS,
)
BY_NAME: Final[dict[str, Projection]] = {projection.name: projection for projection in PROJECTIONS}
