"""Who acts: a signed-in person, as every service and query is handed them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from fieldapp.domain.errors import ForbiddenError
from fieldapp.domain.permissions import Permission, Role, allows


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in a role, in an agency; `reaches_all` is true for people of the branch."""

    id: UUID
    name: str
    role: Role
    agency_id: UUID
    agency_name: str
    reaches_all: bool = False

    def may(self, permission: Permission) -> bool:
        """Whether the role holds the permission."""
        return allows(self.role, permission)

    def must(self, permission: Permission) -> None:
        """Raise ForbiddenError unless the role holds the permission."""
        if not self.may(permission):
            raise ForbiddenError(permission=permission)
