/**
 * Finds a Python that has PyTorch.
 *
 * @module
 */

/**
 * The interpreter to run PyTorch with: `TENSAUR_PYTHON`, or `python3`.
 *
 * @throws {Error} When there is none with torch.
 */
export async function pythonWithTorch(): Promise<string> {
  const python = Deno.env.get("TENSAUR_PYTHON") ?? "python3";
  try {
    const { success } = await new Deno.Command(python, {
      args: ["-c", "import torch"],
      stdout: "null",
      stderr: "null",
    }).output();
    if (success) return python;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new Error(`${python} has no torch; name an interpreter that has it by TENSAUR_PYTHON`);
}
