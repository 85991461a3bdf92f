"""Sources by id, as numbers name them."""

from experiments.sources import cited, sources


def test_a_number_names_sources_alone_in_spans_or_with_a_comment():
    assert [s.id for s in cited("P142-P144; cost: assumption")] == ["P142", "P143", "P144"]
    assert [s.id for s in cited("P041 cases")] == ["P041"]
    assert cited("assumption") == []
    assert cited("practice") == []


def test_a_source_has_addresses_a_publisher_and_a_grade():
    known = sources()
    assert len(known) > 200
    assert known["epoch_frontier"].urls[0].startswith("https://")
    assert all(s.grade in ("A", "B", "C") for s in known.values())
