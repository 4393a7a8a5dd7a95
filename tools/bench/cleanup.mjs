const steps = new Set();

/** Runs `step` at the end of the process, however it comes, unless it was run before. */
export function atEnd(step) {
  const once = () => {
    if (steps.delete(once)) step();
  };
  steps.add(once);
  return once;
}

// `exit` comes after process.exit() and uncaught errors too; only synchronous steps can run in it.
process.on('exit', () => [...steps].reverse().forEach((step) => step()));
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.on(signal, () => process.exit(code));
}
