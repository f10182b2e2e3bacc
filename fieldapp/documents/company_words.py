"""How paper about companies says permits, reasons, papers and programmes: in Indonesian."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from fieldapp.documents.wording import month_and_year
from fieldapp.domain.permits import PermitType, Reason, Shortfall
from fieldapp.domain.vocabulary import Programme, Scale

PERMITS: Final[Mapping[PermitType, str]] = {
    PermitType.BUSINESS: "Izin usaha",
    PermitType.TENDER: "Izin mengikuti tender proyek",
    PermitType.FOREIGN_WORKERS: "Izin mempekerjakan tenaga kerja asing",
    PermitType.LABOUR_SUPPLY: "Izin perusahaan penyedia jasa pekerja",
    PermitType.BUILDING: "Persetujuan bangunan gedung (PBG)",
}

SCALES: Final[Mapping[Scale, str]] = {
    Scale.MICRO: "mikro",
    Scale.SMALL: "kecil",
    Scale.MEDIUM: "menengah",
    Scale.LARGE: "besar",
}

REASONS: Final[Mapping[Reason, str]] = {
    Reason.CERTIFICATE_MISSING: "Sertifikat kepesertaan BPJS Ketenagakerjaan belum ada.",
    Reason.CERTIFICATE_UNVERIFIED: "Sertifikat kepesertaan belum diperiksa petugas.",
    Reason.RECEIPT_MISSING: "Bukti bayar iuran terakhir belum ada.",
    Reason.RECEIPT_UNVERIFIED: "Bukti bayar iuran belum diperiksa petugas.",
    Reason.UNPAID: "Iuran lunas sampai {paid_until}; seharusnya sampai {wanted_month}.",
    Reason.SCALE_UNKNOWN: "Skala usaha belum diketahui.",
    Reason.PROGRAMMES_UNKNOWN: "Sertifikat tidak menyebut program yang diikuti.",
    Reason.PROGRAMMES_MISSING: "Usaha berskala {scale} wajib pula mengikuti {programmes}.",
    Reason.WORKERS_UNKNOWN: "Jumlah pekerja yang dilaporkan dan yang terdaftar belum diketahui.",
    Reason.WORKERS_LEFT_OUT: (
        "Pekerja dilaporkan {declared}, terdaftar {enrolled}: {left_out} orang belum didaftarkan."
    ),
}


def reason_line(short: Shortfall) -> str:
    """One reason as a sentence."""
    return REASONS[short.reason].format(
        **{name: _told(name, value) for name, value in short.facts.items()}
    )


def programme_line(held: Iterable[str]) -> str:
    """JKK, JKM, JHT: in the order of the law; a dash for none."""
    named = set(held)
    return ", ".join(each.upper() for each in Programme if each.value in named) or "–"


def _told(name: str, value: Any) -> str:
    match name:
        case "paid_until" | "wanted_month":
            return month_and_year(date.fromisoformat(value))
        case "programmes":
            return programme_line(value)
        case "scale":
            return SCALES[Scale(value)]
        case _:
            return f"{value:,}".replace(",", ".") if isinstance(value, int) else str(value)
