import { defineConfig } from 'vitest/config';

// Programs of their own, pseudo-terminals, network namespaces, memory and time: these need the machine
// for themselves, so they come one file at a time after the rest.
const realThings = [
  'test/e2e/**/*.test.ts',
  'test/**/*.{e2e,netns}.test.ts',
  'test/**/*-pty.test.ts',
  'test/**/memory.test.ts',
];

const shared = {
  pool: 'forks',
  testTimeout: 30_000,
  hookTimeout: 30_000,
  // Ink draws nothing where it takes the terminal for a build server's; and what is said is compared in English.
  env: { CI: 'false', CONTINUOUS_INTEGRATION: 'false', LANCHAT_LANGUAGE: 'en' },
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: realThings,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'e2e',
          include: realThings,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
