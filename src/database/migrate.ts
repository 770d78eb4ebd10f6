import { readdir } from 'node:fs/promises';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { DB } from '../generated/database.ts';

const folder = new URL('../../migrations/', import.meta.url);

async function getMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(folder)).filter(file => file.endsWith('.ts')).sort();
  const entries = files.map(async (file): Promise<[string, Migration]> => {
    const migration: Migration = await import(new URL(file, folder).href);
    return [file.slice(0, -'.ts'.length), migration];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Brings the database to the newest migration. Kysely holds an advisory lock meanwhile, so several servers may start
 * at once.
 *
 * @returns the names of the migrations that were run, oldest first; none when the database was up to date.
 * @throws what the failing migration threw; it leaves nothing behind.
 */
export async function migrate(db: Kysely<DB>): Promise<string[]> {
  const { error, results = [] } = await db.connection().execute(async connection => {
    // A migration may take as long as it needs, and several servers wait for one another.
    await sql`set statement_timeout = 0`.execute(connection);
    await sql`set lock_timeout = 0`.execute(connection);
    try {
      // Without the plugins: a migration is SQL, and its names must reach PostgreSQL as they stand.
      const migrator = new Migrator({ db: connection.withoutPlugins(), provider: { getMigrations } });
      return await migrator.migrateToLatest();
    } finally {
      await sql`reset statement_timeout`.execute(connection);
      await sql`reset lock_timeout`.execute(connection);
    }
  });
  if (error) throw error;
  return results.map(result => result.migrationName);
}
