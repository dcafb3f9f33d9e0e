/** The opsets in which operators came, from onnx.defs; those not listed are in opset 13. */
const SINCE: Readonly<Record<string, number>> = {
  HardSwish: 14,
  Trilu: 14,
  CastLike: 15,
  GridSample: 16,
  LayerNormalization: 17,
  BitwiseAnd: 18,
  BitwiseNot: 18,
  BitwiseOr: 18,
  BitwiseXor: 18,
  CenterCropPad: 18,
  Col2Im: 18,
  // Opset 18 had another one, with a scale for each group, which was withdrawn.
  GroupNormalization: 21,
  Mish: 18,
  Gelu: 20,
  Swish: 24,
  RMSNormalization: 23,
};

/** The first opset that has an operator in the form that is written. */
export function operatorSince(name: string): number {
  return SINCE[name] ?? 13;
}
