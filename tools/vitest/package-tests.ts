import { defineConfig } from 'vitest/config';
import { testProjects } from './test-projects.js';

/** The vitest config of one package, for `npx vitest` inside its folder. */
export function packageTests(packageDir: string) {
  return defineConfig({ test: { projects: testProjects(packageDir, '') } });
}
