"""Checkpoints, proofs of a leaf in a file, entry bundles and their paths."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.log.merkle import inclusion_proof, range_root
from infra.log.proofs.checkpoint import Checkpoint, LeafProof, decimal, open_checkpoint
from infra.log.proofs.entries import (
    ENTRIES,
    BundleError,
    TileName,
    bundle,
    entries_path,
    parse_tile_path,
    unbundle,
)
from infra.log.proofs.note import Note, NoteError, SigningKey
from tests.unit.infra.log.proofs.trees import Leaves, with_one_bit_changed

KEY = SigningKey("logs.example/one", bytes(range(32)))
OTHER = SigningKey("logs.example/two", bytes(range(32)))
# The example of C2SP tlog-checkpoint.
PUBLISHED = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def a_proof(leaves: Leaves, index: int, size: int) -> LeafProof:
    note = Checkpoint(KEY.name, size, range_root(0, size, leaves.subtree)).signed(KEY)
    return LeafProof(index, tuple(inclusion_proof(index, size, leaves.subtree)), note)


def test_the_published_checkpoint_is_read_and_written_byte_for_byte() -> None:
    checkpoint = Checkpoint.parse(PUBLISHED)

    assert checkpoint.origin == "example.com/behind-the-sofa"
    assert checkpoint.size == 20_852_163
    assert checkpoint.root == base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    assert checkpoint.text == PUBLISHED


@pytest.mark.parametrize(
    "text",
    [
        PUBLISHED.replace("20852163", "020852163"),
        PUBLISHED.replace("20852163", "-1"),
        PUBLISHED.replace("20852163", str(2**63)),
        PUBLISHED.replace("20852163", "٣"),
        PUBLISHED + "extension\n",
        PUBLISHED.replace("CsUY", ""),
        PUBLISHED.replace("q2I=", "q2J="),
        "\n" + PUBLISHED.partition("\n")[2],
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


def test_a_checkpoint_of_another_log_is_refused_though_the_same_seed_signed_it() -> None:
    text = Checkpoint(OTHER.name, 1, bytes(32)).text
    note = Note(text, (KEY.sign(text),))

    with pytest.raises(NoteError, match=r"of logs\.example/one, found one of logs\.example/two"):
        open_checkpoint(note, KEY.verifier)


def test_a_proof_survives_as_a_file_and_verifies() -> None:
    leaves = Leaves(1_000)
    proof = a_proof(leaves, 731, 1_000)

    text = str(proof)
    checkpoint = LeafProof.parse(text).verified(leaves.hashes[731], [KEY.verifier], origin=KEY.name)

    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 731\n")
    assert checkpoint.size == 1_000
    assert LeafProof.parse(text) == proof


def test_a_proof_with_extra_data_is_read() -> None:
    proof = str(a_proof(Leaves(3), 1, 3)).replace("@v1\n", "@v1\nextra aGVsbG8=\n")

    assert LeafProof.parse(proof).index == 1


def test_a_proof_in_a_log_of_a_million_takes_less_than_thirteen_hundred_bytes() -> None:
    """The aim of the brief; the size of a proof depends on the size of the log alone."""
    origin = SigningKey("entente.example.ca/log/0196b7de-3f1c-7c5a-9d6e-2f7a1b3c4d5e", bytes(32))
    note = Checkpoint(origin.name, 1_000_000, bytes(32)).signed(origin)

    assert len(str(LeafProof(999_423, (bytes(32),) * 20, note)).encode()) <= 1_300


def test_a_proof_is_of_its_leaf_its_log_and_its_key_alone() -> None:
    leaves = Leaves(20)
    proof = a_proof(leaves, 7, 20)

    with pytest.raises(NoteError, match="the leaf is not entry 7"):
        proof.verified(leaves.hashes[8], [KEY.verifier], origin=KEY.name)
    with pytest.raises(NoteError, match="the leaf is not entry 7"):
        proof.verified(leaves.hashes[7], [KEY.verifier], origin=OTHER.name)
    with pytest.raises(NoteError, match="no signature is by a key that is trusted"):
        proof.verified(leaves.hashes[7], [OTHER.verifier], origin=KEY.name)


def test_no_single_bit_of_a_proof_file_may_change() -> None:
    leaves = Leaves(6)
    data = str(a_proof(leaves, 3, 6)).encode()
    refused = 0
    for changed in with_one_bit_changed(data):
        try:
            LeafProof.parse(changed.decode()).verified(leaves.hashes[3], [KEY.verifier], origin=KEY.name)
        except (NoteError, UnicodeDecodeError):
            refused += 1

    assert refused == len(data) * 8


@pytest.mark.parametrize("text", ["", "c2sp.org/tlog-proof@v1\n\n", "c2sp.org/tlog-proof@v2\nindex 0\n\nx"])
def test_what_is_no_proof_file_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        LeafProof.parse(text)


@pytest.mark.parametrize("text", ["", "00", "1 ", "+1", "9223372036854775808", "²"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        decimal(text)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_its_entries_back(entries: list[bytes]) -> None:
    assert unbundle(bundle(entries)) == entries


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\x00\x01ab"])
def test_a_bundle_that_is_cut_is_refused(data: bytes) -> None:
    with pytest.raises(BundleError):
        unbundle(data)


def test_an_entry_that_two_bytes_cannot_measure_is_refused() -> None:
    assert len(bundle([bytes(65_535)])) == 65_537
    with pytest.raises(BundleError, match="65536 bytes"):
        bundle([bytes(65_536)])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("tile/0/000", TileName(0, 0, 256)),
        ("tile/1/x001/x234/067", TileName(1, 1_234_067, 256)),
        ("tile/2/005.p/17", TileName(2, 5, 17)),
        ("tile/entries/x001/000.p/255", TileName(ENTRIES, 1_000, 255)),
        ("tile/63/000", TileName(63, 0, 256)),
    ],
)
def test_tiles_and_bundles_have_one_path_each(path: str, name: TileName) -> None:
    assert parse_tile_path(path) == name


@pytest.mark.parametrize(
    "path",
    [
        "tile/00/000",
        "tile/64/000",
        "tile/0/0",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/007",
        "tile/data/000",
        "tile/0/000/",
        "tile/0/٠٠٠",
    ],
)
def test_any_other_path_names_no_tile(path: str) -> None:
    assert parse_tile_path(path) is None


def test_a_bundle_is_served_beside_its_tile() -> None:
    assert entries_path(1_234_067, 9) == "tile/entries/x001/x234/067.p/9"
