"""Forged packs are found out and honest ones are not accused, by both verifiers, which agree."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from random import Random

import pytest

from services.audit import verify
from tests.unit.services.audit.mutations import MUTATIONS
from tests.unit.services.audit.packs import JavaScriptVerifier, Packed, packed, python_verdict, random_rows

BASES = 12


@pytest.fixture
def javascript() -> Iterator[JavaScriptVerifier]:
    with JavaScriptVerifier() as verifier:
        yield verifier


@pytest.fixture(autouse=True)
def signatures_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pure-Python signature check takes milliseconds, and most forgeries keep the signatures as they are."""
    monkeypatch.setattr(verify, "ed25519", lru_cache(maxsize=4096)(verify.ed25519))


def bases(seed: int, number: int) -> list[Packed]:
    """Packs with a plan each, so that every kind of forgery has something to change."""
    found: list[Packed] = []
    for index in count(seed * 1000):
        rows = random_rows(index)
        chosen = Random(index)
        older = sorted(chosen.sample(range(1, len(rows)), 2))
        pack = packed(rows, older=older, position=chosen.randint(len(rows) // 2, len(rows)))
        if pack.facts.plans:
            found.append(pack)
        if len(found) == number:
            break
    return found


def forge(javascript: JavaScriptVerifier, mutations: int, seed: int) -> Counter[str]:
    """How many forgeries of each kind both verifiers found out. Fails at the first that one of them did not."""
    random, packs = Random(seed), bases(seed, BASES)
    found: Counter[str] = Counter()
    names = list(MUTATIONS)
    while found.total() < mutations:
        name = names[found.total() % len(names)]
        pack, other = random.sample(packs, 2)
        forged = MUTATIONS[name](pack, other, random)
        if forged.data == pack.data and not forged.seen:
            continue
        for verdict in (
            python_verdict(forged.data, pack.vkey, forged.seen),
            javascript(forged.data, pack.vkey, forged.seen),
        ):
            assert not verdict["sound"], (name, found.total(), seed)
        found[name] += 1
    return found


def accuse(javascript: JavaScriptVerifier, packs: int, seed: int) -> int:
    """How many honest packs both verifiers found sound, saying the same of them."""
    for number in range(packs):
        random = Random(seed + number)
        rows = random_rows(seed + number, commands=random.randint(5, 60))
        size = random.randint(1, len(rows))
        withheld = random.sample(range(1, size + 1), random.choice([0, 0, 0, min(2, size)]))
        pack = packed(
            rows,
            size=size,
            older={random.randint(1, size) for _ in range(random.randint(0, 2))},
            position=random.randint(0, size),
            effective=f"20{random.randint(18, 30)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}",
            withheld=withheld,
        )
        by_python = python_verdict(pack.data, pack.vkey)
        assert by_python["sound"], (seed + number, by_python)
        assert javascript(pack.data, pack.vkey) == by_python
    return packs


def test_every_kind_of_forgery_is_found_out_by_both(javascript: JavaScriptVerifier) -> None:
    found = forge(javascript, len(MUTATIONS) * 12, seed=6)

    assert set(found.values()) == {12}


def test_honest_packs_are_sound_and_both_say_the_same_of_them(javascript: JavaScriptVerifier) -> None:
    assert accuse(javascript, 25, seed=60_000) == 25


@pytest.mark.faults
def test_a_hundred_thousand_forgeries_are_found_out(
    javascript: JavaScriptVerifier, capsys: pytest.CaptureFixture[str]
) -> None:
    found: Counter[str] = Counter()
    for campaign in range(100):
        found += forge(javascript, 1_000, seed=7_000 + campaign)

    with capsys.disabled():
        print(f"\n{found.total()} forged packs, all found out by both verifiers: {dict(found)}")  # noqa: T201
    assert found.total() == 100_000


@pytest.mark.faults
def test_ten_thousand_honest_packs_are_sound(
    javascript: JavaScriptVerifier, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = accuse(javascript, 10_000, seed=100_000)

    with capsys.disabled():
        print(f"\n{sound} honest packs, none accused by either verifier")  # noqa: T201
    assert sound == 10_000
