import type { TestProjectInlineConfiguration } from 'vitest/config';

const sourceCondition = '@hftmon/source';

/** Only what hangs takes that long, also on a machine that is busy with other work. */
const UNIT_TIMEOUT_MS = 120_000;
const INTEGRATION_TIMEOUT_MS = 300_000;
const POLL_TIMEOUT_MS = 60_000;

/** Test kinds that a run selects with `--project`. Stress runs on request only: it takes minutes. */
export function testProjects(root: string, packages: string): TestProjectInlineConfiguration[] {
  return [
    project(root, 'unit', {
      include: [`${packages}test/unit/**/*.test.ts`],
      testTimeout: UNIT_TIMEOUT_MS,
    }),
    project(root, 'integration', {
      include: [`${packages}test/integration/**/*.test.ts`],
      ...oneAtATime(1),
      testTimeout: INTEGRATION_TIMEOUT_MS,
      hookTimeout: INTEGRATION_TIMEOUT_MS,
    }),
    project(root, 'stress', {
      include: [`${packages}stress/**/*.test.ts`],
      ...oneAtATime(2),
      testTimeout: 600_000,
      hookTimeout: 60_000,
    }),
  ];
}

/**
 * Tests that measure the machine must not share it with another test. Each file still gets a
 * process of its own, so that native threads and BPF programs of one can't leak into the next.
 */
function oneAtATime(groupOrder: number): TestProjectInlineConfiguration['test'] {
  return { pool: 'forks', maxWorkers: 1, fileParallelism: false, sequence: { groupOrder } };
}

function project(
  root: string,
  name: string,
  test: TestProjectInlineConfiguration['test'],
): TestProjectInlineConfiguration {
  return {
    root,
    // Workspace packages resolve to their TypeScript sources, so tests need no build.
    resolve: { conditions: [sourceCondition] },
    ssr: { resolve: { conditions: [sourceCondition, 'node', 'import', 'module', 'default'] } },
    test: { ...test, name, pool: 'forks', expect: { poll: { timeout: POLL_TIMEOUT_MS } } },
  };
}
