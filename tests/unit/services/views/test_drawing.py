"""Charts drawn in a process of their own, and pages that do not wait for it."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from markupsafe import Markup
from structlog.testing import capture_logs

from domain.values import Language, QualifiedValue, Wording
from services.views.chart import Chart, chart
from services.views.comparison import Line
from services.views.drawing import Drawing, Drawings, Easel, draw, plain

SHORT, LONG = timedelta(seconds=0.2), timedelta(minutes=2)


def a_chart(name: str = "Baie-Modèle", number: int = 1_234_567, language: Language = "fr") -> Chart:
    line = Line(
        slug="baie-modele",
        name=Wording(name, "fr"),
        territory=None,
        indicator=None,
        value=QualifiedValue(kind="at_least", number=Decimal(number)),
        denominator=None,
        said="",
        short="au moins 1\xa0234\xa0567",
        comparability="same",
        stage="published",
        sample=True,
    )
    found = chart([line], language)
    assert found is not None
    return found


# --- what is drawn ------------------------------------------------------------------------------------------


def test_a_chart_is_drawn_in_both_widths_and_may_stand_in_a_page() -> None:
    found = a_chart()
    drawings = draw(found.specs, found.language)

    assert list(drawings) == ["narrow", "wide"]
    assert 300 <= drawings["narrow"].width < drawings["wide"].width < 760
    for drawing in drawings.values():
        for never in ("<script", "style=", "<style", "role=", "aria-", "href", "mark container"):
            assert never not in drawing.content
        for layer in ("sure_marks", "open_marks", "label_marks", "said_marks"):
            assert layer in drawing.content
        assert "au moins 1\xa0234\xa0567" in drawing.content


@pytest.mark.parametrize(("language", "written"), [("fr", "400\u202f000"), ("en", "400,000")])
def test_numbers_on_the_axis_are_those_of_the_language(language: Language, written: str) -> None:
    found = a_chart(language=language)
    assert f">{written}<" in draw(found.specs, found.language)["wide"].content


def test_a_name_that_looks_like_markup_stays_a_name() -> None:
    name = """<script>x</script> & <a onclick="y"> role="z\""""
    found = a_chart(name)
    content = draw(found.specs, found.language)["wide"].content

    assert "<script" not in content
    assert "<a " not in content
    assert "&lt;script&gt;x&lt;/script&gt; &amp; &lt;a onclick=" in content
    assert 'role="z' in content


@pytest.mark.parametrize(
    "inside",
    [
        "<script/>",
        "<foreignObject/>",
        '<g style="fill: red"/>',
        '<g onload="x()"/>',
        '<g xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="x"/>',
    ],
)
def test_what_could_run_or_be_styled_is_no_chart(inside: str) -> None:
    with pytest.raises(ValueError, match="chart may"):
        plain(f'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">{inside}</svg>')


def test_the_renderers_own_speech_is_taken_out() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="8"><g role="x" aria-label="y" id="z"/></svg>'
    assert plain(svg) == Drawing(9, 8, Markup('<g xmlns="http://www.w3.org/2000/svg" id="z" />'))


# --- in a process of its own --------------------------------------------------------------------------------


def instant(specs: dict[str, bytes], language: Language) -> Drawings:
    """A drawing that says in which process it was made."""
    return {language: Drawing(len(specs), 1, Markup("{}").format(os.getpid()))}


def failing(specs: dict[str, bytes], language: Language) -> Drawings:
    raise ValueError(language, len(specs))


def dying(specs: dict[str, bytes], language: Language) -> Drawings:
    os._exit(len(specs) + len(language))


def slow(specs: dict[str, bytes], language: Language) -> Drawings:
    time.sleep(1)
    return instant(specs, language)


def endless(specs: dict[str, bytes], language: Language) -> Drawings:
    time.sleep(600)
    return instant(specs, language)


@pytest.fixture
async def alone() -> AsyncIterator[None]:
    """Nothing is left to be drawn when a test ends."""
    before = asyncio.all_tasks()
    yield
    drawing = {one for one in asyncio.all_tasks() - before if "_draw" in repr(one.get_coro())}
    if drawing:
        _, late = await asyncio.wait(drawing, timeout=150)
        assert not late


@pytest.mark.usefixtures("alone")
async def test_a_chart_is_drawn_once_outside_of_this_process() -> None:
    easel = Easel(patience=LONG, deadline=LONG, drawer=instant)
    first = await easel.drawn(a_chart())

    assert first is not None
    assert first["fr"].content != str(os.getpid())
    assert await easel.drawn(a_chart()) is first
    assert await easel.drawn(a_chart(language="en")) is not first


@pytest.mark.usefixtures("alone")
async def test_a_page_does_not_wait_long_and_has_the_chart_the_next_time() -> None:
    easel = Easel(patience=SHORT, deadline=LONG, drawer=slow)

    assert await easel.drawn(a_chart()) is None
    await asyncio.wait(easel._drawing.values(), timeout=150)
    assert await easel.drawn(a_chart()) is not None


@pytest.mark.parametrize("drawer", [failing, dying])
@pytest.mark.usefixtures("alone")
async def test_a_chart_that_cannot_be_drawn_is_none_and_is_not_tried_again_at_once(
    drawer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    easel = Easel(patience=LONG, deadline=LONG, drawer=drawer)  # type: ignore[arg-type] # one of those above
    with capture_logs() as logs:
        assert await easel.drawn(a_chart()) is None
        assert await easel.drawn(a_chart()) is None
    assert [one["event"] for one in logs] == ["web.chart_not_drawn"]

    later = time.monotonic() + 61
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with capture_logs() as logs:
        assert await easel.drawn(a_chart()) is None
    assert [one["event"] for one in logs] == ["web.chart_not_drawn"]


@pytest.mark.usefixtures("alone")
async def test_what_takes_too_long_is_killed_and_the_next_chart_is_drawn() -> None:
    easel = Easel(patience=LONG, deadline=timedelta(seconds=2), drawer=endless)
    assert await easel.drawn(a_chart()) is None

    assert await Easel(patience=LONG, deadline=LONG, drawer=instant).drawn(a_chart()) is not None


@pytest.mark.usefixtures("alone")
async def test_the_queue_is_short() -> None:
    easel = Easel(patience=timedelta(0), drawer=slow)
    waiting = [await easel.drawn(a_chart(number=number)) for number in range(1, 12)]

    assert waiting == [None] * 11
    assert len(easel._drawing) == 8


def test_nothing_of_the_renderer_is_loaded_where_pages_are_served() -> None:
    source = (Path(__file__).parents[4] / "services" / "views" / "drawing.py").read_text(encoding="utf-8")
    assert "\nimport vl_convert" not in source
