"""How fast is paper made? Prints so many cards or forms of invented people and tells the figures.

    python bench/press.py --what cards --n 500 --json
    python bench/press.py --what forms --n 500 --growth --json
    python bench/press.py --what cards --n 5000 --no-peer --no-whole --json

Compared is the CPU time of ReportLab drawing the same sheets (press_peer.py), as it comes and at
its best: medians of interleaved repetitions, each on rows that nobody has printed before; photos
of 24 KB and symbols are at hand on both sides, layouts and fonts made. With --json the last line is
one object: what, n, ratio_to_reportlab, ratio_to_reportlab_best, per_cpu_second,
growth (with --growth), peak_mb, per_second, bytes_a_row, and what press_whole.py tells of the whole
job (whole_job_per_cpu_second and more).
peak_mb, per_second and bytes_a_row are of a fresh process that prints once.
"""

import argparse
import gc
import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from PIL import Image, ImageDraw

from fieldapp.documents.cards import (
    _CARDS,
    _SHEETS,
    SINGLE,
    CardFacts,
    card_filling,
    write_card_sheets,
)
from fieldapp.documents.engine import Pictures, lay_out
from fieldapp.documents.enrolment_form import (
    _FORMS,
    PAPER,
    Consent,
    Contribution,
    EnrolmentFormFacts,
    FamilyMember,
    ProgrammeLine,
    write_enrolment_forms,
)
from fieldapp.documents.enrolment_form import (
    filling as form_filling,
)
from fieldapp.documents.qr import symbol_of
from fieldapp.documents.stamping import Template
from fieldapp.domain.press import Duplex

MADE_AT = datetime(2026, 11, 22, 2, 24, tzinfo=UTC)
FIRST = ("I Wayan", "Ni Made", "I Nyoman", "Ni Ketut", "I Gusti Ngurah", "Ida Ayu", "Anak Agung")
SECOND = ("Sudarma", "Suartini", "Arta", "Sulastri", "Mahendra", "Widyawati", "Raka", "Darmini")
THIRD = ("Arta", "Kaja", "Wirawan", "Pradnyani", "Adnyana", "Suastika", "Kelod", "Puspa", "Yasa")
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


PHOTO_BYTES = 24_000


def faces(count: int) -> Sequence[bytes]:
    """Drawn faces of print size and so many bytes, a few that are told apart by a comment."""
    drawn = []
    for number in range(min(count, 8)):
        image = Image.new("RGB", (300, 400), (200, 215, 220))
        draw = ImageDraw.Draw(image)
        draw.ellipse((15, 290, 285, 600), fill=(number * 30 % 256, 93, (number * 7) % 256))
        draw.ellipse((78, 72, 222, 272), fill=(185, 131, 90))
        grain = Image.effect_noise(image.size, 34).convert("RGB")
        out = io.BytesIO()
        Image.blend(image, grain, 0.25).save(out, "JPEG", quality=72)
        drawn.append(out.getvalue())
    return Photos(drawn, count)


class Photos(Sequence[bytes]):
    """Photos made when they are asked for, so that what is measured is not their memory."""

    def __init__(self, drawn: Sequence[bytes], count: int) -> None:
        self._drawn = drawn
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: Any) -> Any:
        if number >= self._count:
            raise IndexError(number)
        drawn = self._drawn[number % len(self._drawn)]
        own = f"{number:08}".encode() + b"." * max(0, PHOTO_BYTES - len(drawn) - 12)
        return drawn[:2] + b"\xff\xfe" + (len(own) + 2).to_bytes(2, "big") + own + drawn[2:]


