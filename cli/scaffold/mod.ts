/**
 * The kinds of plugin that can be scaffolded: those whose contract the author's kit knows, and that are small.
 *
 * @module
 */

import { activation } from "./activation.ts";
import { callback } from "./callback.ts";
import { constraint } from "./constraint.ts";
import { exporter } from "./exporter.ts";
import { initializer } from "./initializer.ts";
import { layer } from "./layer.ts";
import { loss } from "./loss.ts";
import { metric } from "./metric.ts";
import { optimizer } from "./optimizer.ts";
import { regularizer } from "./regularizer.ts";
import { schedule } from "./schedule.ts";
import type { Template } from "./template.ts";

export type { Template } from "./template.ts";

/** The template of each kind. */
export const TEMPLATES: Readonly<Record<string, Template>> = {
  layer,
  activation,
  initializer,
  regularizer,
  constraint,
  optimizer,
  schedule,
  loss,
  metric,
  callback,
  exporter,
};
