"""Why typed text could not be read: what is wrong with it, and how to write it."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from fieldapp.domain.card_codes import CardCodeFault
from fieldapp.domain.coverage_file import FigureFault
from fieldapp.domain.dates import DateFault
from fieldapp.domain.forms import EntryFault
from fieldapp.domain.money import MoneyFault
from fieldapp.domain.names import NameFault
from fieldapp.domain.nik import KkFault, NikFault
from fieldapp.domain.phones import PhoneFault
from fieldapp.domain.reconciliation import ReconciliationFault
from fieldapp.words import companies

FAULTS: Final[Mapping[str, Any]] = {
    **companies.FAULTS,
    NikFault.LETTERS: _l("A NIK has digits only. Is there an O for a 0, or an I for a 1?"),
    NikFault.SPREADSHEET: _l(
        "A spreadsheet has shortened this NIK, and its last digits are lost. Format the column "
        "as text and type the NIK again from the KTP."
    ),
    NikFault.LENGTH: _l(
        "This NIK has %(length)s digits and should have 16. Compare it with the KTP."
    ),
    NikFault.FAKE: _l("This is not a real NIK. Copy the 16 digits from the KTP."),
    NikFault.FIRST_DIGIT: _l("A NIK never begins with 0. Compare it with the KTP."),
    NikFault.PROVINCE: _l(
        "No province has the code %(province)s. Compare the first two digits with the KTP."
    ),
    NikFault.REGENCY: _l(
        "No regency or city has the code %(regency)s. Compare the first four digits with the KTP."
    ),
    NikFault.IMPOSSIBLE_DATE: _l(
        "Digits 7 to 12 (%(day)s %(month)s %(year)s) are no date of birth. For women the day has "
        "40 added. Compare them with the KTP."
    ),
    NikFault.SERIAL_ZERO: _l(
        "The last four digits of a NIK are never 0000. Compare it with the KTP."
    ),
    KkFault.LETTERS: _l(
        "A family card number has digits only. Is there an O for a 0, or an I for a 1?"
    ),
    KkFault.SPREADSHEET: _l(
        "A spreadsheet has shortened this number, and its last digits are lost. Format the column "
        "as text and type it again from the family card."
    ),
    KkFault.LENGTH: _l(
        "This family card number has %(length)s digits and should have 16. Compare it with the "
        "card."
    ),
    KkFault.FAKE: _l("This is not a real family card number. Copy the 16 digits from the card."),
    KkFault.FIRST_DIGIT: _l("A family card number never begins with 0. Compare it with the card."),
    KkFault.PROVINCE: _l(
        "No province has the code %(province)s. Compare the first two digits with the family card."
    ),
    KkFault.REGENCY: _l(
        "No regency or city has the code %(regency)s. Compare the first four digits with the "
        "family card."
    ),
    KkFault.IMPOSSIBLE_DATE: _l(
        "Digits 7 to 12 (%(day)s %(month)s %(year)s) are no date. Compare them with the family "
        "card."
    ),
    KkFault.SERIAL_ZERO: _l(
        "The last four digits of a family card number are never 0000. Compare it with the card."
    ),
    NameFault.EMPTY: _l("Write the name as it stands on the KTP. One word is enough."),
    NameFault.DIGITS: _l("A name has no digits. Write it as it stands on the KTP."),
    NameFault.SIGNS: _l("A name has no “%(sign)s”. Take it out and write the name as on the KTP."),
    NameFault.TOO_LONG: _l(
        "This name has %(length)s letters; at most %(longest)s fit. Leave out titles first."
    ),
    PhoneFault.LETTERS: _l("A telephone number has digits only, for example 0812-3456-7890."),
    PhoneFault.LENGTH: _l(
        "This number has %(length)s digits; a mobile number has 10 to 13, for example "
        "0812-3456-7890."
    ),
    PhoneFault.PREFIX: _l(
        "Write an Indonesian number that begins with 08, for example 0812-3456-7890."
    ),
    MoneyFault.FORM: _l("Write the amount in digits, for example 1.500.000 or 1,5 juta."),
    MoneyFault.NEGATIVE: _l("An income is not negative. Write 0 if there is none."),
    MoneyFault.SEN: _l("Write whole rupiah, without sen, for example 1.500.000."),
    MoneyFault.UNCLEAR: _l("Do you mean %(guess)s? Please write it out in full."),
    MoneyFault.TOO_LARGE: _l("This is more than %(largest)s. Is there a zero too many?"),
    DateFault.FORM: _l("Write day, month and year, for example 17-8-1985 or 17 Agustus 1985."),
    DateFault.IMPOSSIBLE: _l("This date does not exist. Check the day and the month."),
    DateFault.TOO_EARLY: _l("This date lies before 1900. Check the year."),
    CardCodeFault.NOT_OURS: _l(
        "This is no code of our cards. Scan the square code on the front of the card, or type the "
        "number as 2026-000123."
    ),
    CardCodeFault.UNKNOWN_VERSION: _l(
        "This code is newer than this page. Reload the page while there is a signal."
    ),
    CardCodeFault.DAMAGED: _l("This code is not whole. Scan it again, closer and straight."),
    ReconciliationFault.NOT_OURS: _l("This is not the code of a reconciliation."),
    EntryFault.CHOICE: _l("Choose one of the answers offered."),
    EntryFault.DIGITS: _l("Write %(wanted)s digits at most, and nothing else."),
    EntryFault.LONG: _l("This is too long: %(length)s, and at most %(longest)s fit."),
    EntryFault.SIGNS: _l("There is a sign in it that cannot be printed. Please type it again."),
    EntryFault.EMAIL: _l("Write the e-mail address like this: nama@contoh.id."),
    EntryFault.KPJ: _l("A KPJ number has 11 digits. Copy it from the old card, or leave it empty."),
    EntryFault.NPWP: _l("An NPWP has 15 or 16 digits. Leave it empty if there is none."),
    EntryFault.VILLAGE_UNKNOWN: _l(
        "This village is not in the list. Type the first letters and choose it from the list."
    ),
    EntryFault.VILLAGE_UNCLEAR: _l(
        "Several villages have this name. Choose the one in the right district: %(choices)s."
    ),
    EntryFault.FAMILY: _l(
        "Person %(row)s of the family cannot be read. Check name, relation and date of birth."
    ),
    FigureFault.COLUMNS: _l("These columns are missing: %(missing)s."),
    FigureFault.INDICATOR: _l("This indicator is not known. Known are: %(known)s."),
    FigureFault.KIND: _l("This indicator is a %(kind)s: write that as its kind."),
    FigureFault.AREA: _l("There is no such area. Write branch:Denpasar, 51.71 or 51.71.01."),
    FigureFault.DATE: _l("“%(column)s” is no date. Write it as 2018-06-30."),
    FigureFault.ORDER: _l("The period ends before it begins."),
    FigureFault.NUMBER: _l("“%(column)s” is no whole number. Write digits only: 231301."),
    FigureFault.EMPTY: _l("The row says neither what was realised nor a target."),
    FigureFault.SOURCE: _l("The source is missing: say where the figure is from."),
    FigureFault.TWICE: _l("The same indicator, area and period stand in line %(line)s already."),
}
