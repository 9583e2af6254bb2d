"""Each kind of thing that is noted about an account has words, for its owner reads them."""

import re
from pathlib import Path

import pytest

from services.web.sign_in_messages import SIGN_IN_MESSAGES

SERVICES = Path(__file__).parents[3] / "services"
NOTED = re.compile(r"""(?:note|warn)\(\s*[\w.]*identity,\s*"([a-z_]+)"([^)]*\)?)""")


def kinds() -> set[str]:
    """Those that are noted with an account."""
    found = [match for path in sorted(SERVICES.rglob("*.py")) for match in NOTED.findall(path.read_text())]
    assert len(found) > 20
    return {kind for kind, rest in found if "account_id" in rest}


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_what_happens_to_an_account_is_told_in_both_languages(kind: str) -> None:
    assert len(set(SIGN_IN_MESSAGES[f"happened.{kind}"])) == 2


def test_and_there_are_no_words_for_what_does_not_happen() -> None:
    assert {name.removeprefix("happened.") for name in SIGN_IN_MESSAGES if name.startswith("happened.")} == kinds()
