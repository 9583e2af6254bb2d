"""Charts drawn by Vega-Lite as SVG, in one process of their own that may be slow, fail or be killed.

The renderer holds the interpreter's lock while it draws, so it must not do so in the process that answers
requests. What is drawn is kept by what it is drawn from: the same figures in the same language are drawn once.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree as ET

import anyio
import anyio.to_process
import structlog
from markupsafe import Markup

from domain.values import Language
from services.views.chart import Chart

_SVG: Final = "http://www.w3.org/2000/svg"
_ELEMENTS: Final = frozenset(f"{{{_SVG}}}{name}" for name in ("svg", "g", "path", "rect", "line", "text", "tspan"))
_SPOKEN: Final = re.compile("role|aria-.*")
_UNSAFE: Final = re.compile("style|on.*|.*href")
# Narrow no-break spaces group digits in French, as in Canada's style for numbers in tables and charts.
_NUMBERS: Final[dict[Language, dict[str, Any]]] = {
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""]},
    "fr": {"decimal": ",", "thousands": "\N{NARROW NO-BREAK SPACE}", "grouping": [3], "currency": ["", " $"]},
}
_KEPT: Final = 64
_WAITING_MAX: Final = 8
_AGAIN_SECONDS: Final = 60.0
_log = structlog.get_logger()


class Drawing(NamedTuple):
    """The content of an SVG element, and how large it is."""

    width: float
    height: float
    content: Markup
    """Made by `plain` alone, which lets nothing through that could run."""


Drawings = dict[str, Drawing]
"""By the names of the widths."""


def draw(specs: dict[str, bytes], language: Language) -> Drawings:
    """Draw a chart in each of its widths. It takes a second the first time in a process, then a tenth.

    Raises:
        ValueError: the renderer refuses it, or gives what may not stand in a page.
    """
    import vl_convert

    drawn = {}
    for width, spec in specs.items():
        svg = vl_convert.vegalite_to_svg(spec.decode(), format_locale=_NUMBERS[language])
        drawn[width] = plain(svg)
    return drawn


def plain(svg: str) -> Drawing:
    """A chart without the renderer's English for screen readers; the page says it in its own words.

    Raises:
        ValueError: there is something that could run or be styled.
    """
    ET.register_namespace("", _SVG)
    root = ET.fromstring(svg)  # noqa: S314 - our own renderer's, of our own specification
    for element in root.iter():
        if element.tag not in _ELEMENTS:
            raise ValueError(f"a chart may not have {element.tag}")
        for name in list(element.attrib):
            if _UNSAFE.fullmatch(name):
                raise ValueError(f"no element of a chart may have {name}")
            if _SPOKEN.fullmatch(name):
                del element.attrib[name]
    content = "".join(ET.tostring(child, encoding="unicode") for child in root)
    safe = Markup(content)  # noqa: S704 - only what was checked above, with its texts escaped
    return Drawing(float(root.attrib["width"]), float(root.attrib["height"]), safe)


class Easel:
    """Draws charts for pages, one at a time, and keeps the last ones."""

    def __init__(
        self,
        *,
        patience: timedelta = timedelta(seconds=2),
        deadline: timedelta = timedelta(seconds=30),
        drawer: Callable[[dict[str, bytes], Language], Drawings] = draw,
    ) -> None:
        self._patience, self._deadline, self._drawer = patience, deadline, drawer
        self._kept: OrderedDict[tuple[Any, ...], Drawings] = OrderedDict()
        self._drawing: dict[tuple[Any, ...], asyncio.Task[Drawings | None]] = {}
        self._failed: dict[tuple[Any, ...], float] = {}
        self._one = anyio.CapacityLimiter(1)

    async def drawn(self, chart: Chart) -> Drawings | None:
        """The drawings of a chart; None: not yet, or it cannot be drawn. It never raises for the page to fail."""
        key = (chart.language, *chart.specs.items())
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        task = self._drawing.get(key)
        if task is None:
            if len(self._drawing) >= _WAITING_MAX or time.monotonic() < self._failed.get(key, 0.0):
                return None
            task = asyncio.create_task(self._draw(key, chart))
            self._drawing[key] = task
        done, _ = await asyncio.wait({task}, timeout=self._patience.total_seconds())
        return task.result() if done else None

    async def _draw(self, key: tuple[Any, ...], chart: Chart) -> Drawings | None:
        try:
            with anyio.fail_after(self._deadline.total_seconds()):
                drawn = await anyio.to_process.run_sync(
                    partial(self._drawer, chart.specs, chart.language), cancellable=True, limiter=self._one
                )
        except (ValueError, ImportError, OSError, TimeoutError, anyio.BrokenWorkerProcess) as error:
            _log.warning("web.chart_not_drawn", error=type(error).__name__)
            self._failed = {one: until for one, until in self._failed.items() if until > time.monotonic()}
            self._failed[key] = time.monotonic() + _AGAIN_SECONDS
            return None
        else:
            self._kept[key] = drawn
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return drawn
        finally:
            del self._drawing[key]
