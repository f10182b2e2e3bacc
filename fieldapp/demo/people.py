"""People who do not exist, but could: for demonstrations, trials of speed and tests.

Everything follows from the `Random` handed in: the same seed gives the same people. Nothing here
is taken from anybody; a NIK is well-formed and belongs, as far as this program can know, to no
one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from fieldapp.demo.names import (
    NEWCOMERS,
    House,
    Naming,
    given_name,
    pick_house,
    shortened,
    single_name,
)
from fieldapp.domain.ages import age_on, birthday
from fieldapp.domain.regions import Level, Place, is_kelurahan
from fieldapp.domain.vocabulary import BloodType, MaritalStatus, Relation, Sex

GATE_AGE: Final = 65
"""Who has turned 65 cannot be enrolled (domain sheet 1.5)."""


@dataclass(frozen=True, slots=True)
class DemoRelative:
    """A member of the family."""

    relation: Relation
    name: str
    birth_date: date
    sex: Sex


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One worker with everything that the form asks."""

    name: str
    sex: Sex
    birth_date: date
    birth_place: str
    nik: str
    kk: str
    mother_name: str
    marital_status: MaritalStatus
    blood_type: BloodType | None
    family: tuple[DemoRelative, ...]
    phone: str
    """E.164."""
    street: str
    banjar: str
    customary_village: str
    rt: str
    rw: str
    village_code: str
    postal_code: str
    category: str
    income: int
    """Rupiah a month."""
    workplace: str
    work_hours: str
    second_job: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Who does this work. Shares are from 0 to 1; ages in whole years, income in rupiah."""

    men: float
    youngest: int
    oldest: int
    income: tuple[int, int]
    work_hours: str
    workplaces: tuple[str, ...]
    over_60: float | None = None
    """Exact share of a whole group that is older than 60; None leaves it to chance."""
    balinese: bool = False
    """Offices of the adat village and the subak are held by its members."""
    houses: tuple[House, ...] = ()


_STREETS_TO_PARK: Final = (
    "Jl. Gajah Mada",
    "Jl. Sulawesi",
    "Jl. Teuku Umar",
    "Jl. Diponegoro",
    "Pasar Badung",
    "Pasar Kumbasari",
    "Pasar Kereneng",
    "Jl. Sumatra",
    "Lapangan Puputan",
    "Jl. Hayam Wuruk",
)
_BALE: Final = ("Bale banjar", "Pura Desa", "Wantilan desa adat", "Kantor desa adat")
_SUBAK: Final = tuple(
    f"Subak {name}"
    for name in ("Sembung", "Intaran Barat", "Renon", "Kerdung", "Lungatad", "Pagutan")
)

PROFILES: Final[Mapping[str, Profile]] = {
    # 206 of the 992 parking attendants were over 60 in July 2025 (domain sheet 1.5).
    "juru parkir": Profile(
        0.93, 20, 64, (1_500_000, 3_200_000), "07.00–15.00", _STREETS_TO_PARK, over_60=206 / 992
    ),
    "sulinggih": Profile(
        0.6, 45, 64, (1_500_000, 2_500_000), "", ("Griya",), None, True, (House.BRAHMANA,)
    ),
    "pemangku": Profile(0.85, 38, 64, (1_000_000, 1_800_000), "", _BALE[1:2], None, True),
    "pecalang": Profile(1, 21, 60, (1_000_000, 2_000_000), "18.00–24.00", _BALE, None, True),
    "kelian adat": Profile(1, 33, 64, (1_500_000, 1_500_000), "", _BALE, None, True),
    "petengen": Profile(0.9, 28, 63, (1_000_000, 1_500_000), "", _BALE, None, True),
    "penyarikan": Profile(0.9, 26, 62, (1_000_000, 1_500_000), "", _BALE, None, True),
    "pekaseh subak": Profile(1, 38, 64, (1_500_000, 2_000_000), "06.00–11.00", _SUBAK, None, True),
    "pangliman subak": Profile(
        1, 35, 64, (1_500_000, 1_500_000), "06.00–11.00", _SUBAK, None, True
    ),
    "petani": Profile(0.68, 30, 64, (1_000_000, 2_200_000), "06.00–11.00", _SUBAK),
    "nelayan": Profile(
        0.97, 22, 63, (1_200_000, 3_000_000), "03.00–09.00", ("Pantai Serangan", "Pantai Sanur")
    ),
    "jumantik": Profile(0.12, 24, 58, (1_000_000, 1_400_000), "08.00–12.00", ("Banjar",)),
    "PKH": Profile(0.25, 22, 60, (1_000_000, 1_800_000), "", ("Rumah",)),
    "linmas": Profile(0.9, 22, 58, (1_500_000, 2_600_000), "bergilir", ("Kantor lurah",)),
    "non-ASN": Profile(
        0.55, 21, 57, (3_300_000, 4_300_000), "07.30–15.30", ("Kantor dinas", "Kantor camat")
    ),
    "petugas koperasi": Profile(
        0.42, 21, 57, (2_800_000, 4_200_000), "08.00–16.00", ("KSP", "KUD", "Koperasi banjar")
    ),
}
_ANYONE: Final = Profile(0.6, 20, 62, (1_000_000, 2_500_000), "08.00–16.00", ("Denpasar",))

_STREETS: Final = {
    "51.71.01": (
        "Jl. Raya Sesetan",
        "Jl. Danau Tamblingan",
        "Jl. Tukad Yeh Aya",
        "Jl. Tukad Barito",
        "Jl. Pulau Moyo",
        "Jl. Raya Pemogan",
        "Jl. Tukad Pakerisan",
        "Jl. By Pass Ngurah Rai",
    ),
    "51.71.02": (
        "Jl. WR Supratman",
        "Jl. Hayam Wuruk",
        "Jl. Kecubung",
        "Jl. Waribang",
        "Jl. Akasia",
        "Jl. Sedap Malam",
        "Jl. Trengguli",
        "Jl. Noja",
    ),
    "51.71.03": (
        "Jl. Imam Bonjol",
        "Jl. Teuku Umar",
        "Jl. Buana Raya",
        "Jl. Mahendradatta",
        "Jl. Gunung Soputan",
        "Jl. Pulau Misol",
        "Jl. Gunung Agung",
    ),
    "51.71.04": (
        "Jl. Ahmad Yani Utara",
        "Jl. Cokroaminoto",
        "Jl. Nangka Utara",
        "Jl. Gatot Subroto",
        "Jl. Ratna",
        "Jl. Antasura",
        "Jl. Kartini",
    ),
}
_OTHER_STREETS: Final = ("Jl. Raya Desa", "Jl. Mawar", "Jl. Kenanga", "Jl. Pantai", "Jl. Subak")
_GANGS: Final = (
    *("Melati", "Mawar", "Kenanga", "Sandat", "Jepun", "Cempaka", "Anggrek", "Kamboja"),
    *("Nusa Indah", "Merak", "Garuda", "Sari", "Taman", "Kresna", "Bima", "Arjuna"),
)
_BANJARS: Final = (
    *("Kaja", "Kelod", "Kangin", "Kauh", "Tengah", "Pande", "Gede", "Anyar", "Sari", "Taman"),
    *("Dukuh", "Batan Poh", "Tegal", "Pegok", "Bekul", "Kebon", "Pasekan", "Abian Timbul"),
    *("Dharma Sentana", "Tegeh Sari", "Lantang Bejuh", "Gaduh", "Puseh", "Kerta Sari"),
)
_POSTCODES: Final = {
    "51.71.01": (80221, 80228),
    "51.71.02": (80231, 80239),
    "51.71.03": (80113, 80119),
    "51.71.04": (80111, 80116),
}
_MOBILE: Final = ("811", "812", "813", "819", "821", "822", "852", "857", "878", "881", "896")
_SECOND_JOBS: Final = ("petani", "ojek daring", "buruh bangunan", "pedagang canang", "peternak")

# Regency of the NIK and place of birth, with how many in a hundred.
_BORN_IN_BALI: Final = (
    ("51.71", "Denpasar", 80),
    ("51.03", "Badung", 5),
    ("51.04", "Gianyar", 4),
    ("51.02", "Tabanan", 4),
    ("51.07", "Karangasem", 3),
    ("51.08", "Singaraja", 2),
    ("51.05", "Klungkung", 1),
    ("51.06", "Bangli", 1),
)
_BORN_ELSEWHERE: Final = {
    House.JAVA: (
        ("35.10", "Banyuwangi", 5),
        ("35.09", "Jember", 3),
        ("35.07", "Malang", 2),
        ("35.78", "Surabaya", 2),
        ("51.71", "Denpasar", 3),
    ),
    House.LOMBOK: (("52.02", "Lombok Tengah", 2), ("52.03", "Lombok Timur", 1)),
    House.FLORES: (("53.10", "Manggarai", 1), ("53.11", "Waingapu", 1)),
}
_ONE_WORD_SHARE: Final = 0.03
_SHORTENED_SHARE: Final = 0.15
_CAPITALS_SHARE: Final = 0.3
_SPELLINGS: Final = (("Su", "Soe"), ("ja", "dja"), ("y", "j"), ("tt", "t"), ("ni", "nni"))


class People:
    """Makes people of one city. No two share a NIK or a family card."""

    def __init__(self, random: Random, *, places: Iterable[Place], today: date) -> None:
        """places: of all levels, as in regions.csv; today: the day on which ages are told."""
        self._random = random
        self._today = today
        self._names = {place.code: place.name for place in places}
        codes = sorted(self._names)
        self._districts = {
            regency: [code for code in codes if code.count(".") == 2 and code[:5] == regency]
            for regency in {code[:5] for code in codes if code.count(".") >= 1}
        }
        villages = [code for code in codes if code.count(".") == 3]
        self._city = [code for code in villages if code.startswith("51.71.")]
        self._near = [code for code in villages if code[:5] in ("51.03", "51.04")]
        if not self._city or not self._near:
            raise ValueError(f"the places hold no {Level.VILLAGE} of Denpasar and its neighbours")
        self._serials: dict[str, int] = {}
        self._phones: set[str] = set()

    def group(
        self, category: str, count: int, *, past_65: int = 0, over_60: int | None = None
    ) -> Iterator[DemoPerson]:
        """`count` people of a category, in any order.

        past_65: exactly so many have turned 65 and cannot be enrolled. over_60: exactly so many
        others are 61 to 64; None takes the share known of the category, if one is.
        """
        profile = PROFILES.get(category, _ANYONE)
        if over_60 is None and profile.over_60 is not None:
            over_60 = max(0, round(count * profile.over_60) - past_65)
        if past_65 + (over_60 or 0) > count:
            raise ValueError("more elders than people")
        ages: list[int | None] = [self._random.randint(GATE_AGE, 78) for _ in range(past_65)]
        if over_60 is None:
            ages += [None] * (count - past_65)
        else:
            ages += [self._random.randint(61, GATE_AGE - 1) for _ in range(over_60)]
            ages += [
                self._random.randint(profile.youngest, min(60, profile.oldest))
                for _ in range(count - len(ages))
            ]
        self._random.shuffle(ages)
        for age in ages:
            yield self.person(category, age=age)

    def person(
        self, category: str, *, age: int | None = None, sex: Sex | None = None
    ) -> DemoPerson:
        """One person; `age` in whole years on the day given, `sex` as wished or by chance."""
        random = self._random
        profile = PROFILES.get(category, _ANYONE)
        age = random.randint(profile.youngest, profile.oldest) if age is None else age
        sex = sex or (Sex.MALE if random.random() < profile.men else Sex.FEMALE)
        born = self._birth_date(age)
        house = self._house(profile)
        regency, birth_place = self._origin(house)
        village = random.choice(self._city if random.random() < 0.9 else self._near)
        status = self._status(age)
        low, high = profile.income
        return DemoPerson(
            name=self._name(Naming(house, sex, random.choice((1, 1, 1, 2, 2, 3, 4)), born.year)),
            sex=sex,
            birth_date=born,
            birth_place=birth_place,
            nik=self._nik(regency, born, sex),
            kk=self._kk(village, age),
            mother_name=given_name(
                random, Naming(house, Sex.FEMALE, random.randint(1, 4), born.year - 25)
            ),
            marital_status=status,
            blood_type=random.choice((*BloodType, None, None, None)),
            family=self._family(house, sex, born, status),
            phone=self._phone(),
            street=self._street(village),
            banjar=f"Br. {random.choice(_BANJARS)}",
            customary_village=self._customary_village(village),
            rt=f"{random.randint(1, 9):03}" if house in NEWCOMERS else "",
            rw=f"{random.randint(1, 4):03}" if house in NEWCOMERS else "",
            village_code=village,
            postal_code=self._postal_code(village),
            category=category,
            income=random.randint(low // 50_000, high // 50_000) * 50_000,
            workplace=self._workplace(profile, village),
            work_hours=profile.work_hours,
            second_job=random.choice(_SECOND_JOBS) if random.random() < 0.15 else "",
        )

    def look_alike(self, person: DemoPerson) -> DemoPerson:
        """The same person as a second office might have written them: another NIK, respelt.

        The name is abbreviated or spelt otherwise; day and month of birth are swapped where that
        is a date, else the year is one off.
        """
        name = shortened(person.name)
        for marker in ("I ", "Ni ", "NI "):
            name = name.removeprefix(marker)
        if name == person.name:
            for here, there in _SPELLINGS:
                if here in name:
                    name = name.replace(here, there, 1)
                    break
        born = person.birth_date
        if born.day <= 12 and born.day != born.month:
            born = born.replace(month=born.day, day=born.month)
        else:
            born = birthday(born, 1)
        return replace(
            person,
            name=name,
            birth_date=born,
            nik=self._nik(self._origin(House.COMMON)[0], born, person.sex),
            phone=self._phone(),
        )

    def _birth_date(self, age: int) -> date:
        """A day on which somebody of this age may have been born."""
        last = birthday(self._today, -age)
        while age_on(last, self._today) < age:  # on 29 February the birthday is 1 March
            last -= timedelta(days=1)
        first = birthday(self._today, -age - 1) + timedelta(days=1)
        return last - timedelta(days=self._random.randint(0, (last - first).days))

    def _house(self, profile: Profile) -> House:
        if profile.houses:
            return self._random.choice(profile.houses)
        while True:
            house = pick_house(self._random)
            if not (profile.balinese and house in NEWCOMERS):
                return house

    def _name(self, naming: Naming) -> str:
        random = self._random
        if (
            naming.born < 1975
            and naming.house is House.COMMON
            and random.random() < _ONE_WORD_SHARE
        ):
            name = single_name(random, naming.sex)
        else:
            name = given_name(random, naming)
        if random.random() < _SHORTENED_SHARE:
            name = shortened(name)
        return name.upper() if random.random() < _CAPITALS_SHARE else name

    def _origin(self, house: House) -> tuple[str, str]:
        table: Sequence[tuple[str, str, int]] = _BORN_ELSEWHERE.get(house, _BORN_IN_BALI)
        code, place, _ = self._random.choices(table, weights=[share for *_, share in table])[0]
        return code, place

    def _nik(self, regency: str, born: date, sex: Sex) -> str:
        districts = self._districts.get(regency)
        district = self._random.choice(districts) if districts else f"{regency}.{self._few(9):02}"
        day = born.day + (40 if sex is Sex.FEMALE else 0)
        return self._next_serial(f"{district}.{day:02}{born:%m%y}")

    def _kk(self, village: str, age: int) -> str:
        first = max(date(2004, 1, 2), birthday(self._today, min(0, 17 - age)))
        recorded = first + timedelta(days=self._random.randint(0, (self._today - first).days))
        return self._next_serial(f"{village[:8]}.{recorded:%d%m%y}", family_card=True)

    def _next_serial(self, start: str, *, family_card: bool = False) -> str:
        """Sixteen digits that were not given before: serials count up from a low number."""
        digits = start.replace(".", "")
        counter = f"kk {digits}" if family_card else digits
        serial = self._serials.get(counter, self._few(6) - 1) + 1
        self._serials[counter] = serial
        return f"{digits}{serial:04}"

    def _few(self, most: int) -> int:
        return self._random.randint(1, most)

    def _phone(self) -> str:
        while True:
            digits = self._random.randint(10_000_000, 99_999_999)
            phone = f"+62{self._random.choice(_MOBILE)}{digits}"
            if phone not in self._phones:
                self._phones.add(phone)
                return phone

    def _street(self, village: str) -> str:
        street = self._random.choice(_STREETS.get(village[:8], _OTHER_STREETS))
        number = f"No. {self._few(180)}"
        chance = self._random.random()
        if chance < 0.35:
            return f"{street} Gg. {self._random.choice(_GANGS)} {number}"
        if chance < 0.5:
            return (
                f"{street} Gg. {self._random.choice(('I', 'II', 'III', 'IV', 'V', 'IX'))} {number}"
            )
        return f"{street} {number}"

    def _customary_village(self, village: str) -> str:
        """Much of the old city is one adat village; elsewhere it bears the village's own name."""
        name = self._names[village]
        if name.startswith(("Dauh Puri", "Dangin Puri", "Pemecutan", "Tegal")):
            return "Denpasar"
        for suffix in (" Kaja", " Kelod", " Kauh", " Kangin", " Petilan", " Kertalangu"):
            name = name.removesuffix(suffix)
        return name

    def _postal_code(self, village: str) -> str:
        low, high = _POSTCODES.get(village[:8], (80351, 80361))
        return str(self._random.randint(low, high))

    def _workplace(self, profile: Profile, village: str) -> str:
        place = self._random.choice(profile.workplaces)
        if place.startswith(("Jl.", "Pasar", "Pantai", "Lapangan", "Subak", "Denpasar")):
            return place
        kind = "Kelurahan" if is_kelurahan(village) else "Desa"
        return f"{place}, {kind} {self._names[village]}"

    def _status(self, age: int) -> MaritalStatus:
        chance = self._random.random()
        if age < 21 or (age < 30 and chance < (30 - age) / 11):
            return MaritalStatus.SINGLE
        if chance > 0.97:
            return MaritalStatus.DIVORCED
        if chance > 0.96 - max(0, age - 45) * 0.006:
            return MaritalStatus.WIDOWED
        return MaritalStatus.MARRIED

    def _family(
        self, house: House, sex: Sex, born: date, status: MaritalStatus
    ) -> tuple[DemoRelative, ...]:
        random, today = self._random, self._today
        if status is MaritalStatus.SINGLE:
            return (self._relative(Relation.PARENT, house, Sex.FEMALE, 1, self._years(born, -26)),)
        family: list[DemoRelative] = []
        if status is MaritalStatus.MARRIED:
            other = Sex.FEMALE if sex is Sex.MALE else Sex.MALE
            gap = random.randint(-1, 5) * (1 if sex is Sex.MALE else -1)
            family.append(
                self._relative(
                    Relation.SPOUSE, house, other, random.randint(1, 4), self._years(born, gap)
                )
            )
        child = self._years(born, random.randint(21, 28))
        for order in range(1, random.choice((1, 2, 2, 2, 3, 3, 4, 6))):
            if child > today:
                break
            child_sex = random.choice(tuple(Sex))
            family.append(self._relative(Relation.CHILD, house, child_sex, order, child))
            child = self._years(child, random.randint(2, 5))
        if not family:
            sibling, order = random.choice(tuple(Sex)), random.randint(1, 4)
            family.append(
                self._relative(Relation.SIBLING, house, sibling, order, self._years(born, 3))
            )
        return tuple(family)

    def _relative(
        self, relation: Relation, house: House, sex: Sex, order: int, born: date
    ) -> DemoRelative:
        name = given_name(self._random, Naming(house, sex, order, born.year))
        return DemoRelative(relation=relation, name=name, birth_date=born, sex=sex)

    def _years(self, born: date, years: int) -> date:
        """About so many years later, on another day."""
        return born + timedelta(days=round(years * 365.25) + self._random.randint(-150, 150))
