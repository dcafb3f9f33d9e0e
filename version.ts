/** The version of the package, as in `deno.json`; a test holds the two together. */
export const VERSION = "0.1.0";
