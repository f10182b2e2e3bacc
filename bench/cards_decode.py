"""Is every code of a printed file read and genuine? A whole job's cards, from their raster.

    python bench/cards_decode.py --n 500

Approved people in a database file, their cards printed by the worker as A4 sheets; the file drawn
by poppler at 300 dpi in grey, as an office printer has it; every symbol read by zxing-cpp, which
drew none of them; every signature checked against the public key, and every serial looked for once
and only once. Exit code 1 if a single one is missing, double or not genuine. The last line is one
object: cards, read, genuine, serials_missing, serials_twice, seconds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import zxingcpp
from PIL import Image
from sqlalchemy import select

from bench.press_whole import fill, house_in
from fieldapp.adapters.signing import CARD, is_signed
from fieldapp.database import db, reading
from fieldapp.domain.card_codes import BODY_BYTES, Claims, read_code
from fieldapp.jobs.worker import Worker
from fieldapp.models.cards import Card, SigningKey
from fieldapp.models.documents import Document, DocumentRow

SYMBOLS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def main() -> None:
    """Print, draw, read, check."""
    parser = argparse.ArgumentParser(description="Read every code of a printed file.")
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--dpi", type=int, default=300)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fieldapp-bench-") as name:
        folder = Path(name)
        fill(folder, "cards", chosen.n, 1)
        app = house_in(folder)
        with app.app_context():
            house = app.extensions["fieldapp.house"]
            worker = Worker(house, lease_seconds=60)
            while worker.work_once():
                pass
            with reading() as session:
                document = session.scalars(select(Document).where(Document.rows == chosen.n)).one()
                (folder / "cards.pdf").write_bytes(house.storage.get(document.file))
                serials = {
                    card.printed_serial
                    for card in session.scalars(
                        select(Card)
                        .join(DocumentRow, DocumentRow.registration_id == Card.registration_id)
                        .where(DocumentRow.document_id == document.id)
                    )
                }
                keys = {key.id: key.public for key in session.scalars(select(SigningKey))}
            db.session.remove()
            db.engine.dispose()
        started = time.perf_counter()
        codes = [read_code(text) for text in texts_on(folder, chosen.dpi)]
        seconds = time.perf_counter() - started
    genuine = [code for code in codes if is_genuine(code, keys)]
    found = Counter(Claims.of(code).serial for code in genuine)
    told = {
        "cards": len(serials),
        "read": len(codes),
        "genuine": len(genuine),
        "serials_missing": len(serials - found.keys()),
        "serials_twice": sum(count > 1 for count in found.values()),
        "seconds": round(seconds, 1),
    }
    print(json.dumps(told))
    if not (len(serials) == len(codes) == len(genuine) == chosen.n and found.keys() == serials):
        raise SystemExit(1)


def texts_on(folder: Path, dpi: int) -> Iterator[str]:
    """What a camera reads on each front, a page at a time."""
    command = ["pdftoppm", "-r", str(dpi), "-gray", "-o", "cards.pdf", "page"]  # fronts are odd
    subprocess.run(command, cwd=folder, check=True)
    for picture in sorted(folder.glob("page-*.pgm")):
        with Image.open(picture) as page:
            for each in zxingcpp.read_barcodes(page, formats=SYMBOLS):
                yield each.text
        picture.unlink()


def is_genuine(code: bytes, keys: dict[int, bytes]) -> bool:
    """Whether the key that the code names has signed it."""
    body, signature = code[:BODY_BYTES], code[BODY_BYTES:]
    public = keys.get(Claims.of(code).key_id)
    return public is not None and is_signed(body, signature, public=public, purpose=CARD)


if __name__ == "__main__":
    main()
