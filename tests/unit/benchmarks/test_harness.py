"""How benchmarks are paired, summed up and reported."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.harness import (
    TABLE_BEGINS,
    TABLE_ENDS,
    Benchmark,
    Failure,
    Ratio,
    Side,
    compare,
    exit_code,
    interleave,
    keep,
    machine_facts,
    record,
    run,
    selected,
    table,
)


def a_ratio(name: str = "append.n8.bare", *, ratio: float = 0.5) -> Ratio:
    return compare(name, [ratio], [1.0], baseline="a bare row", unit="ev/s")


def a_benchmark(*names: str, fails: bool = False) -> Benchmark:
    async def measure(wanted: frozenset[str]) -> list[Ratio]:
        if fails:
            raise RuntimeError("the server went away\nand more")
        return [a_ratio(name) for name in sorted(wanted)]

    return Benchmark(names=names, run=measure)


def silent(_: str) -> None:
    return None


async def test_the_order_of_the_sides_turns_round_by_round() -> None:
    met: list[str] = []

    def side(name: str) -> Side:
        async def measure() -> float:
            met.append(name)
            return float(len(met))

        return measure

    measured = await interleave({name: side(name) for name in "abc"}, 3)

    assert "".join(met) == "abccbaabc"
    assert measured == {"a": [1, 6, 7], "b": [2, 5, 8], "c": [3, 4, 9]}


def test_the_ratio_is_the_median_of_the_rounds_ratios() -> None:
    ratio = compare("x", [10, 90, 20], [10, 30, 40], baseline="b", unit="ev/s")

    assert (ratio.ratio, ratio.min, ratio.max) == (1.0, 0.5, 3.0)  # the ratio of the medians would be 20 / 30
    assert (ratio.ours, ratio.theirs, ratio.rounds) == (20, 30, 3)


def test_rounds_that_are_not_paired_are_our_mistake() -> None:
    with pytest.raises(ValueError, match="shorter"):
        compare("x", [1.0, 2.0], [1.0], baseline="b", unit="ev/s")


async def test_a_failing_benchmark_is_reported_and_the_next_one_runs(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = selected([a_benchmark("a", fails=True), a_benchmark("b")], [])

    results = await run(chosen, silent)

    assert results == [Failure(names=("a",), reason="RuntimeError: the server went away"), a_ratio("b")]
    assert "the server went away" in capsys.readouterr().err
    assert exit_code(results) == 1
    assert "| `a` | failed | | RuntimeError: the server went away | | |" in table(results)


@pytest.mark.parametrize(
    ("results", "code"), [([a_ratio()], 0), ([], 1), ([Failure(names=("a",), reason="r")], 1)]
)
def test_the_exit_code_tells_whether_all_was_measured(results: list[Ratio | Failure], code: int) -> None:
    assert exit_code(results) == code


@pytest.mark.parametrize(
    ("only", "wanted"),
    [
        ([], ["append.n1.bare", "append.n8.bare", "rebuild.copy", "rebuild.stock"]),
        (["append"], ["append.n1.bare", "append.n8.bare"]),
        (["append.n1", "rebuild.stock"], ["append.n1.bare", "rebuild.stock"]),
    ],
)
def test_a_name_stands_for_all_that_begin_with_it(only: list[str], wanted: list[str]) -> None:
    benchmarks = [
        a_benchmark("append.n1.bare"),
        a_benchmark("append.n8.bare"),
        a_benchmark("rebuild.copy", "rebuild.stock"),
    ]

    chosen = selected(benchmarks, only)

    assert [name for _, names in chosen for name in sorted(names)] == wanted


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(LookupError, match="no benchmark is named appen"):
        selected([a_benchmark("append.n1.bare")], ["appen"])


def test_figures_are_kept_as_json_lines_with_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "var" / "bench.jsonl"

    for _ in range(2):
        keep([a_ratio(), Failure(names=("b",), reason="r")], machine_facts("18.4"), path)

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == 2
    assert lines[0] | {"name": "append.n8.bare", "ratio": 0.5, "baseline": "a bare row", "rounds": 1} == lines[0]
    assert {"min", "max", "at", "cores", "cpu", "kernel", "postgresql", "python"} <= lines[0].keys()


def test_only_the_record_between_the_marks_is_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.md"
    path.write_text(f"before\n{TABLE_BEGINS}\nold\n{TABLE_ENDS}\nafter\n", encoding="utf-8")

    record([a_ratio()], machine_facts("18.4"), path)

    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{TABLE_BEGINS}\n")
    assert text.endswith(f"{TABLE_ENDS}\nafter\n")
    assert "old" not in text
    assert "PostgreSQL 18.4" in text
    assert "| `append.n8.bare` | **0.5** |" in text


def test_what_another_day_measured_on_the_same_machine_stays_with_its_day(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.md"
    path.write_text(f"{TABLE_BEGINS}\n{TABLE_ENDS}", encoding="utf-8")
    machine = machine_facts("18.4")

    record([a_ratio(name="asof.full"), a_ratio(ratio=0.4)], machine | {"at": "2026-11-27T10:00:00"}, path)
    record([a_ratio(ratio=0.5)], machine | {"at": "2026-11-29T10:00:00"}, path)

    text = path.read_text(encoding="utf-8")
    assert [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| `")] == [
        "`asof.full`",
        "`append.n8.bare`",
    ]
    assert "**0.4**" not in text
    assert text.count("| 2026-11-27 |") == text.count("| 2026-11-29 |") == 1

    record([a_ratio()], machine | {"cpu": "another"}, path)

    assert "asof.full" not in path.read_text(encoding="utf-8")


def test_a_document_without_marks_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.md"
    path.write_text("nothing", encoding="utf-8")

    with pytest.raises(ValueError, match="lacks the lines"):
        record([a_ratio()], machine_facts("18.4"), path)

    assert path.read_text(encoding="utf-8") == "nothing"


@pytest.mark.parametrize(
    ("figure", "shown"), [(0.0141, "0.0141"), (1.0, "1"), (99.94, "99.9"), (17_028.4, "17 028")]
)
def test_figures_are_shown_with_the_digits_that_count(
    figure: float, shown: str, a_line: Callable[[float], str]
) -> None:
    assert f"**{shown}**" in a_line(figure)


@pytest.fixture
def a_line() -> Callable[[float], str]:
    def line(figure: float) -> str:
        return table([compare("x", [figure], [1.0], baseline="b", unit="ev/s")])

    return line
