/**
 * What plugins build on: tensors, modules and the bases of everything that is registered. It knows no layer, no
 * optimizer and no file format.
 *
 * @module
 */

export { Tensor } from "./tensor.ts";
export type { DType, DTypeArrays, TypedArray } from "./dtype.ts";
export type { Axis, Dim, Dims, Shape } from "./shape.ts";
export * as ops from "./ops/mod.ts";
export type {
  ArangeOptions,
  ClipOptions,
  CreationOptions,
  EyeOptions,
  IndexItem,
  IndexRange,
  LinspaceOptions,
  NestedValues,
  Operand,
  RandomOptions,
  ReduceOptions,
  TensorLike,
  TensorOptions,
} from "./ops/mod.ts";
export {
  arange,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  tensor,
  zeros,
  zerosLike,
} from "./ops/mod.ts";
export {
  type BackwardOptions,
  customOp,
  type CustomOpDefinition,
  grad,
  hessian,
  jacobian,
  noGrad,
  type TensorFunction,
  type TransformOptions,
  valueAndGrad,
  vjp,
} from "./autograd.ts";
export { keep, Scope, scope, tidy } from "./scope.ts";
export { Backend, type Kernel, type KernelCall, type Operand as KernelOperand } from "./backend.ts";
export { MemoryLedger, type MemoryReport, Storage } from "./storage.ts";
export { type CompositeGradient, type GradientContext, GraphNode } from "./graph.ts";
export { TraceNode } from "./trace.ts";
export type { Meta } from "./primitives.ts";
export {
  type Composite,
  defineComposite,
  type Update,
  update as updateVariables,
} from "./dispatch.ts";
export { defineUpdate } from "./update_rules.ts";
export {
  type ChromeTrace,
  type ChromeTraceEvent,
  type LayerProfile,
  type OperationProfile,
  Profile,
  profile,
  type ProfileOptions,
  type ProfileTableOptions,
} from "./profile.ts";
export type { Cost, RunsAs } from "./profiler.ts";
export { RandomGenerator } from "./random.ts";
export {
  Runtime,
  runtime,
  type RuntimeDefaults,
  type RuntimeOptions,
  setRuntime,
} from "./runtime.ts";
export { getBackend, setBackend, setSeed } from "./runtime.ts";
export {
  NotLoadedError,
  onceLoaded,
  type PackageDescription,
  type PluginDescription,
  Registry,
  type RegistryOptions,
} from "./registry.ts";
export { ManifestError } from "./manifest/check.ts";
export {
  defineManifest,
  type PluginEntry,
  type PluginEntryData,
  type PluginKind,
  type PluginManifest,
  type PluginManifestData,
  type PluginSample,
} from "./plugin.ts";
export {
  Parameter,
  type ParameterConstraint,
  type ParameterOptions,
  type ParameterRegularizer,
  Variable,
  type VariableOptions,
} from "./variable.ts";
export {
  type AnyModule,
  type CallContext,
  type ForwardHook,
  type ForwardPreHook,
  Module,
  type Nested,
  type StateDict,
} from "./module.ts";
export { Layer, type LayerOptions, type WeightOptions } from "./layer.ts";
export type {
  LoadWeightsOptions,
  WeightLayout,
  WeightLayouts,
  WeightMapOptions,
  WeightNames,
} from "./weight_layout.ts";
export { Input, type InputOptions } from "./input_layer.ts";
export type { InputSignature, InputSpec } from "./input_signature.ts";
export type { LayerGraph } from "./layer_graph.ts";
export type { Names } from "./names.ts";
export type { NestOf } from "./nested.ts";
export { type NamedTensor, type TracedModel, traceModel } from "./traced_model.ts";
export {
  type AnyModel,
  type GradientReducer,
  loadModel,
  Model,
  model,
  type ModelOptions,
} from "./model.ts";
export { Sequential, sequential, type SequentialOptions } from "./sequential.ts";
export type { CompileOptions, LossFunction, MetricsOfOutput, PerOutput } from "./compilation.ts";
export {
  type EvaluateOptions,
  type FitOptions,
  NonFiniteLossError,
  type PredictOptions,
} from "./trainer.ts";
export type { FitDataOptions, ValidationData } from "./data/training_data.ts";
export { Dataset, TensorDataset } from "./data/dataset.ts";
export { DataLoader, type DataLoaderOptions } from "./data/data_loader.ts";
export type { Batch, BatchIterable, BatchLike, DataSource, TensorsLike } from "./data/batches.ts";
export type { SummaryOptions } from "./summary.ts";
export { History } from "./history.ts";
export { Callback, type CallbackParams, type Hook, type Logs, type Verbosity } from "./callback.ts";
export { type AnyLayer, Exporter, Importer } from "./exporter.ts";
export { type FilePath, readWhole, writeWhole } from "./files.ts";
export {
  gradCheck,
  type GradCheckElement,
  type GradCheckOptions,
  type GradCheckReport,
} from "./grad_check.ts";
export { type ActivationFunction, Constraint, Initializer, Regularizer } from "./initializer.ts";
export { Loss, type LossOptions, type Reduction } from "./loss.ts";
export {
  MeanMetric,
  MeanOverExamples,
  Metric,
  type MetricOptions,
  type OutputShapes,
  type SpecializingMetric,
} from "./metric.ts";
export {
  type GradientAndParameter,
  type LearningRate,
  Optimizer,
  type OptimizerOptions,
  type Slots,
  splitArguments,
} from "./optimizer.ts";
export type { NumberRange } from "./options.ts";
export type { CodedError, ErrorCode } from "./errors.ts";
export { LearningRateSchedule, type ScheduleOptions } from "./schedule.ts";
export {
  type Config,
  type Configurable,
  deserialize,
  type Identifier,
  serialize,
  type SerializedObject,
} from "./serialization.ts";
