import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createProbeEnvironment,
  parseCpuList,
  readCpuLists,
  readInterrupts,
  readNumaTopology,
} from '@hftmon/perf-native';
import {
  describeHost,
  HOST_NAMES,
  HOST_PROCESS,
  loadHost,
  parseCpuTable,
  parseHostTree,
  parseTaskStat,
  type FakeRoots,
} from '../../src/index.js';

const HEADER = 'host: h\norigin: o\n';

describe('a description of a host', () => {
  it('makes files, directories and links', () => {
    const { host, origins, entries } = parseHostTree(
      `${HEADER}origin: p\n# why\n\nproc/a = 1 2\nproc/b <<\nx\n\ny\n>>\nsys/c/\nsys/d -> ../c\nsys/e =\n`,
    );
    expect({ host, origins }).toEqual({ host: 'h', origins: ['o', 'p'] });
    expect(entries).toEqual([
      { type: 'file', path: 'proc/a', text: '1 2\n' },
      { type: 'file', path: 'proc/b', text: 'x\n\ny\n' },
      { type: 'directory', path: 'sys/c', text: '' },
      { type: 'link', path: 'sys/d', text: '../c' },
      { type: 'file', path: 'sys/e', text: '\n' },
    ]);
  });

  it('stands for many files by lists of numbers', () => {
    const { entries } = parseHostTree(`${HEADER}sys/cpu[0-1,4]/index[2,3]/id = {2} of {1}\n`);
    expect(entries.map(({ path, text }) => [path, text])).toEqual([
      ['sys/cpu0/index2/id', '2 of 0\n'],
      ['sys/cpu0/index3/id', '3 of 0\n'],
      ['sys/cpu1/index2/id', '2 of 1\n'],
      ['sys/cpu1/index3/id', '3 of 1\n'],
      ['sys/cpu4/index2/id', '2 of 4\n'],
      ['sys/cpu4/index3/id', '3 of 4\n'],
    ]);
  });

  it('repeats a block within a file, and adds what is said again', () => {
    const { entries } = parseHostTree(
      `${HEADER}proc/c *[0-1] <<\ncpu {1}\n\n>>\nproc/c *[7] <<\nlast {1}\n>>\n`,
    );
    expect(entries).toEqual([{ type: 'file', path: 'proc/c', text: 'cpu 0\n\ncpu 1\n\nlast 7\n' }]);
  });

  it.each([
    ['proc/a <<\nx', 'line 3: the block of proc/a has no end'],
    ['what is this', 'line 3: "what is this" is no entry'],
    ['proc/a = {1}', 'no list in the path for {1}'],
  ])('is refused: %s', (text, message) => {
    expect(() => parseHostTree(`${HEADER}${text}\n`)).toThrow(message);
  });

  it('needs to say where it comes from', () => {
    expect(() => parseHostTree('host: h\nproc/a = 1\n')).toThrow('host and origin are needed');
  });
});

it('every description in the folder is a host with a name, and none is left behind', () => {
  const folder = new URL('../../fixtures/hosts/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.host'));
  expect(files.sort()).toEqual(HOST_NAMES.map((name) => `${name}.host`).sort());
  const roots = loadHost('vm-no-pmu');
  const directory = dirname(roots.procRoot);
  roots.dispose();
  expect(existsSync(directory)).toBe(false);
});

