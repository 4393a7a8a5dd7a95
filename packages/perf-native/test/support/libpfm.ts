import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Requirement } from '@hftmon/testkit';
import { ProgramFolder } from './program.js';

const HEADER = '/usr/include/perfmon/pfmlib_perf_event.h';

/** Prints config and config1 of the events in its arguments, or what is wrong with them. */
const ENCODE = `
#include <perfmon/pfmlib_perf_event.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (pfm_initialize() != PFM_SUCCESS)
		return 1;
	for (int i = 1; i < argc; i++) {
		struct perf_event_attr attr = { 0 };
		pfm_perf_encode_arg_t arg = { .attr = &attr, .size = sizeof(arg) };
		int err = pfm_get_os_event_encoding(argv[i], PFM_PLM0 | PFM_PLM3,
						    PFM_OS_PERF_EVENT, &arg);

		if (err != PFM_SUCCESS)
			printf("%s\\n", pfm_strerror(err));
		else
			printf("%llu %llu\\n", (unsigned long long)attr.config,
			       (unsigned long long)attr.config1);
	}
	return 0;
}
`;

/** libpfm4 with its headers, which has event tables of its own. */
export const libpfm: Requirement = () => {
  if (!existsSync(HEADER)) return 'needs libpfm4-dev';
  return existsSync('/usr/bin/gcc') ? undefined : 'needs gcc';
};

/** What libpfm says of an event. */
export type LibpfmAnswer =
  { readonly config: number; readonly config1: number } | { readonly problem: string };

/** Encodes events, named `pmu::EVENT:UMASK`, of CPUs that need not be this one. */
export function encodeWithLibpfm(events: readonly string[]): LibpfmAnswer[] {
  using folder = new ProgramFolder();
  const program = folder.compile('encode', ENCODE, '-Wl,--no-as-needed', '-lpfm');
  const env = { ...process.env, LIBPFM_ENCODE_INACTIVE: '1' };
  const output = execFileSync(program, events, { env, encoding: 'utf8' });
  return output
    .trim()
    .split('\n')
    .map((line) => {
      const [, config, config1] = /^(\d+) (\d+)$/.exec(line) ?? [];
      if (config === undefined) return { problem: line };
      return { config: Number(config), config1: Number(config1) };
    });
}
