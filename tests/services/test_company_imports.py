"""A sheet of companies is looked at, entered once, and its bad rows are told with their reasons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from fieldapp.adapters.keys import Keyring
from fieldapp.adapters.sealing import Sealer
from fieldapp.adapters.storage import LocalStorage
from fieldapp.domain.companies import CompanyFault, fold_company
from fieldapp.domain.errors import ForbiddenError
from fieldapp.domain.sheets import SheetError, SheetFault
from fieldapp.models.audit import AuditEntry
from fieldapp.models.companies import Company
from fieldapp.queries import companies as queries
from fieldapp.services import company_imports as imports
from fieldapp.services.company_imports import Outcome
from tests.companies import a_company
from tests.sheets import HEAD, SANUR, TIRTA, a_bomb, a_sheet, a_vast_sheet


def look(session, actor, rows, head=HEAD):
    sheet = imports.read(a_sheet(rows, head))
    return imports.look(session, actor=actor, agency_id=actor.agency_id, rows=sheet.rows)


def enter(session, actor, rows, now, head=HEAD):
    sheet = imports.read(a_sheet(rows, head))
    return imports.enter(session, actor=actor, agency_id=actor.agency_id, rows=sheet.rows, now=now)


def outcomes(results):
    return [each.outcome.value for each in results]


def kept(session):
    return session.scalar(select(func.count()).select_from(Company))


def test_looking_changes_nothing_and_says_what_entering_then_does(session, world, now):
    seen = look(session, world.putu, [SANUR, TIRTA])
    assert (outcomes(seen), kept(session)) == (["added", "added"], 0)

    done = enter(session, world.putu, [SANUR, TIRTA], now)

    assert outcomes(done) == outcomes(seen)
    row = session.scalars(select(Company).where(Company.nib == "9120106485678")).one()
    assert (row.name, row.scale, row.area_code, row.workers_declared) == (
        "UD Tirta Empul",
        "micro",
        "51.03",
        3,
    )
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "company.import")).one()
    assert entry.facts == {"added": 2, "changed": 0, "unchanged": 0, "bad": 0}


def test_importing_again_changes_nothing(session, world, now):
    rows = [SANUR, TIRTA, ("Warung Tanpa Nomor", None, None, None, None, None)]
    enter(session, world.putu, rows, now)
    before = {row.id: row.revision for row in session.scalars(select(Company))}

    again = enter(session, world.putu, rows, now)

    assert outcomes(again) == ["unchanged"] * 3
    session.expire_all()
    assert {row.id: row.revision for row in session.scalars(select(Company))} == before


def test_only_what_the_sheet_says_is_changed(session, world, now):
    row = a_company(session, world.putu, now=now, workers_enrolled="belum tahu")

    done = enter(session, world.putu, [(SANUR[0], SANUR[1], None, None, None, 15)], now)

    assert (outcomes(done), done[0].fields) == (["changed"], ("workers_declared",))
    assert (row.workers_declared, row.npp, row.street) == (
        15,
        "AB123456",
        "Jalan Danau Tamblingan No. 8",
    )
    assert row.unread == {"workers_enrolled": "belum tahu"}


@pytest.mark.parametrize(
    ("nib", "fault"),
    [
        ("9.12E+12", CompanyFault.SPREADSHEET),
        (9.12e12, CompanyFault.SPREADSHEET),
        ("912010648123", CompanyFault.NIB),
        (912010648123, CompanyFault.NIB),
    ],
)
def test_a_nib_that_lost_digits_is_refused_with_its_row(session, world, now, nib, fault):
    done = enter(session, world.putu, [SANUR, ("PT Rusak", nib), TIRTA], now)

    assert outcomes(done) == ["added", "bad", "added"]
    assert (done[1].row.number, done[1].errors["nib"].fault) == (3, fault)
    assert kept(session) == 2


def test_a_nib_typed_as_a_whole_number_is_read(session, world):
    assert look(session, world.putu, [("PT Angka", 9120106481234)])[0].entries.values["nib"] == (
        "9120106481234"
    )


def test_a_16_digit_npwp_typed_as_a_number_has_lost_its_end(session, world):
    [row] = look(session, world.putu, [("PT Angka", 1234567890123456)], ("Nama", "NPWP"))

    assert row.errors["npwp"].fault is CompanyFault.SPREADSHEET


def test_half_a_worker_is_not_read_as_a_hundred(session, world):
    [row] = look(session, world.putu, [("PT Separuh", 12.5)], ("Nama", "Workers declared"))

    assert row.errors["workers_declared"].fault is CompanyFault.COUNT


def test_one_company_twice_in_a_sheet_is_entered_once(session, world, now):
    done = enter(session, world.putu, [SANUR, SANUR], now)

    assert outcomes(done) == ["added", "bad"]
    assert done[1].errors[""].facts == {"row": 2}


def test_names_that_look_alike_are_told(session, world, now):
    row = a_company(session, world.putu, now=now)

    [new] = look(session, world.putu, [("Sanur Bahri Mandiri, PT", "9120106489999")])

    assert (new.outcome, new.alike) == (Outcome.ADDED, ((row.id, row.name),))


def test_one_npp_under_two_nibs_is_told_whatever_the_names(session, world, now):
    row = a_company(session, world.putu, now=now)

    [new] = look(session, world.putu, [("CV Lain Sekali", "9120106489999", "AB123456")])

    assert (new.outcome, new.alike) == (Outcome.ADDED, ((row.id, row.name),))


def test_looking_at_many_names_finds_what_looking_at_one_finds(session, world, now):
    for number, name in enumerate(("PT Sanur Bahari", "UD Tirta Empul", "CV Merta Sari")):
        a_company(session, world.putu, now=now, name=name, nib=f"912010648000{number}", npp="")
    asked = ("Sanur Bahri", "Tirta Empull", "Mertha Sari", "Lain Sekali")

    found = queries.look_alikes_of_many(session, world.putu, [fold_company(n) for n in asked])

    for name in asked:
        one = queries.look_alikes(session, world.putu, name=name, npp=None, besides=None)
        many = found.get(fold_company(name), ())
        assert sorted(many) == sorted((row.id, row.name) for row in one)
    assert len(found[fold_company("Sanur Bahri")]) == 1


def test_the_company_of_another_agency_is_neither_changed_nor_doubled(session, world, now):
    a_company(session, world.putu, now=now)
    parking = world.wayan.agency_id
    sheet = imports.read(a_sheet([SANUR]))

    [row] = imports.enter(session, actor=world.putu, agency_id=parking, rows=sheet.rows, now=now)

    assert (row.outcome, row.errors[""].code, kept(session)) == (Outcome.BAD, "nib_taken", 1)


def test_columns_are_found_under_many_names_below_a_title(session, world):
    sheet = imports.read(
        a_sheet([("COMPANY NAME", "No. NIB", "Catatan"), SANUR[:2]], ("Daftar Mitra 2026",))
    )

    assert sheet.rows[0].typed == {"name": SANUR[0], "nib": SANUR[1]}
    assert (sheet.rows[0].number, sheet.unknown) == (3, ["Catatan"])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"%PDF-1.7 bukan zip", SheetFault.NOT_XLSX),
        (a_sheet([SANUR])[:-200], SheetFault.NOT_XLSX),
        (a_bomb(), SheetFault.BOMB),
        (a_vast_sheet(), SheetFault.ROWS),
        (a_sheet([("PT Satu",)] * 6000), SheetFault.ROWS),
        (a_sheet([("x",)], ("Catatan",)), SheetFault.NO_HEAD),
        (a_sheet([]), SheetFault.EMPTY),
    ],
    ids=["not a zip", "cut off", "bomb", "vast", "6,000 rows", "no names", "no rows"],
)
def test_a_file_that_is_no_list_is_refused_before_it_does_harm(content, fault):
    with pytest.raises(SheetError) as refusal:
        imports.read(content)

    assert refusal.value.fault is fault


def test_only_who_may_keep_companies_imports(session, world):
    with pytest.raises(ForbiddenError):
        look(session, world.komang, [SANUR])


def test_a_sheet_waits_sealed_for_its_uploader_alone_and_for_a_day(tmp_path, world, now):
    keyring = Keyring.open(tmp_path / "keys.json")
    storage = LocalStorage(tmp_path / "files", Sealer(keyring), keyring.name_key)
    content = a_sheet([SANUR])
    sheet_id = imports.hold(
        storage, actor=world.putu, agency_id=world.putu.agency_id, content=content, now=now
    )

    def found(actor, when=now, sheet_id=sheet_id):
        kept = imports.held(storage, actor=actor, sheet_id=sheet_id, now=when)
        return kept and kept.content

    late = now + imports.KEPT_FOR + timedelta(minutes=1)
    assert found(world.putu) == content
    assert found(world.luh) is None
    assert found(world.putu, late) is None
    assert found(world.putu, sheet_id="../keys") is None
    assert imports.sweep(storage, now=now) == 0
    assert imports.sweep(storage, now=late) == 1
    assert list(storage.keys(imports.SHEET)) == []


def test_the_command_tells_first_and_then_does(app, tmp_path):
    file = tmp_path / "mitra.xlsx"
    file.write_bytes(a_sheet([SANUR, ("PT Rusak", "9.12E+12")]))
    args = ["companies", "import", str(file), "--agency", "Dinas Kebudayaan", "--by", "putu"]
    run = app.test_cli_runner().invoke

    dry = run(args=[*args, "--dry-run"])
    done = run(args=args)
    again = run(args=args)

    assert "Would be: 1 added, 0 changed, 0 unchanged, 1 bad." in dry.output
    assert "mitra.xlsx:3: PT Rusak: NIB: A spreadsheet has shortened" in dry.output
    assert "Done: 1 added" in done.output
    assert "Done: 0 added, 0 changed, 1 unchanged, 1 bad." in again.output
    assert (dry.exit_code, done.exit_code) == (1, 1)
