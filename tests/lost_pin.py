"""A phone whose PIN is forgotten, as far as the server knows it: two keys and what is wrapped."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from sqlalchemy.orm import Session

from fieldapp.adapters import escrow
from fieldapp.domain import recoveries
from fieldapp.domain.actors import Actor
from fieldapp.services import recoveries as services


class LostPin:
    """A data key, wrapped to an agency's key for a person, and a request of its own."""

    def __init__(self, user_id: UUID, *, key_id: UUID, agency_key: bytes) -> None:
        """agency_key: SPKI, as the server gives it."""
        self.id, self.device_id, self.key_id = uuid4(), uuid4(), key_id
        self.data_key = secrets.token_bytes(32)
        self.wrapped = escrow.wrap(
            self.data_key, spki=agency_key, label=recoveries.held_for(user_id)
        )

    @cached_property
    def _pair(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(65537, 2048)

    @property
    def public_key(self) -> bytes:
        return self._pair.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def request(self) -> recoveries.Request:
        return recoveries.Request(
            id=self.id,
            device_id=self.device_id,
            key_id=self.key_id,
            wrapped=self.wrapped,
            public_key=self.public_key,
        )

    @property
    def body(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "device": str(self.device_id),
            "key": str(self.key_id),
            "wrapped": base64.b64encode(self.wrapped).decode(),
            "public_key": base64.b64encode(self.public_key).decode(),
        }

    @property
    def check(self) -> str:
        """What the phone shows."""
        digits = recoveries.check_of(self.public_key)
        return f"{digits[:3]} {digits[3:]}"

    def open(self, released: bytes) -> bytes:
        """The data key that came back."""
        return self._pair.decrypt(
            released,
            padding.OAEP(
                mgf=padding.MGF1(hashes.SHA256()),
                algorithm=hashes.SHA256(),
                label=recoveries.released_for(self.id).encode(),
            ),
        )


def asked(session: Session, actor: Actor, *, now: datetime) -> LostPin:
    """Somebody has asked on their phone."""
    key = services.escrow_key(session, actor=actor, now=now)
    pin = LostPin(actor.id, key_id=key.id, agency_key=key.public)
    services.ask(session, actor=actor, request=pin.request, device_name="Chrome, Android", now=now)
    return pin
