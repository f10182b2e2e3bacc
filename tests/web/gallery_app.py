"""The components in each of their states, as pages that only tests can reach."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Flask, Response, abort, flash, render_template, request
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.file import FileField
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from wtforms import (
    BooleanField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from fieldapp.web import headers, language
from fieldapp.web.assets import build_stylesheet
from fieldapp.web.forms.dates import DatePartsField

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent / "gallery"
PAGES = tuple(sorted(path.stem for path in HERE.glob("*.html")))
ERRORS = tuple(sorted(path.stem for path in (ROOT / "templates" / "errors").glob("*.html")))


@dataclass(frozen=True)
class Place:
    url: str
    label: str
    icon: str
    current: bool = False
    count: int | None = None


PLACES = (
    Place("/gallery/home", "Beranda", "home", current=True),
    Place("/gallery/form", "Daftar baru", "add"),
    Place("/gallery/list", "Berkas", "batch", count=3),
    Place("/gallery/decide", "Kotak keluar", "outbox", count=12),
)
MORE_PLACES = (
    *PLACES,
    Place("/gallery/work", "Ruang cetak", "printer"),
    Place("/gallery/sign_in", "Jejak audit", "shield"),
)


class Visitor:
    name = "I Wayan Sudarma"
    agency_name = "Dinas Perhubungan Kota Denpasar"
    is_authenticated = True


def choices(**labels: str) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]


class Form(FlaskForm):
    nik = StringField("NIK", [InputRequired("Isi NIK, 16 angka, seperti di KTP.")])
    name = StringField(
        "Nama lengkap",
        [InputRequired("Isi nama seperti di KTP.")],
        description="Seperti di KTP, misalnya I Wayan Sudarma. Satu kata pun boleh.",
    )
    birth_date = DatePartsField(
        "Tanggal lahir", [InputRequired("Isi tanggal lahir.")], description="Misalnya 11 7 1976."
    )
    sex = RadioField(
        "Jenis kelamin",
        [InputRequired("Pilih salah satu.")],
        choices=choices(male="Laki-laki", female="Perempuan"),
    )
    category = SelectField(
        "Jenis pekerja",
        choices=[SelectChoice("", "Pilih …"), *choices(parkir="Juru parkir", adat="Pecalang")],
    )
    phone = StringField("Nomor HP", description="Misalnya 0812 3456 7890.")
    income = StringField("Penghasilan sebulan", [InputRequired("Isi penghasilan sebulan.")])
    address = TextAreaField("Alamat", [InputRequired("Isi alamat.")])
    programmes = SelectMultipleField(
        "Program",
        choices=choices(
            jkk="Jaminan Kecelakaan Kerja", jkm="Jaminan Kematian", jht="Jaminan Hari Tua"
        ),
    )
    consent = BooleanField("Saya sudah membacakan persetujuan ini dan pekerja setuju.")
    ktp = FileField("Foto KTP", description="Letakkan KTP di tempat terang, penuhi bingkai.")
    face = FileField("Foto wajah", description="Tanpa kacamata hitam dan topi.")
    password = PasswordField("Kata sandi", [InputRequired("Isi kata sandi.")])


def gallery_app(places: tuple[Place, ...] = PLACES) -> Flask:
    """An app with the layouts, components, policy of headers and words of the real one."""
    language.compile_catalogues()
    app = Flask("gallery", static_folder=None)
    app.jinja_loader = ChoiceLoader(  # type: ignore[assignment]
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(HERE)]
    )
    app.jinja_env.undefined = StrictUndefined
    app.config.update(
        SECRET_KEY="gallery",
        BABEL_DEFAULT_LOCALE="id",
        BABEL_TRANSLATION_DIRECTORIES=str(language.CATALOGUES),
    )
    app.jinja_env.add_extension("jinja2.ext.i18n")
    Babel(app, locale_selector=lambda: request.args.get("language", "id"))
    CSRFProtect(app)
    headers.send_headers(app, production=False)
    app.jinja_env.globals["asset"] = lambda path: f"/static/{path}"
    app.context_processor(
        lambda: {
            "locale": request.args.get("language", "id"),
            "settings_name": "Fieldapp",
            "current_user": Visitor(),
            "places": places,
        }
    )

    for endpoint in (
        "home.index",
        "account.sessions",
        "account.password",
        "sessions.sign_out",
        "language.choose",
    ):
        app.add_url_rule(f"/{endpoint}", endpoint, lambda: "", methods=["GET", "POST"])

    @app.get("/static/<path:name>")
    def asset_file(name: str) -> Response:
        if name == "css/app.css":
            return Response(build_stylesheet(ROOT / "static"), mimetype="text/css")
        kinds = {".js": "text/javascript", ".svg": "image/svg+xml"}
        path = ROOT / "static" / name
        return Response(path.read_bytes(), mimetype=kinds[path.suffix])

    @app.get("/gallery/<page>")
    def gallery(page: str) -> str:
        if page not in PAGES:
            abort(404)
        empty = Form(formdata=None, data={"name": "Sudarma", "birth_date": date(1976, 7, 11)})
        wrong = Form(formdata=None, prefix="wrong-", data={"nik": "51710112"})
        wrong.validate()
        if page == "home":
            flash("12 pekerja sudah dikirim ke penyelia.", "good")
        return render_template(f"{page}.html", form=empty, wrong=wrong)

    @app.get("/errors/<code>")
    def error(code: str) -> str:
        return render_template(f"errors/{code}.html", message="")

    return app
