"""What did not go: what happened, what is kept, what to do."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from fieldapp.words import companies

ERRORS: Final[Mapping[str, Any]] = {
    **companies.ERRORS,
    "wrong_move": _l(
        "“%(move)s” is not possible: this registration is already at “%(stage)s”. Nothing was "
        "changed."
    ),
    "stale": _l(
        "Somebody else changed this in the meantime. Nothing was overwritten; look at what changed "
        "and decide again."
    ),
    "four_eyes": _l(
        "You made, changed or sent this registration yourself. Somebody else must decide on it."
    ),
    "forbidden": _l("Your role may not do this. Nothing was changed."),
    "out_of_reach": _l("There is nothing here, or it is not yours to see."),
    "reason_missing": _l("“%(move)s” needs a reason. Write it, and try again."),
    "blocked": _l("This cannot be sent yet. Your entries are kept; mend what is named below."),
    "too_many_rows": _l("A batch holds %(most)s workers at most. Start another one for the rest."),
    "empty_batch": _l("This batch is empty. Put at least one worker into it."),
    "name_taken": _l("The name “%(name)s” is already in use. Choose another one."),
    "period": _l("Choose 1, 3, 6 or 12 months."),
    "rate_unknown": _l("There is no rate for this month in the tables. Choose a later month."),
    "photo_refused": _l("This photo cannot be used. Take it again."),
    "photo_too_large": _l("This photo is too large. Your entries are kept; choose a smaller one."),
    "photo_not_an_image": _l("This file is not a photo. Choose a JPEG, PNG or WebP picture."),
    "photo_unsupported": _l("This kind of picture cannot be read. Choose JPEG, PNG or WebP."),
    "photo_truncated": _l("The photo did not arrive whole. Send it again."),
    "photo_bomb": _l("This picture has more dots than a camera makes. Take it with the camera."),
    "photo_too_small": _l("This picture is too small to show anything. Take it again, closer."),
    "photo_unreadable": _l("This picture is damaged. Take it again."),
    "signature_blank": _l("Nothing was drawn. Sign with a finger in the box."),
    "storage_full": _l(
        "There is no room left on the server. Nothing was half saved; tell the administrator and "
        "try again later."
    ),
    "file_missing": _l("This file is no longer there. Tell the administrator."),
    "file_damaged": _l("This file is damaged and is not shown. Tell the administrator."),
    "seal_broken": _l("A protected entry cannot be opened. Tell the administrator."),
    "document": _l("This document cannot be made yet: something is missing. Nothing was printed."),
    "crashed": _l("The work broke off, three times over. Nothing was marked as printed."),
    "worker_lost": _l("The machine that did the work stopped, three times over. Try again."),
    "document_cancelled": _l("Printing was cancelled. Nothing was written."),
    "card_not_ready": _l(
        "Card %(serial)s cannot be printed: it is at “%(state)s”. Order a reprint, with the reason."
    ),
    "card_not_handed_over": _l("Card %(serial)s cannot be handed over. Bring it to the office."),
    "card_unknown": _l(
        "There is no card %(serial)s in your agency. Look at the number again; a card of another "
        "agency goes back to the office."
    ),
    "card_not_genuine": _l(
        "This code was not made by us, or it is damaged. Do not hand this card over; bring it to "
        "the office."
    ),
    "card_void": _l(
        "Card %(serial)s counts for nothing any more. Do not hand it over; bring it to the office."
    ),
    "card_not_printed": _l(
        "Card %(serial)s has not been printed yet, so it cannot have been handed over."
    ),
    "card_handed_over": _l("Card %(serial)s was handed over already, on %(changed_on)s."),
    "no_cards_left": _l(
        "No card of this batch is left to print: they are handed over, spoiled or void. Order "
        "reprints one by one, with the reason."
    ),
    "nobody_left": _l(
        "Nobody is left to print: everybody chosen lacks something. See who lacks what before you "
        "print."
    ),
    "nobody_to_print": _l(
        "Nobody is left to print: whom you chose was printed meanwhile, or is no longer approved. "
        "Choose anew."
    ),
    "being_printed": _l(
        "%(by)s is printing %(shared)s of these workers already. Nothing was started; see how far "
        "it is, or print all the same."
    ),
    "sheet_range": _l(
        "This print has %(sheets)s sheets. Choose a first and a last one between 1 and %(sheets)s."
    ),
    "public_url_missing": _l(
        "Cards cannot be printed yet: the address for checking them is not set. Tell the "
        "administrator (FIELDAPP_PUBLIC_URL)."
    ),
    "no_signing_key": _l("There is no signing key %(key_id)s, or it is retired already."),
    "signed_out": _l("Your session has ended. Sign in again; everything is kept on this phone."),
    "csrf": _l("This app was open for too long. It tries again by itself."),
    "bad_request": _l("The server did not understand this. It is kept on this phone."),
    "not_found": _l("There is nothing here, or it is not yours to see."),
    "method_not_allowed": _l("The server did not understand this. It is kept on this phone."),
    "unsupported_type": _l("The server cannot read this kind of file. It is kept on this phone."),
    "too_large": _l("This is too large to be sent. It is kept on this phone."),
    "too_many_requests": _l("Too much was sent at once. It goes on by itself in a while."),
    "server_error": _l("The server made a mistake. Everything is kept on this phone; try later."),
    "busy": _l("The server is busy. It goes on by itself in %(wait)s."),
    "account_missing": _l("The server did not understand this. It is kept on this phone."),
    "other_account": _l(
        "Somebody else is signed in on this phone. What waits here is sent when its owner signs in."
    ),
    "first_password": _l("Choose a password of your own first, on the page “Account”."),
    "body_wrong": _l("The server did not understand “%(where)s”. It is kept on this phone."),
    "photo_hash": _l("The photo did not arrive whole. It is sent again by itself."),
    "parts_missing": _l("%(count)s photos of this worker have not arrived. They are sent again."),
    "key_reused": _l(
        "Something else was received under this number. Nothing was overwritten; export it and "
        "tell the administrator."
    ),
    "too_many_attempts": _l("There were too many attempts. Wait %(wait)s, then try again once."),
    "password_refused": "%(fault)s",
    "wrong_password": _l("This is not your present password. Type it again."),
    "username": _l(
        "“%(username)s” cannot be a user name. Use 2 to 40 small letters, digits, dots, hyphens or "
        "underscores, beginning with a letter or a digit."
    ),
    "wrong_check": _l("This is not the number on that phone. Have it read out once more."),
    "own_phone": _l("This is your own phone. Another supervisor has to let it open again."),
    "escrow_broken": _l(
        "The key that this phone sent does not open with the key of your agency. Tell the "
        "administrator; what lies on the phone is kept."
    ),
    "own_account": _l(
        "You cannot close your own account or change your own role or agency. Ask another "
        "administrator."
    ),
    "last_admin": _l(
        "This is the last active administrator of the branch. Name another one first."
    ),
    "agency_closed": _l("“%(name)s” is closed. Open it again first, or choose another agency."),
    "agency_in_use": _l(
        "There are still %(users)s active users in this agency. Close their accounts first."
    ),
    "one_branch": _l("There is one branch office. It cannot be doubled, changed or closed."),
    "terms": _l("These terms do not fit together. For PU choose a risk class."),
    "mixed_kinds": _l(
        "“%(one)s” and “%(other)s” cannot be added or compared: they count different things."
    ),
    "area_mismatch": _l(
        "The areas “%(one)s” and “%(other)s” differ. Figures of different areas are never compared."
    ),
    "area_unknown": _l(
        "There is no area with the code “%(area)s”. Write branch:Denpasar or 51.71."
    ),
}
