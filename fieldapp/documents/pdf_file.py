"""A PDF written as it comes: an object is on its way out as soon as it is known.

Memory holds a few bytes an object. Small objects go into compressed object streams; the table of
places comes last. The identifier is derived from what was written, so that the same content gives
the same bytes.

A file may be written in parts, each to a target of its own and each by another process: `state`
tells all that the next one must know, and `resume` goes on from there, byte for byte.
"""

import hashlib
import re
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple, Protocol, Self

import pikepdf

OBJECTS_IN_ONE_STREAM: Final = 256
PAGES_IN_ONE_NODE: Final = 64
LEVEL: Final = 6
_MARK: Final = re.compile(rb"\x00(\d+)\x00")


class Piece(NamedTuple):
    """One object of a parcel: its dictionary with marks for numbers, and its stream if any."""

    body: bytes
    stream: bytes | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """Objects that belong together, taken out of another file; the first one stands for all.

    Fonts are named, not taken along: every parcel of a file shares the same ones.
    """

    pieces: Sequence[Piece]
    wants_fonts: bool = True


State = dict[str, Any]
"""Where a writer stands, as JSON holds it; bytes as Latin-1."""


class Target(Protocol):
    """What a file is written to: forward only."""

    def write(self, data: bytes, /) -> object: ...


class PdfFile:
    """Writes to `target` from its present position on; `close` writes what must come last."""

    def __init__(self, target: Target, *, info: Mapping[str, str], language: str) -> None:
        self.pages = 0
        self._target = target
        self._info = info
        self._language = language
        self._places = array("Q", [0])
        self._within = array("l", [-1])
        self._at = 0
        self._waiting: list[tuple[int, bytes]] = []
        self._leaves: list[int] = []
        self._nodes: list[tuple[int, int]] = []
        self._node = 0
        self._digest = bytes(hashlib.sha256().digest_size)
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self._catalog = self.reserve()
        self._tree = self.reserve()

    @classmethod
    def resume(cls, target: Target, state: State) -> Self:
        """Go on with a file whose first part ended in this state."""
        file = cls.__new__(cls)
        file._target = target
        file._info, file._language = state["info"], state["language"]
        file.pages, file._at = state["pages"], state["at"]
        file._places = array("Q", state["places"])
        file._within = array("l", state["within"])
        file._waiting = [(number, body.encode("latin-1")) for number, body in state["waiting"]]
        file._leaves, file._node = list(state["leaves"]), state["node"]
        file._nodes = [(number, count) for number, count in state["nodes"]]
        file._digest = bytes.fromhex(state["digest"])
        file._catalog, file._tree = state["catalog"], state["tree"]
        return file

    def state(self) -> State:
        """All that `resume` needs to go on after what is written so far."""
        return {
            "info": dict(self._info),
            "language": self._language,
            "pages": self.pages,
            "at": self._at,
            "places": self._places.tolist(),
            "within": self._within.tolist(),
            "waiting": [(number, body.decode("latin-1")) for number, body in self._waiting],
            "leaves": list(self._leaves),
            "node": self._node,
            "nodes": list(self._nodes),
            "digest": self._digest.hex(),
            "catalog": self._catalog,
            "tree": self._tree,
        }

    def go_on(self, target: Target) -> None:
        """Write what follows to another target."""
        self._target = target

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._places.append(0)
        self._within.append(-1)
        return len(self._places) - 1

    def add(self, body: bytes, number: int | None = None) -> int:
        """A dictionary or an array; returns its number."""
        number = self.reserve() if number is None else number
        self._waiting.append((number, body))
        if len(self._waiting) >= OBJECTS_IN_ONE_STREAM:
            self._flush()
        return number

    def add_stream(
        self, entries: bytes, data: bytes, number: int | None = None, *, digest: bytes | None = None
    ) -> int:
        """A stream as it is; `entries` go into its dictionary. `digest` stands for long data when
        the identifier is made.
        """
        number = self.reserve() if number is None else number
        self._places[number] = self._at
        self._digest = hashlib.sha256(self._digest + (data if digest is None else digest)).digest()
        self._write(b"%d 0 obj\n<<%s/Length %d>>stream\n" % (number, entries, len(data)))
        self._write(data)
        self._write(b"\nendstream\nendobj\n")
        return number

    def add_content(self, content: bytes, entries: bytes = b"") -> int:
        """A stream of operators, compressed."""
        return self.add_stream(entries + b"/Filter/FlateDecode", zlib.compress(content, LEVEL))

    def add_parcel(self, parcel: Parcel, fonts: int | None, *, first: int | None = None) -> int:
        """Objects of another file; returns the number of the first, which may be reserved."""
        numbers = [self.reserve() for _ in parcel.pieces[first is not None :]]
        if first is not None:
            numbers.insert(0, first)

        def number(mark: re.Match[bytes]) -> bytes:
            index = int(mark[1])
            if index == len(numbers):
                assert fonts is not None
                return b"%d 0 R" % fonts
            return b"%d 0 R" % numbers[index]

        for own, piece in zip(numbers, parcel.pieces, strict=True):
            body = _MARK.sub(number, piece.body)
            if piece.stream is None:
                self.add(body, own)
            else:
                self.add_stream(body, piece.stream, own)
        return numbers[0]

    def add_page(
        self, width: float, height: float, contents: Sequence[int], resources: bytes
    ) -> None:
        """A page of so many points, drawn by one stream after another; `resources` are the entries
        of its dictionary.
        """
        if not self._leaves:
            self._node = self.reserve()
        drawn = b" ".join(b"%d 0 R" % each for each in contents)
        page = self.add(
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.6g %.6g]/TrimBox[0 0 %.6g %.6g]"
            b"/Contents[%s]/Resources<<%s>>>>"
            % (self._node, width, height, width, height, drawn, resources)
        )
        self._leaves.append(page)
        self.pages += 1
        if len(self._leaves) == PAGES_IN_ONE_NODE:
            self._close_node()

    def close(self) -> None:
        """The tree of pages, the catalogue and the table of places."""
        if self._leaves:
            self._close_node()
        kids = b" ".join(b"%d 0 R" % node for node, _ in self._nodes)
        self.add(b"<</Type/Pages/Count %d/Kids[%s]>>" % (self.pages, kids), self._tree)
        self.add(
            b"<</Type/Catalog/Pages %d 0 R/Lang%s/ViewerPreferences<</DisplayDocTitle true>>>>"
            % (self._tree, _string(self._language)),
            self._catalog,
        )
        entries = b"".join(b"/%s%s" % (k.encode(), _string(v)) for k, v in self._info.items())
        info = self.add(b"<<%s>>" % entries)
        self._flush()
        self._write_places(info)

    def _close_node(self) -> None:
        kids = b" ".join(b"%d 0 R" % page for page in self._leaves)
        self.add(
            b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>"
            % (self._tree, len(self._leaves), kids),
            self._node,
        )
        self._nodes.append((self._node, len(self._leaves)))
        self._leaves.clear()

    def _flush(self) -> None:
        if not self._waiting:
            return
        some, self._waiting = self._waiting, []
        places, bodies, at = [], [], 0
        for number, body in some:
            places.append(b"%d %d" % (number, at))
            bodies.append(body)
            at += len(body) + 1
        head = b" ".join(places) + b" "
        data = zlib.compress(head + b" ".join(bodies), LEVEL)
        holder = self.add_stream(
            b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(some), len(head)), data
        )
        for index, (number, _) in enumerate(some):
            self._places[number] = holder
            self._within[number] = index

    def _write_places(self, info: int) -> None:
        start, own = self._at, self.reserve()
        self._places[own] = start
        rows = [b"\x00" * 6 + b"\xff"]
        for place, index in zip(self._places[1:], self._within[1:], strict=True):
            kind, rest = (1, 0) if index < 0 else (2, index)
            rows.append(bytes((kind,)) + place.to_bytes(5, "big") + rest.to_bytes(1))
        mark = self._digest.hex()[:32].encode()
        self.add_stream(
            b"/Type/XRef/Size %d/W[1 5 1]/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]/Filter/FlateDecode"
            % (len(self._places), self._catalog, info, mark, mark),
            zlib.compress(b"".join(rows), LEVEL),
            own,
        )
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._at += len(data)


