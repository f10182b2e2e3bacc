"""What was typed cannot be read as what was asked for."""

from enum import StrEnum
from typing import Any, ClassVar

from fieldapp.domain.errors import FieldError


class UnreadableError(FieldError):
    """A typed value that cannot be read; `fault` says in which way.

    Facts never repeat the whole value: errors are logged, and what was typed is personal.
    """

    code: ClassVar[str] = "unreadable"

    def __init__(self, fault: StrEnum, **facts: Any) -> None:
        super().__init__(fault=fault, **facts)
        self.fault = fault
