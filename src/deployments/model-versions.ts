import type { Transaction } from 'kysely';
import type { DB } from '../generated/database.ts';

/**
 * Takes the next version number of a model's name. Numbers count on when versions are deleted, all of them too: logs and
 * integrations that name a version mean one file.
 *
 * @param trx a transaction that holds the project's lock.
 */
export async function takeVersion(trx: Transaction<DB>, projectId: string, name: string): Promise<number> {
  const { lastVersion } = await trx
    .insertInto('modelVersions')
    .values({ projectId, name, lastVersion: 1 })
    .onConflict(conflict =>
      conflict
        .columns(['projectId', 'name'])
        .doUpdateSet(eb => ({ lastVersion: eb('modelVersions.lastVersion', '+', 1) })),
    )
    .returning('lastVersion')
    .executeTakeFirstOrThrow();
  return lastVersion;
}

/**
 * Lets a new name count on where the old one is. The old one keeps its count, for whoever takes it again.
 *
 * @param trx a transaction that holds the project's lock.
 */
export async function keepVersions(
  trx: Transaction<DB>,
  projectId: string,
  { before, name }: { before: string; name: string },
): Promise<void> {
  await trx
    .insertInto('modelVersions')
    .columns(['projectId', 'name', 'lastVersion'])
    .expression(from =>
      from
        .selectFrom('modelVersions')
        .select(eb => ['projectId', eb.val(name).as('name'), 'lastVersion'])
        .where('projectId', '=', projectId)
        .where('name', '=', before),
    )
    .onConflict(conflict =>
      conflict.columns(['projectId', 'name']).doUpdateSet(eb => ({
        lastVersion: eb.fn<number>('greatest', ['modelVersions.lastVersion', 'excluded.lastVersion']),
      })),
    )
    .execute();
}
