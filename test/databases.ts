import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** The migrated database that each test file clones. */
export const TEMPLATE = 'spectrakey_template';

/** The URL of another database on the same server. */
export function databaseUrl(url: string, name: string): string {
  return url.replace(/\/spectrakey\?/, `/${name}?`);
}

/** Creates a migrated database without rows. @returns its URL. */
export const cloneDatabase = (postgresUrl: string) => createDatabase(postgresUrl, TEMPLATE);

/** Creates an empty database. @returns its URL. */
export const emptyDatabase = (postgresUrl: string) => createDatabase(postgresUrl, 'template1');

async function createDatabase(postgresUrl: string, template: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '_')}`;
  const admin = new pg.Client(postgresUrl);
  await admin.connect();
  try {
    await admin.query(`create database ${name} template ${template} strategy file_copy`);
  } finally {
    await admin.end();
  }
  return databaseUrl(postgresUrl, name);
}