def name_of(number: int) -> str:
    """An invented name, hardly ever twice."""
    third = THIRD[number // (len(FIRST) * len(SECOND)) % len(THIRD)]
    first, second = FIRST[number % len(FIRST)], SECOND[number // len(FIRST) % len(SECOND)]
    return f"{first} {second} {third}"


def cards(photos: Sequence[bytes], start: int = 0) -> Iterator[CardFacts]:
    """Approved cards, one a photo."""
    for number, photo in enumerate(photos, start):
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


def forms(photos: Sequence[bytes], start: int = 0) -> Iterator[EnrolmentFormFacts]:
    """Approved forms of two pages, with a family of five, one a photo."""
    for number, photo in enumerate(photos, start):
        yield EnrolmentFormFacts(
            approved=True,
            made_at=MADE_AT,
            number=f"DPS/2026/{number:06}",
            issuer="Pemerintah Kota Denpasar",
            agency="Dinas Kebudayaan Kota Denpasar",
            category="Petugas adat",
            segment="BPU",
            nik=f"51710111078{number % 100000:05}",
            family_card=f"51710112041{number % 100000:05}",
            name=name_of(number),
            birth_place="Denpasar",
            born_on=date(1960 + number % 40, 1 + number % 12, 1 + number % 28),
            sex=("male", "female")[number % 2],
            mother_name=f"Ni Ketut {name_of(number * 3)}",
            address=f"Jalan Tukad Pakerisan No. {number}",
            banjar=f"Br. {THIRD[number % len(THIRD)]}",
            village="Panjer",
            district="Denpasar Selatan",
            regency="Kota Denpasar",
            postal_code="80225",
            phone=f"0812-3456-{number % 10000:04}",
            start_on=date(2026, 11, 1),
            income=1_000_000,
            family=tuple(
                FamilyMember(
                    name_of(number * 5 + place),
                    "Istri" if place == 0 else "Anak",
                    date(1990 + place, 1 + number % 12, 17),
                    "female",
                )
                for place in range(5)
            ),
            contribution=CONTRIBUTION,
            consent=CONSENT,
            coordinator="I Wayan Arta",
            approved_by="Ni Ketut Sulastri",
            approved_on=date(2026, 11, 21),
            face_photo=photo,
        )


Rows = Sequence[CardFacts] | Sequence[EnrolmentFormFacts]


def print_ours(what: str, rows: Any, count: int) -> tuple[int, int]:
    """Stamp the rows into a file; pages and bytes."""
    with tempfile.TemporaryFile() as target:
        if what == "cards":
            pages = write_card_sheets(rows, target, count=count, made_at=MADE_AT)
        else:
            pages = write_enrolment_forms(rows, target)
        return pages, target.tell()


def cpu_of(deed: Callable[..., object], *args: Any) -> float:
    """Seconds of CPU."""
    gc.collect()
    start = time.process_time()
    deed(*args)
    return time.process_time() - start


def rows_of(what: str, count: int, start: int) -> Any:
    """Rows that nobody has printed before, photos at hand and symbols made."""
    photos = list(faces(count))
    if what == "forms":
        return list(forms(photos, start))
    made = list(cards(photos, start))
    for each in made:
        symbol_of(each.verification_url or "")
    return made


def forget(template: Template) -> None:
    """Take away the words that are kept set: what is timed then sets them itself."""
    for plan in template.plans:
        for group in plan.groups:
            group.kept.clear()
        for block in (*plan.blocks, *(block for group in plan.groups for block in group.blocks)):
            block.kept.clear()


def compare(what: str, count: int, repetitions: int) -> dict[str, float]:
    """CPU medians of interleaved repetitions, ours and the peer's, on rows of their own each."""
    from bench import press_peer as peer

    if not peer.INSTALLED:
        raise SystemExit(peer.HOW_TO_INSTALL)
    template, paper = (_CARDS, SINGLE) if what == "cards" else (_FORMS, PAPER)
    sample = rows_of(what, 1, 10_000_000)[0]
    print_ours(what, [sample], 1)
    stamped = template.stamp(sample)
    assert stamped is not None
    filling = card_filling if what == "cards" else form_filling
    pictures = Pictures()
    alone = lay_out(paper, filling(sample, pictures), pictures=pictures, made_at=MADE_AT)
    art = peer.art_of(alone.document, peer.words_of(stamped.plan, sample))
    sheet = _SHEETS[Duplex.LONG_EDGE].plans[0].places if what == "cards" else ()
    places = [[(each.left, each.bottom) for each in sheet if each.page == side] for side in (0, 1)]
    plain, best = peer.Peer(best=False), peer.Peer(best=True)
    a4 = (595.28, 841.89)
    took: dict[str, list[float]] = {"ours": [], "peer": [], "peer_best": []}
    with tempfile.TemporaryDirectory(prefix="fieldapp-bench-") as folder:
        for repetition in range(repetitions):
            rows = rows_of(what, count, repetition * count)
            theirs = [
                peer.row_of(own, each, Path(folder) / f"{number}.jpg")
                for number, each in enumerate(rows)
                if (own := template.stamp(each)) is not None
            ]
            assert len(theirs) == count
            forget(template)
            took["ours"].append(cpu_of(print_ours, what, rows, count))
            for name, one in (("peer", plain), ("peer_best", best)):
                if what == "cards":
                    took[name].append(cpu_of(one.cards, theirs, art, a4, places))
                else:
                    took[name].append(cpu_of(one.forms, theirs, art, a4))
    return {name: statistics.median(seconds) for name, seconds in took.items()}


def growth(what: str) -> float:
    """CPU a row at 2,000 against 100, each the median of five."""
    print_ours(what, rows_of(what, 20, 20_000_000), 20)
    small = statistics.median(
        cpu_of(print_ours, what, rows, 100) / 100
        for rows in (rows_of(what, 100, 1_000_000 + turn * 100) for turn in range(5))
    )
    large = statistics.median(
        cpu_of(print_ours, what, rows, 2000) / 2000
        for rows in (rows_of(what, 2000, 2_000_000 + turn * 2000) for turn in range(3))
    )
    return large / small


def peak_alone(what: str, count: int) -> dict[str, float]:
    """Memory and speed of a process that prints so many and nothing else, photos read as needed."""
    wall, cpu = time.perf_counter(), time.process_time()
    photos = faces(count)
    rows = cards(photos) if what == "cards" else forms(photos)
    pages, size = print_ours(what, rows, count)
    return {
        "pages": pages,
        "bytes": size,
        "per_second": count / (time.perf_counter() - wall),
        "per_cpu_second": count / (time.process_time() - cpu),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def in_child(script: str, *arguments: str) -> dict[str, float]:
    """The figures that another process tells on its last line."""
    path = Path(__file__).with_name(script)
    done = subprocess.run(
        [sys.executable, path, *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    """Print, measure, tell."""
    parser = argparse.ArgumentParser(description="Print invented people and tell how fast.")
    parser.add_argument("--what", choices=("cards", "forms"), required=True)
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--no-peer", action="store_true", help="leave ReportLab out")
    parser.add_argument("--no-whole", action="store_true", help="leave the whole job out")
    parser.add_argument("--growth", action="store_true", help="CPU a row at 2,000 against 100")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if chosen.alone:
        print(json.dumps(peak_alone(chosen.what, chosen.n)))
        return

    asked = ("--what", chosen.what, "--n", str(chosen.n))
    told = in_child("press.py", *asked, "--alone")
    figures: dict[str, Any] = {
        "what": chosen.what,
        "n": chosen.n,
        "per_second": round(told["per_second"], 1),
        "peak_mb": round(told["peak_mb"], 1),
        "bytes_a_row": round(told["bytes"] / chosen.n),
    }
    print(f"{chosen.n} {chosen.what}, {told['pages']:.0f} pages, {told['bytes'] / 1e6:.1f} MB")
    print(f"peak memory {figures['peak_mb']} MB, layouts made in this process included")
    without_peer = chosen.no_peer or not find_spec("reportlab")
    if without_peer and not chosen.no_peer:
        print("ReportLab is not installed: only Fieldapp is measured. For the comparison:")
        print("    python -m pip install --require-hashes -r requirements/bench.txt")
    if without_peer:
        figures["per_cpu_second"] = round(told["per_cpu_second"], 1)
    else:
        took = compare(chosen.what, chosen.n, chosen.repetitions)
        for name, seconds in took.items():
            print(f"{name:10} {seconds / chosen.n * 1000:7.3f} ms of CPU a row")
        figures["ratio_to_reportlab"] = round(took["peer"] / took["ours"], 2)
        figures["ratio_to_reportlab_best"] = round(took["peer_best"] / took["ours"], 2)
        figures["per_cpu_second"] = round(chosen.n / took["ours"], 1)
    if not chosen.no_whole:
        figures |= in_child("press_whole.py", *asked)
        print(f"whole jobs: {figures['whole_job_per_cpu_second']} a second of CPU")
    if chosen.growth:
        figures["growth"] = round(growth(chosen.what), 3)
        print(f"CPU a row at 2,000 is {figures['growth']} of that at 100")
    if chosen.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
