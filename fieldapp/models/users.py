"""People who sign in, their sessions, and the brake on guessing passwords."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldapp.domain.actors import Actor
from fieldapp.domain.permissions import Role
from fieldapp.models.agencies import Agency
from fieldapp.models.base import Base, stored
from fieldapp.models.sealed import sealed_json


class User(Base):
    """A person with a role in one agency, or in the branch."""

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("username = lower(username)", name="username_lower"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    role: Mapped[Role] = mapped_column(stored(Role))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    language: Mapped[str] = mapped_column(String(2), default="id")
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column()

    agency: Mapped[Agency] = relationship(lazy="joined", innerjoin=True)
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    def as_actor(self) -> Actor:
        """The person as services and queries are handed them."""
        return Actor(
            id=self.id,
            name=self.name,
            role=self.role,
            agency_id=self.agency_id,
            agency_name=self.agency.name,
            reaches_all=self.agency.is_branch,
        )


class UserSession(Base):
    """One signed-in browser; the cookie holds a token, the row only its hash."""

    __tablename__ = "user_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(200))

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class Brake(Base):
    """Failed sign-ins of one account name or one address (kept as a blind index)."""

    __tablename__ = "brake"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime]
    free_at: Mapped[datetime]


class HeldForm(Base):
    """A form sent after its session had ended, sealed, until its owner signs in again."""

    __tablename__ = "held_form"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    path: Mapped[str] = mapped_column(String(200))
    fields_sealed: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(index=True)

    fields = sealed_json("fields_sealed")
