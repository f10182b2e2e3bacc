"""How long until the registration page can be used on a bad line and a cheap phone?

    python bench/slow_line.py --json

Chromium with 400 kbit/s, 400 ms of delay for each request and a processor six times slower.
Usable: the name can be typed and what is typed is saved by itself (the page's scripts have
started). Medians of --runs visits with an empty cache, and of visits after it. With --json the
last line is one object: first_visit_ms, later_visit_ms.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from page_weight import PAGE, served, session_of
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

LINE: Final = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400_000 / 8,
    "uploadThroughput": 400_000 / 8,
}
SLOWER: Final = 6
READY: Final = "[data-signature-pad]:not([hidden])"
# The page's own clock from the tap on: modules have run when its content counts as loaded.
USABLE: Final = "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def slow_page(context: BrowserContext) -> Page:
    """A page on the bad line."""
    page = context.new_page()
    tool = context.new_cdp_session(page)
    tool.send("Network.enable")
    tool.send("Network.emulateNetworkConditions", LINE)
    tool.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


def visit(context: BrowserContext, address: str) -> float:
    """Milliseconds from the tap to a page that saves what is typed."""
    page = slow_page(context)
    page.goto(address, timeout=60_000)
    page.wait_for_selector(READY, state="attached")
    took = float(page.evaluate(USABLE))
    page.close()
    return took


def phone(browser: Browser, state: Any) -> BrowserContext:
    return browser.new_context(
        storage_state=state, locale="id-ID", viewport={"width": 360, "height": 740}
    )


def main() -> None:
    """Measure and say."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    args = parser.parse_args()
    first, later = [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        with served(Path(folder)) as address:
            state = session_of(browser, address)
            for _ in range(args.runs):
                context = phone(browser, state)
                first.append(visit(context, address + PAGE))
                later.append(visit(context, address + PAGE))
                context.close()
            browser.close()
    told = {
        "first_visit_ms": round(statistics.median(first)),
        "later_visit_ms": round(statistics.median(later)),
    }
    print(f"Usable after {told['first_visit_ms']} ms at first, {told['later_visit_ms']} ms later.")
    if args.json:
        print(json.dumps(told))


if __name__ == "__main__":
    main()
