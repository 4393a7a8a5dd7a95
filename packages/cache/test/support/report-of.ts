/** Prints the report on the shared lines of a process, once it holds some samples or a gap. */
import { SharingRun } from './line-sharing.js';

const pid = Number(process.argv[2]);
using run = new SharingRun([pid]);
const report = await run.until(
  ({ samples, gaps }) => gaps.length > 0 || (samples?.taken ?? 0) >= 50,
);
process.stdout.write(JSON.stringify(report));
