import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../generated/database.ts';

// Two roles: the owner of the tables, which migrates (DATABASE_MIGRATE_URL), and the role of the server (DATABASE_URL),
// which can only read and append to the activity. docs/operations.md lists the same rights.

/** The role of the server could change the activity after all, or is not another role. */
export class ServerRoleError extends Error {
  override readonly name = 'ServerRoleError';
}

/** The functions that run with the rights of the owner. */
const FUNCTIONS = ['make_month_partition', 'erase_from_activity'];

/**
 * Checks the role of the server, before anything runs as the owner: with a schema that is named like the owner, the server
 * could replace the tables that the owner's statements name.
 *
 * @param owner the database, as the role that owns its tables
 * @param server the same database, as the role of the server
 * @throws ServerRoleError
 */
export async function checkServerRole(owner: Kysely<DB>, server: Kysely<DB>): Promise<void> {
  const { role, database } = await currentRole(server);
  const migrating = await currentRole(owner);
  if (migrating.database !== database) {
    throw new ServerRoleError('DATABASE_URL and DATABASE_MIGRATE_URL must be of the same database.');
  }
  const { rows } = await sql<{ is_owner: boolean }>`
    select rolsuper or rolcreaterole or pg_has_role(rolname, ${migrating.role}, 'member')
      or has_schema_privilege(rolname, 'public', 'create')
      or has_database_privilege(rolname, current_database(), 'create') as is_owner
    from pg_roles where rolname = ${role}`.execute(owner.withoutPlugins());
  if (rows[0]?.is_owner !== false) {
    throw new ServerRoleError(
      `The role ${role} of DATABASE_URL could change the activity. Use a role that is not a superuser, not a member of ${migrating.role} (the role of DATABASE_MIGRATE_URL), and may create neither roles, nor schemas in the database, nor tables in the schema public.`,
    );
  }
}

/**
 * Gives the role of the server the rights that it needs, after each migration. It has none to update, delete or truncate
 * the activity or a partition of it, nor to change migrations.
 *
 * @param owner as in `checkServerRole`
 * @param server likewise
 * @throws ServerRoleError
 */
export async function grantServerRights(owner: Kysely<DB>, server: Kysely<DB>): Promise<void> {
  const { role } = await currentRole(server);
  const { rows: queues } = await sql<{ owner: string }>`
    select pg_get_userbyid(relowner) as owner from pg_class
    where relnamespace = to_regnamespace('pgboss') and pg_get_userbyid(relowner) <> ${role} limit 1`.execute(
    owner,
  );
  if (queues[0]) {
    throw new ServerRoleError(
      `The background jobs belong to the role ${queues[0].owner}, which ran the server before. Stop all servers and run "drop schema pgboss cascade" as that role: the jobs are made again.`,
    );
  }
  await owner.transaction().execute(async trx => {
    // One server at a time, as concurrent changes of rights fail.
    await sql`select pg_advisory_xact_lock(hashtext('spectrakey: rights of the server'))`.execute(trx);
    await grant(trx, role);
  });
}

async function grant(trx: Transaction<DB>, role: string): Promise<void> {
  const to = sql.id(role);
  await sql`grant usage on schema public to ${to}`.execute(trx);
  const { rows: tables } = await sql<{ name: string; held: string[]; isPublic: boolean }>`
    select relname as name, relacl::text ~ '[{,]=' as is_public, array(
      select lower(privilege_type) from aclexplode(relacl) where grantee = (select oid from pg_roles where rolname = ${role}) order by 1
    ) as held
    from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')
      and not (relispartition and relname ~ '^prediction_logs_')
    order by relname`.execute(trx);
  for (const { name, held, isPublic } of tables) {
    const wanted = rightsOn(name);
    // Usually there is nothing to do.
    if (held.join() === wanted.join() && !isPublic) continue;
    const table = sql.table(name);
    await sql`revoke all on table ${table} from ${to}, public`.execute(trx);
    await sql`grant ${sql.raw(wanted.join(', '))} on table ${table} to ${to}`.execute(trx);
  }
  await sql`grant usage on all sequences in schema public to ${to}`.execute(trx);
  for (const name of FUNCTIONS) await sql`grant execute on function ${sql.id(name)} to ${to}`.execute(trx);
  // The queues of the jobs are the server's own.
  await sql`create schema if not exists pgboss`.execute(trx);
  await sql`grant usage, create on schema pgboss to ${to}`.execute(trx);

  // Rights that the role has through another one.
  const { rows: inherited } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname ~ '^activity(_|$)'
      and has_table_privilege(${role}::name, oid, 'update, delete, truncate, trigger')
    limit 1`.execute(trx);
  if (inherited[0]) {
    throw new ServerRoleError(
      `The role ${role} of DATABASE_URL could change the activity, through a role that it is a member of. Revoke its rights to ${inherited[0].name}.`,
    );
  }
}

/** The rights of the server on a table, in alphabetical order. */
function rightsOn(table: string): string[] {
  if (table === 'activity') return ['insert', 'select'];
  if (/^(activity|kysely)_/.test(table)) return ['select'];
  return ['delete', 'insert', 'select', 'update'];
}

async function currentRole(db: Kysely<DB>): Promise<{ role: string; database: string }> {
  const { rows } = await sql<{ role: string; database: string }>`
    select current_user as role, current_database() as database`.execute(db);
  return rows[0] ?? { role: '', database: '' };
}
