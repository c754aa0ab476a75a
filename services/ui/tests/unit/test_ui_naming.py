from pictopy_ui.answers import Person
from pictopy_ui.domain.naming import meant


def test_a_known_name_means_the_same_person() -> None:
    """Typing a name that somebody bears joins the two; spaces and case do not matter."""
    anna = Person(person_id="1", name="Anna Berg")
    wish = meant("  anna  BERG ", "2", [anna])
    assert wish is not None
    assert wish.same_as == anna
    renamed = meant("anna berg", "1", [anna])
    assert renamed is not None
    assert renamed.same_as is None
    assert meant("  ", "2", [anna]) is None
