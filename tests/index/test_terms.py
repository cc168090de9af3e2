import sqlite3
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.index.languages import guess_language
from rag.index.terms import asked_words, match_query, passage_terms, query_terms


def body(text: str) -> list[str]:
    return passage_terms("", "", text).body.split()


def forms(question: str) -> set[str]:
    return {form for term in query_terms(question) for form in term.forms}


def as_fts5_reads(terms: str) -> list[str]:
    database = sqlite3.connect(":memory:")
    try:
        database.execute("CREATE VIRTUAL TABLE words USING fts5(body)")
        database.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'instance')")
        database.execute("INSERT INTO words VALUES (?)", (terms,))
        return [term for (term,) in database.execute("SELECT term FROM vocabulary ORDER BY offset")]
    finally:
        database.close()


def found(question: str, text: str) -> bool:
    """Asked of a real FTS5 table, as the store asks it."""
    database = sqlite3.connect(":memory:")
    try:
        database.execute("CREATE VIRTUAL TABLE words USING fts5(body)")
        database.execute("INSERT INTO words VALUES (?)", (passage_terms("", "", text).body,))
        match = match_query(asked_words(query_terms(question)))
        return bool(database.execute("SELECT 1 FROM words WHERE words MATCH ?", (match,)).fetchall())
    finally:
        database.close()


def test_case_accents_and_word_forms_do_not_matter() -> None:
    assert found("Résumés", "her RESUME was short")
    assert found("dismissing employees", "an employee was dismissed")


def test_typographic_variants_are_the_same_word() -> None:
    assert found("ﬁle number １２", "File number 12")


def test_german_plurals_are_found_by_their_singular() -> None:
    assert found("Wann ist die Kündigung des Vertrages möglich?", "Die Kündigungen der Verträge sind nicht zu spät.")


def test_russian_cases_are_found_by_another_case() -> None:
    assert found("условия договора", "Стороны заключили договор об аренде")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("合同期限是多久？", "本合同期限为三年。"),
        ("賃料はいくらですか", "月額の賃料は十万円とする。"),
        ("ค่าเช่าเท่าไร", "ผู้เช่าตกลงชำระค่าเช่าเดือนละหนึ่งหมื่นบาท"),
        ("임대료는 얼마입니까", "월 임대료를 매월 지급한다"),
        ("किराया कितना है", "मासिक किराया दस हज़ार रुपये"),
    ],
)
def test_text_of_other_scripts_is_found(question: str, text: str) -> None:
    assert found(question, text)


def test_a_question_of_one_chinese_character_finds_it_inside_a_word() -> None:
    assert found("税", "增值税率")


def test_vowel_signs_tell_hindi_words_apart() -> None:
    assert set(body("कल")).isdisjoint(body("काल"))


def test_an_identifier_is_found_whole_and_by_its_parts() -> None:
    text = "result = myModule.read_all_lines(fileName)"
    for question in ("myModule.read_all_lines", "read_all_lines", "read lines", "fileName", "filename", "module"):
        assert found(question, text), question


def test_a_hyphenated_word_is_found_in_one_piece_too() -> None:
    assert found("email", "send an e-mail")
    assert found("IL2", "the cytokine IL-2")


def test_numbers_are_found_however_they_are_grouped() -> None:
    assert found("1000000", "a sum of 1,000,000 euros")
    assert found("3.5", "a rate of 3,5 percent")
    assert found("2017", "signed on 12.05.2017")


def test_a_decimal_number_is_not_two_whole_ones() -> None:
    assert not found("35", "a rate of 3.5 percent")


def test_function_words_are_not_looked_up_beside_telling_ones() -> None:
    assert [term.word for term in asked_words(query_terms("What is the notice period?"))] == ["notice", "period"]


def test_a_question_of_function_words_alone_is_still_looked_up() -> None:
    assert found("to be or not to be", "To be, or not to be, that is the question")


@pytest.mark.parametrize("typed", ['"', '") OR (x', "NEAR(a b)", "a AND", "body:rent", "rent*", "-rent", "^rent", "'"])
def test_nothing_the_user_types_is_an_operator(typed: str) -> None:
    assert not found(f"{typed} zebra", "quite another matter")


def test_a_question_without_words_matches_nothing() -> None:
    assert match_query(query_terms("?! …")) == ""


def test_a_question_in_english_finds_english_words_in_a_german_library_too() -> None:
    assert found("Wie richte ich den printer ein?", "Setting up printers")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The tenant shall pay the rent on the first day of each month.", "en"),
        ("Der Mieter zahlt die Miete am ersten Tag des Monats.", "de"),
        ("Le locataire paie le loyer le premier jour de chaque mois.", "fr"),
        ("El inquilino pagará el alquiler el primer día de cada mes.", "es"),
        ("Il conduttore paga il canone il primo giorno di ogni mese.", "it"),
        ("O inquilino paga a renda no primeiro dia de cada mês, não depois.", "pt"),
        ("De huurder betaalt de huur op de eerste dag van het jaar.", "nl"),
        ("Najemca płaci czynsz do pierwszego dnia miesiąca, który nie jest wolny.", "pl"),
        ("Kiracı kirayı her ayın ilk günü öder ve bu çok önemli bir şart.", "tr"),
        ("tungsten 3422", ""),
    ],
)
def test_a_sentence_tells_its_language(text: str, language: str) -> None:
    assert guess_language(text) == language


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_fts5_finds_nothing_to_change_in_terms(text: str) -> None:
    # Letters that Unicode gained after 6.1, which FTS5 does not know, may be lost, but only they.
    known = "".join(char for char in text if ord(char) < 0x1900 or 0x3000 < ord(char) < 0xA000)
    known = "".join(char for char in known if unicodedata.ucd_3_2_0.category(char) != "Cn")
    terms = passage_terms("", "", known).body
    assert as_fts5_reads(terms) == terms.split()


@given(st.text(max_size=80))
def test_any_question_makes_a_query_that_fts5_accepts(question: str) -> None:
    match = match_query(query_terms(question))
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE words USING fts5(body)")
    if match:
        database.execute("SELECT 1 FROM words WHERE words MATCH ?", (match,)).fetchall()
    database.close()
