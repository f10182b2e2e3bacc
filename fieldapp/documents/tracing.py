"""What does a template do with its facts? It is filled once with facts that keep a record.

A traced fact behaves like the value it stands for. Printed, it leaves a mark where it stands; asked
(is there one? how many? is it "male"?), it notes the question and the answer. The marks are the
places where another row's words go, and the answers tell which rows this filling serves: those that
answer every question alike. So a template is ordinary Jinja, and nothing has to be kept in step
with it.
"""

import functools
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from markupsafe import Markup, escape

from fieldapp.documents.fitting import Fitted, Step, fit, printable

Read = Callable[[Any], Any]
"""From the facts of a row to one value among them."""

OPEN, SHUT, CLOSE = "\ue000", "\ue001", "\ue002"
STAND_IN: Final = "0"
"""What is laid out where a row has no text: an empty box would have no line to measure."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the filling depends on, and the answer that it was given."""

    read: Read
    ask: Callable[[Any], Any]
    answer: Any


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for words; with a width (mm) and steps they are fitted, otherwise they flow.

    `root` is the fact that they are made of.
    """

    read: Read
    root: str
    width: float | None = None
    steps: tuple[Step, ...] = ()

    def text(self, facts: Any) -> str:
        """The words of a row, as paper can show them."""
        value = self.read(facts)
        if value is None:
            return ""
        return printable(value if type(value) is str else str(value))

    def fitted(self, text: str) -> Fitted:
        """The words set in the slot's width."""
        assert self.width is not None
        return fit(text, self.width, self.steps)


@dataclass(frozen=True, slots=True)
class PictureSlot:
    """A place for a picture: `photo` (scaled to so many millimetres), `drawing` or `symbol`."""

    read: Read
    kind: str
    width: float = 0.0
    height: float = 0.0


@dataclass(slots=True)
class Tape:
    """The record of one filling. `steady` names facts that hardly differ within a batch: they are
    printed as they are, and asked for as a whole.
    """

    steady: frozenset[str] = frozenset()
    questions: dict[tuple[Any, ...], Question] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    pictures: list[PictureSlot] = field(default_factory=list)

    def ask(self, traced: "Traced", name: str, ask: Callable[[Any], Any]) -> Any:
        """The answer of the row in hand, noted."""
        answer = ask(traced.value)
        self.questions[(traced.path, name)] = Question(traced.read, ask, answer)
        return answer

    def serves(self, facts: Any) -> bool:
        """Whether a row answers as the one that was traced."""
        return all(each.ask(each.read(facts)) == each.answer for each in self.questions.values())

    def slot(self, traced: "Traced", width: float | None, steps: tuple[Step, ...]) -> int:
        """The number of a new slot."""
        self.slots.append(Slot(traced.read, traced.root, width, steps))
        return len(self.slots) - 1

    def picture(self, slot: PictureSlot) -> str:
        """The address of a picture that is drawn later."""
        self.pictures.append(slot)
        return f"picture:slot-{len(self.pictures) - 1}"


