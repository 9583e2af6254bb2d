from uuid import UUID

import pytest

from domain.values import Citation

LOG, STREAM = UUID(int=1), UUID(int=2)


def test_a_citation_names_a_version_counted_from_one() -> None:
    assert Citation(log=LOG, stream=STREAM, version=1).version == 1


@pytest.mark.parametrize("version", [0, -1, 2**63])
def test_a_version_that_cannot_exist_is_refused(version: int) -> None:
    with pytest.raises(ValueError, match=f"got {version}"):
        Citation(log=LOG, stream=STREAM, version=version)
