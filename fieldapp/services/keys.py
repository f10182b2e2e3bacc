"""Keys and database belong together: other keys would find nothing and open nothing."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from fieldapp.models.keys import KeyMark
from fieldapp.models.sealed import Sealing

NAME: Final = "index"
TEXT: Final = "fieldapp"


class OtherKeysError(Exception):
    """The database was sealed with other keys than these; nothing is served."""

    def __init__(self) -> None:
        super().__init__(
            "These keys do not belong to this database. Put back the key file that it was made "
            "with (FIELDAPP_SECRET_FILE, or keys.json in FIELDAPP_DATA): without it no NIK, phone "
            "or photo can be read again."
        )


def check_keys(session: Session, sealing: Sealing) -> None:
    """Mark a new database with the keys in use; raise OtherKeysError when an old one has others."""
    mark = sealing.blind(TEXT, purpose=NAME)
    known = session.get(KeyMark, NAME)
    if known is None:
        session.add(KeyMark(name=NAME, mark=mark))
    elif known.mark != mark:
        raise OtherKeysError
