"""Draw the PNG icons of the app from their SVG sources.

    python bench/icons.py

Chromium draws them; few colours keep them small. To be run again when a source changes.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import sync_playwright

ICONS: Final = Path(__file__).resolve().parents[1] / "static" / "icons"
SIZES: Final = (192, 512)
COLOURS: Final = 24


def main() -> None:
    """Write icon-192.png, icon-512.png and the same of maskable.svg."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for source in (ICONS / "icon.svg", ICONS / "maskable.svg"):
            for size in SIZES:
                page = browser.new_page(viewport={"width": size, "height": size})
                drawing = source.read_text("utf-8").replace(
                    "<svg ", f'<svg width="{size}" height="{size}" ', 1
                )
                page.set_content(f"<style>*{{margin:0}}svg{{display:block}}</style>{drawing}")
                drawn = Image.open(BytesIO(page.screenshot(omit_background=True)))
                out = source.with_name(f"{source.stem}-{size}.png")
                drawn.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(out, optimize=True)
                print(f"{out.stat().st_size:>6}  {out.name}")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
