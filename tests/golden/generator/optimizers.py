"""optimizers.json and torch_optimizers.json: 20 steps on two parameters, under given gradients."""

import keras
import numpy as np
import torch

from . import draw, encode

STEPS = 20
PARAMETERS = [np.array([0.5, -1.2, 2.0]), np.array([[1.0, -0.3], [0.0, 0.8]])]

RATE = {"learning_rate": 0.1}
MOMENTUM = {**RATE, "momentum": 0.9}
COMMON = [
    {"clipnorm": 1.0},
    {"clipvalue": 0.5},
    {"global_clipnorm": 1.0},
    {"weight_decay": 0.01},
    {"use_ema": True, "ema_momentum": 0.9},
    {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 5},
    {"gradient_accumulation_steps": 4},
    {"gradient_accumulation_steps": 3, "global_clipnorm": 1.0, "weight_decay": 0.01},
    {"loss_scale_factor": 4.0},
]


def with_common(name, config):
    return [(name, {**config, **common}) for common in COMMON]


DECAY = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=4, decay_rate=0.5)

KERAS_CASES = [
    ("SGD", {}),
    ("SGD", RATE),
    ("SGD", MOMENTUM),
    ("SGD", {**MOMENTUM, "nesterov": True}),
    ("SGD", {"learning_rate": DECAY}),
    ("SGD", {"learning_rate": DECAY, "momentum": 0.9, "gradient_accumulation_steps": 2}),
    *with_common("SGD", RATE),
    *with_common("SGD", {**MOMENTUM, "nesterov": True}),
    ("Adam", {}),
    ("Adam", RATE),
    ("Adam", {**RATE, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
    ("Adam", {**RATE, "beta_1": 0.0}),
    ("Adam", {**RATE, "amsgrad": True, "beta_2": 0.9}),
    ("Adam", {"learning_rate": DECAY}),
    *with_common("Adam", RATE),
    ("AdamW", {}),
    ("AdamW", {**RATE, "weight_decay": 0.1}),
    ("AdamW", {**RATE, "amsgrad": True, "beta_2": 0.9}),
    *with_common("AdamW", RATE),
    ("RMSprop", {}),
    ("RMSprop", RATE),
    ("RMSprop", {**RATE, "rho": 0.8, "epsilon": 1e-3}),
    ("RMSprop", MOMENTUM),
    ("RMSprop", {**RATE, "centered": True}),
    ("RMSprop", {**MOMENTUM, "centered": True}),
    *with_common("RMSprop", RATE),
    ("Adagrad", {}),
    ("Adagrad", {**RATE, "initial_accumulator_value": 0.5}),
    ("Adadelta", {}),
    ("Adadelta", {"learning_rate": 1.0, "rho": 0.9}),
    ("Adamax", {}),
    ("Adamax", {**RATE, "beta_1": 0.8, "beta_2": 0.9}),
    ("Nadam", {}),
    ("Nadam", RATE),
    ("Lion", {}),
    ("Lion", {**RATE, "weight_decay": 0.01}),
    ("Ftrl", {}),
    ("Ftrl", {**RATE, "l1_regularization_strength": 0.01, "l2_regularization_strength": 0.1}),
    ("Lamb", {}),
    ("Lamb", {**RATE, "weight_decay": 0.01}),
    ("Adafactor", {}),
    ("Adafactor", {**RATE, "relative_step": False}),
]

# Keras adds epsilon to the plain root (Adam) or under it (RMSprop), PyTorch to the corrected root:
# with one this small they agree to the last digits.
TINY = {"epsilon": 1e-30}
TORCH_CASES = [
    ("SGD", RATE, {}),
    ("SGD", MOMENTUM, {"momentum": 0.9}),
    ("SGD", {**MOMENTUM, "nesterov": True}, {"momentum": 0.9, "nesterov": True}),
    ("Adam", {**RATE, **TINY}, {"betas": (0.9, 0.999)}),
    ("Adam", {**RATE, **TINY, "beta_1": 0.8, "beta_2": 0.95}, {"betas": (0.8, 0.95)}),
    ("Adam", {**RATE, **TINY, "beta_2": 0.9, "amsgrad": True}, {"betas": (0.9, 0.9), "amsgrad": True}),
    ("AdamW", {**RATE, **TINY, "weight_decay": 0.1}, {"weight_decay": 0.1}),
    (
        "AdamW",
        {**RATE, **TINY, "weight_decay": 0.01, "amsgrad": True},
        {"weight_decay": 0.01, "amsgrad": True},
    ),
    ("RMSprop", {**RATE, **TINY}, {"alpha": 0.9}),
    ("RMSprop", {**MOMENTUM, **TINY, "rho": 0.8}, {"alpha": 0.8, "momentum": 0.9}),
    ("RMSprop", {**RATE, **TINY, "centered": True}, {"alpha": 0.9, "centered": True}),
    ("Adamax", {**RATE, **TINY}, {}),
    ("Nadam", {**RATE, **TINY}, {"momentum_decay": 1.0}),
    ("Adagrad", {**RATE, **TINY}, {"initial_accumulator_value": 0.1}),
    ("Adadelta", {"learning_rate": 1.0, "epsilon": 1e-7}, {"rho": 0.95}),
]
IN_TORCH = {"Nadam": "NAdam"}


def draw_gradients():
    """Sizes that clipping cuts and leaves; one element never gets a gradient, as in a dead unit."""
    rng = draw.generator("optimizers")
    scale = rng.uniform(0.2, 2.5, size=STEPS)
    gradients = [
        [(rng.normal(size=p.shape) * scale[step]).round(2) for p in PARAMETERS] for step in range(STEPS)
    ]
    for step in gradients:
        step[1][1, 0] = 0.0
    return gradients


def make_keras():
    gradients = draw_gradients()
    cases = []
    for name, config in KERAS_CASES:
        optimizer, trajectory, variables = run_keras(name, config, gradients)
        record = {"optimizer": name, "config": encode_config(config), "trajectory": trajectory}
        if config.get("use_ema"):
            optimizer.finalize_variable_values(variables)
            record["finalized"] = flat(variables)
        cases.append(record)
    return file_of(gradients, cases)


def make_torch():
    gradients = draw_gradients()
    cases = []
    for name, config, options in TORCH_CASES:
        trajectory = run_torch(name, config, options, gradients)
        _, expected, _ = run_keras(name, config, gradients)
        for ours, theirs in zip(trajectory, expected):
            for a, b in zip(ours, theirs):
                np.testing.assert_allclose(a, b, rtol=1e-11, err_msg=name)
        cases.append({"optimizer": name, "config": encode.options(config), "trajectory": trajectory})
    return file_of(gradients, cases)


def file_of(gradients, cases):
    return {
        "parameters": encode.tensors(PARAMETERS),
        "gradients": [encode.tensors(step) for step in gradients],
        "cases": cases,
    }


def run_keras(name, config, gradients):
    optimizer = getattr(keras.optimizers, name)(**config)
    variables = [keras.Variable(value, dtype="float64") for value in PARAMETERS]
    optimizer.build(variables)
    trajectory = []
    for step in gradients:
        optimizer.apply([torch.tensor(gradient) for gradient in step], variables)
        trajectory.append(flat(variables))
    return optimizer, trajectory, variables


def run_torch(name, config, options, gradients):
    parameters = [torch.nn.Parameter(torch.tensor(value)) for value in PARAMETERS]
    options = dict(options, lr=config["learning_rate"])
    if name != "SGD":
        options["eps"] = config["epsilon"]
    optimizer = getattr(torch.optim, IN_TORCH.get(name, name))(parameters, **options)
    trajectory = []
    for step in gradients:
        for parameter, gradient in zip(parameters, step):
            parameter.grad = torch.tensor(gradient)
        optimizer.step()
        trajectory.append(flat(parameters))
    return trajectory


def flat(parameters):
    """The elements of each parameter in row-major order."""
    return [[encode.number(e) for e in encode.to_numpy(p).ravel().tolist()] for p in parameters]


def encode_config(config):
    config = dict(config)
    rate = config.get("learning_rate")
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        settings = {key: value for key, value in rate.get_config().items() if key != "name"}
        config["learning_rate"] = {"class_name": type(rate).__name__, "config": settings}
    return encode.options(config)
