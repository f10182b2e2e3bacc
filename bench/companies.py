"""How fast is a company found at the counter? Invented companies, the real query, a real file.

    python bench/companies.py --companies 100000 --json

Searches are by name as it is kept, misspelt, by one common word, by NIB and by NPP, in turn; each
is timed whole, the rows read included, with a fresh session. With --json the last line is one
object: search_p95_ms. With an address in FIELDAPP_TEST_DATABASE_URL (tests/postgres.py run -- …)
the same is done there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median, quantiles
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from config import Settings
from fieldapp.app import create_app
from fieldapp.cli.setup import migrate
from fieldapp.database import db, reading, transaction
from fieldapp.domain.actors import Actor
from fieldapp.domain.companies import fold_company
from fieldapp.domain.names import grams
from fieldapp.domain.permissions import Role
from fieldapp.domain.vocabulary import Scale
from fieldapp.models.agencies import Agency, AgencyKind
from fieldapp.models.companies import Company, CompanyGram
from fieldapp.models.users import User
from fieldapp.queries import companies as queries

NOW = datetime(2026, 11, 22, 2, 24, tzinfo=UTC)
CHUNK = 2_000
FORMS = ("PT", "CV", "UD", "Koperasi", "PT", "CV")
WORDS = (
    *("Bali", "Jaya", "Sanur", "Tirta", "Dewata", "Sari", "Graha", "Nusa", "Bahari", "Mandiri"),
    *("Abadi", "Sejahtera", "Wisata", "Karya", "Utama", "Bumi", "Surya", "Kencana", "Merta"),
    *("Artha", "Boga", "Cipta", "Darma", "Eka", "Guna", "Harum", "Indah", "Jimbaran", "Kuta"),
    *("Lestari", "Mulia", "Niaga", "Padma", "Rama", "Sinar", "Taman", "Ubud", "Wana", "Yasa"),
    *("Agung", "Batur", "Candra", "Denpasar", "Emas", "Fajar", "Gemilang", "Hita", "Indra"),
)


def main() -> None:
    """Build, search, tell."""
    parser = argparse.ArgumentParser(description="Time the search for companies.")
    parser.add_argument("--companies", type=int, default=100_000)
    parser.add_argument("--searches", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    url = os.environ.get("FIELDAPP_TEST_DATABASE_URL", "")
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data=Path(folder), database_url=url))
        with app.app_context():
            migrate()
            random = Random(20180711)
            with transaction() as session:
                actor = _officer(session)
                names = _companies(session, actor, wanted.companies, random)
            if db.engine.dialect.name == "postgresql":
                with transaction() as session:
                    session.execute(text("ANALYZE company"))
                    session.execute(text("ANALYZE company_gram"))
            times = _search(actor, names, wanted.searches, random)
            db.engine.dispose()
    every = sorted(each for some in times.values() for each in some)
    for kind, some in times.items():
        print(f"{kind:12} median {median(some):6.1f} ms   slowest {max(some):6.1f} ms")
    p95 = round(quantiles(every, n=20)[-1], 1)
    print(f"{wanted.companies} companies, {len(every)} searches: p95 {p95} ms")
    if wanted.json:
        print(json.dumps({"search_p95_ms": p95}))


def _officer(session: Session) -> Actor:
    agency = Agency(kind=AgencyKind.BRANCH, name="Kantor Cabang")
    session.add(agency)
    session.flush()
    user = User(
        username="officer",
        name="Petugas",
        password_hash="",
        role=Role.PERMIT_OFFICER,
        agency_id=agency.id,
        created_at=NOW,
    )
    session.add(user)
    session.flush()
    return user.as_actor()


def _companies(session: Session, actor: Actor, count: int, random: Random) -> list[str]:
    """Names of two to four common words; some share all but one."""
    names = []
    for start in range(0, count, CHUNK):
        rows, pieces = [], []
        for number in range(start, min(start + CHUNK, count)):
            words = random.sample(WORDS, random.choice((2, 3, 3, 4)))
            name = f"{random.choice(FORMS)} {' '.join(words)}"
            key = fold_company(name)
            row_id = UUID(int=random.getrandbits(128), version=4)
            names.append(name)
            rows.append(
                {
                    "id": row_id,
                    "agency_id": actor.agency_id,
                    "name": name,
                    "name_key": key,
                    "nib": f"91{number:011}",
                    "npp": f"AB{number:06}",
                    "division": "000",
                    "scale": Scale.SMALL,
                    "street": "",
                    "contact_name": "",
                    "contact_email": "",
                    "created_by": actor.id,
                    "created_at": NOW,
                    "changed_at": NOW,
                    "revision": 1,
                }
            )
            pieces += [{"gram": piece, "company_id": row_id} for piece in grams(key)]
        session.execute(insert(Company), rows)
        session.execute(insert(CompanyGram), pieces)
    return names


def _search(actor: Actor, names: list[str], count: int, random: Random) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {}
    for turn in range(count):
        place = random.randrange(len(names))
        name = names[place]
        kind, asked = (
            ("by name", name),
            ("misspelt", _misspelt(name, random)),
            ("one word", random.choice(WORDS)),
            ("by NIB", f"91{place:011}"),
            ("by NPP", f"AB{place:06}"),
        )[turn % 5]
        began = time.perf_counter()
        with reading() as session:
            found = queries.search(session, actor, asked, limit=20)
        times.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
        if not found and kind != "misspelt":
            sys.exit(f"nothing was found for {asked!r}")
    return times


def _misspelt(name: str, random: Random) -> str:
    """The name with a letter left out of it, and without its form."""
    bare = name.partition(" ")[2]
    at = random.randrange(1, len(bare) - 1)
    return bare[:at] + bare[at + 1 :]


if __name__ == "__main__":
    main()
