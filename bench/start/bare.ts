// The floor: a process that does nothing.
console.log("step");
console.log("done");
for await (const _ of Deno.stdin.readable);
