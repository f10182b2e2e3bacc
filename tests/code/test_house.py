"""The rules of the house that a machine can check in its Python."""

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "fieldapp").rglob("*.py"))
CODE = [
    *MODULES,
    *ROOT.glob("*.py"),
    *(ROOT / "bench").rglob("*.py"),
    *(ROOT / "migrations").rglob("*.py"),
    *(ROOT / "tests").rglob("*.py"),
]
PROSE = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "run", ROOT / "test"]
PARTS = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.[cj]ss*")]
# A name for things without a place of their own; whatever is in there has a better one.
NO_NAMES = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_only_one_module_commits():
    committing = {name(path) for path in MODULES if calls(path, {"commit"})}

    assert committing <= {"fieldapp/database.py"}, "services change rows; transaction() keeps them"


def test_only_the_clock_is_asked_for_the_time():
    asking = {
        name(path)
        for path in MODULES
        if calls(path, {"now", "utcnow", "today"}, of={"datetime", "date"})
    }

    assert asking <= {"fieldapp/clock.py"}, "time comes in as an argument"


def test_every_module_is_named_after_what_it_does():
    nameless = {
        name(path) for path in CODE if NO_NAMES & {path.stem, *path.relative_to(ROOT).parts}
    }

    assert nameless == set()


def test_everything_the_project_reads_is_in_the_project():
    outside = re.compile(r"\.\./shar" r"ed|(?<![\w.])/(?:home|root|wor" r"k)/")

    strays = [name(path) for path in [*CODE, *PROSE, *PARTS] if outside.search(path.read_text())]

    assert strays == []


def test_every_package_that_is_imported_is_asked_for_by_name():
    asked = {requirement(line) for line in (ROOT / "requirements/app.in").read_text().splitlines()}
    homes = packages_distributions()
    imported = {top for path in MODULES for top in imports(path)} & homes.keys()

    distributions = {top: {normal(home) for home in homes[top]} for top in imported}
    # Werkzeug, Jinja and the like are parts of what is asked for; their versions go with it.
    parts_of_flask = {"werkzeug", "jinja2", "markupsafe", "itsdangerous", "click"}
    parts = parts_of_flask | {"alembic", "babel", "limits", "wtforms", "pydyf", "fonttools"}
    strangers = {top for top, home in distributions.items() if not home & (asked | parts)}

    assert strangers == set()


def test_every_package_that_is_asked_for_is_imported():
    asked = {requirement(line) for line in (ROOT / "requirements/app.in").read_text().splitlines()}
    homes = packages_distributions()
    imported = {top for path in [*MODULES, ROOT / "wsgi.py"] for top in imports(path)}
    used = {normal(home) for top in imported & homes.keys() for home in homes[top]}

    by_address = {"psycopg"}  # SQLAlchemy imports it when the address of the database says so
    assert asked - {""} - by_address - used == set()


def test_migrations_have_one_head():
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    revisions = list((ROOT / "migrations/versions").glob("*.py"))

    assert len(scripts.get_heads()) == min(1, len(revisions)), "two branches met: merge their order"


def calls(path: Path, names: set[str], of: set[str] | None = None) -> bool:
    """Whether the module calls a method of one of the names (of one of these objects)."""
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in names
            and (of is None or (isinstance(node.func.value, ast.Name) and node.func.value.id in of))
        ):
            return True
    return False


def imports(path: Path) -> set[str]:
    """The top names of all that the module imports, wherever in it."""
    tops = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            tops |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            tops.add(node.module.partition(".")[0])
    return tops


def requirement(line: str) -> str:
    """The package a line of a requirement file asks for; nothing for a remark."""
    return normal(re.split(r"[\[=<>~;# ]", line, maxsplit=1)[0])


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
