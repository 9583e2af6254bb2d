"""What is documented, and what the pages say, is what the program has."""

import re
import string
import subprocess
import sys
from pathlib import Path

from domain.body import PARTNERSHIPS, Province
from services.authorisation import ROLES
from services.decoding import NOT_JSON_CODES
from services.refusals import STATUS_OF_KIND, status_of
from services.refusals.known import known_refusals
from services.tables.problems import TABLE_CODES
from services.web.exception_messages import EXCEPTION_MESSAGES
from services.web.messages import MESSAGES
from services.web.sign_in_messages import SIGN_IN_MESSAGES
from services.wordings import FIELD_CODES

ROOT = Path(__file__).parents[3]
ERRORS = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
WEB = ROOT / "services" / "web"
PASSKEY_SCRIPT = '<script type="module" src="{{ static_url("passkey.js") }}"></script>'
"""Only a script may ask a browser for a passkey. It is a file of ours, and what it serves works without it too."""
IMPORTS_ONLY = {"id_repeated"}


def test_every_code_of_a_refusal_is_documented_with_its_status() -> None:
    documented = {
        code: int(status) for status, code in re.findall(r"^\| (\d{3}) \| `(\w+)` \|", ERRORS, re.MULTILINE)
    }

    assert documented == {code: status_of(cls) for code, cls in known_refusals().items()}


def test_the_refusals_are_known_to_whoever_imports_nothing_else() -> None:
    alone = "from services.refusals.known import known_refusals; print(*known_refusals())"
    said = subprocess.run([sys.executable, "-c", alone], cwd=ROOT, check=True, capture_output=True, text=True)

    assert set(said.stdout.split()) == set(known_refusals())


def test_every_code_inside_errors_is_documented() -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", ERRORS, re.MULTILINE))

    assert documented == FIELD_CODES | NOT_JSON_CODES | TABLE_CODES


def test_refusals_say_the_same_facts_in_both_languages() -> None:
    for code, cls in known_refusals().items():
        assert cls.kind in STATUS_OF_KIND, code
        assert placeholders(cls.en) >= placeholders(cls.fr), code


def test_pages_are_complete_in_both_languages() -> None:
    for key, words in MESSAGES.items():
        assert words.en.strip(), key
        assert words.fr.strip(), key
        assert placeholders(words.en) == placeholders(words.fr), key


def test_pages_use_words_that_exist_and_leave_none_over() -> None:
    used = set()
    for template in [*(WEB / "templates").glob("*.html"), *WEB.glob("*.py")]:
        used |= set(re.findall(r'text\("([\w.]+)"', template.read_text(encoding="utf-8")))
    used |= {f"province.{code}" for code in (*Province.__args__, "none")}  # type: ignore[attr-defined]
    used |= {f"kind.{kind}" for kind in PARTNERSHIPS}
    used |= {f"role.{role}" for role in set(ROLES) - {"system"}}
    used |= {key for key in EXCEPTION_MESSAGES if key.startswith(("record.", "event."))}
    used |= {key for key in SIGN_IN_MESSAGES if key.startswith("happened.")}
    used |= {"partnerships.count", "partnerships.count.one"}
    used -= {"province.", "kind.", "role.", "happened."}

    assert used == set(MESSAGES)


def test_pages_hold_no_style_or_script_and_no_foreign_address() -> None:
    for template in (WEB / "templates").glob("*.html"):
        content = template.read_text(encoding="utf-8").replace(PASSKEY_SCRIPT, "")
        assert not re.search(r"<(script|style)|\sstyle=|\son\w+=|https?://", content), template.name
        assert "| safe" not in content


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
