/**
 * Optimizers: how parameters follow their gradients. Each takes options as in Keras, or the parameters first and
 * then options, as in PyTorch.
 *
 * @module
 */

export { Adadelta, type AdadeltaOptions } from "./adadelta.ts";
export { Adafactor, type AdafactorOptions } from "./adafactor.ts";
export { Adagrad, type AdagradOptions } from "./adagrad.ts";
export { Adam, type AdamOptions, AdamW, type AdamWOptions } from "./adam.ts";
export { Adamax } from "./adamax.ts";
export { Ftrl, type FtrlOptions } from "./ftrl.ts";
export { Lamb } from "./lamb.ts";
export { Lion, type LionOptions } from "./lion.ts";
export { Nadam } from "./nadam.ts";
export { MomentOptimizer, type MomentOptions } from "./_moments.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
