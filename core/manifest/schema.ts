/**
 * What a manifest is, once: the check reads it, and `tensaur.schema.json`, which editors read, is written from it.
 *
 * @module
 */

/** The part of JSON Schema in which manifests are described. */
export interface Schema {
  /** The kind of value; any where it is missing. */
  readonly type?: "string" | "array" | "object" | "function";
  /** For people who write manifests. */
  readonly description?: string;
  /** What a text must match, as the source of a regular expression. */
  readonly pattern?: string;
  /** The pattern in words, with an example. */
  readonly patternErrorMessage?: string;
  /** What each element of an array must be. */
  readonly items?: Schema;
  /** The fields of an object. */
  readonly properties?: Readonly<Record<string, Schema>>;
  /** The fields that an object must have. */
  readonly required?: readonly string[];
  /** What the names of an object's fields must be. */
  readonly propertyNames?: Schema;
  /** What all other fields of an object must be; `false` where there may be none. */
  readonly additionalProperties?: Schema | false;
}

function text(pattern: string, example: string, description: string): Schema {
  return { type: "string", description, pattern, patternErrorMessage: example };
}

const NAME = "^[A-Za-z][A-Za-z0-9_-]*$";
const VERSION =
  "^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?(\\+[0-9A-Za-z.-]+)?$";
/** No scheme, no leading slash, no `..`, nothing encoded, nothing that the parser of URLs would drop. */
const PATH = "^(?!/)(?!(.*/)?\\.\\.(/|$))[^\\s:%?#\\\\\\u0000-\\u001f]+$";

const path = text(
  PATH,
  'a path inside the package\'s folder, such as "./scale.ts", without "..", ":", "%" and backslashes',
  "The module that exports it, inside the package's folder.",
);

const digest = text(
  "^sha256-[A-Za-z0-9+/]{43}=$",
  'the word sha256, "-", and a SHA-256 digest in base64',
  "What the file's bytes hash to; checked before the module is imported.",
);

/** What both forms say of a plugin. */
const facts = {
  kind: text(
    "^[a-z][A-Za-z0-9]*$",
    'a kind of plugin, such as "layer"',
    "What it is: layer, activation, initializer, regularizer, constraint, optimizer, schedule, loss, metric, " +
      "callback, backend, exporter, importer, dataset, or a kind of one's own.",
  ),
  name: text(
    NAME,
    'a name, such as "Scale"',
    "Its name within the package, as the class or function is called.",
  ),
  aliases: {
    type: "array",
    description: "Other names for it.",
    items: text(NAME, 'a name, such as "Scale"', "Another name for it."),
  },
  description: text("\\S", "a sentence", "One sentence for people."),
  export: text(
    "^[A-Za-z_$][A-Za-z0-9_$]*$",
    'the name of an export, such as "Scale"',
    "The name under which the module exports it; its name where this is missing.",
  ),
  permissions: {
    type: "array",
    description: "What it needs beyond computing. For people; it grants nothing.",
    items: text(
      "^(read|write|net|env|run|ffi|sys|import)(=.+)?$",
      'a permission as Deno names it, such as "read" or "net=example.org"',
      "A permission as Deno names it.",
    ),
  },
  sample: {
    type: "object",
    description: "How a check of its kind's contract makes it, and what it feeds it.",
    additionalProperties: {},
  },
} satisfies Record<string, Schema>;

function manifest(
  fields: Readonly<Record<string, Schema>>,
  entryFields: Readonly<Record<string, Schema>>,
  requiredOfEntry: readonly string[],
): Schema {
  return {
    type: "object",
    description: "What a package brings to Tensaur.",
    required: ["name", "version", "plugins"],
    additionalProperties: false,
    properties: {
      name: text(
        "^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*$",
        'a package\'s name in small letters, such as "acme" or "@acme/layers"',
        "The package's name.",
      ),
      version: text(VERSION, 'a semantic version, such as "1.2.0"', "The package's version."),
      engine: text(
        "\\S",
        'a range of versions, such as "^0.1.0"',
        "The versions of Tensaur that it works with; any where this is missing.",
      ),
      ...fields,
      plugins: {
        type: "array",
        description: "The plugins, in no particular order.",
        items: {
          type: "object",
          description: "One plugin.",
          required: requiredOfEntry,
          additionalProperties: false,
          properties: { ...facts, ...entryFields },
        },
      },
    },
  };
}

/** A manifest in TypeScript. */
export const codeSchema: Schema = manifest(
  { source: { type: "string" } },
  { value: {}, load: { type: "function" } },
  ["kind", "name"],
);

/** A manifest in `tensaur.json`. */
export const dataSchema: Schema = manifest(
  {
    $schema: { type: "string", description: "Where this schema is, for editors." },
    integrity: {
      type: "object",
      description:
        "What further files hash to, by their paths inside the package's folder; all are checked before the first " +
        "module is imported.",
      propertyNames: path,
      additionalProperties: digest,
    },
  },
  { module: path, integrity: digest },
  ["kind", "name", "module"],
);

/** The value of the key `"tensaur"` in a project's `deno.json`. */
export const projectSchema: Schema = {
  type: "object",
  required: [],
  additionalProperties: false,
  properties: {
    plugins: {
      type: "array",
      items: text(
        "\\S",
        'a path, a URL, or a package such as "npm:acme"',
        "Where a manifest is.",
      ),
    },
  },
};
