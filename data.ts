/**
 * Datasets, batches, and the data sets that come with the framework.
 *
 * @module
 */

export * from "./core/data/mod.ts";
export * from "./plugins/datasets/mod.ts";
