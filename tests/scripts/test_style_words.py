"""make lint lists words to avoid, with the lines where they occur."""

from __future__ import annotations

from scripts.style_words import WORDS, occurrences, read_words


def test_each_occurrence_has_its_line() -> None:
    words = read_words("# a comment\n\nhangs? on   depend on\ntold     report\n")
    assert words == [("hangs? on", "depend on"), ("told", "report")]
    text = "A hangs on B\nx = last_told\nuntold, Told and told\n"
    assert occurrences(words, {"a.py": text}) == {
        "hangs? on": ["a.py:1"],
        "told": ["a.py:2", "a.py:3", "a.py:3"],
    }


def test_the_list_can_be_read() -> None:
    words = read_words(WORDS.read_text("utf-8"))
    assert all(word and use for word, use in words)
    assert len(words) == len({word for word, _ in words})
