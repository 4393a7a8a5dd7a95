import { packageTests } from '../../tools/vitest/package-tests.js';

export default packageTests(import.meta.dirname);
