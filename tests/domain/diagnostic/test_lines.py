"""Answer sets as text in, scores as JSON out."""

import json

from hypothesis import given
from hypothesis import strategies as st

from booking.domain.diagnostic.instrument import FIRST
from booking.domain.diagnostic.lines import BadLine, ScoredLine, score_lines

from .answering import scored

# M 3,1,3,3,4,2 and L 1,1,2,1,1,1 by turns
WORKED = "3,1,1,1,3,2,3,1,4,1,2,1"


def test_a_line_is_scored_with_its_keys_in_the_promised_order() -> None:
    [line] = score_lines([WORKED + "\n"])
    assert line == ScoredLine(
        1,
        '{"version": "lm1", "recommendation": "manage", "probabilities": {"talk": 0.033552, "manage": 0.539102, '
        '"lead": 0.007887, "both": 0.419458}, "confidence": 0.520397, "label": "likely", "start": "managing", '
        '"managing_need": 55.604601, "leading_need": 35.588126, "reasons": ["time", "plan", "quality"], "flips": '
        '[["vision", 1, 2, "both"], ["new", 1, 2, "both"], ["inspire", 2, 3, "both"], ["freedom", 1, 2, "both"], '
        '["ahead", 1, 2, "both"], ["goals", 1, 2, "both"]]}',
    )


def test_too_few_answers_print_talk_and_no_figures() -> None:
    [line] = score_lines(["3,-,-,-,3,-,-,1,4,1,-,-"])
    assert line == ScoredLine(
        1,
        '{"version": "lm1", "recommendation": "talk", "probabilities": null, "confidence": null, "label": null, '
        '"start": null, "managing_need": null, "leading_need": null, "reasons": [], "flips": []}',
    )


def test_spaces_and_line_ends_of_any_kind_are_no_matter() -> None:
    plain, spaced = score_lines([WORKED, f"  {WORKED.replace(',', ' , ')} \r\n"])
    assert isinstance(plain, ScoredLine)
    assert spaced == ScoredLine(2, plain.json)


def test_bad_lines_say_where_and_why_and_good_ones_still_come() -> None:
    bad = ["", "  \n", "1,2,3", WORKED + ",", WORKED.replace("4", "5"), WORKED.replace("4", "2.0"), WORKED + "\x00"]
    found = list(score_lines([*bad, WORKED]))
    assert found[:-1] == [
        BadLine(1, "empty"),
        BadLine(2, "empty"),
        BadLine(3, "expected 12 answers separated by commas, found 3"),
        BadLine(4, "expected 12 answers separated by commas, found 13"),
        BadLine(5, "answer 9 (time) must be 0 to 4 or -, not '5'"),
        BadLine(6, "answer 9 (time) must be 0 to 4 or -, not '2.0'"),
        BadLine(7, "answer 12 (goals) must be 0 to 4 or -, not '1\\x00'"),
    ]
    assert isinstance(found[-1], ScoredLine)
    assert found[-1].number == 8


def test_digits_of_other_scripts_are_no_codes() -> None:
    [line] = score_lines([WORKED.replace("4", "\N{ARABIC-INDIC DIGIT FOUR}")])
    assert isinstance(line, BadLine)


def test_lines_are_scored_as_they_are_read() -> None:
    lines = iter([WORKED, "never read"])
    next(score_lines(lines))
    assert next(lines) == "never read"


@given(st.lists(st.sampled_from("01234-"), min_size=12, max_size=12))
def test_every_good_line_is_one_line_of_json(codes: list[str]) -> None:
    [line] = score_lines([",".join(codes)])
    assert isinstance(line, ScoredLine)
    assert "\n" not in line.json
    told = json.loads(line.json)
    sure = {each.id: code for each, code in zip(FIRST.questions, codes, strict=True) if code != "-"}
    assert set(told["reasons"]) <= set(sure)
    assert (told["label"] is None) == (told["probabilities"] is None)


@given(st.text())
def test_any_text_at_all_is_a_score_or_a_reason(text: str) -> None:
    assert [line.number for line in score_lines([text])] == [1]


def test_figures_are_those_of_the_scorer() -> None:
    [line] = score_lines([WORKED])
    assert isinstance(line, ScoredLine)
    assert json.loads(line.json)["confidence"] == round(scored("313342", "112111").confidence, 6)
