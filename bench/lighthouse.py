"""What does Lighthouse say of the pages that people open on a phone?

    python bench/lighthouse.py
    python bench/lighthouse.py --json

Lighthouse 12 (Node 18 or later; it is fetched from npm into --tools, a folder of your choice, and
nothing of it is part of the app) looks at the app under its own server as a phone on slow 4G does,
signed in where a page asks for it. With --json the last line is one object: by page, scores of
100 for performance, accessibility and best_practices, medians of --runs; and what was left to do.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import sync_playwright

from bench.page_weight import served, session_of

VERSION: Final = "12"
CHROMIUM: Final = "/usr/bin/chromium"
CATEGORIES: Final = ("performance", "accessibility", "best-practices")
PAGES: Final = {
    "sign_in": ("/sign-in", False),
    "home": ("/", True),
    "registration": ("/registrations/new", True),
    "phone": ("/phone/id/", False),
}


def installed(tools: Path) -> Path:
    """Lighthouse's command, fetched when it is not there."""
    command = tools / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not command.exists():
        tools.mkdir(parents=True, exist_ok=True)
        wanted = ["npm", "install", "--no-audit", "--no-fund", "--silent", f"lighthouse@{VERSION}"]
        subprocess.run([*wanted, "--prefix", str(tools)], check=True)
    return command


def look(command: Path, address: str, cookie: str | None, folder: Path) -> dict[str, Any]:
    """One report, as Lighthouse writes it."""
    report = folder / "report.json"
    words = ["node", str(command), address, "--quiet", "--output=json", f"--output-path={report}"]
    words += [f"--only-categories={','.join(CATEGORIES)}"]
    words += ["--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-quic"]
    if cookie:
        headers = folder / "headers.json"
        headers.write_text(json.dumps({"Cookie": cookie}), "utf-8")
        words.append(f"--extra-headers={headers}")
    subprocess.run(words, check=True, env={**os.environ, "CHROME_PATH": CHROMIUM})
    read: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return read


def undone(report: dict[str, Any]) -> list[str]:
    """What cost points: the audits that weigh something and are not whole."""
    found = []
    for category in report["categories"].values():
        for part in category["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                shown = audit.get("displayValue") or ""
                found.append(f"{part['id']} {shown}".strip())
    return found


def main() -> None:
    """Measure and say."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tools", type=Path, default=Path(tempfile.gettempdir()) / "lighthouse")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    args = parser.parse_args()
    command = installed(args.tools)
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        folder = Path(made)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with served(folder / "data") as address:
            state = session_of(browser, address)
            browser.close()
            cookie = "; ".join(f"{each['name']}={each['value']}" for each in state["cookies"])
            for name, (path, signed_in) in PAGES.items():
                reports = [
                    look(command, address + path, cookie if signed_in else None, folder)
                    for _ in range(args.runs)
                ]
                told[name] = {
                    key.replace("-", "_"): round(
                        100 * statistics.median(r["categories"][key]["score"] for r in reports)
                    )
                    for key in CATEGORIES
                }
                told[name]["undone"] = sorted({each for r in reports for each in undone(r)})
                print(f"{name:>14}  {told[name]}")
    if args.json:
        print(json.dumps(told))


if __name__ == "__main__":
    main()
