import type { Database } from '../database/pool.ts';
import type { PlanName } from '../generated/database.ts';

export interface PlanRow {
  name: PlanName;
  allowApiPredict: boolean;
  maxApiKeys: number;
  monthlyPredictions: number | null;
  maxProjects: number;
  maxModels: number;
  maxDeployments: number;
  maxStorageMb: number;
}

/** Puts an organization on a plan, from its next request on. @returns false when there is no such organization. */
export async function setPlan(db: Database, slug: string, plan: PlanName): Promise<boolean> {
  const changed = await db
    .updateTable('organizations')
    .set({ plan })
    .where('slug', '=', slug)
    .returning('id')
    .executeTakeFirst();
  return changed !== undefined;
}

/** Whether somebody is in an organization whose plan has API access, which only an operator gives. */
export async function isInApiOrganization(db: Database, userId: string): Promise<boolean> {
  const found = await db
    .selectFrom('organizationMembers')
    .innerJoin('organizations', 'organizations.id', 'organizationMembers.organizationId')
    .innerJoin('plans', 'plans.name', 'organizations.plan')
    .select('organizations.id')
    .where('organizationMembers.userId', '=', userId)
    .where('plans.allowApiPredict', '=', true)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** The slugs that a command can name, the newest first; some, where there are many. */
export async function listSlugs(db: Database): Promise<string[]> {
  const rows = await db.selectFrom('organizations').select('slug').orderBy('id', 'desc').limit(20).execute();
  return rows.map(({ slug }) => slug);
}
