"""Snapshots of a training: when they are taken, what is in their file, what is refused."""

import json

import numpy as np
import pytest

from cnn_core.artifacts import WORK_FOLDER, read_manifest, verify_artifacts
from cnn_core.errors import DataError, ModelError, SelectionError
from cnn_core.network.backend import keras
from cnn_core.network.classifier import Network
from cnn_core.network.opening import load_network
from cnn_core.training import run as training_run
from cnn_core.training.article_cnn import build_article_cnn
from cnn_core.training.checkpoints import save_checkpoint
from cnn_core.training.course import activations_over_training, open_snapshots, untrained_twin
from cnn_core.training.snapshot_writer import SnapshotWriter
from cnn_core.training.snapshots import SnapshotPlan, architecture_digest, read_snapshots
from cnn_core.training.train import Recipe, train_and_publish
from tests.core.networks import colour_odd_sizes, opened, random_images, seeded
from tests.core.training_cases import bars

# Keras reads its variables in a way that NumPy 2 will stop to allow.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RECIPE = Recipe(epochs=3, batch_size=16, validation_images=16)  # 4 steps an epoch
PLAN = SnapshotPlan(steps=(0, 2, 4, 7, 99), epochs=(1, 2, 99))
MOMENTS = [(0, 0), (2, 0), (4, 1), (7, 1), (8, 2), (12, 3)]
FILE = "bars_snapshots.npz"


@pytest.fixture(scope="module")
def sets():
    return bars("train", 80, seed=1), bars("test", 24, seed=2)


def train(sets, folder, **options):
    options = {"recipe": RECIPE, "seed": 4, "plan": PLAN, "show_progress": False, **options}
    return train_and_publish(*sets, folder, "bars", **options)


@pytest.fixture(scope="module")
def folder(sets, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    train(sets, folder, command="the command")
    return folder


@pytest.fixture(scope="module")
def course(folder):
    return open_snapshots(folder / FILE, load_network(folder / "bars.keras"))


def told(moments):
    return [(moment.step, moment.epoch) for moment in moments]


def arrays_at(snapshots, place):
    return [array for arrays in snapshots.weights(place).values() for array in arrays]


def assert_equal(arrays, others):
    for one, other in zip(arrays, others, strict=True):
        np.testing.assert_array_equal(one, other)


# --- the plan ---------------------------------------------------------------------------------


def test_a_plan_is_read_as_it_is_told():
    assert str(SnapshotPlan()) == "0,25,50,100,200,400,e1,e2,e4,e8,e16,e40"
    assert SnapshotPlan.parse(str(SnapshotPlan())) == SnapshotPlan()
    assert SnapshotPlan.parse(" 50, e3,7,e3") == SnapshotPlan((0, 7, 50), (3,))


@pytest.mark.parametrize("text", ["", "1,,2", "e", "-1", "1.5", "three", "1e3", "²", "9" * 20])
def test_what_is_no_plan_is_refused(text):
    with pytest.raises(SelectionError, match="epochs with an e in front"):
        SnapshotPlan.parse(text)


# --- from the article's training --------------------------------------------------------------


def test_snapshots_are_taken_when_planned_and_at_the_end(folder, course):
    assert told(course.moments) == MOMENTS
    assert course.ends_in_network
    assert course.seed == 4
    verify_artifacts(folder)
    record = read_manifest(folder)["snapshots"][FILE]
    assert (record["model"], record["seed"], record["command"]) == ("bars.keras", 4, "the command")


def test_the_first_snapshot_can_be_built_from_the_seed_alone(folder, course, sets):
    built = build_article_cnn((18, 18, 1), 2, seed=4)
    assert_equal(arrays_at(read_snapshots(folder / FILE), 0), built.get_weights())
    twin = untrained_twin(course.network, 4)
    expected = course.activations(0, sets[1].images)
    np.testing.assert_array_equal(twin.activations(sets[1].images).logits, expected.logits)


def test_only_the_articles_network_is_built_from_a_seed(course):
    with pytest.raises(DataError, match="only the article's CNN"):
        untrained_twin(opened(colour_odd_sizes), 4)


def test_taking_snapshots_changes_nothing(sets, folder, tmp_path):
    train(sets, tmp_path, plan=None)
    assert not (tmp_path / FILE).exists()
    plain, watched = (
        keras.saving.load_model(where / "bars.keras").get_weights() for where in (tmp_path, folder)
    )
    assert_equal(plain, watched)


@pytest.mark.parametrize("epochs", [1, 2])
def test_a_resumed_training_has_all_snapshots(sets, folder, tmp_path, monkeypatch, epochs):
    def save_then_stop(path, checkpoint):
        save_checkpoint(path, checkpoint)
        if len(checkpoint.epochs) == epochs:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training_run, "save_checkpoint", save_then_stop)
        train(sets, tmp_path)
    with pytest.raises(SelectionError, match="another snapshots"):
        train(sets, tmp_path, resume=True, plan=None)
    train(sets, tmp_path, resume=True)
    whole, resumed = (read_snapshots(where / FILE) for where in (folder, tmp_path))
    assert resumed.about == whole.about
    np.testing.assert_allclose(resumed.values, whole.values, atol=1e-6)
    place = told(whole.moments).index((4 * epochs, epochs))
    np.testing.assert_array_equal(resumed.values[: place + 1], whole.values[: place + 1])


