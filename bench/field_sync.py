"""Does a full outbox survive, and does it go in one go on a bad line? A real browser is killed.

    python bench/field_sync.py
    python bench/field_sync.py --records 20 --json

Workers with two photos each are finished without a signal. The browser is closed, opened, killed
(SIGKILL, every process of it) and opened again; then a line of 1 Mbit/s comes back. Counted is
what is there each time, what arrives, how long it takes, and the longest task that held the page
up meanwhile. With --json the last line is one object: records, photos, bytes, after_closing,
after_kill, arrived, photos_arrived, seconds, line_seconds (what the bytes alone take on that
line), longest_task_ms, tasks_over_200_ms.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Browser, BrowserType, Page, sync_playwright
from sqlalchemy import create_engine, text

from bench.page_weight import served
from fieldapp.demo.load import PASSWORD

PIN = "271828"
MEGABIT = 125_000
LATENCY_MS = 50

QUEUE = """
async ({ records, size, pin }) => {
  const base = new URL(".", document.querySelector('script[src*="/phone/app.js"]').src);
  const from = (name) => import(new URL(`${name}.js`, base));
  const [{ accounts, openStore }, { openVault }, { openRecords }] =
    await Promise.all(["store", "vault", "records"].map(from));
  const [account] = await accounts();
  const store = await openStore(account.id);
  const vault = await openVault(store, pin);
  const kept = openRecords(store, vault);
  const letters = (n) => (n < 26 ? "" : letters(Math.floor(n / 26) - 1)) +
    String.fromCharCode(65 + (n % 26));
  for (let at = 0; at < records; at += 1) {
    const { id } = await kept.begin();
    for (const kind of ["ktp", "face"]) {
      const bytes = crypto.getRandomValues(new Uint8Array(size));
      bytes.set([0xff, 0xd8, 0xff]);
      await kept.putPhoto(id, kind, new Blob([bytes], { type: "image/jpeg" }));
    }
    const record = await kept.get(id);
    await kept.save({ ...record, fields: {
      nik: `517101120585${String(at + 1).padStart(4, "0")}`, name: `Sudarma ${letters(at)}`,
      birth_place: "Denpasar", birth_date: "12-05-1985", sex: "male",
      street: "Jalan Raya Sesetan No. 12", banjar: "Br. Kaja", phone: "0812 3456 7890" },
      consent: { given: true, version: "2026-11", at: new Date().toISOString() } });
    await kept.finish(id);
  }
  vault.close();
  return store.count("outbox");
}
"""
COUNT = """
async () => {
  const base = new URL(".", document.querySelector('script[src*="/phone/app.js"]').src);
  const { accounts, openStore } = await import(new URL("store.js", base));
  const [account] = await accounts();
  const store = await openStore(account.id);
  const found = [await store.count("outbox"), await store.count("photos")];
  store.close();
  return found;
}
"""
WATCH = """
window.tasks = [];
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) window.tasks.push(Math.round(each.duration));
}).observe({ type: "longtask", buffered: true });
"""


class Phone:
    """Chromium as a process of its own, on a profile that outlives it."""

    def __init__(self, chromium: BrowserType, profile: Path, address: str) -> None:
        self.chromium, self.profile, self.address = chromium, profile, address

    def __enter__(self) -> Phone:
        port = self.profile / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [
                "/usr/bin/chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
                "--remote-debugging-port=0", f"--user-data-dir={self.profile}",
                "--no-first-run", "--lang=id-ID", "about:blank",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        for _each in range(300):
            if port.exists() and port.read_text().strip():
                break
            time.sleep(0.1)
        number = port.read_text().split()[0]
        self.browser: Browser = self.chromium.connect_over_cdp(f"http://127.0.0.1:{number}")
        self.page: Page = self.browser.contexts[0].new_page()
        self.page.set_default_timeout(60_000)
        return self

    def __exit__(self, *_why: object) -> None:
        if self.process.poll() is None:
            log = self.browser.new_browser_cdp_session()
            log.send("Browser.close")
            self.process.wait(timeout=30)

    def kill(self) -> None:
        """Every process of it, at once, with no time to write anything."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)

    def offline(self, *, really: bool) -> None:
        self.browser.contexts[0].set_offline(really)

    def sign_in(self, password: str = PASSWORD) -> None:
        self.page.goto(f"{self.address}/sign-in")
        self.page.fill("[name=username]", "wayan")
        self.page.fill("[name=password]", password)
        self.page.click("main form button")
        self.page.wait_for_url(f"{self.address}/")

    def choose_pin(self) -> None:
        self.page.goto(f"{self.address}/phone/id/")
        for name in ("first", "again"):
            self.page.fill(f"#lock [name={name}]", PIN)
        self.page.click("#lock form[data-lock=choose] [data-lock-go]")
        self.page.wait_for_selector("#lock", state="hidden")
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def queue(self, records: int, size: int) -> None:
        """Finish so many workers with two photos each, without a signal."""
        self.offline(really=True)
        self.page.reload()
        queued = self.page.evaluate(QUEUE, {"records": records, "size": size, "pin": PIN})
        assert queued == records, queued

    def open_app(self) -> None:
        self.page.goto(f"{self.address}/phone/id/#/outbox")

    def unlock(self) -> None:
        self.page.fill("#lock [name=pin]", PIN)
        self.page.click("#lock form[data-lock=open] [data-lock-go]")
        self.page.wait_for_selector("#lock", state="hidden")


