import { sql, type Transaction } from 'kysely';
import { lockOrganizationAs } from '../accounts/organizations.ts';
import type { Database } from '../database/pool.ts';
import type { DB } from '../generated/database.ts';

/** Whether a person wants mails about keys, by organization. Those without a row do. */
export async function findMailChoices(
  db: Database,
  userId: string,
  organizationIds: readonly string[],
): Promise<{ organizationId: string; enabled: boolean }[]> {
  return await db
    .selectFrom('keyMailSettings')
    .select(['organizationId', 'enabled'])
    .where('userId', '=', userId)
    .where('organizationId', '=', sql<string>`any(${organizationIds}::uuid[])`)
    .execute();
}

/** Sets whether a person wants mails about keys of an organization. @throws NOT_FOUND if they are not a member */
export async function setMailChoice(
  trx: Transaction<DB>,
  { userId, organizationId, enabled }: { userId: string; organizationId: string; enabled: boolean },
): Promise<void> {
  await lockOrganizationAs(trx, organizationId, userId, () => true);
  await trx
    .insertInto('keyMailSettings')
    .values({ organizationId, userId, enabled })
    .onConflict(row => row.columns(['organizationId', 'userId']).doUpdateSet({ enabled }))
    .execute();
}
