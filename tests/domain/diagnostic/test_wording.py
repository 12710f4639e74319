"""What people read about their answers, and that it is stored and read back to the letter."""

from itertools import product

import pytest
from hypothesis import given

from booking.domain.diagnostic import lm1
from booking.domain.diagnostic.doubts import Doubt
from booking.domain.diagnostic.instrument import FIRST, Scale
from booking.domain.diagnostic.score import Label, Need, Score, Start
from booking.domain.diagnostic.story import Marked, Place, Story
from booking.domain.diagnostic.wording import tell

from .answering import Given, answers, any_answers, enough_answers, of_total

QUALITY = "“Getting work right first time”"
KEEN = "“Keeping people keen, even when it gets hard”"
FORBIDDEN = ("validated", "percentile", "accura", "%", "grade", "sorry", "please")


def story(managing: str, leading: str, *doubts: Doubt) -> Story:
    given_answers = answers(managing, leading)
    return tell(lm1.score(given_answers), given_answers, doubts=doubts)


def test_a_management_result_says_what_how_sure_and_why() -> None:
    told = story("313342", "112111")
    assert (told.need, told.label, told.start, told.course) == (Need.MANAGE, Label.LIKELY, Start.MANAGING, Need.MANAGE)
    assert told.heading == "A management course looks the best fit"
    assert told.confidence == (
        "This is a **likely** result. In our tests with made-up answers, results like this matched the real need "
        "about 3 times in 5."
    )
    assert [(each.question, each.about, each.sentence) for each in told.why] == [
        ("time", "hitting deadlines", "You said “Hitting deadlines” is **a real problem**."),
        ("plan", "planning the work", "You said “Planning the work” is **often a struggle**."),
        ("quality", "getting work right first time", f"You said {QUALITY} is **often a struggle**."),
    ]
    assert told.changes == (
        f"If any one of your answers about leading were a step harder, say {KEEN} went from **up and down** "
        "to **often a struggle**, we would suggest managing and leading together.",
    )
    assert told.second is not None
    assert told.second.need is Need.BOTH
    assert told.second.sentence == (
        "Managing and leading together came second: leading stands at about 35, close to the line."
    )
    assert (told.is_talk_first, told.between, told.check, told.hot_spot, told.gaps) == (False, None, None, None, ())


def test_the_bars_are_told_in_words_with_figures_to_the_nearest_five() -> None:
    managing, leading = story("313342", "112111").bars
    assert (managing.about, managing.low, managing.high, managing.place) == (55, 45, 65, Place.PAST)
    assert managing.sentence == "Managing stands at about 55 of 100, and most likely between 45 and 65: past the line."
    assert (leading.about, leading.low, leading.high, leading.place) == (35, 25, 45, Place.NEAR)
    assert leading.sentence == (
        "Leading stands at about 35 of 100, and most likely between 25 and 45: close to the line, on either side."
    )
    above = story("222222", "000000").bars[0]
    assert (above.about, above.low, above.place) == (45, 30, Place.NEAR)
    assert story("000000", "000000").bars[1].sentence == (
        "Leading stands at about 10 of 100, and most likely between 0 and 20: below the line."
    )


@pytest.mark.parametrize(
    ("managing", "leading", "heading"),
    [
        ("000000", "000000", "No clear need: let\N{RIGHT SINGLE QUOTATION MARK}s talk"),
        ("000000", "444444", "A leadership course looks the best fit"),
        ("444444", "333333", "You would gain from both: start with managing"),
        ("333333", "444444", "You would gain from both: start with leading"),
        ("323233", "233223", "You would gain from both"),
    ],
)
def test_each_result_has_its_heading(managing: str, leading: str, heading: str) -> None:
    assert story(managing, leading).heading == heading


def test_a_close_call_names_the_two_leading_options_and_puts_a_talk_first() -> None:
    told = story("222112", "111111")
    assert (told.label, told.is_talk_first, told.course) == (Label.CLOSE, True, Need.MANAGE)
    assert told.between == (
        "It is between **a management course** and **no course for now**. A 15 minute call will settle it."
    )
    assert told.confidence == (
        "This is a **close call**. In our tests with made-up answers, results this close matched the real need about "
        "2 times in 5, so treat it as a start for a conversation."
    )
    assert told.changes[0] == (
        "If any one of your answers about managing were a step easier, say “Planning the work” went from "
        "**up and down** to **mostly fine**, we would suggest talking it through first."
    )


