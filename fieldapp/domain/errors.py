"""Errors carry a code and facts; `fieldapp.words` gives them words in the reader's language."""

from __future__ import annotations

from typing import Any, ClassVar


class FieldError(Exception):
    """Something that a person can be told about: a code, and the facts of this case.

    `status` is the answer that pages and the API give (an HTTP status code).
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 422

    def __init__(self, **facts: Any) -> None:
        super().__init__(f"{type(self).code}: {facts}" if facts else type(self).code)
        self.facts = facts


class WrongMoveError(FieldError):
    """This move does not lead on from that stage. Facts: `move`, `stage`."""

    code = "wrong_move"
    status = 409


class StaleError(FieldError):
    """Somebody changed the row since it was read. Facts: `subject`, `id`, `expected`, `found`."""

    code = "stale"
    status = 409


class FourEyesError(FieldError):
    """Who made, edited or submitted a registration may not decide on it. Facts: `ids`."""

    code = "four_eyes"
    status = 403


class ForbiddenError(FieldError):
    """The role does not hold the permission. Facts: `permission`."""

    code = "forbidden"
    status = 403


class OutOfReachError(FieldError):
    """The row does not exist for this actor. Facts: `subject`, `id`."""

    code = "out_of_reach"
    status = 404


class ReasonMissingError(FieldError):
    """This move needs a reason. Facts: `move`."""

    code = "reason_missing"


class BlockedError(FieldError):
    """Findings forbid the move. Facts: `findings` (a tuple of Finding), `registration_id`."""

    code = "blocked"


class TooManyRowsError(FieldError):
    """A batch is full. Facts: `most`, `rows`."""

    code = "too_many_rows"


class EmptyBatchError(FieldError):
    """A batch without rows cannot be sent. Facts: `batch_id`."""

    code = "empty_batch"


class NameTakenError(FieldError):
    """A name that must be unique is in use. Facts: `name`."""

    code = "name_taken"


class TooManyAttemptsError(FieldError):
    """Too many failed sign-ins. Facts: `wait` (seconds)."""

    code = "too_many_attempts"
    status = 429


class PasswordRefusedError(FieldError):
    """A new password breaks a rule. Facts: `fault` (PasswordFault)."""

    code = "password_refused"


class WrongPasswordError(FieldError):
    """The password in use was asked for, and it was another."""

    code = "wrong_password"


class UsernameError(FieldError):
    """A user name that cannot be one. Facts: `username`."""

    code = "username"


class OwnAccountError(FieldError):
    """An administrator may not close or demote themselves."""

    code = "own_account"


class LastAdminError(FieldError):
    """The last active administrator of the branch stays."""

    code = "last_admin"


class AgencyClosedError(FieldError):
    """Nobody and nothing is added to an agency that is closed. Facts: `name`."""

    code = "agency_closed"


class AgencyInUseError(FieldError):
    """An agency with active users cannot be closed. Facts: `users`."""

    code = "agency_in_use"


class OneBranchError(FieldError):
    """There is one branch: it is neither made twice, nor turned into something else, nor closed."""

    code = "one_branch"


class TermsError(FieldError):
    """Terms of a category that do not fit together. Facts: `field`."""

    code = "terms"


class CardNotReadyError(FieldError):
    """This card cannot be printed as it stands. Facts: `serial`, `state` (CardState)."""

    code = "card_not_ready"
    status = 409


class NoCardsLeftError(FieldError):
    """Every card of this batch has been handed over, spoiled or made void. Facts: `rows`."""

    code = "no_cards_left"
    status = 409


class NobodyLeftError(FieldError):
    """Everybody whom a print is for lacks something that it needs. Facts: `rows`."""

    code = "nobody_left"
    status = 409


class BeingPrintedError(FieldError):
    """Somebody prints the same paper of some of these people. Facts: `job_id`, `by`, `shared`."""

    code = "being_printed"
    status = 409


class SheetRangeError(FieldError):
    """A print does not have these sheets. Facts: `first`, `last`, `sheets`."""

    code = "sheet_range"


class NobodyToPrintError(FieldError):
    """When the print began, nobody that it was ordered for could be printed any more."""

    code = "nobody_to_print"
    status = 409


class PublicUrlMissingError(FieldError):
    """No card is printed without the address that its code leads to (`FIELDAPP_PUBLIC_URL`)."""

    code = "public_url_missing"
    status = 503


class NoKeyError(FieldError):
    """There is no signing key of this number, or no room for another. Facts: `key_id`."""

    code = "no_signing_key"
    status = 404
