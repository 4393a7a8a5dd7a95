import type { KernelFiles } from '../../src/files/kernel-files.js';

/** Where the fake is. */
export const DAMON_ROOT = '/fake-sys/kernel/mm/damon/admin/kdamonds';

const CONTEXT = '0/contexts/0';
const TRIED = `${CONTEXT}/schemes/0/tried_regions`;

/**
 * The sysfs interface of DAMON in memory: writing a number of things makes their folders, a kdamond
 * that runs refuses to be replaced. Written from mm/damon/sysfs.c of Linux 6.12 and its behaviour
 * in a guest with that kernel.
 */
export class FakeDamon implements KernelFiles {
  readonly files = new Map<string, string>([['nr_kdamonds', '0']]);
  operations = 'vaddr\nfvaddr\npaddr';
  /** What a look finds: first address, address after the last, hits. */
  regions: readonly (readonly [number, number, number])[] = [];
  /** Refuses to write this path. */
  refuse: { readonly path: string; readonly errno: string } | undefined;
  readonly writes: string[] = [];

  read(path: string) {
    const text = this.files.get(relative(path));
    return text === undefined
      ? ({ ok: false, errno: 'ENOENT' } as const)
      : ({ ok: true, text: `${text}\n` } as const);
  }

  write(path: string, text: string): string | undefined {
    const name = relative(path);
    this.writes.push(`${name} = ${text}`);
    if (this.refuse?.path === name) return this.refuse.errno;
    if (!this.files.has(name)) return 'ENOENT';
    if (name === 'nr_kdamonds') return this.#replace(Number(text));
    if (name === '0/state') return this.#command(text);
    this.files.set(name, text);
    this.#makeFolders(name, Number(text));
    return undefined;
  }

  list(folder: string): string[] {
    const prefix = relative(folder) === '' ? '' : `${relative(folder)}/`;
    const names = [...this.files.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length).split('/')[0]!);
    return [...new Set(names)];
  }

  makeFolder(): string {
    return 'EPERM';
  }

  removeFolder(): string {
    return 'EPERM';
  }

  #replace(count: number): string | undefined {
    if (this.files.get('0/state') === 'on') return 'EBUSY';
    for (const name of [...this.files.keys()]) if (name.startsWith('0/')) this.files.delete(name);
    this.files.set('nr_kdamonds', String(count));
    if (count === 1) this.#add('0', { state: 'off', 'contexts/nr_contexts': '0' });
    return undefined;
  }

  #command(text: string): string | undefined {
    if (text === 'on' || text === 'off') {
      if (this.files.get('0/state') === text) return 'EINVAL';
      this.files.set('0/state', text);
      return undefined;
    }
    if (text !== 'update_schemes_tried_regions') return 'EINVAL';
    if (this.files.get('0/state') !== 'on') return 'EINVAL';
    for (const name of [...this.files.keys()]) if (name.startsWith(TRIED)) this.files.delete(name);
    this.regions.forEach(([start, end, hits], i) =>
      this.#add(`${TRIED}/${i}`, {
        start: String(start),
        end: String(end),
        nr_accesses: String(hits),
        age: '1',
      }),
    );
    return undefined;
  }

  #makeFolders(name: string, count: number): void {
    if (count !== 1) return;
    if (name === '0/contexts/nr_contexts') {
      this.#add(CONTEXT, {
        avail_operations: this.operations,
        operations: 'vaddr',
        'monitoring_attrs/intervals/sample_us': '5000',
        'monitoring_attrs/intervals/aggr_us': '100000',
        'monitoring_attrs/intervals/update_us': '1000000',
        'monitoring_attrs/nr_regions/min': '10',
        'monitoring_attrs/nr_regions/max': '1000',
        'targets/nr_targets': '0',
        'schemes/nr_schemes': '0',
      });
    }
    if (name.endsWith('nr_targets')) this.#add(`${CONTEXT}/targets/0`, { pid_target: '0' });
    if (name.endsWith('nr_schemes')) {
      this.#add(`${CONTEXT}/schemes/0`, {
        action: 'stat',
        'access_pattern/sz/max': '0',
        'access_pattern/nr_accesses/max': '0',
        'access_pattern/age/max': '0',
      });
    }
  }

  #add(folder: string, files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) this.files.set(`${folder}/${name}`, text);
  }
}

function relative(path: string): string {
  return path.slice(DAMON_ROOT.length + 1);
}
