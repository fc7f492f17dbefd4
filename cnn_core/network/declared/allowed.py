"""What a model file may name: layers, operations, functions and words. All else is refused."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


MODELS = frozenset({"Functional", "Sequential"})

LAYERS = _names(
    """
    Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention AutoContrast
    Average AveragePooling1D AveragePooling2D BatchNormalization Bidirectional CenterCrop
    Concatenate Conv1D Conv2D Conv2DTranspose Cropping1D Cropping2D Dense DepthwiseConv1D
    DepthwiseConv2D Dot Dropout ELU Equalization Flatten GRU GaussianDropout GaussianNoise
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D
    GroupNormalization Identity LSTM LayerNormalization LeakyReLU Masking MaxPooling1D MaxPooling2D
    Maximum Minimum MultiHeadAttention Multiply Normalization PReLU Permute RMSNormalization
    RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop
    RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue
    RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation
    RandomSharpness RandomShear RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape
    Resizing SeparableConv1D SeparableConv2D SimpleRNN Softmax Solarization SpatialDropout1D
    SpatialDropout2D SpectralNormalization Subtract TimeDistributed UnitNormalization UpSampling1D
    UpSampling2D ZeroPadding1D ZeroPadding2D
    """
)

# Bare operations, such as `x + y` leaves, by the module of Keras that has them.
_OPERATIONS_IN = {
    "keras.src.ops.numpy": """
        Abs Absolute Add Average Clip Concatenate Divide Dot Exp Exp2 ExpandDims Expm1 Flip GetItem
        Log Log1p Matmul Max Maximum Mean Min Minimum Multiply Negative Pad Power Ravel Reciprocal
        Repeat Reshape Roll Sign Sqrt Square Squeeze Std Subtract Sum Swapaxes Tanh Transpose
        TrueDivide Var
        """,
    "keras.src.ops.nn": """
        AveragePool Celu Elu Gelu HardShrink HardSigmoid HardSilu HardTanh LeakyRelu LogSigmoid
        LogSoftmax MaxPool Normalize Relu Relu6 Selu Sigmoid Silu SoftShrink Softmax Softplus
        Softsign SparsePlus SparseSigmoid Sparsemax Squareplus TanhShrink Threshold
        """,
    "keras.src.ops.core": "Cast",
    "keras.src.activations.activations": "ReLU",
}
OPERATIONS = {name: module for module, names in _OPERATIONS_IN.items() for name in names.split()}
"""Module of Keras that has a bare operation, by the operation's class."""

OLD_HARD_SIGMOID = "hard_sigmoid_of_keras_2"
"""Keras 1 and 2 had another function under that name: 0.2 x + 0.5, cut off at 0 and 1."""
ACTIVATIONS = _names(
    """
    celu elu exponential gelu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear
    log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign
    sparse_plus sparse_sigmoid sparsemax squareplus tanh tanh_shrink threshold
    """
) | {OLD_HARD_SIGMOID}
ACTIVATION_LAYERS = frozenset({"ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Activation"})
# Further names of the same functions, TensorFlow's own among them.
SAME_ACTIVATIONS = {
    "softmax_v2": "softmax",
    "swish": "silu",
    "hard_swish": "hard_silu",
    "identity": "linear",
    "log_sigmoid_v2": "log_sigmoid",
}

POLICIES = _names("float16 bfloat16 float32 float64 mixed_float16 mixed_bfloat16")

# What starts, bends or bounds weights in training: vetted, and then left away, since every weight
# comes from the file.
TRAINING_ONLY = {
    "_initializer": _names(
        """
        Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer
        LecunNormal LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform
        TruncatedNormal VarianceScaling Zeros constant glorot_normal glorot_uniform he_normal
        he_uniform identity lecun_normal lecun_uniform normal one ones orthogonal random_normal
        random_uniform truncated_normal uniform variance_scaling zero zeros
        """
    ),
    "_regularizer": _names("L1 L1L2 L2 OrthogonalRegularizer l1 l1_l2 l2"),
    "_constraint": _names(
        "MaxNorm MinMaxNorm NonNeg UnitNorm max_norm min_max_norm non_neg unit_norm"
    ),
}

WORDS = {
    "data_format": {"channels_last", "channels_first"},
    "fill_mode": {"reflect", "wrap", "constant", "nearest"},
    "interpolation": {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area", "gaussian"},
    "merge_mode": {"sum", "mul", "concat", "ave"},
    "mode": {"horizontal", "vertical", "horizontal_and_vertical", "constant", "edge", "reflect"},
    "padding": {"valid", "same", "causal"},
    "score_mode": {"dot", "concat"},
}
"""Words that a layer's configuration may hold, by the key that they stand under."""
