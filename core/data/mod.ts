/**
 * Datasets and batches.
 *
 * @module
 */

export { Dataset, TensorDataset } from "./dataset.ts";
export { ModuleDataset } from "./module_dataset.ts";
export type {
  ExampleDraw,
  ExampleField,
  ExampleSource,
  NestedNumbers,
  ShapedValues,
  SourceExample,
} from "./example_source.ts";
export { DataLoader, type DataLoaderOptions } from "./data_loader.ts";
