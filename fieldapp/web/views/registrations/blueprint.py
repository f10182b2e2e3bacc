"""Where every page about registrations stands."""

from typing import Final

from flask import Blueprint

bp: Final = Blueprint("registrations", __name__, url_prefix="/registrations")
