"""Zips: no request split, none too large, no file but the inspected one, always the same bytes."""

import hashlib
import io
import os
import random
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.depositing.pack import LIMIT, Entry, FichierChange, PlannedZip, plan, write_zip
from converter.depositing.zip_file import NewZip, Payload
from converter.registry.store import Fichier

NOISE = random.Random(5).randbytes  # noqa: S311 - noise, no secret


def entry(name: str, octets: int) -> Entry:
    return Entry(name, "unread", octets, "")


def one_file_requests(*octets: int) -> list[tuple[int, list[Entry]]]:
    return [(key, [entry(f"{key:05d}", size)]) for key, size in enumerate(octets)]


def keys(lots: Sequence[PlannedZip[int]]) -> list[tuple[int, ...]]:
    return [lot.keys for lot in lots]


def on_disk(folder: Path, name: str, content: bytes) -> Entry:
    path = folder / f"source of {name}"
    path.write_bytes(content)
    return Entry(name, str(path), len(content), hashlib.sha256(content).hexdigest())


# --- plan -----------------------------------------------------------------------------------------------

# One file of 914 bytes under a name of 5 takes 30 + 46 + 2 * 5 + 914 = 1 000 bytes of a zip; the end takes 98.


def test_a_zip_is_filled_to_the_byte() -> None:
    assert keys(plan(one_file_requests(914, 914), limit=2098)) == [(0, 1)]
    assert keys(plan(one_file_requests(914, 914), limit=2097)) == [(0,), (1,)]
    assert plan(one_file_requests(914, 914), limit=2098)[0].octets == 2098


def test_requests_keep_their_order_in_a_zip_and_zips_follow_their_first_request() -> None:
    lots = plan(one_file_requests(14, 914, 14, 814), limit=1298)

    # By size: 1 opens a zip of 1 200, 3 (900) another; 0 and 2 (100 each) fit tightest beside 1.
    assert keys(lots) == [(0, 1, 2), (3,)]
    assert [e.name for e in lots[0].entries] == ["00000", "00001", "00002"]


def test_best_fit_leaves_no_hole_that_first_fit_would() -> None:
    # 700, 600, 300 and 400 into zips of 1 000: 700 + 300 and 600 + 400.
    assert keys(plan(one_file_requests(614, 514, 214, 314), limit=1098)) == [(0, 2), (1, 3)]


def test_a_request_is_never_split() -> None:
    requests = [("a", [entry("a-bdc", 414), entry("a-ht1", 414)]), ("b", [entry("b-bdc", 314), entry("b-ht1", 314)])]

    lots = plan(requests, limit=1498)

    assert [lot.keys for lot in lots] == [("a",), ("b",)]


def test_nothing_to_pack_needs_no_zip() -> None:
    assert plan([]) == ()


def test_a_request_that_no_zip_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="request 1 needs 1099 bytes, a zip has 1098"):
        plan(one_file_requests(1, 915), limit=1098)


def test_the_limit_is_200_million_bytes() -> None:
    assert LIMIT == 200_000_000
    lots = plan(
        [(key, [entry(f"HOP-DPI-Va1-{code}-{key:05d}.pdf", 3_145_728) for code in ("BDC", "HT")]) for key in range(40)]
    )
    assert [len(lot.keys) for lot in lots] == [31, 9]


REQUESTS = st.lists(st.lists(st.integers(0, 700), min_size=1, max_size=3), max_size=60).map(
    lambda sizes: [
        (key, tuple(entry(f"{key:03d}-{rank}", octets) for rank, octets in enumerate(request)))
        for key, request in enumerate(sizes)
    ]
)


@given(requests=REQUESTS)
def test_a_plan_holds_every_request_once_and_whole(requests: list[tuple[int, tuple[Entry, ...]]]) -> None:
    lots = plan(requests, limit=3_000)

    contents = dict(requests)
    assert sorted(key for lot in lots for key in lot.keys) == sorted(contents)
    for lot in lots:
        assert lot.entries == tuple(e for key in lot.keys for e in contents[key])
        assert list(lot.keys) == sorted(lot.keys)
        assert lot.octets == 98 + sum(86 + e.octets for e in lot.entries) <= 3_000
    assert [lot.keys[0] for lot in lots] == sorted(lot.keys[0] for lot in lots)


