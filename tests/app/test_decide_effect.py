"""Mean effects and curves of Decide: part by part, bounded, each part made once."""

from dataclasses import replace

import numpy as np
import pytest

from app.pages.decide import PAGE
from app.pages.decide.slow import results
from app.pages.decide.slow import results_words as words
from app.pages.decide.slow.results import EffectPart, curve, mean_effects
from app.pages.decide.state import read
from app.pages.decide.view import look
from cnn_core.decision.effects import MeanEffects, sample_of
from tests.app.asking import ask_panel, html_of, small_app
from tests.app.small_explorer import small_explorer
from tests.app.test_decide import fresh_explorer


def seen(search, explorer=None):
    explorer = explorer or fresh_explorer()
    return look(explorer, read(search, explorer)[0])


def test_a_mean_effect_is_the_mean_over_the_images_of_a_class_and_over_all():
    explorer = small_explorer()
    view = seen("?p=1&q=3&off=hidden:5,2")
    found = mean_effects(view, 0)
    effects = found.effects
    assert (found.n_done, found.n_images, found.n_in_set, found.next_part) == (40, 40, 40, None)
    dataset, network = explorer.dataset("test"), explorer.network("model_0")
    kernel = network.weights("classes")["kernel"]
    for (mean_of, mean), label in zip(effects, (1, 3, None), strict=True):
        images = dataset.images[dataset.labels == label] if label is not None else dataset.images
        values = network.activations(images)["hidden"]
        terms = values * (kernel[:, 1] - kernel[:, 3])
        assert (mean_of, mean.n_images) == (label, len(images))
        expected = -terms[:, [2, 5]].sum(axis=1).mean(), -terms[:, 2].mean()
        assert mean.mean.tolist() == pytest.approx(expected, abs=1e-5)
        values = np.where(np.isin(np.arange(7), [2, 5]), 0, values)
        after = values @ kernel + network.weights("classes")["bias"]
        before = network.logits(images).argmax(axis=1)
        assert mean.n_flips[0] == np.count_nonzero(after.argmax(axis=1) != before)
    layer = network.layer("hidden")
    told = words.effect_text(view, found, layer)
    assert told.startswith("Over the test set, silencing node 2 alone")
    assert "on the 10 images of 4," in told and "on the 10 images of 9 and" in told
    assert "on all 40 images; all 2 together by" in told
    flips = [mean.n_flips[0] for _, mean in effects]
    assert f"{flips[0]}, {flips[1]} and {flips[2]} of their predictions change." in told


@pytest.mark.parametrize("off", ["hidden:5,2", "first_maps:1", "last_maps:0,3,4"])
@pytest.mark.parametrize("baseline", ["zero", "mean"])
def test_parts_of_a_set_together_are_the_effects_over_the_set(monkeypatch, off, baseline):
    search = f"?p=1&q=3&off={off}&baseline={baseline}"
    whole = mean_effects(seen(search), 0)
    monkeypatch.setattr(results, "images_in_a_second", lambda network: 15)
    view, parts, wanted = seen(search), [], 0
    while wanted is not None:
        parts.append(mean_effects(view, wanted))
        wanted = parts[-1].next_part
    assert [part.n_done for part in parts] == [15, 30, 40]
    for (label, one), (same, other) in zip(parts[-1].effects, whole.effects, strict=True):
        assert (label, one.n_images) == (same, other.n_images)
        assert one.n_flips.tolist() == other.n_flips.tolist()
        assert one.mean.tolist() == pytest.approx(other.mean.tolist(), abs=1e-6)


def test_no_request_computes_more_than_one_part(monkeypatch):
    sizes = []
    monkeypatch.setattr(results, "images_in_a_second", lambda network: 15)
    monkeypatch.setattr(results, "PART_IMAGES", 4)

    def counted(name, size):
        real = getattr(results, name)

        def count(*arguments, **options):
            sizes.append(size(arguments))
            return real(*arguments, **options)

        monkeypatch.setattr(results, name, count)

    counted("effect_sums", lambda arguments: len(arguments[3]))
    counted("class_race", lambda arguments: len(arguments[2]))
    view = seen("?p=1&q=3&off=hidden:5,2&race=hidden")
    # Whoever asks for the last part at once gets the first, and is told how to go on.
    for ask_for, last in ((mean_effects, 2), (curve, 2)):
        told = [ask_for(view, 10**9) for _ in range(4)]
        assert [part.next_part for part in told] == [1, 2, None, None]
        first = ask_for(view, -5)
        assert first.next_part == 1 and ask_for(view, last).next_part is None
    assert sizes == [15, 15, 10, 4, 4, 2]


def test_the_effect_asks_for_its_next_part_until_all_images_are_done(monkeypatch):
    monkeypatch.setattr(results, "images_in_a_second", lambda network: 15)
    told, part = [], 0
    while part is not None:
        search = "?image=7&p=1&q=3&off=hidden:4"
        answer = ask_panel(small_app(), PAGE.path, "decide-effect", search, part=part)
        told.append(html_of(answer, "decide-effect"))
        part = answer["told"]["next"]
    *under_way, last = told
    assert [part.partition(" so far: ")[0] for part in under_way] == [
        '<span aria-hidden="true">15 of 40 images of the test set,',
        '<span aria-hidden="true">30 of 40 images of the test set,',
    ]
    assert last.startswith("Over the test set, silencing node 4 alone changes")


def test_nothing_silenced_has_no_effect():
    answer = ask_panel(small_app(), PAGE.path, "decide-effect", "?image=7")
    assert html_of(answer, "decide-effect") == "" and answer["told"]["next"] is None


def test_a_large_set_is_told_by_a_sample_and_says_so(monkeypatch):
    explorer = small_explorer()
    monkeypatch.setattr(results, "MOST_IMAGES", 12)
    view = seen("?p=1&q=3&off=hidden:5")
    found = mean_effects(view, 0)
    assert (found.n_done, found.n_images, found.n_in_set, found.next_part) == (12, 12, 40, None)
    layer, dataset = explorer.network("model_0").layer("hidden"), explorer.dataset("test")
    taken = sample_of(40, 12)
    kernel = explorer.network("model_0").weights("classes")["kernel"]
    values = explorer.network("model_0").activations(dataset.images[taken])["hidden"][:, 5]
    assert found.effects[-1][1].mean[1] == pytest.approx(
        -(values * (kernel[5, 1] - kernel[5, 3])).mean(), abs=1e-5
    )
    told = words.effect_text(view, found, layer)
    assert told.startswith(
        "Over 12 of the 40 images of the test set, drawn at random with seed 0, "
        "silencing node 5 alone"
    )
    under_way = replace(found, next_part=1, n_images=30)
    assert words.effect_text(view, under_way, layer).startswith(
        "12 of 30 images, drawn at random with seed 0 from the 40 images of the test set, so far:"
    )


def test_a_set_of_one_image_is_told_in_the_singular():
    explorer = small_explorer()
    view = seen("?p=1&q=3&off=hidden:5", explorer)
    mean = MeanEffects(1, np.array([-0.5, -0.5]), np.array([0.5, 0.5]), np.array([0, 0]))
    found = EffectPart(((1, mean), (None, mean)), 1, 1, None)
    told = words.effect_text(view, found, explorer.network("model_0").layer("hidden"))
    assert "−0.50 on the 1 image of 4 and −0.50 on the 1 image." in told
    assert "images" not in told
