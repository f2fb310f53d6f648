"""The portal's words kept a second time: a line of text for each, beside the registry, which learns them back from it.

A registry that was lost, or put back from a copy older than an answer, is made anew from the deposits; what the portal
said of them stands in no deposit, and the workbook that told it may be lost or old as well.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from converter.registry.store import Dite, Registry
from converter.spec.names import number_key
from converter.system.files import sync_file

REPONSES = "registre-reponses.jsonl"


def recall(registre: Registry, dossier: Path) -> None:
    """Let the registry learn what only the file still tells."""
    registre.hear(_lacking(_read(dossier / REPONSES), registre.heard()))


def keep(registre: Registry, dossier: Path) -> None:
    """Add to the file what the registry has learnt; one that refuses is completed by the next run."""
    path = dossier / REPONSES
    with suppress(OSError):
        lacking = list(_lacking(registre.heard(), _read(path)))
        if lacking:
            _append(path, lacking)


def _read(path: Path) -> list[Dite]:
    return [dite for line in path.read_bytes().splitlines() if (dite := _line(line))] if path.is_file() else []


def _line(line: bytes) -> Dite | None:
    """Return what a line tells, `None` where it was cut off or is not ours."""
    try:
        return msgspec.json.decode(line, type=Dite)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _append(path: Path, said: Iterable[Dite]) -> None:
    with path.open("ab") as file:
        # A line that was cut off is closed, so that it takes no other with it.
        file.write(b"\n" if file.tell() else b"")
        file.writelines(msgspec.json.encode(dite) + b"\n" for dite in said)
    sync_file(path)


def _lacking(told: Iterable[Dite], known: Iterable[Dite]) -> Iterator[Dite]:
    """Yield what one side tells and the other does not know.

    The answers to a number are a history: what follows in it is learnt, another history is not, and its words stay.
    """
    mine, theirs = _histories(told), _histories(known)
    for key, said in mine.items():
        before = theirs.get(key, [])
        decided, decided_before = _decided(said), _decided(before)
        known_words = {each.words for each in before}
        yield from (each for each in said if each.acceptee is None and each.words not in known_words)
        if [each.words for each in decided[: len(decided_before)]] == [each.words for each in decided_before]:
            yield from decided[len(decided_before) :]


def _decided(said: Sequence[Dite]) -> list[Dite]:
    return [each for each in said if each.acceptee is not None]


def _histories(said: Iterable[Dite]) -> dict[str, list[Dite]]:
    histories: dict[str, list[Dite]] = defaultdict(list)
    for each in said:
        histories[number_key(each.numero)].append(each)
    return histories
