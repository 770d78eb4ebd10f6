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

/** The id of Kysely's own migration lock, so that a server of an older version waits too. */
const MIGRATION_LOCK = sql.lit('3853314791062309107');

/** The database has a migration that this version does not know. */
export class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabaseError';

  constructor(cause: unknown) {
    super(
      'It was migrated by a newer version of Spectrakey. Start that version, or restore a backup from before the upgrade.',
      { cause },
    );
  }
}

/**
 * Runs all pending migrations in one transaction. Servers that start at once wait for each other.
 *
 * @returns the names of the migrations that were run, oldest first.
 * @throws NewerDatabaseError, or what the failing migration threw; all of them are then rolled back.
 */
export async function migrate(db: Kysely<DB>): Promise<string[]> {
  return await db.transaction().execute(async trx => {
    // A migration may take any time. The settings end with the transaction: behind PgBouncer, settings of a session
    // would apply to the next client of its connection.
    for (const timeout of Object.keys(TIMEOUTS)) await sql`set local ${sql.raw(timeout)} = 0`.execute(trx);
    await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(trx);
    // Without the plugins, which would change the names in a migration.
    const migrator = new Migrator({ db: trx.withoutPlugins(), provider: { getMigrations } });
    const { error, results = [] } = await migrator.migrateToLatest();
    // Kysely has no class for this error.
    if (error instanceof Error && /previously executed migration .* is missing/.test(error.message)) {
      throw new NewerDatabaseError(error);
    }
    if (error) throw error;
    return results.map(result => result.migrationName);
  });
}
