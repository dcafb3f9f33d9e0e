/**
 * Layers: what models are made of.
 *
 * @module
 */

export type { AffineLayerOptions } from "./_affine.ts";
export type { BiasedLayerOptions } from "./_biased.ts";
export type {
  ConvolutionPadding,
  ConvolutionPlacementOptions,
  DepthwiseOptions,
  KernelConvolutionOptions,
} from "./_convolution.ts";
export type { GlobalPoolingOptions, PoolingOptions } from "./_pooling.ts";
export type { MarginsOption } from "./_spatial.ts";
export type { SeededLayerOptions } from "./_seeded.ts";
export {
  Activation,
  type ActivationOptions,
  GELU,
  type GELUOptions,
  Sigmoid,
  SiLU,
  SiLU as Swish,
  Tanh,
} from "./activation.ts";
export { BatchNormalization, type BatchNormalizationOptions } from "./batch_normalization.ts";
export { Concatenate, type ConcatenateOptions } from "./concatenate.ts";
export {
  Conv1D,
  Conv1D as Convolution1D,
  type Conv1DOptions,
  Conv2D,
  Conv2D as Convolution2D,
  Conv3D,
  Conv3D as Convolution3D,
  type ConvolutionOptions,
} from "./convolution.ts";
export {
  Cropping1D,
  type Cropping1DOptions,
  Cropping2D,
  Cropping3D,
  type CroppingOptions,
} from "./cropping.ts";
export { Dense, Dense as Linear, type DenseOptions } from "./dense.ts";
export {
  DepthwiseConv1D,
  DepthwiseConv2D,
  type DepthwiseConvolutionOptions,
} from "./depthwise_convolution.ts";
export { Dot, type DotOptions } from "./dot.ts";
export { AlphaDropout, type AlphaDropoutOptions, Dropout, type DropoutOptions } from "./dropout.ts";
export { Embedding, type EmbeddingOptions } from "./embedding.ts";
export { Flatten, type FlattenOptions } from "./flatten.ts";
export {
  GlobalAveragePooling1D,
  GlobalAveragePooling1D as GlobalAvgPool1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling2D as GlobalAvgPool2D,
  GlobalAveragePooling3D,
  GlobalAveragePooling3D as GlobalAvgPool3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling1D as GlobalMaxPool1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling2D as GlobalMaxPool2D,
  GlobalMaxPooling3D,
  GlobalMaxPooling3D as GlobalMaxPool3D,
} from "./global_pooling.ts";
export { GroupNormalization, type GroupNormalizationOptions } from "./group_normalization.ts";
export { Identity, InputLayer, type InputLayerOptions } from "./input.ts";
export {
  LayerNormalization,
  type LayerNormalizationOptions,
  RMSNormalization,
  type RMSNormalizationOptions,
  UnitNormalization,
  type UnitNormalizationOptions,
} from "./layer_normalization.ts";
export { Add, Average, Maximum, Merge, Minimum, Multiply, Subtract } from "./merging.ts";
export {
  GaussianDropout,
  type GaussianDropoutOptions,
  GaussianNoise,
  type GaussianNoiseOptions,
} from "./noise.ts";
export { Normalization, type NormalizationOptions, type Statistic } from "./normalization.ts";
export { Permute, type PermuteOptions, RepeatVector, type RepeatVectorOptions } from "./permute.ts";
export {
  AveragePooling1D,
  AveragePooling1D as AvgPool1D,
  AveragePooling2D,
  AveragePooling2D as AvgPool2D,
  AveragePooling3D,
  AveragePooling3D as AvgPool3D,
  type AveragePoolingOptions,
  MaxPooling1D,
  MaxPooling1D as MaxPool1D,
  MaxPooling2D,
  MaxPooling2D as MaxPool2D,
  MaxPooling3D,
  MaxPooling3D as MaxPool3D,
  type MaxPoolingOptions,
} from "./pooling.ts";
export {
  ELU,
  type ELUOptions,
  LeakyReLU,
  type LeakyReLUOptions,
  PReLU,
  type PReLUOptions,
  ReLU,
  type ReLUOptions,
} from "./rectifiers.ts";
export { Rescaling, type RescalingOptions } from "./rescaling.ts";
export { Reshape, type ReshapeOptions } from "./reshape.ts";
export { Resizing, type ResizingOptions } from "./resizing.ts";
export {
  SeparableConv1D,
  SeparableConv1D as SeparableConvolution1D,
  SeparableConv2D,
  SeparableConv2D as SeparableConvolution2D,
  type SeparableConvolutionOptions,
} from "./separable_convolution.ts";
export { Softmax, type SoftmaxOptions } from "./softmax.ts";
export {
  SpatialDropout1D,
  type SpatialDropout1DOptions,
  SpatialDropout2D,
  SpatialDropout3D,
  type SpatialDropoutOptions,
} from "./spatial_dropout.ts";
export {
  Conv1DTranspose,
  Conv1DTranspose as Convolution1DTranspose,
  Conv2DTranspose,
  Conv2DTranspose as Convolution2DTranspose,
  Conv3DTranspose,
  Conv3DTranspose as Convolution3DTranspose,
  type TransposedConvolutionOptions,
} from "./transposed_convolution.ts";
export {
  UpSampling1D,
  type UpSampling1DOptions,
  UpSampling2D,
  type UpSampling2DOptions,
  UpSampling3D,
  type UpSampling3DOptions,
} from "./up_sampling.ts";
export {
  ZeroPadding1D,
  ZeroPadding2D,
  ZeroPadding3D,
  type ZeroPaddingOptions,
} from "./zero_padding.ts";
