"""Write `samples/Boiler manual.pdf`: three pages of an invented manual, with PDFium, which is installed anyway."""

from __future__ import annotations

from ctypes import c_ushort
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

TARGET = Path(__file__).resolve().parent.parent / "samples" / "Boiler manual.pdf"
A4 = (595, 842)

PAGES = (
    """# Kestrel 24 condensing boiler
## User's manual

This manual is for the people who live with the boiler. Installing and
opening it is work for a qualified heating engineer.

## 1. Everyday use

Turn the left dial to set the temperature of the radiators, between 30
and 80 degrees. The right dial sets the hot water, between 35 and 60
degrees. For comfort and low gas use, 55 degrees for the radiators and
48 degrees for the water are a good beginning.

The display shows the temperature of the water that leaves the boiler.
A small flame beside it means that the burner is on.

In holiday mode the boiler keeps the house at 8 degrees, so that no pipe
can freeze. Hold both buttons for five seconds to switch it on or off.""",
    """## 2. Fault codes

E1  The water pressure is below 0.8 bar. Fill the system up to 1.5 bar
    at the blue tap, with the boiler switched off.

E2  The flame was not detected. Press reset once. If the code comes back,
    check that the gas tap is open, then call an engineer.

E4  The pump is blocked or has no water. Switch the boiler off at the wall
    and call an engineer; do not press reset.

E7  The flue gas is too hot. The boiler locks itself for twenty minutes
    and then starts again by itself.

F9  The outdoor sensor does not answer. The boiler goes on with the
    temperature that the left dial sets.""",
    """## 3. Care

Have the boiler serviced once a year. The engineer cleans the burner,
measures the flue gas and writes the result into the log on the last
page. Without the yearly service the warranty of five years ends.

Bleed the radiators each autumn, beginning on the lowest floor. Check the
pressure afterwards: it should read between 1.2 and 1.8 bar when cold.

Wipe the casing with a damp cloth. Do not use solvents.

## 4. If you smell gas

Open the windows, close the gas tap and leave the house. Do not use
switches or telephones inside. Call the gas company from outside.""",
)


def main() -> None:
    document = pdfium.PdfDocument.new()
    for text in PAGES:
        page = document.new_page(*A4)
        height = A4[1] - 72.0
        for line in text.splitlines():
            size = {"# ": 20, "##": 14}.get(line[:2], 11)
            write_line(document, page, line.lstrip("# "), size, height)
            height -= size * 1.45
        page.gen_content()
    document.save(str(TARGET))
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


def write_line(document: pdfium.PdfDocument, page: pdfium.PdfPage, text: str, size: float, height: float) -> None:
    """Put one line of text 72 points from the left, `height` points above the page's bottom."""
    if not text:
        return
    line = raw.FPDFPageObj_NewTextObj(document.raw, b"Helvetica-Bold" if size > 11 else b"Helvetica", size)
    encoded = (text + "\0").encode("utf-16-le")
    raw.FPDFText_SetText(line, (c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded))
    raw.FPDFPageObj_Transform(line, 1, 0, 0, 1, 72, height)
    raw.FPDFPage_InsertObject(page.raw, line)


if __name__ == "__main__":
    main()
