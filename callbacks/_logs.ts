import type { Logs } from "../core/callback.ts";

function normalize(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** The name under which logs hold a value: `val_loss` is found as `valLoss`; `null` where they do not. */
export function findLog(logs: Logs, name: string): string | null {
  const names = Object.keys(logs);
  if (names.includes(name)) return name;
  return names.find((known) => normalize(known) === normalize(name)) ?? null;
}

/** A number as people read it: four digits after the point, and an exponent where that shows too little. */
export function formatValue(value: number): string {
  const magnitude = Math.abs(value);
  const isPlain = value === 0 || (magnitude >= 1e-3 && magnitude < 1e6) || !Number.isFinite(value);
  return isPlain ? value.toFixed(4) : value.toExponential(4);
}

/** A number of seconds as people read it: `0.4s`, `27s`, `3:05`, `1:02:03`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  if (hours === 0) return `${minutes}:${two(whole % 60)}`;
  return `${hours}:${two(minutes)}:${two(whole % 60)}`;
}

/** How long a step takes: `1.2s/step`, `4.1ms/step`, `320µs/step`. */
export function formatStepTime(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(1)}s/step`;
  if (seconds >= 1e-3) return `${(seconds * 1e3).toFixed(seconds < 0.01 ? 1 : 0)}ms/step`;
  return `${(seconds * 1e6).toFixed(0)}µs/step`;
}
