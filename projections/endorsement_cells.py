"""Who stands behind which partnership, for the whole country."""

from typing import Final

from sqlalchemy import Table

from domain.endorsement import EndorsementRecorded, EndorsementWithdrawn
from projections import events
from projections.bitemporal import Form
from projections.core import Work, note
from projections.projection import Projection
from projections.reading import Seen
from projections.tables import audience, bitemporal, code, flag, uuid

ENDORSING: Final[Table] = bitemporal(
    "national",
    "endorsing",
    [uuid("organisation_id"), code("kind"), flag("of_plan"), code("status"), flag("sample")],
    extra=[audience()],
)
"""`organisation_id` is the endorser's in the commons, where it is registered; `of_plan` tells whether a plan is
endorsed and not the partnership itself; `status` is recorded or withdrawn."""

TABLES: Final = (ENDORSING,)

_FORM: Final = Form(ENDORSING)
_AUDIENCE: Final = _FORM.column("audience")
_RECORDED: Final = _FORM.group("organisation_id", "kind", "of_plan", "status")
_STATUS: Final = _FORM.group("status")


def _recorded(work: Work, seen: Seen) -> None:
    payload = seen.payload
    assert isinstance(payload, EndorsementRecorded)
    values = (payload.organisation_id, payload.kind, payload.plan_id is not None, "recorded")
    segments = work.timelines(ENDORSING).of(seen.stream_id)
    note(segments, seen, _RECORDED, values, [(_AUDIENCE, payload.audience.value)])


def _withdrawn(work: Work, seen: Seen) -> None:
    note(work.timelines(ENDORSING).of(seen.stream_id), seen, _STATUS, ("withdrawn",))


ENDORSEMENT_CELLS: Final = Projection(
    "endorsement_cells",
    TABLES,
    {EndorsementRecorded: _recorded, EndorsementWithdrawn: _withdrawn},
    events.ALL - events.ENDORSEMENT,
)
