import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** The migrated database that each test file clones. */
export const TEMPLATE = 'spectrakey_template';

/** The same server's URL for another database. */
export function databaseUrl(url: string, name: string): string {
  return url.replace(/\/spectrakey\?/, `/${name}?`);
}

/** A migrated, empty database of its own. @returns its URL. */
export async function cloneDatabase(postgresUrl: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '_')}`;
  const admin = new pg.Client(postgresUrl);
  await admin.connect();
  try {
    await admin.query(`create database ${name} template ${TEMPLATE}`);
  } finally {
    await admin.end();
  }
  return databaseUrl(postgresUrl, name);
}