def _string(text: str) -> bytes:
    return b"<" + (b"\xfe\xff" + text.encode("utf-16-be")).hex().encode() + b">"


def parcel_of(first: Any, *, fonts: str = "/Font") -> Parcel:
    """Everything that a pikepdf stream or dictionary leads to, but for its fonts."""
    objects: list[Any] = [first]
    numbers: dict[tuple[int, int], int] = {first.objgen: 0}
    shared: list[int] = []

    def written(thing: Any) -> bytes:
        if isinstance(thing, pikepdf.Object) and thing.is_indirect:
            if thing.objgen not in numbers:
                numbers[thing.objgen] = len(objects)
                objects.append(thing)
            return b"\x00%d\x00" % numbers[thing.objgen]
        return direct(thing)

    def direct(thing: Any) -> bytes:
        if isinstance(thing, pikepdf.Array):
            return b"[" + b" ".join(written(each) for each in thing) + b"]"
        if isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
            return b"<<" + entries(thing) + b">>"
        if isinstance(thing, pikepdf.Object):
            return bytes(thing.unparse())
        return _plain(thing)

    def entries(thing: Any) -> bytes:
        out = []
        for key in sorted(thing.keys()):
            if key == "/Length":
                continue
            if key == fonts:
                shared.append(1)
                out.append(b"/Font \x00FONTS\x00")
                continue
            out.append(key.encode() + b" " + written(thing[key]))
        return b"".join(out)

    pieces: list[Piece] = []
    done = 0
    while done < len(objects):
        thing = objects[done]
        if isinstance(thing, pikepdf.Stream):
            pieces.append(Piece(*_packed(entries(thing), bytes(thing.read_raw_bytes()))))
        else:
            pieces.append(Piece(direct(thing), None))
        done += 1
    mark = b"\x00%d\x00" % len(pieces)
    return Parcel(
        [Piece(each.body.replace(b"\x00FONTS\x00", mark), each.stream) for each in pieces],
        bool(shared),
    )


def _packed(entries: bytes, stream: bytes) -> tuple[bytes, bytes]:
    """A stream that is not compressed yet is, once for all files that it goes into."""
    if b"/Filter" in entries:
        return entries, stream
    return entries + b"/Filter/FlateDecode", zlib.compress(stream, 9)


def _plain(thing: Any) -> bytes:
    if isinstance(thing, bool):
        return b"true" if thing else b"false"
    return f"{thing:f}".encode() if isinstance(thing, Decimal) else str(thing).encode()
