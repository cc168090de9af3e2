"""Write the sample library's lease, newsletter and minutes: two PDFs with PDFium, a Word document with python-docx.

Everybody and everything in them is invented. What can be asked about them is listed in docs/sample-library.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ctypes import byref, c_float, c_ushort
from pathlib import Path

import docx
import pypdfium2 as pdfium
import pypdfium2.raw as raw

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
A4 = (595.0, 842.0)
MARGIN = 72.0
PLAIN, BOLD, ITALIC = "Times-Roman", "Times-Bold", "Times-Italic"

LEASE = """\
# Lease

## Flat 4, 14 Alder Street, second floor left

This lease is made between Alder Street Housing Ltd ("the landlord") and Mira Okafor ("the tenant"). It begins
on 1 March 2026 and runs until one side ends it by the rules of section 10.

## 1. The flat

The flat has three rooms, a kitchen, a bathroom and a balcony, together 68 square metres. Cellar room number 7
and one place in the bicycle shed belong to it.

The tenant receives four keys: two for the flat, one for the cellar and one for the letter box. A lost key costs
45 euros, and if the lock has to be changed, the price of the lock as well.

The kitchen is let with a refrigerator from 2021 and an induction hob. Two smoke alarms hang in the hall and in
the bedroom; the tenant presses their test button every three months.

## 2. Rent

The rent is 940 euros a month. It is due on the third working day of each month and is paid by bank transfer.
Heating costs are not part of it; they are billed once a year, in April, by the reading of the meters.

If the rent is more than five working days late, the landlord may ask for a fee of 15 euros. No interest is
charged in the first month.

The rent may be raised once a year, by at most 3 percent, and for the first time on 1 March 2027. The landlord
announces it in writing ten weeks before.

## 3. Deposit

The tenant has paid a deposit of 1,880 euros, which is two months' rent. The landlord keeps it in an account of
its own, and the interest belongs to the tenant.

The deposit is returned within 60 days after the keys are handed back, less the cost of damage that goes beyond
ordinary wear. Holes from picture hooks are ordinary wear.

## 4. Repairs

The tenant reports damage within three days of noticing it. The landlord repairs the heating within 48 hours
between October and April, and within seven days in the other months. A leaking roof or pipe is seen to on the
same day.

Small repairs of up to 80 euros a case are paid by the tenant, but never more than 320 euros in one year.

## 5. Visits by the landlord

The landlord may enter the flat only after giving at least 24 hours' notice in writing, and only between 9 am
and 6 pm on working days. No notice is needed when water is leaking or there is a fire.

## 6. Pets and plants

Small animals kept in cages or tanks need no permission. A dog or a cat needs the written consent of the
landlord, which may be refused only for a stated reason. The consent can be taken back if neighbours complain
more than twice.

Plants may climb on the balcony's trellis but not on the wall of the house, which was painted in 2024.

## 7. Quiet hours and the balcony

Quiet hours are from 10 pm to 7 am, and all day on Sundays. Instruments may be played for at most two hours a
day, and never in quiet hours.

Electric grills are allowed on the balcony until 10 pm. Charcoal and gas are not, because the insurance of the
house excludes them.

## 8. Guests and subletting

Guests may stay up to six weeks without notice. The whole flat may be sublet for at most eight weeks in a
calendar year, with the written consent of the landlord. One room may be sublet for longer, and the landlord
refuses only for a good reason.

## 9. Insurance

The tenant keeps a liability insurance of at least one million euros and shows the policy when asked. The
landlord insures the building, but not what stands in the flat or in the cellar.

## 10. Ending the lease

The tenant may end the lease with three months' notice to the end of a month. The landlord may end it with six
months' notice, and only for the reasons that the law names. Notice is given on paper and signed.

The flat is handed back swept and with walls in white or a light colour. Both sides walk through it together and
write down what they find.

## 11. Whom to call

The caretaker is Henrik Dahl, in the ground floor right. He can be reached on working days from 8 am to 4 pm at
555-0147. In the evening and at weekends, burst pipes and locked doors are a matter for the emergency line,
555-0199.

Signed in two copies on 12 February 2026 by Mira Okafor and, for Alder Street Housing Ltd, by its manager Paul
Estevez.

## Annex: the flat as it was handed over

Mira Okafor and Henrik Dahl walked through the flat on 27 February 2026. The meters stood at 58,211 kilowatt
hours of electricity, 318 cubic metres of water and 10,342 units of heating.

|Room|What was found|To be done by

|Hall|one scratch in the floor, 20 centimetres, by the door|nothing

|Kitchen|second shelf of the refrigerator is missing|landlord, 15 March 2026

|Bathroom|two cracked tiles behind the washing machine|landlord, 30 April 2026

|Bedroom|nothing|nothing

|Living room|the left window closes badly|landlord, 31 March 2026

|Balcony|trellis with wild vine, planted by the tenant before|nothing

