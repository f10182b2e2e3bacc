"""Photos and signatures of a registration; the bytes lie sealed in storage."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldapp.domain.photos import PhotoKind, PhotoQuality
from fieldapp.models.base import Base, stored


class Photo(Base):
    """The one photo of a kind that a registration has now."""

    __tablename__ = "photo"
    __table_args__ = (UniqueConstraint("registration_id", "kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    kind: Mapped[PhotoKind] = mapped_column(stored(PhotoKind))
    file: Mapped[str] = mapped_column(String(80))
    print_file: Mapped[str | None] = mapped_column(String(80))
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    width: Mapped[int]
    height: Mapped[int]
    mean_luma: Mapped[float]
    sharpness: Mapped[float]
    glare: Mapped[float]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]

    @property
    def quality(self) -> PhotoQuality:
        """What the checks of `domain.photos` look at."""
        return PhotoQuality(
            width=self.width,
            height=self.height,
            mean_luma=self.mean_luma,
            sharpness=self.sharpness,
            glare=self.glare,
        )
