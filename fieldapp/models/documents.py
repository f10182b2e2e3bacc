"""The ledger of paper: what was printed, by whom, of whom, and the hash of its bytes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fieldapp.domain.press import DocumentKind
from fieldapp.models.base import Base, stored


class Document(Base):
    """One file that was produced; written only once its bytes are on disk."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("rows > 0 AND pages > 0", name="not_empty"),
        CheckConstraint(
            "(whole_id IS NULL) = (first_sheet IS NULL)", name="part_says_where_it_begins"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[DocumentKind] = mapped_column(stored(DocumentKind))
    draft: Mapped[bool] = mapped_column(default=False)
    template: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    size: Mapped[int]
    pages: Mapped[int]
    rows: Mapped[int]
    file: Mapped[str] = mapped_column(String(80))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch.id"), index=True)
    whole_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    """Of a part: the print that its pages were taken from, word for word."""
    first_sheet: Mapped[int | None]
    """Of a part: the sheet of the whole that it begins with."""
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)


class DocumentRow(Base):
    """That a registration stands in a document."""

    __tablename__ = "document_row"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    registration_id: Mapped[UUID] = mapped_column(
        ForeignKey("registration.id"), primary_key=True, index=True
    )
    page: Mapped[int | None]
    """The page of the file that their paper begins on, from 1; None on lists."""


class DocumentOmission(Base):
    """Who was asked for and left out of a print, and why."""

    __tablename__ = "document_omission"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    registration_id: Mapped[UUID] = mapped_column(
        ForeignKey("registration.id"), primary_key=True, index=True
    )
    lacks: Mapped[list[str]] = mapped_column(JSON)
    """Values of `domain.press.Lack`."""
