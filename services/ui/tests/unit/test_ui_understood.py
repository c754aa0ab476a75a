from pictopy_ui.domain.understood import chips


def test_understood_is_shown_in_each_form() -> None:
    """Lists of parts and mappings both become chips; what was not given is left out."""
    parts = [{"kind": "person", "text": "anna", "values": ["p1"]}, {"kind": "time", "text": "2023"}]
    assert chips(parts) == (("Person", "anna"), ("When", "2023"))
    assert chips({"person": ["Anna", {"name": "Björn"}], "tag": None, "favourite": True}) == (
        ("Person", "Anna"),
        ("Person", "Björn"),
        ("Favourites", "yes"),
    )
    assert chips(None) == ()
