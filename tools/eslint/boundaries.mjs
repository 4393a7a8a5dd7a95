/** Layers a package may import from, by its own layer. The tags are in each package.json. */
const mayUse = {
  core: [],
  native: ['core'],
  testkit: ['core', 'native', 'application'],
  application: ['core', 'native'],
  collector: ['core', 'native'],
  monitor: ['core', 'native', 'collector'],
  cli: ['core', 'monitor'],
};

function rule(extraLayers, options = {}) {
  const depConstraints = Object.entries(mayUse).map(([layer, allowed]) => ({
    sourceTag: `layer:${layer}`,
    onlyDependOnLibsWithTags: [...allowed, ...extraLayers].map((name) => `layer:${name}`),
  }));
  return { '@nx/enforce-module-boundaries': ['error', { depConstraints, ...options }] };
}

export const boundaries = rule([]);

/**
 * Tests of every package may use the testkit. The testkit itself stands on core and perf-native;
 * their tests using it is no cycle, because no build depends on a test.
 */
export const boundariesInTests = rule(['testkit'], {
  // A test may meet its own package the way users do, by name.
  allowCircularSelfDependency: true,
  ignoredCircularDependencies: [
    ['@hftmon/core', '@hftmon/testkit'],
    ['@hftmon/perf-native', '@hftmon/testkit'],
    ['@hftmon/marker', '@hftmon/testkit'],
  ],
});
