import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create type spectral_quantity as enum ('WAVELENGTH', 'WAVENUMBER', 'RAMAN_SHIFT', 'OTHER')`.execute(
    db,
  );
  await sql`
    alter table models
      add column x_quantity spectral_quantity,
      add column x_unit text,
      add column x_values float8[],
      add column x_first float8 generated always as (x_values[1]) stored,
      add column x_last float8 generated always as (x_values[array_length(x_values, 1)]) stored,
      add column y_unit text,
      add column t2_limit float8 check (t2_limit > 0),
      add column q_limit float8 check (q_limit > 0),
      add column rmsep float8 check (rmsep >= 0),
      add column reference_min float8,
      add column reference_max float8,
      add column calibration_samples int check (calibration_samples > 0),
      add column calibration_min float8[],
      add column calibration_max float8[],
      add check (
        (x_quantity is null) = (x_values is null) and (x_unit is null) = (x_values is null)
        and (x_values is null or array_length(x_values, 1) = input_length)),
      add check (
        (calibration_min is null) = (calibration_max is null)
        and (calibration_min is null
          or (array_length(calibration_min, 1) = input_length and array_length(calibration_max, 1) = input_length))),
      add check ((reference_min is null) = (reference_max is null) and reference_min <= reference_max)`.execute(
    db,
  );
  await sql`comment on column models.x_values is 'the x of each point, in the order of the model; set once'`.execute(
    db,
  );
  await sql`comment on column models.calibration_min is 'the lowest value of the calibration spectra at each point'`.execute(
    db,
  );
  await sql`comment on column models.calibration_max is 'the highest value of the calibration spectra at each point'`.execute(
    db,
  );

  await sql`
    alter table prediction_logs
      add column x_axis_checked boolean not null default false,
      add column outside smallint check (outside >= 0)`.execute(db);
  await sql`comment on column prediction_logs.outside is 'spectra for which the model was not applicable; null: it has no limits for that'`.execute(
    db,
  );
  await sql`
    create index prediction_logs_outside on prediction_logs (deployment_id, id desc) include (outside)
    where outside > 0`.execute(db);

  await sql`drop view deployment_facts`.execute(db);
  await createDeploymentFacts(
    db,
    sql`
      models.x_values is not null as has_axis,
      models.t2_limit,
      models.q_limit,
      models.reference_min,
      models.reference_max,`,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop view deployment_facts`.execute(db);
  await createDeploymentFacts(db, sql``);
  await sql`drop index prediction_logs_outside`.execute(db);
  await sql`alter table prediction_logs drop column x_axis_checked, drop column outside`.execute(db);
  await sql`
    alter table models
      drop column x_first, drop column x_last, drop column x_quantity, drop column x_unit, drop column x_values,
      drop column y_unit, drop column t2_limit, drop column q_limit, drop column rmsep, drop column reference_min,
      drop column reference_max, drop column calibration_samples, drop column calibration_min,
      drop column calibration_max`.execute(db);
  await sql`drop type spectral_quantity`.execute(db);
}

async function createDeploymentFacts(db: Kysely<unknown>, more: ReturnType<typeof sql>): Promise<void> {
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
      ${more}
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
  await sql`comment on view deployment_facts is 'the facts about a deployment that predict needs, with the revisions of all rows that they come from'`.execute(
    db,
  );
}
