/** One line on stderr about something that does not end the run. */
export function warn(message: string): void {
  process.stderr.write(`hftmon: warning: ${message.replace(/\s*\n\s*/g, '; ')}\n`);
}
