import type { Reporter, TestCase, TestModule } from 'vitest/node';

const noReason = 'no reason given';

/** Names every skipped test with its reason, then ends the output with the totals on one line. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const skips: string[] = [];
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) {
        const result = test.result();
        if (result.state === 'passed') counts.passed++;
        else if (result.state === 'failed') counts.failed++;
        else {
          counts.skipped++;
          skips.push(`  ${module.relativeModuleId} > ${test.fullName}: ${skipReason(test)}`);
        }
      }
      // A file that can't be loaded has no tests to count, and must not look like a pass.
      if (module.state() === 'failed' && !tests.some((t) => t.result().state === 'failed')) {
        counts.failed++;
      }
    }
    const totals = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
    // Other reporters print while the run ends; only at exit is the last line really the last.
    process.once('exit', () => {
      if (skips.length > 0) console.log(`\nSkipped:\n${skips.join('\n')}`);
      console.log(`\n${totals}`);
    });
  }
}

function skipReason(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' && result.note) || noReason;
}