|Cellar 7|dry; a shelf of the tenant before may be kept|nothing

The tenant received all four keys on that day."""

NEWSLETTER_HEAD = "The Alder Street Leaf"
NEWSLETTER_LINE = "Newsletter of the neighbours, number 12, autumn 2026"
NEWSLETTER = (
    """\
## Swifts are back

Fourteen pairs of swifts nested under the eaves of numbers 10 to 18 this summer, three more than last year. Noor
Haddad counted them every evening in June, from the bench at the bus stop. The birds left on 2 August. Whoever
plans to paint a facade should wait until they are gone: the nests are protected, and a swift comes back to the
same hole all its life.

## Two hours and forty minutes

On 3 August the whole street was dark from 9.10 pm until ten minutes to midnight. A digger had cut a cable at
the corner of Mill Lane. Nobody was stuck in a lift, since nobody here has one. At number 16 they played cards
by bicycle lamp, and the bakery gave away its ice cream before it melted.

## Professor Plum is found

The grey cat with one white paw that was missing since Whitsun had not gone far. After nine days he was heard
behind the door of a cellar room at number 14, where he had been locked in with a sack of potatoes and, luckily,
a dripping tap. He weighs 4.1 kilos again and accepts visitors.""",
    """\
## Chess in the courtyard

Teresa Almeida won the summer tournament with six and a half points out of seven. Second was young Emil
Lindqvist, who is eleven, with five and a half. The winner's cup is a sugar bowl without a lid, as it has been
since 1998. The winter round begins on 5 November at 7 pm in the laundry room, which is warm.

## The old plane tree

The council has measured the plane tree at the upper end of the street: it was planted in 1887, is 27 metres
high, and its trunk is 4.10 metres around. It will be examined for fungus every second year from now on. The
benches below it stay.

## Books on wheels

The mobile library stops beside the tree on every second Wednesday of the month, from 3.30 pm to 5 pm. A card
costs nothing up to the age of 18 and 12 euros a year after that.

## Wanted, offered

Offered: a piano, upright, black, must be carried from the third floor. Free. Baptiste, number 14.

