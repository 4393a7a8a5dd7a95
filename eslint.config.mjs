import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { boundaries, boundariesInTests } from './tools/eslint/boundaries.mjs';

export default tseslint.config(
  { ignores: ['**/dist/', '**/.output/', '**/prebuilt/', '.nx/'] },
  ...tseslint.configs.recommended,
  {
    plugins: { '@nx': nx },
    rules: {
      eqeqeq: ['error', 'always'],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
    },
  },
  { files: ['packages/*/src/**/*.ts'], rules: boundaries },
  { files: ['packages/*/{test,stress,bench}/**/*.ts'], rules: boundariesInTests },
  {
    // What a package offers is a list somebody wrote, not whatever a file happens to export.
    files: ['packages/*/src/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'Export by name instead of `export *`.' },
      ],
    },
  },
);
