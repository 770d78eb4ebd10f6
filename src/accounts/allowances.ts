import { sql } from 'kysely';
import type { Database } from '../database/pool.ts';
import { planLimitReached } from '../errors.ts';
import { monthOf } from './month.ts';

/** Bytes in the megabyte of a plan's `max_storage_mb`. */
const MEGABYTE = 1_000_000;

/** What an organization uses of its plan, and what the plan allows. */
export interface AllowanceRow {
  organizationId: string;
  projects: number;
  models: number;
  /** The deployments, including deleted ones that answered a call this month. */
  deployments: number;
  /** Bytes of model files, of which identical ones count once, and of the axes and calibration spectra of models. */
  storage: number;
  maxProjects: number;
  maxModels: number;
  maxDeployments: number;
  maxStorage: number;
}

/** Usage and limits of the organizations. Exact only in a transaction that holds their locks (`lockOrganization`). */
export async function findAllowances(
  db: Database,
  organizationIds: string[],
  now: Date,
): Promise<AllowanceRow[]> {
  return await db
    .selectFrom('organizations')
    .innerJoin('plans', 'plans.name', 'organizations.plan')
    .where('organizations.id', 'in', organizationIds)
    .select(eb => [
      'organizations.id as organizationId',
      'plans.maxProjects',
      'plans.maxModels',
      'plans.maxDeployments',
      sql<number>`plans.max_storage_mb::bigint * ${sql.lit(MEGABYTE)}`.as('maxStorage'),
      eb
        .selectFrom('projects')
        .whereRef('projects.organizationId', '=', 'organizations.id')
        .select(of => of.fn.countAll<number>().as('held'))
        .$asScalar()
        .$notNull()
        .as('projects'),
      eb
        .selectFrom('models')
        .innerJoin('projects', 'projects.id', 'models.projectId')
        .whereRef('projects.organizationId', '=', 'organizations.id')
        .select(of => of.fn.countAll<number>().as('held'))
        .$asScalar()
        .$notNull()
        .as('models'),
      sql<number>`(
        select count(*) from deployments join projects on projects.id = deployments.project_id
        where projects.organization_id = organizations.id
      ) + (
        select count(*) from deleted_deployments as deleted
        where deleted.organization_id = organizations.id and deleted.used_month >= ${monthOf(now)}
      )`.as('deployments'),
      sql<number>`coalesce(
        (select sum(bytes) from model_files where model_files.organization_id = organizations.id), 0)::bigint
        + coalesce((
          select sum(8 * input_length::bigint * ((x_values is not null)::int + 2 * (calibration_min is not null)::int))
          from models join projects on projects.id = models.project_id
          where projects.organization_id = organizations.id
        ), 0)::bigint`.as('storage'),
    ])
    .execute();
}

/**
 * Checks that the plan allows one more project, model or deployment.
 *
 * @param db for an exact result, a transaction that holds the organization's lock.
 * @throws PLAN_LIMIT_REACHED
 */
export async function checkAllowance(
  db: Database,
  organizationId: string,
  what: 'projects' | 'models' | 'deployments',
  now: Date,
): Promise<void> {
  const [held] = await findAllowances(db, [organizationId], now);
  if (!held) return;
  const limit = { projects: held.maxProjects, models: held.maxModels, deployments: held.maxDeployments }[
    what
  ];
  if (held[what] >= limit) throw planLimitReached(what, limit);
}

/**
 * Checks that the plan allows this many more bytes of models.
 *
 * @param db as in `checkAllowance`. @throws PLAN_LIMIT_REACHED
 */
export async function checkStorage(
  db: Database,
  organizationId: string,
  bytes: number,
  now: Date,
): Promise<void> {
  if (bytes === 0) return;
  const [held] = await findAllowances(db, [organizationId], now);
  if (held && held.storage + bytes > held.maxStorage) {
    throw planLimitReached('storage', held.maxStorage / MEGABYTE);
  }
}
