import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../cli/commands.ts";
import { TEMPLATES } from "../../cli/scaffold/mod.ts";
import { VERSION } from "../../version.ts";
import { deno, root, tensaur } from "./_tensaur.ts";

Deno.test("tensaur --version prints the version, with no permission", async () => {
  assertEquals(await tensaur(["--version"]), { code: 0, stdout: `${VERSION}\n`, stderr: "" });
});

Deno.test("tensaur --help names all commands and exit codes, without colours in a pipe", async () => {
  const { code, stdout } = await tensaur(["--help"]);
  assertEquals(code, 0);
  for (const [name, { about }] of Object.entries(COMMANDS)) {
    assertMatch(stdout, new RegExp(`\\n  ${name}.*${about.slice(0, 20)}`));
  }
  assertStringIncludes(stdout, "2  the command line is wrong");
  assert(!stdout.includes("\x1b"));
});

Deno.test("tensaur COMMAND --help says what the command takes and needs", async () => {
  for (const [name, { options, permissions }] of Object.entries(COMMANDS)) {
    const { code, stdout, stderr } = await tensaur([name, "--help"]);
    assertEquals([code, stderr], [0, ""]);
    for (const option of Object.keys(options)) assertStringIncludes(stdout, `--${option}`);
    for (const flag of Object.keys(permissions)) assertStringIncludes(stdout, flag);
    for (const line of stdout.split("\n")) assert(line.length <= 80, `too long: ${line}`);
    assertEquals((await tensaur(["-h", name])).stdout, stdout);
  }
});

Deno.test("tensaur loads neither the framework nor a command before one is run", async () => {
  const { stdout } = await deno(["info", "--json", "cli.ts"]);
  type Dependency = { isDynamic?: boolean; code?: { specifier: string } };
  const { modules } = JSON.parse(stdout) as {
    modules: { specifier: string; dependencies?: Dependency[] }[];
  };
  const loaded = new Set<string>();
  const visit = (specifier: string): void => {
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    const { dependencies = [] } = modules.find((module) => module.specifier === specifier) ?? {};
    for (const { isDynamic, code } of dependencies) if (code && !isDynamic) visit(code.specifier);
  };
  visit(`${root}cli.ts`);
  const own = [...loaded].filter((file) => file.startsWith(root.href))
    .map((file) => file.slice(root.href.length)).sort();
  assertEquals(own, [
    ...["cli.ts", "cli/arguments.ts", "cli/commands.ts", "cli/help.ts", "cli/output.ts"],
    ...["core/errors.ts", "version.ts"],
  ]);
});

Deno.test("tensaur answers wrong usage with exit code 2 and what may have been meant", async () => {
  const cases: [args: string[], message: string][] = [
    [[], "Cannot go on without a command: new, plugins"],
    [["chekc"], 'Cannot find the command "chekc": did you mean "check"?'],
    [["constructor"], "known are "],
    [["--verison"], "Cannot find the option --verison: did you mean --version?"],
    [["plugins", "--jsn"], "Cannot find the option --jsn: did you mean --json?"],
    [["check"], "Cannot go on without DIR"],
    [["check", "a", "b"], 'Cannot take "b" as it is one argument too many'],
    [["summary", "m.tensaur", "--use"], "Cannot take --use without a value: write --use PLACE"],
    [["new", "layer", "Scale"], 'Cannot take "layer" where the word "plugin" has to stand'],
    [["new", "plugin", "Scale"], "Cannot go on without --kind KIND"],
    [
      ["new", "plugin", "Scale", "--kind", "lay"],
      'Cannot find the kind of plugin "lay": did you mean "layer"?',
    ],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await tensaur(args);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertStringIncludes(stderr, message);
    assertMatch(stderr, /See tensaur ([a-z]+ )?--help/);
  }
});

Deno.test("tensaur new --help lists the kinds that there are templates for", () => {
  const listed = COMMANDS.new.options.kind.about.split(/, | or /);
  assertEquals(listed, Object.keys(TEMPLATES));
});
