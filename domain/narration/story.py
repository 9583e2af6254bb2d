"""Every story that is told, by the type of event."""

from typing import Final

from domain.event import Event
from domain.narration.agreement import AGREEMENT_STORY
from domain.narration.committee import COMMITTEE_STORY
from domain.narration.indicator import INDICATOR_STORY
from domain.narration.plan import PLAN_STORY
from domain.narration.told import Story

_TOLD: Final = (PLAN_STORY, AGREEMENT_STORY, INDICATOR_STORY, COMMITTEE_STORY)
STORIES: Final[dict[type[Event], Story]] = {teller: story for story in _TOLD for teller in story.tellers}
