"""How pages write dates, times, money and numbers (domain: Indonesian formatting)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal
from jinja2 import StrictUndefined

from fieldapp import words
from fieldapp.domain.nik import masked
from fieldapp.domain.phones import shown
from fieldapp.domain.press import DocumentKind
from fieldapp.domain.vocabulary import Segment
from fieldapp.domain.wita import WITA


def install(app: Flask) -> None:
    """Put the filters into Jinja; an undefined name in a template is an error."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["settings_name"] = "Fieldapp"
    app.jinja_env.filters.update(
        date=day,
        month=month,
        datetime=moment,
        time=hour,
        money=money,
        number=number,
        percent=percentage,
        masked_nik=masked_nik,
        phone=phone,
        label=words.label,
        segment=lambda segment: words.label(Segment(segment)),
        document_kind=lambda kind: words.label(DocumentKind(kind)),
    )


def day(value: date | None) -> str:
    """11 Juli 2018."""
    return "" if value is None else format_date(value, "d MMMM yyyy")


def month(value: date | None) -> str:
    """Juli 2018."""
    return "" if value is None else format_date(value, "MMMM yyyy")


def moment(value: datetime | None) -> str:
    """11 Juli 2018 10.24 WITA."""
    if value is None:
        return ""
    return f"{format_datetime(value.astimezone(WITA), 'd MMMM yyyy HH.mm', rebase=False)} WITA"


def hour(value: datetime | None) -> str:
    """10.24."""
    return "" if value is None else value.astimezone(WITA).strftime("%H.%M")


def money(value: int | None) -> str:
    """Rp16.800: a dot for thousands in both languages, as on Indonesian paper."""
    return "" if value is None else "Rp" + f"{value:,}".replace(",", ".")


def number(value: int | float | Decimal | None) -> str:
    """1.234 in Indonesian, 1,234 in English."""
    return "" if value is None else str(format_decimal(value))


def percentage(value: Decimal | None) -> str:
    """81,27 % in Indonesian, 81.27 % in English; never more or fewer places than are known."""
    return "" if value is None else f"{format_decimal(value, '#,##0.00')} %"


def masked_nik(value: str | None) -> str:
    """•••• •••• •••• 1234, and nothing for nothing."""
    return masked(value) if value else ""


def phone(value: str | None) -> str:
    """0812-3456-7890."""
    return shown(value) if value else ""
