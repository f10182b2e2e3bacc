"""How much of a phone's data does the registration page take? A real browser counts the bytes.

    python bench/page_weight.py
    python bench/page_weight.py --list --json

Counted is what comes over the wire, headers included, as Chromium's network log has it: of a
first visit with an empty cache (redirect, page, style, scripts, icon), and of a later visit for
the next worker. With --json the last line is one object: registration_first_visit_bytes,
registration_later_visit_bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from waitress import wasyncore
from waitress.server import create_server

from config import Settings
from fieldapp.app import create_app
from fieldapp.demo.load import PASSWORD

LIMIT = 40_000
PAGE = "/registrations/new"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the app on a demo of its own, under the server that people run."""
    app = create_app(Settings(data=folder))
    runner = app.test_cli_runner()
    for words in (["setup"], ["demo", "load"]):
        told = runner.invoke(args=words)
        if told.exit_code:
            raise SystemExit(told.output)
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join(timeout=5)
        server.task_dispatcher.shutdown()


def session_of(browser: Browser, address: str) -> Any:
    """The cookies of a coordinator; the cache of the visit is thrown away."""
    context = browser.new_context(locale="id-ID")
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=username]", "wayan")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(f"{address}/")
    state = context.storage_state()
    context.close()
    return state


def visit(context: BrowserContext, address: str) -> dict[str, int]:
    """Bytes by address of one visit."""
    page = context.new_page()
    log = context.new_cdp_session(page)
    log.send("Network.enable")
    addresses: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def ask(event: Any) -> None:
        addresses[event["requestId"]] = event["request"]["url"]
        if "redirectResponse" in event:
            sizes[event["redirectResponse"]["url"]] = event["redirectResponse"]["encodedDataLength"]

    def count(event: Any) -> None:
        url = addresses.get(event["requestId"], event["requestId"])
        sizes[url] = sizes.get(url, 0) + int(event["encodedDataLength"])

    log.on("Network.requestWillBeSent", ask)
    log.on("Network.loadingFinished", count)
    page.goto(address + PAGE, wait_until="networkidle")
    page.wait_for_selector("[data-signature-pad]:not([hidden])", state="attached")
    page.close()
    return {url.removeprefix(address): int(size) for url, size in sizes.items() if size}


def main() -> None:
    """Measure and say."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--list", action="store_true", help="name every file")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        with served(Path(folder)) as address:
            state = session_of(browser, address)
            context = browser.new_context(
                storage_state=state, locale="id-ID", viewport={"width": 360, "height": 740}
            )
            first, later = visit(context, address), visit(context, address)
            browser.close()
    if args.list:
        for url, size in sorted(first.items(), key=lambda each: -each[1]):
            print(f"{size:>8}  {url}")
    total, again = sum(first.values()), sum(later.values())
    print(f"The registration page: {total:,} bytes at first (limit {LIMIT:,}), {again:,} later.")
    if args.json:
        print(
            json.dumps(
                {"registration_first_visit_bytes": total, "registration_later_visit_bytes": again}
            )
        )


if __name__ == "__main__":
    main()
