import pytest

from benchmarks import results, tables


def test_the_document_holds_what_the_results_say():
    text = tables.DOCUMENT.read_text()

    assert tables.replaced(text, results.read_all()) == text


def test_a_document_without_the_marks_is_refused():
    with pytest.raises(ValueError, match="has to hold"):
        tables.replaced("# Performance", [])
