import { type Kysely, sql } from 'kysely';

/** The tables whose rows decide whether a caller may predict, and with which model. */
const TABLES = [
  'api_keys',
  'deployments',
  'model_quarantines',
  'models',
  'organization_members',
  'organizations',
  'plans',
  'project_members',
  'projects',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  // One sequence for all rows, so that a row that is deleted and inserted again has another revision.
  await sql`create sequence revisions`.execute(db);
  await sql`
    create function raise_revision() returns trigger language plpgsql as $$
    begin
      new.revision := nextval('revisions');
      return new;
    end $$`.execute(db);
  for (const table of TABLES) {
    await sql`
      alter table ${sql.table(table)} add column revision bigint not null default nextval('revisions')`.execute(
      db,
    );
    await sql`comment on column ${sql.ref(`${table}.revision`)} is 'raised by every change (trigger)'`.execute(
      db,
    );
    // The last use of a key does not affect a permission.
    const when =
      table === 'api_keys'
        ? sql`when (to_jsonb(old) - 'last_used_at' is distinct from to_jsonb(new) - 'last_used_at')`
        : sql``;
    await sql`
      create trigger raise_revision before update on ${sql.table(table)} for each row ${when}
      execute function raise_revision()`.execute(db);
  }

  await sql`
    create view deployment_facts as
    select
      deployments.id as deployment_id,
      deployments.project_id,
      projects.organization_id,
      deployments.active,
      deployments.model_id,
      models.input_length,
      models.row_independent,
      model_quarantines.until as quarantined_until,
      plans.allow_api_predict,
      plans.monthly_predictions as quota,
      concat_ws(' ', deployments.revision, models.revision, coalesce(model_quarantines.revision, 0),
        projects.revision, organizations.revision, plans.revision) as revision
    from deployments
    join models on models.id = deployments.model_id
    left join model_quarantines on model_quarantines.model_id = deployments.model_id
    join projects on projects.id = deployments.project_id
    join organizations on organizations.id = projects.organization_id
    join plans on plans.name = organizations.plan`.execute(db);
  await sql`
    create view project_access as
    select
      projects.id as project_id,
      organization_members.user_id,
      case when organization_members.role = 'OWNER' then 'OWNER' else project_members.role end as role,
      concat_ws(' ', organization_members.revision, coalesce(project_members.revision, 0)) as revision
    from projects
    join organization_members on organization_members.organization_id = projects.organization_id
    left join project_members
      on project_members.project_id = projects.id and project_members.user_id = organization_members.user_id
    where organization_members.role = 'OWNER' or project_members.role is not null`.execute(db);
  await sql`comment on view project_access is 'the members who can see a project, their roles, and the revisions of the rows that these come from'`.execute(
    db,
  );
  await sql`comment on view deployment_facts is 'the facts about a deployment that predict needs, with the revisions of all rows that they come from'`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop view project_access, deployment_facts`.execute(db);
  for (const table of TABLES) {
    await sql`drop trigger raise_revision on ${sql.table(table)}`.execute(db);
    await sql`alter table ${sql.table(table)} drop column revision`.execute(db);
  }
  await sql`drop function raise_revision()`.execute(db);
  await sql`drop sequence revisions`.execute(db);
}
