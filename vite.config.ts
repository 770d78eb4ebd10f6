import { join } from 'node:path';
import { defineConfig } from 'vite';

const dashboard = join(import.meta.dirname, 'src', 'dashboard');

export default defineConfig({
  root: dashboard,
  base: '/',
  publicDir: false,
  build: {
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    // The pages are served under a Content-Security-Policy that allows scripts and fonts from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Monaco is one chunk of more than 3 MB. Without any of its extras (search, hover, suggestions) it would still
    // be three quarters of that (measured).
    chunkSizeWarningLimit: 4000,
    // The bundle carries other people's code, whose licences ask for their notices to travel with it.
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      input: {
        dashboard: join(dashboard, 'index.html'),
        graphiql: join(dashboard, 'graphiql', 'index.html'),
      },
      // Monaco changes seldom, our pages often: apart, its megabyte stays in the browser's cache.
      output: {
        codeSplitting: {
          groups: [
            { name: 'monaco', test: /node_modules\/monaco-editor\// },
            // What loads pages on demand would else go into the chunk of who uses it first, and with it all of Monaco
            // into the dashboard's first load.
            { name: 'preload', test: /vite\/preload-helper/, priority: 1 },
          ],
        },
      },
      // Some 200 "use client" marks in the packages mean nothing to a bundle without server components.
      checks: { moduleLevelDirective: false },
    },
  },
  // GraphiQL's worker loads its formatter on demand, which the default worker format cannot do.
  worker: { format: 'es' },
  // In development the same worker meets a CommonJS package, which Vite must turn into a module beforehand.
  optimizeDeps: { include: ['graphql', 'graphql-language-service', 'monaco-graphql > picomatch-browser'] },
});