def measure(records: int, size: int, megabits: float) -> dict[str, Any]:
    """The whole story, once."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        data, profile = Path(folder) / "data", Path(folder) / "profile"
        data.mkdir()
        profile.mkdir()
        with served(data) as address:
            with Phone(playwright.chromium, profile, address) as phone:
                phone.sign_in()
                phone.choose_pin()
                phone.queue(records, size)
            with Phone(playwright.chromium, profile, address) as phone:
                phone.offline(really=True)
                phone.open_app()
                closed = phone.page.evaluate(COUNT)
                phone.unlock()
                phone.page.wait_for_selector("[data-item]")
                phone.kill()
            with Phone(playwright.chromium, profile, address) as phone:
                phone.offline(really=True)
                phone.open_app()
                killed = phone.page.evaluate(COUNT)
                return {
                    "records": records,
                    "photos": records * 2,
                    "bytes": records * 2 * size,
                    "after_closing": closed[0],
                    "after_kill": killed[0],
                    **send(phone, megabits),
                    **arrived(data),
                    "line_seconds": round(records * 2 * size / (megabits * MEGABIT), 1),
                }


def send(phone: Phone, megabits: float) -> dict[str, Any]:
    """A line comes back, of so many megabits; until nothing waits any more."""
    phone.offline(really=False)
    phone.sign_in()  # the session went with the browser, what waits did not
    log = phone.page.context.new_cdp_session(phone.page)
    log.send("Network.enable")
    rate = int(megabits * MEGABIT)
    log.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": rate,
            "uploadThroughput": rate,
        },
    )
    phone.page.add_init_script(WATCH)
    phone.open_app()
    phone.unlock()
    begun = time.monotonic()  # it sends by itself
    while phone.page.evaluate(COUNT) != [0, 0]:
        if time.monotonic() - begun > 1_800:
            raise SystemExit("It is still not sent after half an hour.")
        time.sleep(2)
    took = time.monotonic() - begun
    tasks: list[int] = phone.page.evaluate("window.tasks")
    return {
        "seconds": round(took, 1),
        "longest_task_ms": max(tasks, default=0),
        "tasks_over_200_ms": sum(each > 200 for each in tasks),
    }


def arrived(data: Path) -> dict[str, int]:
    """What the server has of it."""
    database = data / "fieldapp.sqlite"
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        found = {
            "arrived": connection.scalar(text("SELECT count(*) FROM intake")),
            "photos_arrived": connection.scalar(text("SELECT count(*) FROM registration_part")),
        }
    engine.dispose()
    return found


def main() -> None:
    """Measure and say."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=200)
    parser.add_argument("--size", type=int, default=60_000, help="bytes of a photo")
    parser.add_argument("--megabits", type=float, default=1.0, help="the line, up and down")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    args = parser.parse_args()
    found = measure(args.records, args.size, args.megabits)
    print(
        f"{found['records']} records with {found['photos']} photos ({found['bytes'] / 1e6:.1f} MB)."
        f" After closing: {found['after_closing']}; after SIGKILL: {found['after_kill']}."
    )
    print(
        f"On {args.megabits:g} Mbit/s {found['arrived']} arrived with {found['photos_arrived']}"
        f" photos in {found['seconds']} s (the bytes alone: {found['line_seconds']} s)."
        f" Longest task {found['longest_task_ms']} ms; {found['tasks_over_200_ms']} over 200 ms."
    )
    if args.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
