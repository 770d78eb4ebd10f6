import { existsSync } from 'node:fs';

const places = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'];

/** The PgBouncer of this machine; undefined where there is none. */
export const pgbouncerPath = places.find(path => existsSync(path));
