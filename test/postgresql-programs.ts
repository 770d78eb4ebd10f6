import { globSync } from 'node:fs';

const versionOf = (folder: string) => Number(/(\d+)[^/]*\/bin$/.exec(folder)?.[1] ?? 0);

/** The folder of PostgreSQL's programs, of the newest version on this machine; undefined if there is none. */
export const postgresqlPrograms = globSync([
  '/usr/lib/postgresql/*/bin',
  '/opt/homebrew/opt/postgresql@*/bin',
])
  .filter(folder => globSync(`${folder}/{initdb,pg_dump,pg_restore}`).length === 3)
  .sort((a, b) => versionOf(b) - versionOf(a))[0];
