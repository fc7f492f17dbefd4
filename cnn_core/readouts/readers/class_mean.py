"""The reader that compares an image with the mean image of each class."""

import numpy as np
from numpy.typing import NDArray

from cnn_core.readouts.readers.reader import FittedReader, classes_at, classes_to_learn
from cnn_core.readouts.samples import Sample


class ClassMean:
    """Takes the class whose mean over the training images is nearest (Euclidean distance).

    Of equally near classes the lowest is taken.
    """

    name = "class_mean"

    def fit(self, sample: Sample) -> tuple[FittedReader, ...]:
        """Learn the means."""
        classes = classes_to_learn(sample)
        means = np.stack(
            [
                sample.values[sample.labels == wanted].mean(axis=0, dtype=np.float64)
                for wanted in classes
            ]
        )
        squares = (means**2).sum(axis=1)

        def decide(values: NDArray[np.float32]) -> NDArray[np.int64]:
            # |x - m|^2 without |x|^2, which is the same for every class.
            distances = squares - 2 * (values.astype(np.float64) @ means.T)
            return classes_at(classes, distances.argmin(axis=1))

        return (FittedReader(self.name, None, len(sample), decide),)