Wanted: someone who can sharpen scissors. The kindergarten has forty pairs.""",
)

PRESENT = "Mira Okafor, Jonas Lindqvist, Teresa Almeida (chair), Mr and Mrs Baptiste"
OFFERS = (
    ("Company", "Price", "Weeks of work", "Roof"),
    ("Holt Carpentry", "4,350 euros", "2", "larch, green roof"),
    ("Brandt & Sons", "4,980 euros", "1", "sheet steel"),
    ("Nordwood", "5,725 euros", "3", "larch, shingles"),
)
TASKS = (
    "Jonas orders the shed by 20 September.",
    "Teresa writes to the landlord a third time.",
    "Mira asks the council whether the courtyard gate may be closed at night.",
    "Mr Baptiste cuts the hedge before the first frost.",
)


def main() -> None:
    write_lease(SAMPLES / "Lease 14 Alder Street.pdf")
    write_newsletter(SAMPLES / "Alder Street Leaf 12.pdf")
    write_minutes(SAMPLES / "Minutes of the house meeting.docx")


class Sheet:
    """A PDF that is written from the top of a column to its foot; the caller says where the columns are."""

    def __init__(self) -> None:
        self._document = pdfium.PdfDocument.new()
        self._page: pdfium.PdfPage | None = None
        self._measure = self._document.new_page(*A4)
        self._left = self._width = self._top = 0.0

    def column(self, left: float, width: float, top: float, *, new_page: bool) -> None:
        if new_page:
            self._close_page()
            self._page = self._document.new_page(*A4)
        self._left, self._width, self._top = left, width, top

    def write(self, text: str, size: float, *, font: str = PLAIN, after: float = 0.5) -> bool:
        """Write a paragraph; False, and nothing written, if it does not fit in the column."""
        lines = list(self._wrapped(text, font, size))
        if not self.has_room(size * 1.3 * len(lines)):
            return False
        for line in lines:
            self._top += size * 1.3
            self._put(line, font, size, self._left, self._top)
        self._top += size * after
        return True

    def row(self, cells: Sequence[str], size: float, offsets: Sequence[float]) -> bool:
        """Write a row of a table; every cell is one line."""
        if not self.has_room(1.6 * size):
            return False
        self._top += 1.6 * size
        for cell, offset in zip(cells, offsets, strict=True):
            self._put(cell, PLAIN, size - 1.5, self._left + offset, self._top)
        return True

    def has_room(self, height: float) -> bool:
        return self._top + height <= A4[1] - MARGIN

    def foot(self, text: str) -> None:
        self._put(text, PLAIN, 9, A4[0] / 2 - 3 * len(text), A4[1] - 40)

    def save(self, path: Path) -> None:
        self._close_page()
        self._document.del_page(0)
        self._document.save(str(path))
        print(f"{path.name}: {path.stat().st_size} bytes, {len(self._document)} pages")

    def _close_page(self) -> None:
        if self._page is not None:
            self._page.gen_content()

    def _wrapped(self, text: str, font: str, size: float) -> Iterator[str]:
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and self._width_of(longer, font, size) > self._width:
                yield line
                line = word
            else:
                line = longer
        yield line

    def _width_of(self, text: str, font: str, size: float) -> float:
        sides = [c_float() for _ in range(4)]
        made = self._object(text, font, size)
        raw.FPDFPageObj_GetBounds(made, *(byref(side) for side in sides))
        raw.FPDFPageObj_Destroy(made)
        return sides[2].value - sides[0].value

    def _put(self, text: str, font: str, size: float, left: float, top: float) -> None:
        assert self._page is not None
        made = self._object(text, font, size)
        raw.FPDFPageObj_Transform(made, 1, 0, 0, 1, left, A4[1] - top)
        raw.FPDFPage_InsertObject(self._page.raw, made)

    def _object(self, text: str, font: str, size: float) -> raw.FPDF_PAGEOBJECT:
        made = raw.FPDFPageObj_NewTextObj(self._document.raw, font.encode(), size)
        encoded = (text + "\0").encode("utf-16-le")
        raw.FPDFText_SetText(made, (c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded))
        return made


def write_lease(path: Path) -> None:
    sheet, page = Sheet(), 0
    for text in paragraphs(LEASE):
        size, font = {"# ": (24.0, BOLD), "##": (14.0, BOLD)}.get(text[:2], (12.5, PLAIN))
        if page == 0 or not sheet.has_room(4 * size if font == BOLD else 0) or not put(sheet, text, size, font):
            if page:
                sheet.foot(f"Lease, 14 Alder Street, page {page}")
            page += 1
            sheet.column(MARGIN, A4[0] - 2 * MARGIN, MARGIN, new_page=True)
            put(sheet, text, size, font)
    sheet.foot(f"Lease, 14 Alder Street, page {page}")
    sheet.save(path)


def put(sheet: Sheet, text: str, size: float, font: str) -> bool:
    """Write a paragraph, a heading or a row of the table; False if there is no room."""
    if text.startswith("|"):
        return sheet.row(text.strip("|").split("|"), size, (0, 90, 350))
    return sheet.write(text.lstrip("# "), size, font=font)


def paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


def write_newsletter(path: Path) -> None:
    sheet = Sheet()
    sheet.column(MARGIN, A4[0] - 2 * MARGIN, 50, new_page=True)
    sheet.write(NEWSLETTER_HEAD, 26, font=BOLD, after=0.2)
    sheet.write(NEWSLETTER_LINE, 10, font=ITALIC)
    width = (A4[0] - 2 * MARGIN - 24) / 2
    for number, column in enumerate(NEWSLETTER):
        sheet.column(MARGIN + number * (width + 24), width, 125, new_page=False)
        for text in paragraphs(column):
            heading = text.startswith("#")
            done = sheet.write(
                text.lstrip("# "), 15 if heading else 12.5, font="Times-Bold" if heading else "Times-Roman"
            )
            assert done, f"no room for: {text[:40]}"
    sheet.save(path)


def write_minutes(path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "Minutes of the house meeting, 14 September 2026"
    document.core_properties.author = "Teresa Almeida"
    document.add_heading("Minutes of the house meeting, 14 September 2026", 0)
    document.add_paragraph(f"Present: {PRESENT}")
    document.add_paragraph("Place: the courtyard of 14 Alder Street, from 7 pm to 8.45 pm")
    document.add_heading("Bicycle shed", 1)
    document.add_paragraph("The shed will be built behind the bins and will hold 18 bicycles. Jonas has three offers:")
    write_table(document, OFFERS)
    document.add_paragraph(
        "The meeting chose Holt Carpentry by four votes to one. Mr Baptiste voted against, because he would have liked "
        "shingles. Work starts on 12 October and takes two weeks."
    )
    document.add_heading("Stairwell light", 1)
    document.add_paragraph(
        "The light on the second floor has been broken since August. Teresa has written to the landlord twice. "
        "If it is not repaired by the end of September, the residents will pay an electrician and deduct the cost."
    )
    document.add_heading("Courtyard party", 1)
    document.add_paragraph(
        "The party is on Saturday, 3 July 2027. Mrs Baptiste borrows the long tables from the school and cooks "
        "her lentil soup. Everyone brings a dish; drinks are paid from the house fund, which holds 612 euros."
    )
    document.add_heading("To do", 1)
    for task in TASKS:
        document.add_paragraph(task, style="List Bullet")
    document.add_paragraph("Next meeting: 11 January 2027, 7 pm, at the Lindqvists'.")
    document.save(str(path))
    print(f"{path.name}: {path.stat().st_size} bytes")


def write_table(document: docx.document.Document, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


if __name__ == "__main__":
    main()
