import type { Kysely } from 'kysely';
import { OPERATOR, recordActivity } from '../activity/activity.ts';
import type { Database } from '../database/pool.ts';
import type { DB, PlanName } from '../generated/database.ts';

export interface PlanRow {
  name: PlanName;
  allowApiPredict: boolean;
  /** Usable keys of a project. */
  maxApiKeys: number;
  /** Predictions of a deployment in a month (UTC); null: unlimited. */
  monthlyPredictions: number | null;
  maxProjects: number;
  maxModels: number;
  maxDeployments: number;
  /** In megabytes (10^6 bytes). */
  maxStorageMb: number;
}

/**
 * Changes an organization's plan, from the next request on, in the name of the operator.
 *
 * @returns false when the slug does not exist.
 */
export async function setPlan(
  db: Kysely<DB>,
  slug: string,
  plan: PlanName,
  now: Date = new Date(),
): Promise<boolean> {
  return await db.transaction().execute(async trx => {
    const organization = await trx
      .selectFrom('organizations')
      .select(['id', 'name', 'plan'])
      .where('slug', '=', slug)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!organization) return false;
    const { id, name, plan: before } = organization;
    if (before === plan) return true;
    await trx.updateTable('organizations').set({ plan }).where('id', '=', id).execute();
    await recordActivity(trx, OPERATOR, now, [
      {
        action: 'organization.plan_changed',
        organizationId: id,
        projectId: null,
        subjectId: id,
        subject: name,
        details: { 'plan.from': before, 'plan.to': plan },
      },
    ]);
    return true;
  });
}

/** The slugs of the 20 newest organizations, newest first, as suggestions for a command. */
export async function listSlugs(db: Database): Promise<string[]> {
  const rows = await db.selectFrom('organizations').select('slug').orderBy('id', 'desc').limit(20).execute();
  return rows.map(({ slug }) => slug);
}
