/**
 * What the program may do here: nothing in this file ever asks the user, and all of it works where
 * there is no Deno.
 *
 * @module
 */

/** Deno, or nothing in a browser. */
export const deno: typeof Deno | undefined = (globalThis as { Deno?: typeof Deno }).Deno;

/** Whether a permission is granted already. */
export function isGranted(permission: Deno.PermissionDescriptor): boolean {
  return deno?.permissions.querySync(permission).state === "granted";
}

/** Whether `url` may be fetched. A browser has no such permission and decides for each request. */
export function mayFetch(url: URL): boolean {
  if (deno === undefined) return true;
  const port = url.port === "" ? (url.protocol === "http:" ? 80 : 443) : Number(url.port);
  return isGranted({ name: "net", host: `${url.hostname}:${port}` });
}

/** The value of an environment variable that may be read, unless it is empty. */
function variable(name: string): string | undefined {
  const value = isGranted({ name: "env", variable: name }) ? deno?.env.get(name) : undefined;
  return value === "" ? undefined : value;
}

/**
 * Where programs of this user keep what can be fetched again; nothing when that cannot be known.
 */
export function defaultCache(): string | undefined {
  const root = variable("XDG_CACHE_HOME") ?? systemCache();
  return root === undefined ? undefined : `${root}/tensaur`;
}

function systemCache(): string | undefined {
  if (deno?.build.os === "windows") return variable("LOCALAPPDATA");
  const home = variable("HOME");
  if (home === undefined) return undefined;
  return deno?.build.os === "darwin" ? `${home}/Library/Caches` : `${home}/.cache`;
}
