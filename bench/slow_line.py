"""How long until the registration page can be used on a bad line and a cheap phone?

    python bench/slow_line.py --json

Chromium with 400 kbit/s, 400 ms of delay for each request and a processor six times slower.
Usable: the name can be typed and what is typed is saved by itself (the page's scripts have
started). Medians of --runs visits with an empty cache, and of visits after it. With --json the
last line is one object: first_visit_ms, later_visit_ms, and of the app that is on the phone, with
no network at all: app_start_ms (from the tap until it asks for the PIN), app_unlock_ms (from the
PIN to its home) and app_form_ms (from the tap on "register" to a form that keeps what is typed).
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

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.page_weight import PAGE, PIN, everything_fetched, served, session_of

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


def app(context: BrowserContext, address: str) -> dict[str, float]:
    """Milliseconds of the three steps to a new form, without a network."""
    page = context.new_page()
    tool = context.new_cdp_session(page)
    tool.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(f"{address}/phone/")
    page.wait_for_selector("#lock[open] #lock-pin:focus")
    started = float(page.evaluate("() => performance.now()"))
    page.locator("#lock-pin").fill(PIN)
    unlocked = _clicked(page, "[data-lock=open] [data-lock-go]", "[data-shown=home]")
    form = _clicked(page, "[data-place=new]", "[data-shown=form]")
    page.close()
    return {"start": started, "unlock": unlocked, "form": form}


def _clicked(page: Page, selector: str, shown: str) -> float:
    """From the click to what it shows, by the page's own clock."""
    took = page.evaluate(
        """async ([selector, shown]) => {
          const begun = performance.now();
          document.querySelector(selector).click();
          while (!document.querySelector(shown)) await new Promise(requestAnimationFrame);
          return performance.now() - begun;
        }""",
        [selector, shown],
    )
    return float(took)


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
            context, page = everything_fetched(browser, address, state)
            page.close()
            context.set_offline(True)
            steps = [app(context, address) for _ in range(args.runs)]
            browser.close()
    told = {
        "first_visit_ms": round(statistics.median(first)),
        "later_visit_ms": round(statistics.median(later)),
        **{
            f"app_{step}_ms": round(statistics.median(each[step] for each in steps))
            for step in ("start", "unlock", "form")
        },
    }
    print(f"Usable after {told['first_visit_ms']} ms at first, {told['later_visit_ms']} ms later.")
    print(
        f"Without a network: {told['app_start_ms']} ms to the PIN, {told['app_unlock_ms']} ms to "
        f"open, {told['app_form_ms']} ms to a new form."
    )
    if args.json:
        print(json.dumps(told))


if __name__ == "__main__":
    main()
