import { join } from 'node:path';
import { constants } from 'node:zlib';
import { defineConfig, type Rolldown } from 'vite';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';

const dashboard = join(import.meta.dirname, 'src', 'dashboard');

type Modules = Pick<Rolldown.ChunkingContext, 'getModuleInfo'>;
const loaded = new WeakMap<Modules, Record<'dashboard' | 'reference' | 'graphiql', ReadonlySet<string>>>();

/** The modules that a page loads at once: those that its entry imports, directly or not, except on demand. */
function loadedBy(page: string, modules: Modules): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (id: string) => {
    if (found.has(id)) return;
    found.add(id);
    for (const imported of modules.getModuleInfo(id)?.importedIds ?? []) visit(imported);
  };
  visit(join(dashboard, page, 'main.tsx'));
  found.delete(join(dashboard, page, 'main.tsx'));
  return found;
}

/**
 * The chunk of a module of the dashboard's first load. By default each combination of pages has a chunk of its own: 50 of
 * them, most below 2 kB, which together compress to a tenth more.
 */
function firstLoadChunkOf(id: string, modules: Modules): string | null {
  const sets = loaded.get(modules) ?? {
    dashboard: loadedBy('', modules),
    reference: loadedBy('reference', modules),
    graphiql: loadedBy('graphiql', modules),
  };
  loaded.set(modules, sets);
  if (!sets.dashboard.has(id) || sets.graphiql.has(id)) return null;
  return sets.reference.has(id) ? 'common' : 'first-load';
}

export default defineConfig({
  root: dashboard,
  base: '/',
  publicDir: false,
  plugins: [
    // The server compresses nothing itself, as Monaco would take 0.2 s of a core for each request of anyone. Brotli's
    // highest quality would make the build 16 s longer and the files another 8 % smaller.
    compression({
      algorithms: [
        'gzip',
        defineAlgorithm('brotliCompress', { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
      ],
      logLevel: 'silent',
    }),
  ],
  build: {
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    // The pages are served under a Content-Security-Policy that allows scripts and fonts from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Monaco is one chunk of more than 3 MB. Without its extras (search, hover, suggestions) it would still be three
    // quarters of that (measured).
    chunkSizeWarningLimit: 4000,
    // The bundle contains code of other authors, whose licences require that their notices are distributed with it.
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      input: {
        dashboard: join(dashboard, 'index.html'),
        graphiql: join(dashboard, 'graphiql', 'index.html'),
        reference: join(dashboard, 'reference', 'index.html'),
      },
      // Monaco rarely changes, our pages often do: in a separate chunk, its megabyte stays in the browser's cache.
      output: {
        codeSplitting: {
          // Else the chunks of the dashboard, with their styles, would become part of GraphiQL.
          includeDependenciesRecursively: false,
          groups: [
            { name: 'monaco', test: /node_modules\/monaco-editor\// },
            // The helper that loads pages on demand would otherwise be in the chunk of its first user, Monaco, which
            // would then be part of the dashboard's first load.
            { name: 'preload', test: /vite\/preload-helper/, priority: 1 },
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: firstLoadChunkOf, debugName: 'first load' },
          ],
        },
      },
      // About 200 "use client" directives in the packages have no effect in a bundle without server components.
      checks: { moduleLevelDirective: false },
    },
  },
  // GraphiQL's worker loads its formatter on demand, which the default worker format cannot do.
  worker: { format: 'es' },
  // In development the same worker imports a CommonJS package, which Vite must convert to a module beforehand.
  optimizeDeps: { include: ['graphql', 'graphql-language-service', 'monaco-graphql > picomatch-browser'] },
});
