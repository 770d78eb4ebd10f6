import type { Transaction } from 'kysely';
import type { DB } from '../generated/database.ts';

/**
 * Returns the next version number of a model's name. Numbers of deleted versions are not used again, even if all
 * versions are deleted, so that a version in a log or an integration always means one file.
 *
 * @param trx a transaction that holds the project's lock.
 */
export async function nextVersion(trx: Transaction<DB>, projectId: string, name: string): Promise<number> {
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
 * Makes version numbers of a new name continue from those of the old one. The old name keeps its count in case it is
 * used again.
 *
 * @param trx a transaction that holds the project's lock.
 */
export async function continueVersions(
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
