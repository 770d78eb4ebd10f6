import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The packages that a host loads. Their other dependencies are only needed for installation. */
const PACKAGES: ReadonlySet<string> = new Set([
  'onnxruntime-node',
  'onnxruntime-common',
  'protobufjs',
  'long',
]);
const isLoaded = (name: string) => PACKAGES.has(name) || name.startsWith('@protobufjs/');

/**
 * Finds the folders of the packages that a host loads, looked up from a folder as Node.js does. With symbolic links
 * (pnpm, `npm link`, a shared node_modules) the result has the path of the link, the links on the way, and the real
 * path, because --permission checks all of them. A folder that is permitted by its link is readable as a whole.
 */
export function packageFolders(from: string): string[] {
  const linked = new Set<string>();
  const real = new Set<string>();
  const visit = (folder: string, names: Iterable<string>) => {
    for (const name of names) {
      const path = isLoaded(name) ? lookUp(folder, name) : undefined;
      if (path === undefined) continue;
      for (const link of linksIn(path)) linked.add(link);
      linked.add(path);
      const realPath = realpathSync(path);
      if (real.has(realPath)) continue;
      real.add(realPath);
      // Node.js looks its dependencies up from the real path.
      visit(realPath, dependenciesOf(realPath));
    }
  };
  visit(from, PACKAGES);
  return [...new Set([...linked, ...real])];
}

/** The symbolic links in a path, which Node.js reads too. */
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
