"""The people who stand on the test documents, and pictures drawn for them."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from PIL import Image, ImageDraw

from fieldapp.documents.batch_list import BatchListFacts, BatchRow
from fieldapp.documents.cards import CardFacts
from fieldapp.documents.enrolment_form import (
    Consent,
    Contribution,
    EnrolmentFormFacts,
    FamilyMember,
    ProgrammeLine,
)
from fieldapp.documents.handover_list import HandoverListFacts, HandoverRow

MADE_AT = datetime(2026, 11, 22, 2, 24, tzinfo=UTC)
LONG_NAME = "I GUSTI NGURAH AGUNG MAHENDRADATTA WIRYANATHA KUSUMAYUDHA PU"
ONE_LONG_WORD = "Purwantiningsihdewaningratkusumawardhaniprabaningrumsariwati"
HOSTILE = "<script>alert('Ni Luh')</script> & Co"

CONSENT = Consent(
    text=(
        "Saya menyatakan bahwa data di atas benar, dan menyetujui instansi pembina mengolah serta "
        "menyerahkan data pribadi, foto dan tanda tangan saya kepada BPJS Ketenagakerjaan untuk "
        "pendaftaran dan pelayanan jaminan sosial ketenagakerjaan. Saya bersedia dihubungi melalui "
        "nomor HP yang saya berikan. Persetujuan ini dapat saya tarik kembali sewaktu-waktu."
    ),
    version="2026-1",
    given_on=date(2026, 11, 20),
    taken_by="I Wayan Arta",
)


def face(shirt: str = "#0b5d4e", size: tuple[int, int] = (300, 400)) -> bytes:
    """A drawn face; nobody's photograph."""
    width, height = size
    image = Image.new("RGB", size, "#c9d8dc")
    draw = ImageDraw.Draw(image)

    def oval(left: float, top: float, right: float, bottom: float, fill: str) -> None:
        draw.ellipse((left * width, top * height, right * width, bottom * height), fill=fill)

    oval(0.05, 0.72, 0.95, 1.5, shirt)
    oval(0.40, 0.55, 0.60, 0.82, "#a9764f")
    oval(0.22, 0.14, 0.78, 0.50, "#1f1a17")
    oval(0.26, 0.18, 0.74, 0.68, "#b9835a")
    oval(0.36, 0.38, 0.42, 0.42, "#1f1a17")
    oval(0.58, 0.38, 0.64, 0.42, "#1f1a17")
    draw.arc((0.38 * width, 0.44 * height, 0.62 * width, 0.58 * height), 30, 150, "#5b2f22", 4)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def signature() -> bytes:
    """A line drawn with a finger, on a transparent ground."""
    image = Image.new("RGBA", (480, 160), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    points = [(30, 110), (80, 30), (110, 130), (170, 60), (200, 110), (260, 50), (300, 115)]
    draw.line([*points, (370, 70), (450, 90)], fill=(20, 25, 60, 255), width=6, joint="curve")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def contribution(months: int = 3) -> Contribution:
    """JKK and JKM at the lowest bracket, without discount: APBD pays."""
    return Contribution(
        basis=1_000_000,
        lowest=None,
        highest=1_099_000,
        programmes=(
            ProgrammeLine("JKK", "Jaminan Kecelakaan Kerja", "1%", 10_000, 0, 10_000 * months),
            ProgrammeLine("JKM", "Jaminan Kematian", "tetap", 6_800, 0, 6_800 * months),
        ),
        first_month=date(2026, 11, 1),
        months=months,
        payer="apbd",
        total=16_800 * months,
    )


SUDARMA = EnrolmentFormFacts(
    approved=True,
    made_at=MADE_AT,
    number="DPS/2026/000123",
    issuer="Pemerintah Kota Denpasar",
    agency="Dinas Kebudayaan Kota Denpasar",
    branch="Denpasar",
    category="Petugas adat (kelian banjar)",
    unit="Banjar Kaja Panjer",
    segment="BPU",
    nik="5171011107850002",
    family_card="5171011204100017",
    name="I WAYAN SUDARMA",
    birth_place="Denpasar",
    born_on=date(1985, 7, 11),
    sex="male",
    blood_type="O",
    marital_status="Kawin",
    npwp="51.710.111.0-785.000",
    mother_name="Ni Ketut Rempin",
    address="Jalan Tukad Pakerisan Gang Sekar Sari No. 12",
    banjar="Br. Kaja",
    customary_village="Desa Adat Panjer",
    village="Kelurahan Panjer",
    district="Denpasar Selatan",
    regency="Kota Denpasar",
    postal_code="80225",
    phone="0812-3456-7890",
    email="sudarma@example.org",
    job="Kelian banjar adat",
    second_job="Pedagang",
    workplace="Wantilan Banjar Kaja",
    working_hours="08.00–14.00, Senin–Sabtu",
    working_since=date(2021, 1, 4),
    income=1_000_000,
    start_on=date(2026, 11, 1),
    family=(
        FamilyMember("Ni Made Suartini", "Istri", date(1987, 3, 2), "female", "5171014203870003"),
        FamilyMember("Putu Ayu Lestari", "Anak", date(2011, 9, 17), "female", "5171015709110001"),
        FamilyMember("Kadek Bagus Arta", "Anak", date(2014, 12, 30), "male"),
    ),
    contribution=contribution(),
    consent=CONSENT,
    face_photo=face(),
    signature=signature(),
    signed_at_place="Denpasar",
    signed_on=date(2026, 11, 20),
    coordinator="I Wayan Arta",
    approved_by="Ni Ketut Sulastri",
    approved_on=date(2026, 11, 21),
)


def draft_form(**changes: Any) -> EnrolmentFormFacts:
    """A form before any decision, with hardly anything filled in."""
    return replace(
        SUDARMA,
        **{
            "approved": False,
            "number": None,
            "approved_by": None,
            "approved_on": None,
            "family": (),
            "contribution": None,
            "consent": None,
            "face_photo": None,
            "signature": None,
            "signed_on": None,
            "mother_name": None,
            "email": None,
            "npwp": None,
            "second_job": None,
            "postal_code": None,
            **changes,
        },
    )


def large_family(count: int = 9) -> tuple[FamilyMember, ...]:
    """More people than page one has rows for."""
    return tuple(
        FamilyMember(f"Anak Nomor {number}", "Anak", date(2000 + number, 1, 1), "female")
        for number in range(1, count + 1)
    )


VERIFICATION = "HTTPS://KARTU.EXAMPLE.ORG/K/" + "A7K2" * 32


def card_of(name: str = "I WAYAN SUDARMA", **changes: Any) -> CardFacts:
    """An approved card."""
    facts = CardFacts(
        approved=True,
        made_at=MADE_AT,
        issuer="Pemerintah Kota Denpasar",
        name=name,
        category="Kelian banjar adat",
        agency="Dinas Kebudayaan Kota Denpasar",
        return_to="Dinas Kebudayaan Kota Denpasar, Jalan Hayam Wuruk 69, telepon (0361) 222 333",
        serial="DPS-26-000123",
        valid_until=date(2026, 12, 31),
        verification_url=VERIFICATION,
        face_photo=face(),
    )
    return replace(facts, **changes)


def draft_card() -> CardFacts:
    """A card before approval: without number, date and symbol."""
    return card_of(
        approved=False, serial=None, valid_until=None, verification_url=None, face_photo=None
    )


def batch_of(count: int, **changes: Any) -> BatchListFacts:
    """An approved batch of so many kelian."""
    names = ("I WAYAN SUDARMA", "Sudarma", "NI LUH AYU ÉKA DARMINI", LONG_NAME, ONE_LONG_WORD)
    facts = BatchListFacts(
        approved=True,
        made_at=MADE_AT,
        number="DPS/2026/B/0007",
        issuer="Pemerintah Kota Denpasar",
        agency="Dinas Kebudayaan Kota Denpasar",
        branch="Denpasar",
        batch="Kelian banjar November 2026",
        segment="BPU",
        payer="apbd",
        first_month=date(2026, 11, 1),
        rows=tuple(
            BatchRow(
                name=names[number % len(names)],
                nik=f"517101110785{number + 1:04}",
                category="Kelian banjar adat",
                banjar="Br. Kaja Panjer",
                basis=1_000_000,
                months=3,
                contribution=50_400,
            )
            for number in range(count)
        ),
        coordinator="I Wayan Arta",
        approved_by="Ni Ketut Sulastri",
        approved_on=date(2026, 11, 21),
    )
    return replace(facts, **changes)


def handover_of(count: int) -> HandoverListFacts:
    """Cards waiting for their owners."""
    names = ("I WAYAN SUDARMA", "Sudarma", LONG_NAME, ONE_LONG_WORD)
    return HandoverListFacts(
        made_at=MADE_AT,
        issuer="Pemerintah Kota Denpasar",
        agency="Dinas Kebudayaan Kota Denpasar",
        batch="Kelian banjar November 2026",
        number="DPS/2026/T/0003",
        rows=tuple(
            HandoverRow(names[number % len(names)], "Br. Kaja Panjer", f"DPS-26-{number + 1:06}")
            for number in range(count)
        ),
        coordinator="I Wayan Arta",
    )
