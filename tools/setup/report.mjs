/** A reason to stop that the user can act on; its message is all they need to see. */
export class SetupError extends Error {}

export function say(line) {
  console.log(`[set-up] ${line}`);
}
