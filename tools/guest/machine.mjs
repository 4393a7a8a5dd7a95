/** Two nodes of one CPU each. Distances are relative to 10, the local one. */
const NODE_MIB = [640, 384];
const REMOTE_DISTANCE = 21;

/** What the firmware's HMAT says of reads and writes: ns and GB/s, local and remote. */
const HMAT = [
  { type: 'access-latency', unit: 'latency', local: '80', remote: '140' },
  { type: 'access-bandwidth', unit: 'bandwidth', local: '20G', remote: '10G' },
];

const KERNEL_COMMAND_LINE = [
  'console=ttyS0',
  'quiet',
  // With -no-reboot this ends the emulator when the kernel panics.
  'panic=-1',
  'rdinit=/init',
  // Nobody else lives there, and emulated mitigations are slow.
  'mitigations=off',
  // Pages stay where the test puts them.
  'numa_balancing=disable',
];

/**
 * Arguments of qemu-system-x86_64: software emulation, no network, no disk, no display; the
 * console of the kernel is the first serial port, what the program prints the second.
 *
 * @param {{ kernel: string, image: string, console: string, output: string }} files
 * @returns {string[]}
 */
export function machineArguments({ kernel, image, console, output }) {
  return [
    // CPUs in one thread: with one each, a CPU may meet the int3 of a patched kernel text after the
    // other has put the instruction in its place, and the kernel panics; seen once in __schedule.
    // Without PCID a switch to another process empties the TLB, so that accessed bits are set again.
    ...['-M', 'q35,hmat=on', '-accel', 'tcg,thread=single', '-cpu', 'max,-pcid'],
    ...['-m', `${NODE_MIB[0] + NODE_MIB[1]}`, '-smp', '2,sockets=2,cores=1'],
    ...NODE_MIB.flatMap(nodeArguments),
    ...['-numa', `dist,src=0,dst=1,val=${REMOTE_DISTANCE}`],
    ...hmatArguments(),
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-serial', `file:${console}`, '-serial', `file:${output}`],
    ...['-kernel', kernel, '-initrd', image, '-append', KERNEL_COMMAND_LINE.join(' ')],
  ];
}

function nodeArguments(mib, node) {
  return [
    ...['-object', `memory-backend-ram,id=memory${node},size=${mib}M`],
    ...['-numa', `node,nodeid=${node},memdev=memory${node},initiator=${node}`],
    ...['-numa', `cpu,node-id=${node},socket-id=${node}`],
  ];
}

function hmatArguments() {
  return HMAT.flatMap(({ type, unit, local, remote }) =>
    [0, 1].flatMap((initiator) =>
      [0, 1].flatMap((target) => [
        '-numa',
        `hmat-lb,initiator=${initiator},target=${target},hierarchy=memory,data-type=${type},` +
          `${unit}=${initiator === target ? local : remote}`,
      ]),
    ),
  );
}
