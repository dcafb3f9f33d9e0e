/** What this folder brings, for the manifest. */

import type { PluginEntry } from "../../core/plugin.ts";

export const metrics: readonly PluginEntry[] = [];
