#!/usr/bin/env node
// Makes a checkout ready to run and test: npm packages, build tools, build. Runs before `npm ci`,
// so nothing here may import from node_modules. Safe to run at any time; does only what is missing.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuild } from './setup/build.mjs';
import { ensureBuildTools } from './setup/build-tools.mjs';
import { ensureGuestTools } from './setup/guest-tools.mjs';
import { ensureNode } from './setup/node-version.mjs';
import { ensureNpmPackages } from './setup/npm-packages.mjs';
import { SetupError, say } from './setup/report.mjs';
import { ensureTestTools } from './setup/test-tools.mjs';

const usage = `usage: node tools/setup.mjs [--npm-only | --tests]
  --npm-only  install npm packages only: enough for unit tests, lint and formatting
  --tests     also what single tests need, if it can be had: libpfm4, perf, bpftrace, QEMU, busybox, kernels`;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);

try {
  if (args.length > 1 || args.some((arg) => !['--npm-only', '--tests'].includes(arg))) {
    throw new SetupError(usage);
  }
  ensureNode(root);
  ensureNpmPackages(root);
  if (!args.includes('--npm-only')) {
    ensureBuildTools();
    ensureBuild(root);
  }
  if (args.includes('--tests')) {
    ensureTestTools();
    ensureGuestTools(root);
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
