#!/usr/bin/env node
import { constants } from 'node:os';

// Before the command is loaded: a run that listens itself ends with its report; all else ends here.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (process.listenerCount(signal) > 1) return;
    process.stderr.write(`hftmon: ended by ${signal}\n`);
    process.exit(128 + constants.signals[signal]);
  });
}

const { main } = await import('../dist/main.js');
process.exitCode = await main(process.argv.slice(2));