describe.each(HOST_NAMES)('%s', (name) => {
  let roots: FakeRoots;
  beforeAll(() => {
    roots = loadHost(name);
  });
  afterAll(() => roots.dispose());
  const sys = (path: string): string => readFileSync(join(roots.sysRoot, path), 'utf8').trim();

  it('says where it comes from', () => {
    const { host, origins } = describeHost(name);
    expect(host).not.toBe('');
    expect(origins.join('\n')).toMatch(/^(names and forms .* written from|captured on)/);
  });

  it('has the same CPUs wherever they are listed', () => {
    const { online } = readCpuLists(roots.sysRoot);
    expect(readInterrupts(roots.procRoot).cpus).toEqual(online);
    const softirqs = parseCpuTable(readFileSync(join(roots.procRoot, 'softirqs'), 'utf8'));
    expect(softirqs.cpus).toEqual(online);
    const cpuinfo = readFileSync(join(roots.procRoot, 'cpuinfo'), 'utf8');
    const listed = [...cpuinfo.matchAll(/^processor\t: (\d+)$/gm)].map((match) => Number(match[1]));
    expect(listed).toEqual(online);
    const { nodes } = readNumaTopology(roots.sysRoot);
    expect(nodes.flatMap(({ cpus }) => cpus)).toEqual(online);
    for (const cpu of online) {
      const siblings = sys(`devices/system/cpu/cpu${cpu}/topology/package_cpus_list`);
      expect(parseCpuList(siblings)).toContain(cpu);
    }
  });

  it('has a row of counts for each interrupt line, and its affinity', () => {
    const { irqs, arch, cpus } = readInterrupts(roots.procRoot);
    expect(irqs.size).toBeGreaterThan(0);
    for (const { counts, chip, name: device } of irqs.values()) {
      expect(counts).toHaveLength(cpus.length);
      expect({ chip, device }).not.toMatchObject({ chip: '', device: '' });
    }
    for (const { perCpu, counts } of arch.values()) {
      if (perCpu) expect(counts).toHaveLength(cpus.length);
    }
    for (const irq of readdirSync(join(roots.sysRoot, 'kernel/irq'))) {
      expect(irqs.get(Number(irq))?.name).toBe(sys(`kernel/irq/${irq}/actions`));
      const effective = join(roots.procRoot, 'irq', irq, 'effective_affinity_list');
      const allowed = join(roots.procRoot, 'irq', irq, 'smp_affinity_list');
      const list = (path: string): number[] => parseCpuList(readFileSync(path, 'utf8'));
      expect(list(allowed)).toEqual(expect.arrayContaining(list(effective)));
    }
  });

  it('has a distance from each node to each', () => {
    const { nodes } = readNumaTopology(roots.sysRoot);
    for (const { id } of nodes) {
      const distances = sys(`devices/system/node/node${id}/distance`).split(' ').map(Number);
      expect(distances).toHaveLength(nodes.length);
      expect(distances[id]).toBe(10);
    }
  });

  it('links each PMU to a device with a type of its own and a well-formed format', () => {
    const folder = join(roots.sysRoot, 'bus/event_source/devices');
    const types = readdirSync(folder).map((pmu) => {
      expect(readlinkSync(join(folder, pmu))).toBe(`../../../devices/${pmu}`);
      expect(statSync(join(folder, pmu)).isDirectory()).toBe(true);
      for (const [sub, form] of [
        ['format', /^config[123]?:\d+(-\d+)?(,\d+(-\d+)?)*$/],
        ['events', /^(\w+=0x[0-9a-f]+|ldlat=3)(,(\w+=0x[0-9a-f]+|ldlat=3))*$/],
      ] as const) {
        const path = `bus/event_source/devices/${pmu}/${sub}`;
        if (!existsSync(join(roots.sysRoot, path))) continue;
        for (const file of readdirSync(join(roots.sysRoot, path))) {
          if (!/\.(scale|unit|snapshot)$/.test(file)) expect(sys(`${path}/${file}`)).toMatch(form);
        }
      }
      return Number(sys(`bus/event_source/devices/${pmu}/type`));
    });
    expect(new Set(types).size).toBe(types.length);
    expect(types).not.toContain(NaN);
  });

  it('has a process with three threads', () => {
    const tasks = join(roots.procRoot, String(HOST_PROCESS), 'task');
    const threads = readdirSync(tasks).map((tid) => {
      const { comm, state } = parseTaskStat(readFileSync(join(tasks, tid, 'stat'), 'utf8'));
      return [Number(tid), comm, state];
    });
    expect(threads).toEqual([
      [4242, 'strategy', 'S'],
      [4243, 'feed', 'S'],
      [4244, 'logger', 'S'],
    ]);
  });

  it('may use BPF, and has the tracepoints of its architecture', () => {
    const environment = createProbeEnvironment({ ...roots, platform: 'linux' });
    expect(environment.bpf).toMatchObject({ ok: true, tier: 'kernel' });
    expect(environment.hasTracepoint('sched_switch')).toBe(true);
    expect(environment.hasTracepoint('local_timer_entry')).toBe(name !== 'neoverse-n1');
  });
});
