"""Each check alone: what it lets pass, and what it says against a claim."""

from __future__ import annotations

import pytest

from rag.verdicts import comparisons, dates, names, negation, numbers, quantifiers
from rag.verdicts.judging import Check
from rag.verdicts.statement import Finding, read


def found(check: Check, claim: str, evidence: str, context: str = "") -> Finding | None:
    return check(read(claim), read(evidence), read(context))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("It has 1,000 members.", "The club's 1000 members met."),
        ("It has 1000 members.", "One thousand members met."),
        ("It costs €1.2 million.", "The price was 1,200,000 euros."),
        ("It is 5 km away.", "The lake lies five kilometres off."),
        ("It is 5 km away.", "The lake lies 5000 m off."),
        ("It rose by 12.4 %.", "A rise of 12.4 per cent."),
        ("It rose by 50 basis points.", "It went up 50 bps."),
        ("A term of one year.", "A term of twelve months."),
        ("The six-month term.", "A term of 6 months."),
        ("About 4.8 km.", "Three miles."),
        ("One of the tenants left.", "A tenant left."),
        ("Receptor SHP-2 is needed.", "SHP2 is needed in 3 of 4 cells."),
    ],
)
def test_a_number_in_another_spelling_passes(claim: str, evidence: str) -> None:
    assert found(numbers.check, claim, evidence) is None


@pytest.mark.parametrize(
    ("claim", "evidence", "reason"),
    [
        ("It rose by 12.4 %.", "It rose by 14.2 %.", "14.2 % stands in the source, not 12.4 %"),
        ("It costs 950 dollars.", "It costs 950 euros.", "950 dollars does not stand in the source"),
        ("We saw 3 cats.", "We saw 2 cats and 3 dogs.", "2 cats stands in the source, not 3 cats"),
        ("It takes 5 mg.", "It takes 5 g.", "5 g stands in the source, not 5 mg"),
        ("The 3rd floor.", "The 4th floor.", "4th floor stands in the source, not 3rd floor"),
    ],
)  # fmt: skip
def test_another_number_does_not(claim: str, evidence: str, reason: str) -> None:
    assert found(numbers.check, claim, evidence) == Finding(reason)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("On 3 March 2021 it rained.", "It rained on 2021-03-03."),
        ("On 3 March 2021 it rained.", "It rained on March 3rd, 2021."),
        ("On 3 March 2021 it rained.", "Es regnete am 3. März 2021."),
        ("On 3 March 2021 it rained.", "It rained on 3/3/2021."),
        ("On 4 March 2021 it rained.", "It rained on 3/4/2021."),
        ("In 2021 it rained.", "It rained on 3 March 2021."),
        ("In the 1990s it rained.", "It rained in 1994."),
        ("It rained in the 19th century.", "It rained in 1850."),
        ("It opens at 2:30 pm.", "It opens at 14:30."),
        ("It rained in the third quarter of 2022.", "It rained in August 2022."),
        ("There were 1340 people.", "There were 1,340 people in 1951."),
    ],
)
def test_a_date_in_another_form_passes(claim: str, evidence: str) -> None:
    assert found(dates.check, claim, evidence) is None


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("On 3 March 2021 it rained.", "It rained on 4 March 2021."),
        ("On 3 March 2021 it rained.", "It rained in March 2021."),
        ("In 1998 it rained.", "It rained in 1989."),
        ("It opens at 2:30 pm.", "It opens at 15:30."),
        ("It rained in May 2020.", "It rained in June 2020."),
    ],
)
def test_another_date_does_not(claim: str, evidence: str) -> None:
    finding = found(dates.check, claim, evidence)
    assert finding is not None
    assert finding.hard


