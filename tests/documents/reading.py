"""Reading printed files back, as another program would."""

import io
import subprocess
from pathlib import Path

import pikepdf
import zxingcpp
from PIL import Image

MM = 72 / 25.4


def opened(content: bytes) -> pikepdf.Pdf:
    """The file as a PDF library sees it."""
    return pikepdf.open(io.BytesIO(content))


def text_of(content: bytes, folder: Path, page: int | None = None) -> str:
    """The printed words, as they lie on the page; digit boxes read as digits with blanks."""
    path = folder / "read.pdf"
    path.write_bytes(content)
    only = [] if page is None else ["-f", str(page), "-l", str(page)]
    done = subprocess.run(
        ["pdftotext", "-layout", *only, str(path), "-"], check=True, capture_output=True
    )
    return done.stdout.decode()


def drawn_text_of(content: bytes, folder: Path) -> str:
    """The words in the order in which they are drawn: for text that is turned."""
    path = folder / "drawn.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True)
    return done.stdout.decode()


def squeezed(text: str) -> str:
    """Without any blank, so that letter spacing and column gaps do not matter."""
    return "".join(text.split())


def sizes_mm(content: bytes) -> list[tuple[float, float]]:
    """Width and height of every page in millimetres."""
    with opened(content) as pdf:
        return [(float(page.mediabox[2]) / MM, float(page.mediabox[3]) / MM) for page in pdf.pages]


def fonts_of(content: bytes) -> dict[str, bool]:
    """Names of all fonts, and whether each is embedded."""
    found: dict[str, bool] = {}
    with opened(content) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
                embedded = any(key in thing for key in ("/FontFile", "/FontFile2", "/FontFile3"))
                found[str(thing.FontName)] = embedded
    return found


def pictures_on(page: pikepdf.Page) -> list[bytes]:
    """The JPEG pictures that a page's resources name."""
    return [
        bytes(image.read_raw_bytes())
        for image in page.resources.get("/XObject", {}).values()
        if image.get("/Subtype") == "/Image" and image.get("/Filter") == "/DCTDecode"
    ]


def codes_on(content: bytes, folder: Path, *, dpi: int = 300) -> list[str]:
    """What a camera reads on the printed pages, page by page: by a library that drew none of it."""
    path = folder / "codes.pdf"
    path.write_bytes(content)
    command = ["pdftoppm", "-r", str(dpi), "-gray", str(path), str(folder / "codes")]
    subprocess.run(command, check=True)
    found: list[str] = []
    for picture in sorted(folder.glob("codes*.pgm")):
        with Image.open(picture) as image:
            read = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
        found += [each.text for each in read]
        picture.unlink()
    return found
