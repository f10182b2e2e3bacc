"""Every setting of Fieldapp: typed, explained, read from the environment once, in `wsgi.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Self


class Environment(StrEnum):
    """Where the app runs; production refuses demo accounts and cookies over plain HTTP."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"
    TEST = "test"


class SettingError(Exception):
    """A setting that cannot be understood: says which, what it was and what it should be."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"{name}={value!r} is not {wanted}.")
        self.name = name


def _setting(default: Any, explains: str, **more: Any) -> Any:
    return field(default=default, metadata={"explains": explains, **more})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One frozen object, handed to `create_app`. Each field is `FIELDAPP_<NAME>` outside."""

    env: Environment = _setting(
        Environment.DEVELOPMENT, "development, production or test; production refuses demo accounts"
    )
    data: Path = _setting(Path("data"), "folder of the database, keys and files")
    host: str = _setting("127.0.0.1", "address the web server listens on")
    port: int = _setting(8000, "port the web server listens on", least=1, most=65535)
    database_url: str = _setting(
        "", "database address; empty means SQLite in the data folder; postgresql+psycopg://…"
    )
    secret_file: str = _setting("", "file of the keys; empty means keys.json in the data folder")
    public_url: str = _setting(
        "", "address people reach the app by, https://…; in production no card is printed without"
    )
    proxies: int = _setting(0, "trusted proxies in front of the app (X-Forwarded-*)", least=0)
    web_threads: int = _setting(8, "threads of the web server", least=1, most=256)
    session_idle_minutes: int = _setting(60, "a session ends after so long without use", least=1)
    session_hours: int = _setting(12, "a session ends after so long in any case", least=1)
    upload_mb: int = _setting(9, "largest request body, in megabytes", least=1, most=64)
    job_lease_seconds: int = _setting(30, "a job is taken over when its worker is silent so long")
    page_rows: int = _setting(50, "rows on a page of a list", least=5, most=500)
    batch_rows: int = _setting(5000, "most rows in one batch", least=1)
    checks_a_minute: int = _setting(
        60, "checks of cards that one address may ask for in a minute", least=1
    )
    phone_requests_a_minute: int = _setting(
        600, "requests that one account's phones may make in a minute", least=1
    )
    limit_storage: str = _setting(
        "memory://", "where such questions are counted; redis://… when several processes serve"
    )
    permit_paid_within: int = _setting(
        2, "a permit asks for contributions paid until so many months before the check", least=0
    )
    permit_workers_over: int = _setting(
        0, "so many workers may be declared above those enrolled before a permit", least=0
    )
    permit_valid_days: int = _setting(
        30, "the result of a permit check is valid for so many days", least=1, most=365
    )
    coverage_on_track: int = _setting(
        100, "from this percent of a target on it is on track", least=1, most=200
    )
    coverage_at_risk: int = _setting(
        80, "from this percent on a target is at risk of being missed, below it is behind", most=200
    )
    office: str = _setting(
        "BPJS Ketenagakerjaan Kantor Cabang Denpasar", "name of the branch, as printed on paper"
    )
    city: str = _setting("Pemerintah Kota Denpasar", "who issues paper, as printed on it")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read `FIELDAPP_*`; raise `SettingError` for a value of the wrong type or out of range."""
        values: dict[str, Any] = {}
        for each in fields(cls):
            name = variable(each.name)
            text = environ.get(name, "").strip()
            if text:
                values[each.name] = _parsed(name, text, type(each.default), each.metadata)
        return cls(**values)

    @property
    def database_uri(self) -> str:
        """The address SQLAlchemy is given."""
        return self.database_url or f"sqlite:///{(self.data / 'fieldapp.sqlite').resolve()}"

    @property
    def keys_path(self) -> Path:
        """Where the keys are kept, mode 0600."""
        return Path(self.secret_file) if self.secret_file else self.data / "keys.json"

    @property
    def files_path(self) -> Path:
        """The folder of photos, signatures and printed files, all sealed."""
        return self.data / "files"

    @property
    def card_url(self) -> str:
        """What cards lead to; in production only what was set, for paper outlives a guess."""
        if self.public_url or self.production:
            return self.public_url
        return f"http://{self.host}:{self.port}"

    @property
    def production(self) -> bool:
        return self.env is Environment.PRODUCTION


def variable(field_name: str) -> str:
    """The environment variable of a setting."""
    return f"FIELDAPP_{field_name.upper()}"


def _parsed(name: str, text: str, kind: type, limits: Mapping[str, Any]) -> Any:
    if issubclass(kind, StrEnum):
        try:
            return kind(text)
        except ValueError:
            raise SettingError(name, text, "one of " + ", ".join(kind)) from None
    if kind is int:
        least, most = limits.get("least", 1), limits.get("most", 10**9)
        if not text.isdecimal() or not least <= int(text) <= most:
            raise SettingError(name, text, f"a whole number from {least} to {most}")
        return int(text)
    if issubclass(kind, Path):
        return Path(text)
    return text