def test_hard_answers_in_a_talk_stand_out() -> None:
    assert story("040000", "000000").hot_spot == (
        "One thing stands out: “Keeping an eye on budgets and costs” is **a real problem**. "
        "Tell us about it when we talk."
    )
    assert story("000034", "300000").hot_spot == (
        "These stand out: “Sorting out problems” is **a real problem**, “Knowing where the business is heading” is "
        "**often a struggle** and “Hitting deadlines” is **often a struggle**. Tell us about them when we talk."
    )
    assert story("111111", "111111").hot_spot is None


def test_an_answer_that_is_mostly_fine_is_no_reason_for_a_course() -> None:
    assert [each.question for each in story("441110", "000000").why] == ["plan", "money"]
    assert [each.question for each in story("111---", "444---").why] == ["vision", "new", "plan"]


def test_answers_that_look_unread_are_asked_about_and_lower_the_label() -> None:
    told = story("222222", "222222", Doubt.FAST, Doubt.SAME)
    assert (told.label, told.check) == (Label.CLOSE, "All your answers are the same. Is that right?")
    assert (told.is_talk_first, told.second and told.second.need) == (True, Need.MANAGE)


def test_when_one_answer_alone_could_change_it_that_one_is_named() -> None:
    assert story("003---", "144---").changes[1] == (
        "If “Knowing where the business is heading” went from **mostly fine** to **up and down**, "
        "we would suggest managing and leading together."
    )
    assert story("003---", "244---").changes[1] == (
        f"If {QUALITY} went from **often a struggle** to **up and down**, we would suggest a leadership course."
    )


def test_answers_that_are_missing_are_owned_up_to() -> None:
    assert story("3333--", "0000--").changes[-1] == "We have 8 of the 12 answers. The others would make us surer."


def test_too_few_answers_say_which_side_and_offer_a_talk_never_no_need() -> None:
    told = story("33----", "------")
    assert (told.heading, told.need, told.label) == ("A 15 minute call will settle it", Need.TALK, None)
    assert told.is_talk_first is True
    assert [(each.scale, each.sentence) for each in told.gaps] == [
        (Scale.MANAGING, "We have 2 answers about managing the work. With 1 more we can say something fair."),
        (Scale.LEADING, "We have no answers about leading people. With 3 we can say something fair."),
    ]
    assert told.gaps[0].questions == ("quality", "people", "time", "fix")


def test_marks_become_parts_for_a_page_and_vanish_from_plain_text() -> None:
    sentence = Marked("This is a **clear** result.")
    assert sentence.parts == (("This is a ", False), ("clear", True), (" result.", False))
    assert sentence.plain == "This is a clear result."


@given(any_answers)
def test_a_story_is_read_back_to_the_letter(given_answers: Given) -> None:
    told = tell(lm1.score(given_answers), given_answers)
    stored = told.to_json()
    again = Story.from_json(stored)
    assert again == told
    assert again.to_json() == stored
    assert isinstance(again.confidence, Marked)
    assert again.is_current is True


@given(enough_answers())
def test_every_reason_quotes_an_answer_that_was_given(given_answers: Given) -> None:
    told = tell(lm1.score(given_answers), given_answers)
    assert told.why
    for quote in told.why:
        code = given_answers[quote.question]
        assert code is not None
        stem, words = FIRST.question(quote.question).stem, FIRST.options[code].words
        assert quote.sentence == f"You said “{stem}” is **{words}**."


def test_an_older_story_knows_that_it_is_one() -> None:
    stored = story("313342", "112111").to_json()
    assert Story.from_json(stored.replace('"scorer":"lm1"', '"scorer":"lm0"')).is_current is False


def test_nothing_said_about_any_result_claims_more_than_it_may() -> None:
    for managing, leading in product(range(0, 25, 2), repeat=2):
        told = story(of_total(managing), of_total(leading))
        text = told.to_json().lower()
        assert not [word for word in FORBIDDEN if word in text]
        assert "made-up answers" in told.confidence
        assert (told.label is Label.CLOSE) == (told.between is not None)
        assert all(0 <= each.low <= each.about <= each.high <= 100 for each in told.bars)
        assert isinstance(lm1.score(answers(of_total(managing), of_total(leading))), Score)
