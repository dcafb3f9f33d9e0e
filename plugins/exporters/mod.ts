/**
 * What writes models to files.
 *
 * @module
 */

export {
  float as onnxFloat,
  type OnnxAttribute,
  type OnnxAttributes,
  OnnxBuilder,
  type OnnxDType,
  OnnxFloat,
  type OnnxMeta,
  OnnxNode,
  type OnnxNodeOptions,
  OnnxValue,
} from "./onnx/graph.ts";
export { OnnxExporter } from "./onnx/exporter.ts";
export type { OnnxLowering } from "./onnx/lowering.ts";
export type { OnnxExportOptions, OnnxQuantization } from "./onnx/options.ts";
export { encodeSafetensors, type TensorValues } from "./safetensors/encode.ts";
export { SafetensorsExporter, type SafetensorsExportOptions } from "./safetensors/exporter.ts";
export { TensaurExporter } from "./tensaur/exporter.ts";
