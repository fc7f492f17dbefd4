"""Baselines of the server's side: a bare compiled forward pass, and the article's function."""

from cnn_core.network.backend import keras, tf
from cnn_core.shipped_files import DATA_FILE, FIRST_MODEL, SHIPPED

MODEL, DATA = SHIPPED / FIRST_MODEL, SHIPPED / DATA_FILE


def compiled_pass(model, with_xla=False):
    """Make a function that runs a model on one image, in a compiled graph, and nothing else.

    Parameters
    ----------
    model : keras.Model
    with_xla : bool
        Compile with XLA.

    Returns
    -------
    callable
        Takes images, shape (1, height, width, channels), float32; returns {layer name: ndarray}
        for every layer.
    """
    names = [layer.name for layer in model.layers]
    outputs = keras.Model(model.inputs[0], [layer.output for layer in model.layers])
    one_image = tf.TensorSpec((1, *model.inputs[0].shape[1:]), tf.float32)
    run = tf.function(
        lambda images: outputs(images, training=False),
        jit_compile=with_xla,
        input_signature=[one_image],
    ).get_concrete_function()

    def act(images):
        arrays = [tensor.numpy() for tensor in run(tf.constant(images))]
        return dict(zip(names, arrays, strict=True))

    return act


def articles_way(path):
    """Make the article's function: load the model, build one with all outputs, predict.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    callable
        Takes images; returns a list of arrays.
    """

    def act(images):
        model = keras.models.load_model(path, compile=False)
        outputs = keras.Model(model.inputs[0], [layer.output for layer in model.layers])
        return outputs.predict(images, verbose=0)

    return act
