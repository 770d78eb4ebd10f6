import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The packages that a host loads; what else these name as dependencies serves their installation. */
const PACKAGES: ReadonlySet<string> = new Set([
  'onnxruntime-node',
  'onnxruntime-common',
  'protobufjs',
  'long',
]);
const isLoaded = (name: string) => PACKAGES.has(name) || name.startsWith('@protobufjs/');

/**
 * Finds the folders of the packages that a host loads, as Node.js looks them up from a folder: as they are named, and where
 * that leads over symbolic links (pnpm, `npm link`, a shared node_modules). A process with --permission needs both, and
 * with a link everything that is reached by it.
 */
export function packageFolders(from: string): string[] {
  const named = new Set<string>();
  const real = new Set<string>();
  const visit = (folder: string, names: Iterable<string>) => {
    for (const name of names) {
      const path = isLoaded(name) ? lookUp(folder, name) : undefined;
      if (path === undefined) continue;
      for (const link of linksIn(path)) named.add(link);
      named.add(path);
      const realPath = realpathSync(path);
      if (real.has(realPath)) continue;
      real.add(realPath);
      // Its own dependencies are looked up from where it really is.
      visit(realPath, dependenciesOf(realPath));
    }
  };
  visit(from, PACKAGES);
  return [...new Set([...named, ...real])];
}

/** The symbolic links that a path leads over, which Node.js reads too. */
function linksIn(path: string): string[] {
  const parent = dirname(path);
  const links = parent === path ? [] : linksIn(parent);
  return lstatSync(path).isSymbolicLink() ? [...links, path] : links;
}

function lookUp(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

function dependenciesOf(folder: string): string[] {
  const { dependencies = {} }: { dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  return Object.keys(dependencies);
}
