import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table plans
      add column max_projects integer check (max_projects >= 0),
      add column max_models integer check (max_models >= 0),
      add column max_deployments integer check (max_deployments >= 0),
      add column max_storage_mb integer check (max_storage_mb >= 0)`.execute(db);
  await sql`
    update plans set max_projects = bounds.projects, max_models = bounds.models,
      max_deployments = bounds.deployments, max_storage_mb = bounds.storage
    from (values ('FREE', 3, 10, 5, 100), ('PRO', 20, 200, 50, 2000), ('ENTERPRISE', 200, 1000, 500, 20000))
      as bounds (name, projects, models, deployments, storage)
    where plans.name::text = bounds.name`.execute(db);
  await sql`
    alter table plans
      alter column max_projects set not null, alter column max_models set not null,
      alter column max_deployments set not null, alter column max_storage_mb set not null`.execute(db);
  await sql`comment on column plans.max_projects is 'in an organization'`.execute(db);
  await sql`comment on column plans.max_models is 'in all projects of an organization'`.execute(db);
  await sql`comment on column plans.max_deployments is 'in all projects of an organization; deleted ones that answered this month count'`.execute(
    db,
  );
  await sql`comment on column plans.max_storage_mb is 'megabytes (10^6) of model files in an organization, identical files once'`.execute(
    db,
  );

  // No foreign key to organizations: the files of a deleted organization are deleted later, in batches (src/deletions).
  await sql`
    create table model_files (
      id uuid primary key,
      organization_id uuid not null,
      sha256 bytea not null check (length(sha256) = 32),
      bytes integer not null check (bytes >= 0),
      onnx bytea not null,
      unique (organization_id, sha256)
    )`.execute(db);
  await sql`comment on table model_files is 'ONNX files; identical ones are stored once for each organization'`.execute(
    db,
  );
  // EXTERNAL storage skips compression: ONNX weights are floats, which hardly compress.
  await sql`alter table model_files alter column onnx set storage external`.execute(db);
  await sql`
    insert into model_files (id, organization_id, sha256, bytes, onnx)
    select gen_random_uuid(), organization_id, sha256, length(onnx), onnx
    from (
      select distinct on (projects.organization_id, models.sha256) models.id, projects.organization_id
      from models join projects on projects.id = models.project_id
      order by projects.organization_id, models.sha256, models.id
    ) as firsts join models using (id)`.execute(db);
  await sql`alter table models add column file_id uuid references model_files`.execute(db);
  await sql`
    update models set file_id = files.id
    from projects, model_files as files
    where projects.id = models.project_id and files.organization_id = projects.organization_id
      and files.sha256 = models.sha256`.execute(db);
  await sql`alter table models drop column onnx, drop column sha256, alter column file_id set not null`.execute(
    db,
  );
  await sql`create index models_file_id on models (file_id)`.execute(db);
  // USING with an expression makes PostgreSQL rewrite the table, which frees the space of the dropped column.
  await sql`alter table models alter column input_length type integer using input_length + 0`.execute(db);

  // The usage of a deleted deployment counts until the month ends, so it must outlive the deployment.
  await sql`alter table deployment_usage drop constraint deployment_usage_deployment_id_fkey`.execute(db);
  await sql`
    create table deleted_deployments (
      id uuid primary key,
      organization_id uuid not null,
      project_id uuid not null,
      name text not null,
      deleted_at timestamptz not null,
      drop_logs boolean not null default false
    )`.execute(db);
  await sql`comment on table deleted_deployments is 'deployments that were deleted and left logs'`.execute(
    db,
  );
  await sql`comment on column deleted_deployments.drop_logs is 'the project went too: its logs are removed in batches'`.execute(
    db,
  );
  await sql`create index deleted_deployments_project_id on deleted_deployments (project_id)`.execute(db);
  await sql`create index deleted_deployments_organization_id on deleted_deployments (organization_id)`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table deleted_deployments`.execute(db);
  await sql`delete from deployment_usage where deployment_id not in (select id from deployments)`.execute(db);
  await sql`
    alter table deployment_usage
      add constraint deployment_usage_deployment_id_fkey foreign key (deployment_id) references deployments on delete cascade`.execute(
    db,
  );
  await sql`alter table models add column onnx bytea, add column sha256 bytea check (length(sha256) = 32)`.execute(
    db,
  );
  await sql`alter table models alter column onnx set storage external`.execute(db);
  await sql`
    update models set onnx = files.onnx, sha256 = files.sha256
    from model_files as files where files.id = models.file_id`.execute(db);
  await sql`
    alter table models alter column onnx set not null, alter column sha256 set not null, drop column file_id`.execute(
    db,
  );
  await sql`drop table model_files`.execute(db);
  await sql`
    alter table plans drop column max_projects, drop column max_models, drop column max_deployments,
      drop column max_storage_mb`.execute(db);
}
