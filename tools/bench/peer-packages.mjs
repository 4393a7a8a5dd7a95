import { canInstall, installPackages } from '../setup/debian.mjs';
import { packageVersions } from './machine.mjs';

export const PEER_PACKAGES = ['linux-perf', 'bpftrace', 'libbpf-tools', 'rt-tests'];
export const INSTALL_COMMAND = `apt-get install -y ${PEER_PACKAGES.join(' ')}`;

/** Installs missing peers when asked to, and returns the versions of those that are there. */
export function preparePeers({ install }) {
  const missing = packageVersions(PEER_PACKAGES).filter(({ version }) => !version);
  if (missing.length > 0 && install) {
    if (!canInstall())
      throw new Error(`--install needs root on Debian; by hand: ${INSTALL_COMMAND}`);
    installPackages(missing.map(({ name }) => name));
  } else if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ');
    console.log(`[bench] not installed: ${names}. For the comparison: ${INSTALL_COMMAND}`);
  }
  return packageVersions(PEER_PACKAGES);
}
