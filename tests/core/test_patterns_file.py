"""Patterns of a network as a file: the same bytes, read back as they were, or told damaged."""

import json
import zipfile

import numpy as np
import pytest

from cnn_core.errors import ArtifactError, SelectionError
from cnn_core.patterns.files import archives
from cnn_core.patterns.files.archives import write_archive
from cnn_core.patterns.files.pattern_file import load_patterns, patterns_file, write_patterns
from cnn_core.patterns.results import (
    TABLE,
    LayerPatterns,
    ModelPatterns,
    Patch,
    UnitPatterns,
    as_stored,
    unit_from,
)
from cnn_core.statistics import wilson_interval

SIZES = {"p": 4, "k": 3, "h": 2, "w": 5, "b": 6, "s": 2, "t": 3, "R": 4, "C": 3, "c": 1, "r": 5,
         "q": 2, "2": 2, "3": 3}  # fmt: skip


def layer(name, n_units=7, **sizes):
    rng = np.random.default_rng(len(name))
    arrays = {
        key: rng.integers(10, size=(n_units, *({**SIZES, **sizes}[axis] for axis in axes)))
        for key, (_, axes) in TABLE.items()
    }
    return LayerPatterns(name, (2, 5), (4, 3), as_stored(arrays))


@pytest.fixture(scope="module")
def found():
    return ModelPatterns(
        "own", "1f", "2e", "3d", 60, np.array([10, 20, 0]), {"conv": layer("conv"), "d": layer("d", 3)},
        {"n_steps": 12}, {"seed": 0},
    )  # fmt: skip


@pytest.fixture
def path(found, tmp_path):
    path = tmp_path / patterns_file("own")
    write_patterns(path, found)
    return path


def test_file_gives_back_what_was_found_and_is_the_same_each_time(found, path, tmp_path):
    again = load_patterns(path)
    for name in ("model_name", "model_digest", "train_digest", "test_digest", "n_searched"):
        assert getattr(again, name) == getattr(found, name)
    assert (again.recipe, again.provenance) == (found.recipe, found.provenance)
    np.testing.assert_array_equal(again.n_of_class, found.n_of_class)
    assert list(again.layers) == ["conv", "d"]
    for name, own in found.layers.items():
        assert (again.layer(name).grid, again.layer(name).size) == ((2, 5), (4, 3))
        for key in TABLE:
            np.testing.assert_array_equal(again.layer(name)[key], own[key])
            assert not again.layer(name)[key].flags.writeable
    write_patterns(tmp_path / "second.npz", again)
    assert (tmp_path / "second.npz").read_bytes() == path.read_bytes()


def test_one_unit_is_told_by_itself(found):
    unit = found.layer("conv").unit(6)
    assert unit.is_complete and (unit.layer, unit.unit, unit.grid) == ("conv", 6, (2, 5))
    arrays = found.layer("conv").arrays
    cell = int(arrays["patch_cell"][6, 1])
    assert unit.patches[1] == Patch(
        int(arrays["patch_image"][6, 1]), cell // 5, cell % 5,
        float(arrays["patch_response"][6, 1]), float(arrays["patch_activation"][6, 1]),
    )  # fmt: skip
    assert isinstance(unit.is_dead, bool) and isinstance(unit.out_of_range, float)
    with pytest.raises(SelectionError, match="units 0 to 6") as error:
        found.layer("conv").unit(7)
    assert error.value.nearest == 6
    with pytest.raises(SelectionError, match="conv, d"):
        found.layer("pool")


def test_what_is_not_known_yet_is_none(found):
    arrays = found.layer("conv").arrays
    part = unit_from("conv", 2, (2, 5), {"pattern": arrays["pattern"][2:3]}, 0)
    np.testing.assert_array_equal(part.pattern, arrays["pattern"][2])
    assert part.n_fired is None and not part.is_complete
    assert part.patches == UnitPatterns("conv", 2, (2, 5)).patches == ()


def test_firing_comes_with_its_interval(found):
    shares = found.firing("conv", 3)
    n_fired = found.layer("conv")["n_fired"][3]
    np.testing.assert_allclose(shares[:2, 0], n_fired[:2] / [10, 20])
    np.testing.assert_allclose(shares[:2, 1:].T, wilson_interval(n_fired[:2], [10, 20]))
    assert np.isnan(shares[2]).all()


def test_missing_file_is_none(tmp_path):
    assert load_patterns(tmp_path / "nowhere.npz") is None


def changed(path, change):
    with np.load(path) as archive:
        arrays = dict(archive)
    told = json.loads(arrays.pop("told").tobytes())
    change(told, arrays)
    write_archive(path, told, arrays)


def without(told, arrays):
    del arrays["1_counts"]


def of_another_size(told, arrays):
    arrays["0_strip"] = arrays["0_strip"][:, :, :-1]


def of_another_dtype(told, arrays):
    arrays["0_response"] = arrays["0_patch_response"] = arrays["0_patch_response"].astype("f8")


def outside_the_map(told, arrays):
    arrays["0_quiz_cell"] = arrays["0_quiz_cell"] + np.uint32(10)


def outside_the_set(told, arrays):
    told["n_searched"] = 5


def with_a_strange_text(told, arrays):
    told["layers"] = 3


@pytest.mark.parametrize(
    "change",
    (without, of_another_size, of_another_dtype, outside_the_map, outside_the_set,
     with_a_strange_text),
)  # fmt: skip
def test_altered_file_is_told_in_one_line(path, change):
    changed(path, change)
    with pytest.raises(ArtifactError, match=r"patterns_own\.npz: truncated or altered") as error:
        load_patterns(path)
    assert "\n" not in str(error.value) and "survey --patterns" in str(error.value)


def test_other_format_and_damage_are_told(path, monkeypatch):
    whole = path.read_bytes()
    for damaged in (b"", whole[:-30], whole[: len(whole) // 2], b"x" * 100):
        path.write_bytes(damaged)
        with pytest.raises(ArtifactError, match="truncated or altered"):
            load_patterns(path)
    path.write_bytes(whole)
    monkeypatch.setattr(archives, "MOST_BYTES", 1000)
    with pytest.raises(ArtifactError, match="more than 1,000 bytes"):
        load_patterns(path)
    monkeypatch.undo()
    changed(path, lambda told, _: told.update(format=9))
    with pytest.raises(ArtifactError, match="format 9 where this version reads 1"):
        load_patterns(path)


def test_single_altered_byte_is_told_or_changes_nothing(path, found):
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        last = archive.infolist()[-1]
    at = last.header_offset + 80
    raw[at] ^= 1
    path.write_bytes(raw)
    with pytest.raises(ArtifactError, match="truncated or altered"):
        load_patterns(path)