def test_lost_snapshots_are_told_when_going_on(sets, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training_run.TrainingRun, "count_correct", stop)
        train(sets, tmp_path)
    (tmp_path / WORK_FOLDER / "bars" / "snapshots.npz").unlink()
    with pytest.raises(DataError, match=r"snapshots\.npz.*No such file"):
        train(sets, tmp_path, resume=True)


# --- what they show ---------------------------------------------------------------------------


def test_every_snapshot_of_an_image_is_what_its_network_makes_of_it(course, sets):
    images = sets[1].images[:2]
    shown = activations_over_training(course, images)
    one_layer = activations_over_training(course, images, "Conv2D_3")
    assert len(shown) == len(one_layer) == len(course) == len(MOMENTS)
    for place, (all_layers, one) in enumerate(zip(shown, one_layer, strict=True)):
        network = course.network_at(place)
        expected = network.activations(images)
        assert network.name == f"bars, step {MOMENTS[place][0]}"
        assert list(one) == ["Conv2D_3"]
        np.testing.assert_array_equal(one["Conv2D_3"], expected["Conv2D_3"])
        np.testing.assert_array_equal(all_layers.logits, expected.logits)
        for name in expected:
            np.testing.assert_array_equal(all_layers[name], expected[name])
    last = course.network.activations(images)
    np.testing.assert_array_equal(shown[-1].logits, last.logits)
    assert not np.array_equal(shown[0].logits, last.logits)


@pytest.mark.parametrize("place, nearest", [(-1, 0), (6, 5)])
def test_a_snapshot_that_does_not_exist(course, place, nearest):
    with pytest.raises(SelectionError, match="0 to 5") as told_error:
        course.network_at(place)
    assert told_error.value.nearest == nearest


def test_another_training_of_the_same_form_is_told(folder):
    other = Network(build_article_cnn((18, 18, 1), 2, seed=9), name="other")
    assert not open_snapshots(folder / FILE, other).ends_in_network


# --- from any model.fit -----------------------------------------------------------------------


def test_the_callback_writes_the_same_file_from_any_fit(tmp_path):
    path, model = tmp_path / "mine_snapshots.npz", seeded(colour_odd_sizes)
    images = random_images(opened(colour_odd_sizes), 40)
    labels = np.arange(40) % 3
    start = model.get_weights()
    model.compile("adam", "sparse_categorical_crossentropy")
    writer = SnapshotWriter(path, SnapshotPlan((0, 3), (2,)), seed=11)
    model.fit(images, labels, batch_size=10, epochs=3, callbacks=[writer], verbose=0)
    model.save(tmp_path / "mine.keras")
    snapshots = read_snapshots(path)
    assert told(snapshots.moments) == [(0, 0), (3, 0), (8, 2), (12, 3)]
    assert snapshots.about.seed == 11
    assert_equal(arrays_at(snapshots, 0), start)
    network = load_network(tmp_path / "mine.keras")
    course = open_snapshots(path, network)
    assert course.ends_in_network
    ends = activations_over_training(course, images[:1], "hidden")
    np.testing.assert_array_equal(ends[-1].logits, network.logits(images[:1]))
    # A further fit goes on counting, and keeps what was taken.
    model.fit(images, labels, batch_size=10, epochs=1, callbacks=[writer], verbose=0)
    assert told(read_snapshots(path).moments)[-2:] == [(12, 3), (16, 1)]


