"""How much of a phone's data do the registration page and the app take? A real browser fetches.

    python bench/page_weight.py
    python bench/page_weight.py --list --json

Counted is what comes over the wire, headers included. Of the registration page, as Chromium's
network log has it: a first visit with an empty cache (page, style, scripts, icon), and a later
visit for the next worker. Of the app, as a wire between browser and server has it: everything from
the first tap with an empty cache to a phone that can do without a signal (pages, worker, bundle,
icons, villages and other reference data, words, one's own rows). The filter of known NIKs is not
in it: its size grows with the city and has a budget of its own. With --json the last line is one
object: registration_first_visit_bytes, registration_later_visit_bytes, offline_total_bytes.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress import wasyncore
from waitress.server import create_server

from config import Settings
from fieldapp.app import create_app
from fieldapp.demo.load import PASSWORD

LIMIT = 40_000
OFFLINE_LIMIT = 100_000
PIN = "271828"
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


class Wire:
    """Stands between browser and server, and counts what the server says, by connection."""

    def __init__(self, server: str) -> None:
        host, _, port = server.removeprefix("http://").partition(":")
        self.server = host, int(port)
        self.bytes = 0
        self.heard: list[str] = []
        self._counting = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._welcome, daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _welcome(self) -> None:
        while True:
            try:
                browser, _ = self._door.accept()
            except OSError:
                return
            server = socket.create_connection(self.server)
            for source, target, counted in ((browser, server, False), (server, browser, True)):
                threading.Thread(
                    target=self._carry, args=(source, target, counted), daemon=True
                ).start()

    def _carry(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError), source, target:
            while data := source.recv(65_536):
                with self._counting:
                    if counted:
                        self.bytes += len(data)
                    else:
                        self.heard += [line.split()[1] for line in _requests(data)]
                target.sendall(data)


def _requests(data: bytes) -> list[str]:
    first = data.split(b"\r\n", 1)[0]
    return [first.decode("ascii", "replace")] if first.endswith(b"HTTP/1.1") else []


def everything_fetched(browser: Browser, address: str, state: Any) -> tuple[BrowserContext, Page]:
    """The phone of a coordinator who has just opened the app for the first time."""
    context = browser.new_context(
        storage_state=state, locale="id-ID", viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    page.route("**/api/v1/duplicates", lambda route: route.fulfill(status=503, json={}))
    page.goto(f"{address}/phone/")
    for field in ("first", "again"):
        page.locator(f"#lock-{field}").fill(PIN)
    page.locator("[data-lock=choose] [data-lock-go]").click()
    page.wait_for_selector("[data-shown=home]")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(3000)
    return context, page


def everything_offline(browser: Browser, address: str) -> Wire:
    """What a phone fetches from its first tap until it can do without a signal."""
    wire = Wire(address)
    # Cookies go by the name of the host, whatever the port.
    context, page = everything_fetched(browser, wire.address, session_of(browser, address))
    context.set_offline(True)
    page.locator("[data-place=new]").click()
    # It can: the list of villages is there.
    page.locator("#address > summary").click()
    page.locator("#village_code").press_sequentially("sesetan")
    page.wait_for_selector("#village-list [role=option]")
    context.close()
    wire.close()
    return wire


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
            wire = everything_offline(browser, address)
            browser.close()
    if args.list:
        for url, size in sorted(first.items(), key=lambda each: -each[1]):
            print(f"{size:>8}  {url}")
        print("The app asked for:", *wire.heard, sep="\n  ")
    total, again = sum(first.values()), sum(later.values())
    print(f"The registration page: {total:,} bytes at first (limit {LIMIT:,}), {again:,} later.")
    print(f"Everything for no signal: {wire.bytes:,} bytes (limit {OFFLINE_LIMIT:,}).")
    if args.json:
        measured = {
            "registration_first_visit_bytes": total,
            "registration_later_visit_bytes": again,
            "offline_total_bytes": wire.bytes,
        }
        print(json.dumps(measured))


if __name__ == "__main__":
    main()
