import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CpioWriter } from './cpio.mjs';
import { sharedLibraries } from './libraries.mjs';
import { packageClosure } from './packages.mjs';

const MODULES = '/hftmon/node_modules';
/** What the guest gets of a workspace package, besides its package.json. */
const BUILT = ['dist', 'prebuilt'];
const WORKLOADS = 'native/.output';
const MOUNT_POINTS = ['/proc', '/sys', '/dev', '/tmp', '/run', '/root', '/bin'];

/** Types and maps are for people, sources of native modules for compilers. */
const LEFT_OUT =
  /\.d\.[cm]?ts$|\.map$|\.tsbuildinfo$|\.md$|\.(o|d|c|cc|cpp|h|hh|S|asm)$|\/(\.test-types|doc|vendor|esm5)$/;

/**
 * Writes the guest's root file system: busybox, this Node and migratepages with the libraries they
 * need, packages of this repository as built, and a program.
 *
 * @param {object} options
 * @param {string} options.root of the repository
 * @param {number} options.image file descriptor of the archive to write
 * @param {string} options.program JavaScript module, run with /hftmon as its directory
 * @param {readonly string[]} options.args its arguments
 * @param {readonly string[]} options.packages that the program imports
 */
export function writeImage({ root, image, program, args, packages }) {
  const archive = new CpioWriter(image);
  for (const path of MOUNT_POINTS) archive.directory(path);
  archive.copy('/bin/busybox', '/bin/busybox');
  archive.copy('/init', join(import.meta.dirname, 'init.sh'));
  const programs = [process.execPath, '/usr/bin/migratepages'];
  for (const path of programs) archive.copy(`/usr/bin/${basename(path)}`, path);
  const binaries = [...programs];
  for (const [name, directory] of packageClosure(root, packages)) {
    binaries.push(...addPackage(archive, root, name, directory));
  }
  for (const path of sharedLibraries(binaries)) archive.copy(path, path);
  archive.copy(`/hftmon/${basename(program)}`, program);
  archive.file('/program-arguments', [`/hftmon/${basename(program)}`, ...args].join(' '));
  archive.end();
}

/** @returns {string[]} files that need shared libraries */
function addPackage(archive, root, name, link) {
  const directory = realpathSync(link);
  const target = `${MODULES}/${name}`;
  const isOurs = directory.startsWith(join(root, 'packages/'));
  if (!isOurs) return addTree(archive, target, directory);
  archive.copy(`${target}/package.json`, join(directory, 'package.json'));
  const parts = name === '@hftmon/testkit' ? [...BUILT, WORKLOADS] : BUILT;
  return parts
    .filter((part) => existsSync(join(directory, part)))
    .flatMap((part) => addTree(archive, `${target}/${part}`, join(directory, part)));
}

function addTree(archive, target, directory) {
  const binaries = [];
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (LEFT_OUT.test(path)) continue;
    if (entry.isDirectory()) binaries.push(...addTree(archive, `${target}/${entry.name}`, path));
    else if (entry.isFile()) {
      archive.copy(`${target}/${entry.name}`, path);
      if (/\.(so|node)$/.test(path) || directory.endsWith(WORKLOADS)) binaries.push(path);
    }
  }
  return binaries;
}
