import { existsSync } from 'node:fs';

const places = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'];

/** The path of PgBouncer on this machine; undefined if it is not installed. */
export const pgbouncerPath = places.find(path => existsSync(path));
