/**
 * Options of the export, checked.
 *
 * @module
 */

import { errors, show, typeError } from "../../../core/errors.ts";
import { checkOptionNames, numberIn, oneOf, switchOf } from "../../../core/options.ts";

/** How weights are written in eight bits. */
export type OnnxQuantization = "qdq" | "dynamic";

/** Options of the ONNX format. */
export interface OnnxExportOptions {
  /** The version of ONNX's operators, from 13 to 21; one that lacks an operator gets others for it. @default 18 */
  opset?: number;
  /** Whether the size of the batch stays open. @default true */
  dynamicBatch?: boolean;
  /** The size of the batch where it does not stay open, from 1 on. @default 1 */
  batchSize?: number;
  /** What the graph is called. @default the name of the model */
  name?: string;
  /** What the file says about the model in a sentence. @default "" */
  description?: string;
  /** Whatever else the file should say, by name. @default {} */
  metadata?: Readonly<Record<string, string>>;
  /** Whether a softmax over the last axis is put behind each output that is none: logits become probabilities. @default false */
  softmaxHead?: boolean;
  /**
   * Writes large weights as int8 with a scale for each channel. `"qdq"`: they are scaled back before use, and all is
   * computed in float32; `"dynamic"`: dense products and convolutions are computed in int8 too, their inputs being
   * scaled batch by batch. @default null (float32)
   */
  quantize?: OnnxQuantization | null;
  /**
   * From how many bytes of weights on they go into a file of their own, named like the model's with `.data` behind;
   * one file of the format holds less than 2³¹. @default 2_000_000_000
   */
  externalDataThreshold?: number;
}

/** The options with their defaults. */
export type OnnxSettings = Required<Omit<OnnxExportOptions, "name">> & { name: string | null };

const DEFAULTS: OnnxSettings = {
  opset: 18,
  dynamicBatch: true,
  batchSize: 1,
  name: null,
  description: "",
  metadata: {},
  softmaxHead: false,
  quantize: null,
  externalDataThreshold: 2_000_000_000,
};

const OPSETS = { first: 13, last: 21 };
const OPERATION = "export to ONNX";

/**
 * The options with their defaults.
 *
 * @throws {RangeError} When one is unknown or out of range.
 * @throws {TypeError} When one is of another kind.
 */
export function settingsOf(options: OnnxExportOptions): OnnxSettings {
  checkOptionNames(OPERATION, options, Object.keys(DEFAULTS));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const settings: OnnxSettings = { ...DEFAULTS, ...Object.fromEntries(given) };
  const { opset, quantize, metadata, name, description } = settings;
  const { first, last } = OPSETS;
  numberIn("a whole number", OPERATION, "opset", opset);
  if (opset < first || opset > last) {
    throw errors.option(OPERATION, "opset", `from ${first} to ${last}`, opset);
  }
  switchOf(OPERATION, "dynamicBatch", settings.dynamicBatch);
  switchOf(OPERATION, "softmaxHead", settings.softmaxHead);
  numberIn("a whole number from 1 on", OPERATION, "batchSize", settings.batchSize);
  numberIn(
    "finite and from 0 on",
    OPERATION,
    "externalDataThreshold",
    settings.externalDataThreshold,
  );
  if (options.batchSize !== undefined && settings.dynamicBatch) {
    throw errors.option(OPERATION, "dynamicBatch", "false where batchSize is given", true);
  }
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw typeError(
      "option.kind",
      `Cannot ${OPERATION} as metadata must be a record of texts: current metadata is ${
        show(metadata)
      }`,
    );
  }
  checkTexts({ name: name ?? "", description, ...metadata });
  return {
    ...settings,
    quantize: quantize && oneOf(OPERATION, "quantize", quantize, ["qdq", "dynamic"]),
  };
}

function checkTexts(texts: Readonly<Record<string, unknown>>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (typeof text === "string") continue;
    throw typeError(
      "option.kind",
      `Cannot ${OPERATION} as ${name} must be a text: current ${name} is ${String(text)}`,
    );
  }
}
