"""From files to an Explorer, with every step told."""

import logging
from pathlib import Path

from cnn_core.errors import DataError

_log = logging.getLogger("looking_glass")


def load_explorer(make, model_paths, data_path, cache_folder=None, progress=None):
    """Load models and data and open, or build, their surveys.

    Parameters
    ----------
    make : callable
        `Explorer` itself; called with networks, datasets, surveys and the surveys' notes.
    model_paths : sequence of path-like
    data_path : path-like
    cache_folder : path-like, optional
    progress : callable, optional
        Called with (what is done, steps done, steps in all).

    Returns
    -------
    Explorer

    Raises
    ------
    LookingGlassError
    """
    tell = progress or (lambda text, done, total: None)
    tell("loading TensorFlow", 0, 1)
    from cnn_core.dataset import available_splits, load_dataset
    from cnn_core.opening import load_network
    from cnn_core.survey import survey_of
    from cnn_core.survey_store import default_cache_folder

    tell("reading the images", 0, 1)
    splits = available_splits(data_path)
    order = [name for name in ("test", "train") if name in splits]
    datasets = {name: load_dataset(data_path, name) for name in order}
    if not datasets:
        raise DataError(f"{data_path}: holds neither a test nor a train set")
    image_shape = next(iter(datasets.values())).input_shape
    networks = {}
    for number, path in enumerate(model_paths):
        tell("opening the networks", number, len(model_paths))
        network = load_network(path, name=_free_name(Path(path).stem, networks),
                               image_shape=image_shape)
        networks[network.name] = network
    # Fit is checked before an hour is spent on a survey of images that the network cannot take.
    make(networks, datasets, {})
    surveys = {}
    for network in networks.values():
        for set_name, dataset in datasets.items():
            surveys[network.name, set_name] = survey_of(
                network, dataset, cache_folder,
                progress=_told(tell, f"{network.name} reads the {set_name} images"),
                with_features=set_name == order[0],
            )
    explorer = make(networks, datasets, surveys, folder=Path(model_paths[0]).parent)
    for note in explorer.notes:
        _log.warning("%s (cache folder: %s)", note, cache_folder or default_cache_folder())
    return explorer


def _told(tell, text):
    return lambda done, total: tell(text, done, total)


def _free_name(name, taken):
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free
