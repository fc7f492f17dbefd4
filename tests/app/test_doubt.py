"""A disputed label is told beside the label, with the raters' votes, on the pages about one image."""

import pytest

from app.frame.recorded import doubt
from app.frame.subject import Subject
from app.pages import compare, decide, explore
from app.pages.compare.captions import captions
from app.pages.explore import words
from cnn_core.images.disputed_labels import DisputedLabel, DisputedLabels
from tests.app.small_explorer import small_explorer

TOLD = "label disputed: 2 of 5 raters say 4, 3 say 9"


@pytest.fixture
def explorer(monkeypatch):
    plain = small_explorer()
    one = DisputedLabel(7, 1, 3, votes_given=2, votes_suggested=3, votes_neither=0)
    known = DisputedLabels(plain.dataset("test").digest, "s", "a", "r", 5, (one,))
    monkeypatch.setattr(
        doubt, "disputed_in", lambda dataset: (known if known.apply_to(dataset) else None, "")
    )
    doubt._told.cache_clear()
    yield plain
    doubt._told.cache_clear()


def test_the_votes_are_told_of_the_disputed_image_alone(explorer):
    assert doubt.doubt_text(explorer, Subject("test", 7)) == TOLD
    assert doubt.doubt_text(explorer, Subject("test", 8)) == ""
    assert doubt.doubt_text(explorer, Subject("train", 7)) == ""
    assert doubt.doubt_text(explorer, Subject("test", 7, own="x")) == ""


def test_explore_and_decide_tell_it_beside_the_label(explorer):
    view = explore.PAGE.look(explorer, explore.PAGE.read("?image=7", explorer)[0])
    assert words.verdict(view)["doubt"] == TOLD
    view = decide.PAGE.look(explorer, decide.PAGE.read("?image=7", explorer)[0])
    [panel] = [one for one in decide.PAGE.panels if one.name == "decide-verdict"]
    assert TOLD in str(panel.draw(view)["verdict"])


def test_compare_tells_it_on_the_card_of_the_image_alone(explorer):
    view = compare.PAGE.look(explorer, compare.PAGE.read("?a=7&b=8&p=1&q=3", explorer)[0])
    [disputed], [plain] = (captions(view, key, view.groups[key]) for key in "ab")
    assert TOLD in str(disputed) and "disputed" not in str(plain)