def test_a_model_without_weights_before_its_first_step_is_told(tmp_path):
    flat, classes = keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")
    model = keras.Sequential([flat, classes])
    model.compile("sgd", "sparse_categorical_crossentropy")
    writer = SnapshotWriter(tmp_path / "none.npz")
    with pytest.raises(ModelError, match=r"begin it with a keras\.Input"):
        model.fit(np.zeros((4, 5, 5, 1)), np.zeros(4), callbacks=[writer], verbose=0)


# --- what is refused --------------------------------------------------------------------------


def altered(path, target, change):
    with np.load(path) as archive:
        about, weights = json.loads(archive["about"].tobytes()), archive["weights"].copy()
    changed = change(about, weights)
    weights = weights if changed is None else changed
    np.savez(target, weights=weights, about=np.frombuffer(json.dumps(about).encode(), np.uint8))
    return target


def drop_the_start(about, weights):
    del about["moments"][0]
    return weights[1:]


def two_at_one_step(about, weights):
    about["moments"][1]["step"] = about["moments"][2]["step"]


def one_row_short(about, weights):
    return weights[1:]


def not_a_number(about, weights):
    weights[1, 5] = np.nan


def wrong_word(about, weights):
    about["moments"][1]["step"] = "two"


def unknown_word(about, weights):
    about["extra"] = 1


def wide_numbers(about, weights):
    return weights.astype(np.float64)


@pytest.mark.parametrize(
    "change, fault",
    [
        (drop_the_start, "first snapshot is of step 2; accepted: snapshots from step 0"),
        (two_at_one_step, "steps do not rise"),
        (one_row_short, r"holds weights \(5, "),
        (not_a_number, "not finite"),
        (wrong_word, r"moments\.1\.step"),
        (unknown_word, "extra"),
        (wide_numbers, "dtype float64"),
    ],
)
def test_an_altered_file_is_refused_in_one_line(folder, tmp_path, change, fault):
    path = altered(folder / FILE, tmp_path / "altered.npz", change)
    with pytest.raises(DataError, match=fault) as error:
        read_snapshots(path)
    assert str(error.value).startswith(f"{path}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("length", [0, 100, 0.5, -1])
def test_a_file_cut_short_is_refused_in_one_line(folder, tmp_path, length):
    content = (folder / FILE).read_bytes()
    path = tmp_path / "cut.npz"
    path.write_bytes(content[: int(length * len(content)) if length == 0.5 else length])
    with pytest.raises(DataError, match=r"cut\.npz.*accepted: ") as error:
        read_snapshots(path)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(DataError, match=r"none\.npz.*No such file"):
        read_snapshots(tmp_path / "none.npz")


def tanh_in_place_of_relu():
    model = build_article_cnn((18, 18, 1), 2, seed=1)
    model.get_layer("Conv2D_2").activation = keras.activations.tanh
    return model


def more_classes():
    return build_article_cnn((18, 18, 1), 3, seed=1)


@pytest.mark.parametrize("build", [tanh_in_place_of_relu, more_classes])
def test_snapshots_of_another_architecture_are_refused(folder, build):
    with pytest.raises(DataError, match=f"^{FILE}: snapshots of another architecture than.*other"):
        open_snapshots(folder / FILE, Network(build(), name="other"))


def test_the_digest_is_of_what_layers_compute(tmp_path):
    model = build_article_cnn((18, 18, 1), 2, seed=1, l2=0.5)
    digest = architecture_digest(model.layers)
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"model.{ending}")
        assert (
            architecture_digest(load_network(tmp_path / f"model.{ending}").keras_layers) == digest
        )
    assert architecture_digest(tanh_in_place_of_relu().layers) != digest
