import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const conditions = ['@milena/source', 'module', 'browser', 'development|production']
const chromium = playwright({
  launchOptions: {
    executablePath: process.env.MILENA_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
})
const node = { resolve: { conditions: ['@milena/source', 'node'] }, ssr: { resolve: { conditions: ['@milena/source', 'node'] } } }
const browser = () => ({
  enabled: true,
  provider: chromium,
  headless: true,
  screenshotFailures: false,
  instances: [{ browser: 'chromium' as const }],
})

/** A machine that does other things meanwhile is no reason to fail: the default of 5 s is. */
const patient = { testTimeout: 30_000, hookTimeout: 60_000 }

/** The explorer's dev server and build, and the test projects of the whole repository. */
export default defineConfig({
  root: here('ui'),
  base: './',
  plugins: [
    react(),
    // Whatever the caller's environment says (tests say `test`): a build is for users, with React's production code.
    {
      name: 'production',
      apply: 'build',
      config: () => {
        process.env.NODE_ENV = 'production'
      },
    },
  ],
  resolve: { conditions },
  worker: { format: 'es' },
  build: { outDir: here('ui/dist'), emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false } },
  server: { host: '127.0.0.1' },
  // Named here, they are bundled before the first page is served: found later, they would be bundled anew and React be there twice.
  optimizeDeps: {
    include: [
      'react',
      'react/jsx-dev-runtime',
      'react-dom',
      'react-dom/client',
      'zustand',
      'zustand/vanilla',
      '@tanstack/react-virtual',
      'axe-core',
      'fast-check',
      'lossless-json',
    ],
  },
  test: {
    projects: [
      { extends: false, ...node, test: { ...patient, name: 'core', root: here('.'), include: ['client-core/src/**/*.test.ts'] } },
      {
        extends: false,
        resolve: { conditions },
        test: {
          ...patient,
          name: 'core-chromium',
          root: here('.'),
          include: ['client-core/src/**/*.test.ts'],
          exclude: ['**/node/**', '**/*.node.test.ts'],
          browser: browser(),
        },
      },
      { extends: false, ...node, test: { ...patient, name: 'bridge', root: here('.'), include: ['bridge/src/**/*.test.ts'] } },
      { extends: true, test: { ...patient, name: 'ui', root: here('.'), include: ['ui/src/**/*.test.{ts,tsx}'], browser: browser() } },
      {
        extends: false,
        ...node,
        test: {
          name: 'e2e',
          root: here('.'),
          include: ['e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
