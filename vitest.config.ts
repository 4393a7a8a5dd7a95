import { defineConfig } from 'vitest/config';
import { testProjects } from './tools/vitest/test-projects.js';

// One run for all packages, so that its totals are the totals.
export default defineConfig({
  test: {
    projects: testProjects(import.meta.dirname, '{packages/*,tools/guest}/'),
    reporters: ['default', './tools/vitest/summary-reporter.ts'],
  },
});
