import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './report.mjs';

export function ensureNode(root) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [needMajor, needMinor] = engines.node.match(/\d+/g).map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  throw new SetupError(`Node ${engines.node} is needed; this is ${process.versions.node}`);
}
