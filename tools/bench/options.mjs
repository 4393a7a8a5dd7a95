import { parseArgs } from 'node:util';

export const SECTIONS = [
  'slowdown',
  'busy',
  'detection',
  'probes',
  'ring',
  'allocation',
  'query',
  'monitor',
  'noise',
  'markers',
];

/** The report of the repository; only a whole run may replace it. */
export const REPORT = 'docs/benchmarks.md';

export const usage = `usage: npm run bench -- [options]
  --quick          few, short rounds: shows that it works, not how fast it is
  --rounds N       rounds of the slow-down measurement (default 15; 3 with --quick)
  --only A,B       these sections alone: ${SECTIONS.join(', ')}
  --out FILE       where to write the report; default docs/benchmarks.md, but standard output
                   for a run that is --quick or --only a part
  --json FILE      also write every figure as JSON
  --install        install missing peers from Debian's packages (needs root)
  --help           this text`;

/** @throws Error with a line for the user */
export function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'string' },
      install: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const sections = values.only === undefined ? SECTIONS : values.only.split(',');
  const unknown = sections.find((name) => !SECTIONS.includes(name));
  if (unknown !== undefined) throw new Error(`no section ${unknown}; ${SECTIONS.join(', ')}`);
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 15));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds: a whole number above 0');
  const whole = !values.quick && values.only === undefined;
  const out = values.out ?? (whole ? REPORT : undefined);
  return { ...values, sections, rounds, out };
}
