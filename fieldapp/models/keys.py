"""Which keys this database was sealed with: a mark that tells nothing of them."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fieldapp.models.base import Base


class KeyMark(Base):
    """The blind index of a fixed text under the keys in use."""

    __tablename__ = "key_mark"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    mark: Mapped[bytes] = mapped_column(LargeBinary(16))
