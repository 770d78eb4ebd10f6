import { readdir } from 'node:fs/promises';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { DB } from '../generated/database.ts';
import { TIMEOUTS } from './pool.ts';

const folder = new URL('../../migrations/', import.meta.url);

async function getMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(folder)).filter(file => file.endsWith('.ts')).sort();
  const entries = files.map(async (file): Promise<[string, Migration]> => {
    const migration: Migration = await import(new URL(file, folder).href);
    return [file.slice(0, -'.ts'.length), migration];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Kysely's own number for it, so that a server of an older version waits too. */
const LOCK = sql.lit('3853314791062309107');

/**
 * Brings the database to the newest migration. Several servers may start at once: each waits for the one before it.
 *
 * @returns the names of the migrations that were run, oldest first; none when the database was up to date.
 * @throws what the failing migration threw; it leaves nothing behind.
 */
export async function migrate(db: Kysely<DB>): Promise<string[]> {
  return await db.transaction().execute(async trx => {
    // A migration may take as long as it needs. All of this ends with the transaction, and so with the connection's
    // use: behind PgBouncer what a session keeps would be the next one's.
    for (const timeout of Object.keys(TIMEOUTS)) await sql`set local ${sql.raw(timeout)} = 0`.execute(trx);
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(trx);
    // Without the plugins: a migration is SQL, and its names must reach PostgreSQL as they stand.
    const migrator = new Migrator({ db: trx.withoutPlugins(), provider: { getMigrations } });
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error) throw error;
    return results.map(result => result.migrationName);
  });
}
