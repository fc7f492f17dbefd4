"""The reader that compares an image with the mean image of each class."""

import numpy as np

from cnn_core.readouts.reader import FittedReader, classes_to_learn


class ClassMean:
    """Takes the class whose mean over all training images is nearest (Euclidean distance).

    No image is left out for want of memory: the means are summed batch by batch in float64. Of
    equally near classes the lowest is taken.
    """

    name = "class_mean"

    def fit(self, sample):
        """Learn the means.

        Parameters
        ----------
        sample : LayerSample or ArraySample

        Returns
        -------
        tuple of FittedReader
        """
        classes = classes_to_learn(sample)
        sums = np.zeros((len(classes), sample.n_cells))
        for values, labels in sample.batches():
            for place, wanted in enumerate(classes):
                sums[place] += values[labels == wanted].sum(axis=0, dtype=np.float64)
        counts = np.array([(sample.labels == wanted).sum() for wanted in classes])
        means = sums / counts[:, np.newaxis]
        squares = (means**2).sum(axis=1)

        def decide(values):
            # |x - m|^2 without |x|^2, which is the same for every class.
            distances = squares - 2 * (values.astype(np.float64) @ means.T)
            return classes[distances.argmin(axis=1)]

        return (FittedReader(self.name, None, len(sample), decide),)
