/**
 * What writes models to files.
 *
 * @module
 */

export { encodeSafetensors, type TensorValues } from "./safetensors/encode.ts";
export { SafetensorsExporter } from "./safetensors/exporter.ts";
export { TensaurExporter } from "./tensaur/exporter.ts";
