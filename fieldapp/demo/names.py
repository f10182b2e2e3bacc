"""Names as they are given in Bali, and those of people who moved there.

A name says the sex (I, Ni), often the rank (Ida Bagus, Anak Agung, I Gusti, I Dewa), the place in
the order of birth (Wayan, Made, Nyoman, Ketut, and round again), and then what is one's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from fieldapp.domain.vocabulary import Sex


class House(StrEnum):
    """What kind of family it is; children bear names of the same kind."""

    COMMON = "common"
    BRAHMANA = "brahmana"
    AGUNG = "agung"
    GUSTI = "gusti"
    DEWA = "dewa"
    COKORDA = "cokorda"
    PANDE = "pande"
    JAVA = "java"
    LOMBOK = "lombok"
    FLORES = "flores"


BALINESE: Final = {
    House.COMMON: 64,
    House.GUSTI: 11,
    House.DEWA: 6,
    House.AGUNG: 6,
    House.BRAHMANA: 6,
    House.COKORDA: 1,
    House.PANDE: 2,
}
"""How many in a hundred, roughly; the rest moved here."""
NEWCOMERS: Final = {House.JAVA: 7, House.LOMBOK: 2, House.FLORES: 2}

_ORDER: Final = {
    Sex.MALE: (
        ("Wayan", "Wayan", "Putu", "Gede"),
        ("Made", "Made", "Kadek", "Nengah"),
        ("Nyoman", "Nyoman", "Komang"),
        ("Ketut",),
    ),
    Sex.FEMALE: (
        ("Wayan", "Wayan", "Putu", "Luh", "Luh Putu"),
        ("Made", "Made", "Kadek", "Nengah"),
        ("Nyoman", "Nyoman", "Komang"),
        ("Ketut",),
    ),
}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OLDER: Final = {
    Sex.MALE: _words(
        "Sudarma Suarta Wirata Sukarya Rai Sudana Budiarta Astawa Mudita Suardana Karta Sukerta "
        "Arka Widana Sutama Artha Sumerta Wenten Suparta Sudiarta Mertha Suwitra Sujana Kariana "
        "Sadia Murdana Winarta Subrata Gunarsa Sukadana Suweca Darmawan Tantra Sutarja Sueca "
        "Widiana Parwata Puja Jelantik Oka Raka Alit Kardiana Sugiarta Nuarta Suastika Loka "
        "Suryawan Budiana Sukarsa Ardana Sandi Suka Rena Lanus Tirta Suweta Swastika Wardana"
    ),
    Sex.FEMALE: _words(
        "Sari Suci Rasmini Suartini Sukerti Murni Ariani Astiti Kerti Sudiani Sulastri Mariani "
        "Karini Rai Oka Raka Suwarni Sumiati Suryani Nuriati Rasniti Sukarni Sutini Widiani "
        "Armini Kariani Wiratni Suparmi Mudiani Yasmini Candri Rusmini Puspawati Sukawati "
        "Parwati Adnyani Sudarmi Arini Seniwati Suasti Mirah Rempi Ratna Sandat Kartini Werdi"
    ),
}

_FIRST: Final = {
    Sex.MALE: _words(
        "Agus Adi Eka Dwi Tri Bayu Surya Arya Yoga Wira Krisna Aditya Dharma Satria Rama Hendra "
        "Andika Indra Budi Ari Angga Gita Cahya Candra Rai Oka Yudi Ary Bagus Dedi Rangga Widi"
    ),
    Sex.FEMALE: _words(
        "Ayu Eka Dwi Tri Dewi Indah Widya Sri Novi Intan Rita Dian Maya Santi Yuni Candra Ratih "
        "Desi Mita Rina Ari Anggi Cahya Wulan Kusuma Sinta Citra Devi Tika Juni Purnama Mirah"
    ),
}
_SECOND: Final = {
    Sex.MALE: _words(
        "Pratama Saputra Wiguna Mahendra Prasetya Wijaya Permana Suputra Putra Ariawan Gunawan "
        "Sanjaya Kusuma Nugraha Adnyana Setiawan Wibawa Semadi Darmayasa Mahardika Wirawan "
        "Antara Artana Yasa Utama Santika Adiputra Juliana Sudarsana Wardhana Dananjaya Suyasa"
    ),
    Sex.FEMALE: _words(
        "Lestari Pratiwi Anggreni Cahyani Maharani Damayanti Utami Dewi Putri Wulandari Yanti "
        "Handayani Sukmawati Trisnayanti Purnamasari Widiastuti Astuti Apriani Juliantari "
        "Paramita Andriani Puspita Kusumayanti Armini Swandewi Noviantari Antari Wahyuni"
    ),
}

_ELSEWHERE: Final = {
    House.JAVA: {
        Sex.MALE: (
            "Slamet Riyadi|Agus Setiawan|Sutrisno|Bambang Hariyanto|Mohammad Rizki|Ahmad Fauzi|"
            "Suwarno|Eko Prasetyo|Joko Susilo|Supriyadi|Hadi Santoso|Abdul Rohman|Imam Syafii|"
            "Wahyudi|Dwi Cahyono|Muhammad Ilham|Samsul Arifin|Yudi Hermawan|Nur Kholis|Sugeng"
        ),
        Sex.FEMALE: (
            "Siti Aminah|Sri Wahyuni|Nur Hidayati|Sulastri|Dewi Kartikasari|Endang Susilowati|"
            "Sumiyati|Umi Kulsum|Ratna Ningsih|Titik Handayani|Lilik Nurhayati|Yuliana|"
            "Rini Astutik|Khotimah|Siti Rohmah|Wiwik Indrawati|Tutik Rahayu|Nurul Fadilah|Susanti"
        ),
    },
    House.LOMBOK: {
        Sex.MALE: "Lalu Hamdan|Lalu Wirajaya|Muhammad Zaini|Sahrul Gunadi|Lalu Suherman|Amaq Sahri",
        Sex.FEMALE: "Baiq Nurhasanah|Baiq Lestari|Siti Hawa|Baiq Sri Handayani|Inaq Sahnim",
    },
    House.FLORES: {
        Sex.MALE: (
            "Yohanes Bria|Antonius Seran|Petrus Lado|Stefanus Nggala|Markus Umbu|Agustinus Jehadu"
        ),
        Sex.FEMALE: (
            "Maria Goreti|Yuliana Bere|Margaretha Lina|Elisabeth Sole|Theresia Nona|Rambu Ana"
        ),
    },
}

_SHORT: Final = (
    ("Ida Bagus", "IB."),
    ("Ida Ayu", "IA."),
    ("Anak Agung", "A.A."),
    ("Gusti", "Gst."),
    ("Ngurah", "Ngr."),
    ("Wayan", "Wyn."),
    ("Made", "Md."),
    ("Nyoman", "Nym."),
    ("Ketut", "Kt."),
    ("Gede", "Gd."),
)


@dataclass(frozen=True, slots=True)
class Naming:
    """What a name is made from: the family, the place among its children, and the generation."""

    house: House
    sex: Sex
    order: int
    """1 for the first child; from the fifth on the names begin again."""
    born: int
    """The year: since about 1985 people have two names of their own."""


def pick_house(random: Random) -> House:
    """A family as one would meet it in Denpasar."""
    shares = BALINESE | NEWCOMERS
    return random.choices(list(shares), weights=list(shares.values()))[0]


def given_name(random: Random, naming: Naming) -> str:
    """The name as it would be written out in full, "I Wayan Sudarma"."""
    sex, house = naming.sex, naming.house
    if house in _ELSEWHERE:
        return random.choice(_ELSEWHERE[house][sex].split("|"))
    order = random.choice(_ORDER[sex][(naming.order - 1) % 4])
    again = " Balik" if naming.order > 4 and random.random() < 0.3 else ""
    own = _own_name(random, naming)
    male = sex is Sex.MALE
    if house is House.COMMON:
        marker = ("I " if male else "Ni ") if naming.born < 1985 or random.random() < 0.7 else ""
        return f"{marker}{order}{again} {own}"
    if house is House.PANDE:
        return f"{'I' if male else 'Ni'} {order} Pande {own}"
    short_order = order.removeprefix("Luh ").replace("Luh", "Putu").replace("Wayan", "Putu")
    if house is House.BRAHMANA:
        return f"{'Ida Bagus' if male else 'Ida Ayu'} {_maybe(random, short_order, 0.6)}{own}"
    if house is House.AGUNG:
        rank = random.choice(
            ("Gede", "Ngurah", short_order) if male else ("Istri", "Ayu", "Sagung")
        )
        return f"Anak Agung {rank} {own}"
    if house is House.COKORDA:
        return f"Cokorda {random.choice(('Gede', 'Raka', 'Bagus')) if male else 'Istri'} {own}"
    if house is House.GUSTI:
        rank = random.choice(("Ngurah", "Ngurah", "Agung", "") if male else ("Ayu", "Ayu", "Agung"))
        start = "I Gusti" if male or random.random() < 0.6 else "Ni Gusti"
        return " ".join(f"{start} {rank} {short_order} {own}".split())
    if male:
        return f"{random.choice(('I Dewa', 'Dewa'))} {random.choice((short_order, 'Gede'))} {own}"
    return f"{random.choice(('Desak', 'Desak', 'I Dewa Ayu', 'Dewa Ayu'))} {short_order} {own}"


def single_name(random: Random, sex: Sex) -> str:
    """One word, as some elder people have it on their card: "Sudarma"."""
    return random.choice(_OLDER[sex])


def shortened(name: str) -> str:
    """The name as offices abbreviate it: "I Gst. Ngr. Md. Astawa", "IB. Oka"."""
    if name.isupper():
        return shortened(name.title()).upper()
    for full, short in _SHORT:
        if name.startswith(f"{full} ") or f" {full} " in name:
            name = name.replace(full, short, 1)
    return name


def _own_name(random: Random, naming: Naming) -> str:
    if naming.born < 1985 and random.random() < 0.8:
        return random.choice(_OLDER[naming.sex])
    first, second = random.choice(_FIRST[naming.sex]), random.choice(_SECOND[naming.sex])
    return f"{first} {second}" if first != second else first


def _maybe(random: Random, word: str, share: float) -> str:
    return f"{word} " if random.random() < share else ""
