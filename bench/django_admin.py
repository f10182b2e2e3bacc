"""The same table under Django's admin on SQLite WAL, to be measured beside: bench/intake.py.

    python bench/django_admin.py FOLDER PORT THREADS [synced]

Serves with waitress, as Fieldapp does; one administrator, admin / admin. Photos go to the media
folder the way Django writes them, which is not synced; with `synced` file and folder are, so that
both servers have everything on the disk when they answer.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings

FOLDER, PORT, THREADS = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
SYNCED = sys.argv[4:] == ["synced"]
TEXTS = {
    "nik": 16, "no_nik_reason": 200, "kk": 16, "name": 120, "birth_place": 60, "sex": 8,
    "marital_status": 16, "blood_type": 4, "mother_name": 120, "family": 2000, "street": 120,
    "banjar": 60, "customary_village": 60, "rt": 3, "rw": 3, "village_code": 13, "postal_code": 5,
    "phone": 20, "email": 120, "category": 36, "workplace": 120, "work_hours": 40,
    "second_job": 80, "former_kpj": 11, "npwp": 22, "income": 12, "payer": 8, "months": 2,
    "starts_on": 10, "birth_date": 10, "stage": 12,
}  # fmt: skip
"""As many columns as the form has, and as wide."""

settings.configure(
    DEBUG=False,
    SECRET_KEY="only for measuring",  # noqa: S106
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    MEDIA_ROOT=str(FOLDER / "media"),
    STATIC_URL="/static/",
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(FOLDER / "django.sqlite"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                "transaction_mode": "IMMEDIATE",
                "timeout": 15,
            },
        }
    },
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.files.storage import FileSystemStorage  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import path  # noqa: E402


class Synced(FileSystemStorage):  # type: ignore[misc]  # Django carries no types
    """The storage that Django comes with, which waits for the disk."""

    def _save(self, name: str, content: Any) -> str:
        kept: str = super()._save(name, content)
        for place in (Path(self.path(kept)), Path(self.path(kept)).parent):
            held = os.open(place, os.O_RDONLY)
            os.fsync(held)
            os.close(held)
        return kept


columns: dict[str, Any] = {
    name: models.CharField(max_length=length, blank=True) for name, length in TEXTS.items()
}
Registration = type(
    "Registration",
    (models.Model,),
    {
        "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "auth", "indexes": [
            models.Index(fields=["nik"], name="nik_index"),
            models.Index(fields=["name"], name="name_index"),
        ]}),
        **columns,
        "photo": models.FileField(
            upload_to="photos", storage=Synced() if SYNCED else FileSystemStorage()
        ),
    },
)  # fmt: skip
admin.site.register(Registration)
urlpatterns = [path("admin/", admin.site.urls)]

if __name__ == "__main__":
    import waitress

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    sys.modules.setdefault("__main__", sys.modules[__name__])
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Registration)
    get_user_model().objects.create_superuser("admin", "admin@example.com", "admin")
    waitress.serve(
        get_wsgi_application(), host="127.0.0.1", port=PORT, threads=THREADS, _quiet=True
    )
