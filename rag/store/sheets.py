"""SQL of one page that is a sheet: its text and its cells, as arrays."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from rag.errors import NotFound
from rag.grid import Grid
from rag.store.packing import header_starts, unpack_cell_table
from rag.store.schema import PageRow


def grid(session: Session, document_id: int, number: int) -> Grid:
    """Page `number` of a document; Grid.empty() if it has no cells. Raises NotFound if it is not there."""
    of_page = (PageRow.document_id == document_id, PageRow.number == number)
    cells = session.scalar(select(PageRow.cells).where(*of_page))
    if cells is None:
        raise NotFound(f"There is no page {number} of document {document_id} in the library.", "Look again.")
    if not cells:
        return Grid.empty()
    page = session.execute(select(PageRow.label, PageRow.text, PageRow.start, PageRow.blocks).where(*of_page)).one()
    return Grid(page.label, page.text, page.start, unpack_cell_table(cells), header_starts(page.blocks))
