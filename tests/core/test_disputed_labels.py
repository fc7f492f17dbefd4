"""Disputed labels: what is shipped fits the shipped images, and damage is told in one line."""

import json
from pathlib import Path

import pytest

from cnn_core.errors import ArtifactError
from cnn_core.images.dataset import load_dataset
from cnn_core.images.disputed_labels import DISPUTED_LABELS, read_disputed_labels

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
SHIPPED = ARTIFACTS / DISPUTED_LABELS


def changed(tmp_path, change):
    content = json.loads(SHIPPED.read_bytes())
    change(content)
    path = tmp_path / "list.json"
    path.write_text(json.dumps(content))
    return path


def test_the_shipped_list_fits_the_shipped_test_images():
    disputed = read_disputed_labels(SHIPPED)
    test, train = (load_dataset(ARTIFACTS / "mnist.npz", split) for split in ("test", "train"))
    assert disputed.apply_to(test)
    assert not disputed.apply_to(train)
    assert len(disputed.labels) == 15
    for label in disputed.labels:
        assert test.labels[label.image] == label.given != label.suggested
        votes = (label.votes_given, label.votes_suggested, label.votes_neither)
        assert sum(votes) == disputed.n_raters
        # The rule that the list states.
        assert label.votes_given < 3


def test_no_file_is_no_list(tmp_path):
    assert read_disputed_labels(tmp_path / "none.json") is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda content: content.update(format=2), "format 2"),
        (lambda content: content.pop("source"), "'source'"),
        (lambda content: content["images"][0].pop("given"), "'given'"),
        (lambda content: content["images"][0].update(image=-1), "whole numbers"),
        (lambda content: content["images"][0].update(image="947"), "whole numbers"),
        (lambda content: content["images"][0]["votes"].update(given=True), "whole numbers"),
        (lambda content: content["images"].reverse(), "ascending"),
        (lambda content: content["images"].append(content["images"][-1]), "ascending"),
        (lambda content: content.update(images=7), "not iterable"),
    ],
)
def test_a_changed_list_is_refused(tmp_path, change, told):
    path = changed(tmp_path, change)
    with pytest.raises(ArtifactError) as error:
        read_disputed_labels(path)
    assert str(path) in str(error.value) and told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe", SHIPPED.read_bytes()[:-9]])
def test_what_is_no_list_is_refused(tmp_path, content):
    path = tmp_path / "list.json"
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match=r"list\.json"):
        read_disputed_labels(path)
