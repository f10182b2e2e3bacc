"""Fieldapp: from a coordinator's phone to a printed, checkable card."""

from typing import Final

VERSION: Final = "0.1.0"