class Traced:
    """A fact that keeps a record of what is done with it; see the head of this module."""

    __slots__ = ("path", "read", "root", "tape", "value")

    def __init__(self, tape: Tape, path: str, read: Read, value: Any, root: str = "") -> None:
        self.root = root
        self.tape = tape
        self.path = path
        self.read = read
        self.value = value

    def then(self, name: str, change: Callable[[Any], Any]) -> "Traced":
        """The fact changed by a function that is sure to give the same for the same."""
        read = self.read
        return Traced(
            self.tape,
            f"{name}({self.path})",
            lambda facts: change(read(facts)),
            change(self.value),
            self.root,
        )

    def fixed(self) -> Any:
        """The value itself: the filling then serves only rows that have the same."""
        return self.tape.ask(self, "value", _itself)

    def is_none(self) -> bool:
        """Whether there is none, noted."""
        return bool(self.tape.ask(self, "none", _is_none))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(self.value, name)
        if not self.path:
            found = Traced(self.tape, name, operator.attrgetter(name), value, name)
            return found.fixed() if name in self.tape.steady else found
        read, of = self.read, operator.attrgetter(name)
        return Traced(
            self.tape, f"{self.path}.{name}", lambda facts: of(read(facts)), value, self.root
        )

    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index]

    def __iter__(self) -> Iterator["Traced"]:
        for number in range(len(self)):
            read = self.read
            yield Traced(
                self.tape,
                f"{self.path}[{number}]",
                functools.partial(_item, read, number),
                self.value[number],
                self.root,
            )

    def __len__(self) -> int:
        return int(self.tape.ask(self, "length", len))

    def __bool__(self) -> bool:
        return bool(self.tape.ask(self, "truth", bool))

    def __eq__(self, other: object) -> bool:
        return bool(self.tape.ask(self, f"={other!r}", functools.partial(operator.eq, other)))

    def __hash__(self) -> int:
        return hash(self.fixed())

    def __gt__(self, other: Any) -> bool:
        return bool(self.tape.ask(self, f">{other!r}", functools.partial(operator.lt, other)))

    def __str__(self) -> str:
        # Jinja joins with `~` by way of str; the mark stays a mark.
        return Markup(self.__html__())  # noqa: S704 - escaped there

    def __html__(self) -> str:
        number = self.tape.slot(self, None, ())
        text = "" if self.value is None else printable(str(self.value))
        return f"{OPEN}{number}{SHUT}{escape(standing(text))}{CLOSE}"

    def fitted(self, width: float, steps: tuple[Step, ...]) -> tuple[Fitted, str, Markup]:
        """How this row's words are set, the class that marks the box, and the marked words."""
        number = self.tape.slot(self, width, steps)
        words = "" if self.value is None else printable(str(self.value))
        fitted = fit(words, width, steps)
        text = Markup("<br/>").join(fitted.lines) if words.strip() else STAND_IN
        return fitted, f"fit-{number}", Markup(f"{OPEN}{number}{SHUT}{text}{CLOSE}")  # noqa: S704 - escaped


def _itself(value: Any) -> Any:
    return value


def _is_none(value: Any) -> bool:
    return value is None


def _item(read: Read, number: int, facts: Any) -> Any:
    return read(facts)[number]


def standing(text: str) -> str:
    """The text, or what is laid out in its place when there is none to be seen."""
    return text if text.strip() else STAND_IN


def absent(value: object) -> bool:
    """`value is None`, of a fact or of a traced one."""
    return value.is_none() if isinstance(value, Traced) else value is None


def fixed(value: Any) -> Any:
    """The value itself, of a fact or of a traced one."""
    return value.fixed() if isinstance(value, Traced) else value


def traceable(change: Callable[..., Any]) -> Callable[..., Any]:
    """A template filter that waits when it is given a traced fact."""
    name = change.__name__

    @functools.wraps(change)
    def changed(value: Any, *args: Any) -> Any:
        if not isinstance(value, Traced):
            return change(value, *args)
        if not args:
            return value.then(name, change)
        return value.then(f"{name}{args}", lambda plain: change(plain, *args))

    return changed


def trace(facts: Any, *, steady: frozenset[str]) -> tuple[Tape, Any]:
    """A record, and the facts that keep it."""
    tape = Tape(steady)
    return tape, Traced(tape, "", _itself, facts)


_TAG = re.compile(r"<[^>]*>")
_MARK = re.compile(f"{OPEN}\\d+{SHUT}|{CLOSE}")
_OPENED = re.compile(f"{OPEN}(\\d+){SHUT}")


def with_links(source: str) -> str:
    """The filled template with each mark as a link, so that the layout tells where it stands.

    Marks within tags (an alternative text) and in the head are taken out: nothing of them is drawn.
    """
    head, body, rest = source.partition("<body")
    plain = _TAG.sub(lambda tag: _MARK.sub("", tag[0]), body + rest)
    linked = _OPENED.sub(r'<a href="slot:\1">', plain).replace(CLOSE, "</a>")
    return _MARK.sub("", head) + linked
