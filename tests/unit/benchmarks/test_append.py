"""What the append is compared with: itself without its proof."""

from pathlib import Path

import pytest

from benchmarks.append import without_proof

SOURCE = (Path(__file__).parents[3] / "infra/log/sql/0020_append.sql").read_text(encoding="utf-8")
FUNCTION = SOURCE[: SOURCE.index("END $$;")]


def test_without_proof_nothing_is_hashed_and_all_else_is_kept() -> None:
    left = without_proof(FUNCTION)

    assert "sha256(" in FUNCTION
    assert "sha256(" not in left
    assert "frontier :=" not in left.replace("h_frontier bytea", "")
    for kept in ("FOR NO KEY UPDATE", "log.ledger", "'version_conflict'", "log.claim", "jobs.enqueue"):
        assert left.count(kept) == FUNCTION.count(kept) > 0


def test_a_function_that_hashes_otherwise_is_not_compared() -> None:
    with pytest.raises(ValueError, match="expected one"):
        without_proof(FUNCTION.replace("v_hash := sha256(c_label", "v_leaf := sha256(c_label"))