def test_the_heading_may_hold_the_year() -> None:
    assert found(dates.check, "He left on 3 March 2021.", "He left on 3 March.", context="Report 2021") is None


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Mr Smith's rent is paid.", "The rent is paid by Smith."),
        ("The United Nations met.", "The UN met."),
        ("The UN met.", "The United Nations met."),
        ("A German firm won.", "The firm from Germany won."),
        ("Müller paid.", "Muller paid."),
        ("Parking is free.", "The city of Bonn takes nothing for parking."),
        ("Tenants must pay.", "The tenants must pay Jones."),
        ("A deposit of EUR 3,721.50 is due.", "The deposit is 3,721.50 euros."),
    ],
)
def test_a_name_in_another_form_passes(claim: str, evidence: str) -> None:
    assert found(names.check, claim, evidence) is None


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [("Smith pays the rent.", "Jones pays the rent."), ("The office in Berlin closed.", "The Munich office closed.")],
)
def test_another_name_does_not(claim: str, evidence: str) -> None:
    finding = found(names.check, claim, evidence)
    assert finding is not None
    assert finding.hard


def test_a_name_that_has_no_rival_is_only_missing() -> None:
    assert found(names.check, "The rent is paid by Smith.", "The rent is paid.") == Finding(
        "Smith does not stand in the source", hard=False
    )


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Pets are not allowed.", "No pets are allowed."),
        ("Pets are prohibited.", "Pets are not allowed."),
        ("Pets are allowed only with consent.", "Pets are not allowed without consent."),
        ("Notice is due by 3 May.", "Notice is due no later than 3 May."),
        ("It covers not only fire but theft.", "It covers fire and theft."),
        ("Adults pay 9 euros.", "Adults pay 9 euros; children do not pay."),
        ("No. 5 is sold.", "Number 5 is sold."),
    ],
)
def test_the_same_sense_in_other_words_passes(claim: str, evidence: str) -> None:
    assert found(negation.check, claim, evidence) is None
    assert found(comparisons.check, claim, evidence) is None


@pytest.mark.parametrize(
    ("claim", "evidence", "reason"),
    [
        ("A deposit is required.", "A deposit is not required.", "the source says “not required”"),
        ("The pump never overheats.", "The pump overheats.", "the source does not say “never overheats”"),
        ("Children pay.", "Adults pay 9 euros; children do not pay.", "the source says “not pay”"),
    ],
)
def test_a_changed_negation_does_not(claim: str, evidence: str, reason: str) -> None:
    assert found(negation.check, claim, evidence) == Finding(reason)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Rent rose in 2020.", "Rent fell in 2020."),
        ("It is the largest city.", "It is the smallest city."),
        ("Pets are allowed.", "Pets are prohibited."),
        ("The tenant repairs the roof.", "The landlord repairs the roof."),
        ("The hall is heated.", "The hall is unheated."),
        ("Mr Petrov accepted the offer.", "Mr Petrov declined the offer, although Mrs Petrova had accepted it."),
    ],
)
def test_a_contrary_is_found(claim: str, evidence: str) -> None:
    assert found(comparisons.check, claim, evidence) is not None


def test_before_and_after_agree_when_the_sides_are_changed() -> None:
    assert found(comparisons.check, "The war began before the treaty.", "The treaty came after the war began.") is None
    assert found(comparisons.check, "The war began before the treaty.", "The war began after the treaty.") is not None


@pytest.mark.parametrize(
    ("claim", "evidence", "reason"),
    [
        ("All tenants attend.", "Some tenants attend.", "the source says “some”, not “all”"),
        ("At least 3 cats.", "At most three cats.", "the source says at most 3 cats, not at least"),
        ("It always starts.", "It usually starts.", "the source says “usually”, not “always”"),
    ],
)  # fmt: skip
def test_more_than_the_source_says_is_found(claim: str, evidence: str, reason: str) -> None:
    assert found(quantifiers.check, claim, evidence) == Finding(reason)


def test_less_than_the_source_says_passes() -> None:
    assert found(quantifiers.check, "Some tenants attend.", "All tenants attend.") is None


def test_only_must_be_said_by_the_source() -> None:
    finding = found(quantifiers.check, "Only cats are allowed.", "Cats are allowed.")
    assert finding is not None
    assert not finding.hard
    assert found(quantifiers.check, "Only cats are allowed.", "No pets other than cats are allowed.") is None