@given(requests=REQUESTS)
def test_a_plan_needs_no_more_zips_than_is_proved(requests: list[tuple[int, tuple[Entry, ...]]]) -> None:
    """Best fit decreasing needs at most 11/9 of the fewest possible, and 6/9 (Johnson 1974, Dósa 2007)."""
    room = 3_000 - 98
    weights = sorted((sum(86 + e.octets for e in entries) for _, entries in requests), reverse=True)
    least = -(-sum(weights) // room)

    zips = len(plan(requests, limit=3_000))

    assert least <= zips <= 11 * first_fit_decreasing(weights, room) / 9 + 6 / 9
    if weights and weights[0] <= room / 3:
        assert zips <= 3 * least / 2 + 1  # all zips but one are two thirds full


def first_fit_decreasing(weights: list[int], room: int) -> int:
    left: list[int] = []
    for weight in weights:
        for place, free in enumerate(left):
            if free >= weight:
                left[place] -= weight
                break
        else:
            left.append(room - weight)
    return len(left)


# --- write ----------------------------------------------------------------------------------------------

CONTENTS = st.one_of(
    st.binary(max_size=300),
    st.tuples(st.integers(0, 200_000), st.integers(0, 1)).map(lambda p: NOISE(p[0]) if p[1] else b"ab" * p[0]),
)


@given(contents=st.lists(CONTENTS, max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_zip_gives_back_what_was_put_in(contents: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("zip")
    entries = [on_disk(folder, f"{rank}.pdf", content) for rank, content in enumerate(contents)]

    written = write_zip(folder / "a.zip", entries)
    write_zip(folder / "b.zip", iter(entries))

    raw = (folder / "a.zip").read_bytes()
    assert raw == (folder / "b.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [source.name for source in entries]
        assert [archive.read(name) for name in archive.namelist()] == contents
        assert all(info.compress_size <= info.file_size for info in archive.infolist())
    assert written == Fichier("a.zip", len(raw), hashlib.sha256(raw).hexdigest())
    planned = plan([(0, entries)])
    assert len(raw) <= planned[0].octets


def test_a_zip_is_the_one_that_the_standard_library_writes() -> None:
    """Ours is written from first to last, the library's with going back: no byte differs, nor does zip64."""
    for count in (0, 3, 65_536):
        entries = {f"{rank:05d}.pdf": b"x" * (rank % 3 * 50) for rank in range(count)}
        ours, theirs = io.BytesIO(), io.BytesIO()
        archive = NewZip(ours)
        with zipfile.ZipFile(theirs, "w") as library:
            for name, data in entries.items():
                deflated = zlib.compress(data, wbits=-15) if len(data) > 50 else None
                archive.add(name, Payload(data, deflated, zlib.crc32(data)))
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.create_system, info.external_attr = 3, 0o100644 << 16
                library.writestr(info, data, zipfile.ZIP_STORED if deflated is None else zipfile.ZIP_DEFLATED)
        archive.close()
        assert ours.getvalue() == theirs.getvalue()


def test_a_zip_says_nothing_of_when_or_where_it_was_made(tmp_path: Path) -> None:
    source = on_disk(tmp_path, "HOP-DPI-Va1-BDC-00001.pdf", b"abc" * 100)
    os.utime(source.path, (1e9, 1e9))

    write_zip(tmp_path / "a.zip", [source])

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        (info,) = archive.infolist()
    assert info.filename == "HOP-DPI-Va1-BDC-00001.pdf"
    assert info.date_time == (1980, 1, 1, 0, 0, 0)
    assert (info.create_system, info.external_attr >> 16, info.extra, info.comment) == (3, 0o100644, b"", b"")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", zipfile.ZIP_STORED),
        (b"x", zipfile.ZIP_STORED),
        (b"x" * 1000, zipfile.ZIP_DEFLATED),
        (NOISE(1000), zipfile.ZIP_STORED),
        (b"x" * 3_000_000, zipfile.ZIP_DEFLATED),
        (NOISE(3_000_000), zipfile.ZIP_STORED),
        (NOISE(1_500_000) + b"x" * 1_500_000, zipfile.ZIP_DEFLATED),
        (NOISE(32_000) * 90, zipfile.ZIP_STORED),
    ],
    ids=["empty", "one byte", "text", "noise", "large text", "large noise", "half noise", "alike far apart"],
)
def test_a_file_is_deflated_where_that_pays(tmp_path: Path, content: bytes, kind: int) -> None:
    write_zip(tmp_path / "a.zip", [on_disk(tmp_path, "a.pdf", content)])

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        (info,) = archive.infolist()
    assert info.compress_type == kind
    assert info.compress_size <= len(content)


@pytest.mark.parametrize(
    "name",
    ["", "../a.pdf", "a/b.pdf", "a\\b.pdf", "C:a.pdf", "é.pdf", "a b.pdf", "a\n", "a" * 50, ".", "..", "-"],
)
def test_only_names_of_ours_go_in(tmp_path: Path, name: str) -> None:
    source = on_disk(tmp_path, "x", b"x")

    with pytest.raises(ValueError, match="not names of ours"):
        write_zip(tmp_path / "a.zip", [Entry(name, source.path, 1, source.sha256)])

    assert not (tmp_path / "a.zip").exists()


def test_one_name_goes_in_once_even_where_cases_are_not_told_apart(tmp_path: Path) -> None:
    for second in ("a.pdf", "A.pdf"):
        with pytest.raises(ValueError, match="twice"):
            write_zip(tmp_path / "a.zip", [on_disk(tmp_path, "a.pdf", b"x"), on_disk(tmp_path, second, b"y")])


def test_an_existing_zip_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"precious")

    with pytest.raises(FileExistsError):
        write_zip(tmp_path / "a.zip", [])

    assert (tmp_path / "a.zip").read_bytes() == b"precious"


@pytest.mark.parametrize("content", [b"abd", b"abcd", b"ab", b""])
def test_a_file_changed_since_its_inspection_is_not_packed(tmp_path: Path, content: bytes) -> None:
    source = on_disk(tmp_path, "a.pdf", b"abc")
    Path(source.path).write_bytes(content)

    with pytest.raises(FichierChange) as raised:
        write_zip(tmp_path / "a.zip", [source])

    assert raised.value.path == source.path


LARGE = (b"a", NOISE(200_000), b"large " * 50_000, NOISE(150_000), b"b")
"""Files read while the one before them is written, among others that are not."""


def test_large_files_go_in_whole_and_in_order(tmp_path: Path) -> None:
    packed = write_zip(tmp_path / "a.zip", [on_disk(tmp_path, f"{n}.pdf", data) for n, data in enumerate(LARGE)])

    data = (tmp_path / "a.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as written:
        assert [(info.filename, written.read(info)) for info in written.infolist()] == [
            (f"{n}.pdf", content) for n, content in enumerate(LARGE)
        ]
    assert packed == Fichier("a.zip", len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("changed", range(len(LARGE)))
def test_whichever_file_changed_is_the_one_told(tmp_path: Path, changed: int) -> None:
    sources = [on_disk(tmp_path, f"{n}.pdf", data) for n, data in enumerate(LARGE)]
    for source in sources[changed:]:  # all from there on: the first is told
        Path(source.path).write_bytes(b"another")

    with pytest.raises(FichierChange) as raised:
        write_zip(tmp_path / "a.zip", sources)

    assert raised.value.path == sources[changed].path


def test_a_file_gone_since_its_inspection_is_told(tmp_path: Path) -> None:
    source = on_disk(tmp_path, "a.pdf", b"abc")
    Path(source.path).unlink()

    with pytest.raises(FichierChange):
        write_zip(tmp_path / "a.zip", [source])


@pytest.mark.skipif(os.name == "nt", reason="links and pipes")
def test_a_link_or_pipe_put_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    source = on_disk(tmp_path, "a.pdf", b"abc")
    Path(source.path).rename(tmp_path / "moved")
    Path(source.path).symlink_to(tmp_path / "moved")

    with pytest.raises(FichierChange):
        write_zip(tmp_path / "a.zip", [source])

    Path(source.path).unlink()
    os.mkfifo(source.path)
    with pytest.raises(FichierChange):
        write_zip(tmp_path / "b.zip", [source])
