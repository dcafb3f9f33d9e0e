"""Keras in float64, on one thread, whatever the user's own settings are."""

import warnings

import keras
import torch
from keras.src import backend
from keras.src.backend.common import dtypes
from keras.src.ops import nn

from .average_pool import average_pool


def configure():
    # Keras warns of a softmax over one element, and of its own use of deprecated functions.
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    # Away from TensorFlow, Keras's type promotion turns every 64-bit result into a 32-bit one.
    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    # PyTorch normalizes the last axes, but Keras hands it any that are neighbours: use Keras's own formula.
    nn.is_continuous_axis = lambda axis: False
    # PyTorch pads evenly; where it must not, Keras repeats the edge, and counts what it repeated.
    backend.nn.average_pool = average_pool
