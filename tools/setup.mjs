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

const usage = `usage: node tools/setup.mjs [--npm-only | --guest]
  --npm-only  install npm packages only: enough for unit tests, lint and formatting
  --guest     also what tests in a virtual machine need, if it can be had: QEMU, busybox, kernels`;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);

try {
  if (args.length > 1 || args.some((arg) => !['--npm-only', '--guest'].includes(arg))) {
    throw new SetupError(usage);
  }
  ensureNode(root);
  ensureNpmPackages(root);
  if (!args.includes('--npm-only')) {
    ensureBuildTools();
    ensureBuild(root);
  }
  if (args.includes('--guest')) ensureGuestTools(root);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
