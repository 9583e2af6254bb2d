import pytest

from services.api.languages import preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", None),
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en-CA,en;q=0.9,fr;q=0.8", "en"),
        ("en;q=0.2, fr;q=0.7", "fr"),
        ("de, es", None),
        ("de, fr;q=0.1", "fr"),
        ("fr;q=0", None),
        ("fr;q=nan, en;q=0.1", "en"),
        ("fr;q=9", None),
        ("FR", "fr"),
        ("frr", None),
        (",;;q=,=", None),
        ("fr," * 10_000, "fr"),
    ],
)
def test_the_language_that_ranks_higher_is_taken(header: str, language: str | None) -> None:
    assert preferred(header) == language
