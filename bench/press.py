"""How fast is paper made? Prints so many cards or forms of invented people and tells the figures.

    python bench/press.py --what cards --n 100
    python bench/press.py --what forms --n 100 --json

Every row has a photo of its own. Measured is all from facts to the finished file on disk; drawing
the photos is not. With --json the last line is one object: what, n, per_second, per_cpu_second,
peak_mb.
"""

import argparse
import io
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from PIL import Image, ImageDraw

from fieldapp.documents.cards import CardFacts, write_card_sheets
from fieldapp.documents.enrolment_form import (
    Consent,
    Contribution,
    EnrolmentFormFacts,
    FamilyMember,
    ProgrammeLine,
    write_enrolment_forms,
)

MADE_AT = datetime(2026, 11, 22, 2, 24, tzinfo=UTC)
FIRST = ("I Wayan", "Ni Made", "I Nyoman", "Ni Ketut", "I Gusti Ngurah", "Ida Ayu", "Anak Agung")
SECOND = ("Sudarma", "Suartini", "Arta", "Sulastri", "Mahendra", "Widyawati", "Raka", "Darmini")
CONTRIBUTION = Contribution(
    basis=1_000_000,
    lowest=None,
    highest=1_099_000,
    programmes=(
        ProgrammeLine("JKK", "Jaminan Kecelakaan Kerja", "1%", 10_000, 0, 30_000),
        ProgrammeLine("JKM", "Jaminan Kematian", "tetap", 6_800, 0, 20_400),
    ),
    first_month=date(2026, 11, 1),
    months=3,
    payer="apbd",
    total=50_400,
)
CONSENT = Consent(
    "Saya menyatakan bahwa data di atas benar dan menyetujui penyerahannya kepada BPJS "
    "Ketenagakerjaan untuk pendaftaran dan pelayanan jaminan sosial ketenagakerjaan.",
    "2026-1",
    date(2026, 11, 20),
    "I Wayan Arta",
)


def faces(count: int) -> Sequence[bytes]:
    """Drawn faces of print size, each different."""
    drawn = []
    for number in range(count):
        image = Image.new("RGB", (300, 400), (200, 215, 220))
        draw = ImageDraw.Draw(image)
        draw.ellipse((15, 290, 285, 600), fill=(number % 256, 93, (number * 7) % 256))
        draw.ellipse((78, 72, 222, 272), fill=(185, 131, 90))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=85)
        drawn.append(out.getvalue())
    return drawn


def name_of(number: int) -> str:
    """An invented name."""
    return f"{FIRST[number % len(FIRST)]} {SECOND[number // len(FIRST) % len(SECOND)]}"


def cards(photos: Sequence[bytes]) -> Iterator[CardFacts]:
    """Approved cards, one a photo."""
    for number, photo in enumerate(photos):
        yield CardFacts(
            approved=True,
            made_at=MADE_AT,
            issuer="Pemerintah Kota Denpasar",
            name=name_of(number),
            category="Kelian banjar adat",
            agency="Dinas Kebudayaan Kota Denpasar",
            return_to="Dinas Kebudayaan Kota Denpasar, Jalan Hayam Wuruk 69",
            serial=f"DPS-26-{number:06}",
            valid_until=date(2026, 12, 31),
            verification_url=f"HTTPS://KARTU.EXAMPLE.ORG/K/{number:0128}",
            face_photo=photo,
        )


def forms(photos: Sequence[bytes]) -> Iterator[EnrolmentFormFacts]:
    """Approved forms with a family of two, one a photo."""
    for number, photo in enumerate(photos):
        yield EnrolmentFormFacts(
            approved=True,
            made_at=MADE_AT,
            number=f"DPS/2026/{number:06}",
            issuer="Pemerintah Kota Denpasar",
            agency="Dinas Kebudayaan Kota Denpasar",
            category="Petugas adat",
            segment="BPU",
            nik=f"51710111078{number % 100000:05}",
            family_card="5171011204100017",
            name=name_of(number),
            birth_place="Denpasar",
            born_on=date(1985, 7, 11),
            sex="male",
            mother_name="Ni Ketut Rempin",
            address=f"Jalan Tukad Pakerisan No. {number}",
            banjar="Br. Kaja",
            village="Panjer",
            district="Denpasar Selatan",
            regency="Kota Denpasar",
            postal_code="80225",
            phone="0812-3456-7890",
            start_on=date(2026, 11, 1),
            income=1_000_000,
            family=(
                FamilyMember("Ni Made Suartini", "Istri", date(1987, 3, 2), "female"),
                FamilyMember("Putu Ayu Lestari", "Anak", date(2011, 9, 17), "female"),
            ),
            contribution=CONTRIBUTION,
            consent=CONSENT,
            coordinator="I Wayan Arta",
            approved_by="Ni Ketut Sulastri",
            approved_on=date(2026, 11, 21),
            face_photo=photo,
        )


def main() -> None:
    """Print, measure, tell."""
    parser = argparse.ArgumentParser(description="Print invented people and tell how fast.")
    parser.add_argument("--what", choices=("cards", "forms"), required=True)
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    photos = faces(chosen.n)

    wall, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryFile() as target:
        if chosen.what == "cards":
            pages = write_card_sheets(cards(photos), target, count=chosen.n, made_at=MADE_AT)
        else:
            pages = write_enrolment_forms(forms(photos), target)
        size = target.tell()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall

    figures = {
        "what": chosen.what,
        "n": chosen.n,
        "per_second": round(chosen.n / wall, 2),
        "per_cpu_second": round(chosen.n / cpu, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(f"{chosen.n} {chosen.what}, {pages} pages, {size / 1e6:.1f} MB")
    print(f"{figures['per_second']} a second, {figures['per_cpu_second']} a second of one core")
    print(f"peak memory {figures['peak_mb']} MB")
    if chosen.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
