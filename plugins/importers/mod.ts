/**
 * What reads models from files.
 *
 * @module
 */

export {
  decodeSafetensors,
  type SafetensorsContent,
  type TensorValues,
} from "./safetensors/decode.ts";
export { SafetensorsImporter } from "./safetensors/importer.ts";
export { TensaurImporter } from "./tensaur/importer.ts";
