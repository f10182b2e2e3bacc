"""What ./run and ./test stand on: settings that are explained, requirements that are locked."""

import re
import subprocess
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from config import Settings, variable

ROOT = Path(__file__).resolve().parents[2]
EXPLAINED = ROOT / "docs/settings.md"
OF_THE_TESTS = {"FIELDAPP_TEST_DATABASE_URL"}


def locked(file: str) -> dict[str, set[str]]:
    """Package and version (with its marker) to hashes."""
    packages: dict[str, set[str]] = {}
    current: set[str] = set()
    for line in (ROOT / "requirements" / file).read_text().splitlines():
        if line and not line.startswith((" ", "#")):
            current = packages.setdefault(line.rstrip(" \\"), set())
        current |= set(re.findall(r"--hash=(sha256:[0-9a-f]{64})", line))
    return packages


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_is_explained_with_its_default(setting):
    assert setting.default is not MISSING
    row = f"| `{variable(setting.name)}` | {shown(setting.default)} |"

    assert row in EXPLAINED.read_text()


def test_no_document_names_a_setting_that_does_not_exist():
    known = {variable(setting.name) for setting in fields(Settings)} | OF_THE_TESTS
    papers = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "run", ROOT / "test"]

    named = {
        each for paper in papers for each in re.findall(r"FIELDAPP_[A-Z_]+[A-Z]", paper.read_text())
    }

    assert named - known == set()


@pytest.mark.parametrize("file", ["app.txt", "test.txt"])
def test_every_locked_package_has_its_hashes_and_no_address(file):
    packages = locked(file)

    assert len(packages) > 30
    assert {package for package, hashes in packages.items() if not hashes} == set()
    assert "://" not in (ROOT / "requirements" / file).read_text()


def test_the_tests_run_on_the_very_packages_of_the_app():
    app, test = locked("app.txt"), locked("test.txt")

    assert {package: test.get(package) for package in app} == app


@pytest.mark.parametrize("file", ["app", "test"])
def test_the_lock_holds_what_is_asked_for(file):
    asked = (ROOT / f"requirements/{file}.in").read_text().splitlines()
    pins = {re.sub(r"\[.*?\]", "", line) for line in asked if "==" in line}
    packages = {package.partition(" ")[0] for package in locked(f"{file}.txt")}

    assert pins - packages == set()


@pytest.mark.parametrize("script", ["run", "test", "requirements/ready.sh", "requirements/lock"])
def test_a_command_is_plain_sh(script):
    checked = subprocess.run(["dash", "-n", ROOT / script], capture_output=True, text=True)

    assert checked.stderr == ""


def shown(default: object) -> str:
    return f"`{default}`" if str(default) else "–"
