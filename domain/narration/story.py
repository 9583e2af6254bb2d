"""Every story that is told, by the type of event."""

from typing import Final

from domain.event import Event
from domain.narration.plan import PLAN_STORY
from domain.narration.told import Story

STORIES: Final[dict[type[Event], Story]] = {teller: story for story in (PLAN_STORY,) for teller in story.tellers}
