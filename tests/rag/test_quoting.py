"""The best sentences of the passages, exact to the character."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from local_models.cancel import never
from local_models.types import FoundSpan
from rag.quoted_places import place_of_quoted
from rag.quoting import ReadSource, best_quotes
from rag.types import Place, Source, Span
from tests.fakes.core import WordEmbedder


def source(text: str, *, number: int = 1, start: int = 40, heading: str = "") -> Source:
    span = Span(start, start + len(text), 1)
    return Source(number, number, 1, "manual", Path("/manual.txt"), heading, Place(page=1), text, span)


def quotes(question: str, *texts: str) -> list[str]:
    read = [ReadSource(source(text, number=number), 0.5) for number, text in enumerate(texts, 1)]
    return [quote.text for quote in best_quotes(question, read, WordEmbedder(), never())]


def test_the_sentence_that_speaks_to_the_question_comes_first() -> None:
    text = "The boiler hums in winter. The deposit is 1,880 euros, two months' rent. The cellar is dry."
    assert quotes("How high is the deposit?", text)[0] == "The deposit is 1,880 euros, two months' rent."


def test_a_rare_word_decides_between_sentences_of_one_section() -> None:
    text = (
        "E2 The flame of the boiler went out. The boiler locks itself for twenty minutes.\n"
        "E4 The pump is blocked or has no water. Fill the system of the boiler up to 1.5 bar."
    )
    assert quotes("The boiler shows E4, why?", text)[0].startswith("E4 The pump is blocked")


def test_a_heading_on_its_own_line_is_no_part_of_a_quote() -> None:
    assert quotes("Who needs consent?", "# Pets\n\nA dog needs the written consent of the landlord.") == [
        "A dog needs the written consent of the landlord."
    ]


def test_a_short_sentence_is_read_with_the_next() -> None:
    assert quotes("Are pets allowed?", "They are. But only with the consent of the landlord.") == [
        "They are. But only with the consent of the landlord."
    ]


def test_a_passage_of_fragments_is_one_quote() -> None:
    assert quotes("When?", "At noon") == ["At noon"]


@given(st.text(alphabet=st.sampled_from("ab .\n?!#1"), max_size=120))
def test_every_quote_stands_at_its_span_in_the_document(text: str) -> None:
    for quote in best_quotes("a b", [ReadSource(source(text), 0.5)], WordEmbedder(), never()):
        start, end = quote.span.start - 40, quote.span.end - 40
        assert text[start:end] == quote.text


def test_a_heading_of_markdown_is_no_quote_whatever_marks_it() -> None:
    text = "# Lease of the flat, 9 Kestrel Road\n\n## 2. Deposit\n\nThe deposit is 3,721.50 euros."
    read = [ReadSource(source(text, heading="Lease of the flat, 9 Kestrel Road › 2. Deposit"), 0.5)]
    found = best_quotes("What is the deposit for the flat at Kestrel Road?", read, WordEmbedder(), never())
    assert [quote.text for quote in found] == ["The deposit is 3,721.50 euros."]


def test_the_heading_of_the_passage_is_no_quote() -> None:
    text = "5. Visits by the landlord\n\nThe landlord gives 24 hours' notice before visits."
    read = [ReadSource(source(text, heading="Lease › 5. Visits by the landlord"), 0.5)]
    assert [quote.text for quote in best_quotes("visits by the landlord", read, WordEmbedder(), never())] == [
        "The landlord gives 24 hours' notice before visits."
    ]


def test_faint_words_beside_likely_ones_are_not_told() -> None:
    text = "The rent is 950 euros. The cellar is dry in summer."
    spans = (FoundSpan(12, 21, 0.8), FoundSpan(37, 40, 0.3))
    likely, faint = best_quotes(
        "How much is the rent?", [ReadSource(source(text), 0.5, spans)], WordEmbedder(), never()
    )
    assert likely.found_text == "950 euros"
    assert faint.found is None


def test_words_that_reach_into_the_next_sentence_are_cut_off() -> None:
    text = "E4 The pump is blocked. Fill the system up to 1.5 bar."
    read = [ReadSource(source(text), 0.5, (FoundSpan(3, len(text), 0.8),))]
    found = {quote.text: quote.found_text for quote in best_quotes("What does E4 mean?", read, WordEmbedder(), never())}
    assert found == {"E4 The pump is blocked.": "The pump is blocked.", "Fill the system up to 1.5 bar.": ""}


def of_file(name: str, text: str, *, heading: str = "") -> Source:
    return replace(source(text, heading=heading), path=Path(name), place=Place(lines=(3, 3 + text.count("\n"))))


def test_a_key_of_a_data_file_is_quoted_by_its_own_lines() -> None:
    text = "servers:\n  eu:\n    port: 8443\n  us:\n    port: 9443"
    read = [ReadSource(of_file("a.yaml", text), 0.5)]
    found = best_quotes("Which port does the us server use?", read, WordEmbedder(), never())
    assert [quote.text for quote in found] == ["port: 9443", "port: 8443"]
    assert str(place_of_quoted(found[0])) == "line 7 · servers › us › port"


def test_a_row_is_quoted_without_the_bars_outside_and_a_header_is_no_quote() -> None:
    text = "| Town | Sheds |\n|---|---|\n| Ulm | 17 |"
    found = best_quotes("How many sheds?", [ReadSource(of_file("a.md", text), 0.5)], WordEmbedder(), never())
    assert "Ulm | 17" in [quote.text for quote in found]
    assert not any("Town" in quote.text for quote in found)


def test_a_short_field_is_a_quote() -> None:
    assert "Weight: 9 kg" in quotes("What is the weight?", "Kiln\nWeight: 9 kg\nIt stands in the hall beside the door.")
