export { main } from './main.js';
export { ExitCode } from './exit-codes.js';
export type { DoctorReport } from './verbs/doctor/report.js';
export type { StatDocument } from './verbs/stat/document.js';
export type { SpikesSummary } from './verbs/spikes/summary.js';
export type { DemoDocument } from './verbs/demo/document.js';
export type { SelftestDocument } from './verbs/selftest/document.js';
