/**
 * Datasets and batches.
 *
 * @module
 */

export { Dataset, TensorDataset } from "./dataset.ts";
export { DataLoader, type DataLoaderOptions } from "./data_loader.ts";
