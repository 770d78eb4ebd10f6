import { readdirSync } from 'node:fs';
import type { Kysely } from 'kysely';

const folder = new URL('../migrations/', import.meta.url);

/** A migration of the folder. */
interface Migration {
  up: (db: Kysely<unknown>) => Promise<void>;
  down: (db: Kysely<unknown>) => Promise<void>;
}

/** The migrations after the one with this number, in order. */
async function migrationsAfter(number: string): Promise<Migration[]> {
  const names = readdirSync(folder).filter(name => name.slice(0, number.length) > number);
  return await Promise.all(names.sort().map(name => import(new URL(name, folder).href)));
}

/** Undoes the migrations after the one with this number, such as `0053`, the last one first. */
export async function undoAfter(db: Kysely<unknown>, number: string): Promise<void> {
  for (const migration of (await migrationsAfter(number)).reverse()) await migration.down(db);
}

/** Runs the migrations after the one with this number again. */
export async function redoAfter(db: Kysely<unknown>, number: string): Promise<void> {
  for (const migration of await migrationsAfter(number)) await migration.up(db);
}
