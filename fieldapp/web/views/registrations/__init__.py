"""Registering a worker: the form that saves as one goes, its pictures, its page, the list."""

from fieldapp.web.views.registrations import form, listing, page, pictures
from fieldapp.web.views.registrations.blueprint import bp

__all__ = ["bp", "form", "listing", "page", "pictures"]
