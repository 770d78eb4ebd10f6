import { readFileSync } from 'node:fs';
import { type Kysely, sql } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { inject, onTestFinished } from 'vitest';
import { generateInvitationToken } from '../src/accounts/invitations.ts';
import { setPlan } from '../src/accounts/plans.ts';
import type { SignUpMode } from '../src/config.ts';
import { connect } from '../src/database/pool.ts';
import { CATALOGUE, type Code, codes } from '../src/errors.ts';
import type { DB, OrganizationRole, PlanName, ProjectRole } from '../src/generated/database.ts';
import type {
  ApiKeyTarget,
  CreateApiKeyInput,
  Mutation,
  Query,
  SpectrumInput,
} from '../src/generated/graphql.ts';
import type { HttpLimits } from '../src/http/limits.ts';
import type { ModelLimits } from '../src/onnx/models.ts';
import { newLogId } from '../src/predictions/log-id.ts';
import { startServer } from '../src/services.ts';
import { cloneDatabase } from './databases.ts';

/** The credential of a request: a session cookie, a raw key, or arbitrary headers. */
export type Credential = { cookie: string } | { rawKey: string } | { headers: Record<string, string> };

/** An HTTP response. */
export interface Answer {
  status: number;
  headers: Headers;
  /** The raw body. */
  text: string;
  data: (Query & Mutation) | null | undefined;
  errors: { message: string; extensions: { code: string; [more: string]: unknown }; path?: unknown[] }[];
  /** The code of the first error. */
  code: string | undefined;
}

export { codes };

/** The code of an answer without data, with its status from the catalogue, for `toMatchObject`. */
export const refusal = (code: Code) => ({ status: CATALOGUE[code].status, code });

export interface Service {
  url: string;
  metricsUrl: string | undefined;
  databaseUrl: string;
  db: Kysely<DB>;
  /** Every line of the server's log. */
  log: string[];
  /** Sends one GraphQL request. */
  call: (document: string, variables?: object, as?: Credential) => Promise<Answer>;
  /** Sends a request that must succeed. @returns its data. */
  ask: (document: string, variables?: object, as?: Credential) => Promise<Query & Mutation>;
  close: () => Promise<void>;
}

export interface ServiceOptions {
  now?: () => Date;
  /** An existing database to use, as a second server does. */
  databaseUrl?: string;
  pool?: number;
  /** As DATABASE_PREPARE. */
  prepare?: boolean;
  /** As TRUSTED_PROXIES. */
  trustedProxies?: string[];
  /** As SIGN_UP. */
  signUpMode?: SignUpMode;
  /** As PUBLIC_URL. */
  publicUrl?: string[];
  /** As SMTP_URL. */
  smtpUrl?: string;
  /** As LOG_RETENTION_MONTHS. */
  retentionMonths?: number;
  modelLimits?: ModelLimits;
  /** Cost of password hashes. The default is bcrypt's minimum, which saves a third of a second for each person. */
  passwordCost?: number;
  httpLimits?: Partial<HttpLimits>;
  /** Whether it runs background jobs. Off by default: tests would count their statements. */
  jobs?: boolean;
  /** Time from a refused call to the statement that counts it, in ms. */
  refusalsMs?: number;
  /** As SECRET_SCANNING_KEYS. */
  secretScanningKeys?: string;
  /** As WEBHOOK_NETWORKS. If set, WEBHOOK_HTTP is true. */
  webhookNetworks?: string[];
  /** As WEBHOOK_REFUSED_NETWORKS. */
  webhookRefusedNetworks?: string[];
  /** As CORS_ORIGINS. */
  corsOrigins?: string[];
  /** As INTROSPECTION. */
  introspection?: boolean;
  /** As GRAPHIQL. */
  graphiql?: boolean;
  /** Whether METRICS_PORT is set. */
  metrics?: boolean;
}

/** Starts a server on a free port with its own database. */
export async function startService({
  now,
  databaseUrl,
  pool = 10,
  prepare = true,
  trustedProxies,
  signUpMode = 'open',
  publicUrl,
  smtpUrl,
  retentionMonths,
  modelLimits,
  passwordCost = 4,
  httpLimits,
  jobs = false,
  refusalsMs,
  webhookNetworks,
  webhookRefusedNetworks,
  secretScanningKeys,
  corsOrigins,
  introspection = true,
  graphiql = true,
  metrics = false,
}: ServiceOptions = {}): Promise<Service> {
  const url = databaseUrl ?? (await cloneDatabase(inject('postgresUrl')));
  const db = connect({ url, max: pool, prepare, onIdleError: () => {} });
  const log: string[] = [];
  const server = await startServer({
    db,
    config: {
      HOST: '127.0.0.1',
      PORT: 0,
      LOG_LEVEL: 'trace',
      LOG_RETENTION_MONTHS: retentionMonths,
      TRUSTED_PROXIES: trustedProxies,
      SIGN_UP: signUpMode,
      PUBLIC_URL: publicUrl,
      SMTP_URL: smtpUrl,
      MAIL_FROM: smtpUrl && 'spectrakey@lab.example',
      WEBHOOK_HTTP: webhookNetworks !== undefined,
      WEBHOOK_NETWORKS: webhookNetworks,
      WEBHOOK_REFUSED_NETWORKS: webhookRefusedNetworks,
      SECRET_SCANNING_KEYS: secretScanningKeys,
      CORS_ORIGINS: corsOrigins,
      INTROSPECTION: introspection,
      GRAPHIQL: graphiql,
      MODEL_MEMORY: undefined,
      MODEL_HOST_UIDS: undefined,
      METRICS_HOST: '127.0.0.1',
      METRICS_PORT: metrics ? 0 : undefined,
    },
    log: { write: line => log.push(line) },
    // No client sends while a test stops its server.
    httpLimits: { lastRequestsMs: 0, ...httpLimits },
    passwordCost,
    jobs,
    refusalsMs,
    ...(now ? { now } : {}),
    ...(modelLimits ? { modelLimits } : {}),
  });
  const call = (document: string, variables?: object, as?: Credential) =>
    send(`${server.url}/graphql`, document, variables, as);
  return {
    url: server.url,
    metricsUrl: server.metricsUrl,
    databaseUrl: url,
    db,
    log,
    call,
    ask: async (document, variables, as) => {
      const answer = await call(document, variables, as);
      if (!answer.data || answer.errors.length > 0) throw new Error(`${answer.status} ${answer.text}`);
      return answer.data;
    },
    close: async () => {
      await server.close();
      await db.destroy();
    },
  };
}

/** Starts a server, and a second one on its database. */
export async function startPair(
  options: ServiceOptions = {},
): Promise<{ service: Service; elsewhere: Service; close: () => Promise<void> }> {
  const service = await startService(options);
  const elsewhere = await startService({ ...options, databaseUrl: service.databaseUrl });
  return {
    service,
    elsewhere,
    async close() {
      await elsewhere.close();
      await service.close();
    },
  };
}

/** Starts a server for one test. */
export async function startServiceForTest(options?: ServiceOptions): Promise<Service> {
  const service = await startService(options);
  onTestFinished(service.close);
  return service;
}

/** Every sample of a server's metrics, by its name and labels. */
export async function readMetrics({
  metricsUrl = '',
}: Pick<Service, 'metricsUrl'>): Promise<Map<string, number>> {
  const text = await (await fetch(metricsUrl)).text();
  return new Map(
    text.split('\n').flatMap(line => {
      const [, name, value] = /^([^#].*) (\S+)$/.exec(line) ?? [];
      return name ? [[name, Number(value)]] : [];
    }),
  );
}

/** The headers of a credential. */
export function headersOf(as: Credential | undefined): Record<string, string> {
  if (!as) return {};
  if ('cookie' in as) return { cookie: as.cookie };
  if ('rawKey' in as) return { authorization: `Api-Key ${as.rawKey}` };
  return as.headers;
}

/** Sends one GraphQL request over HTTP, like a client. */
export async function send(
  endpoint: string,
  query: string,
  variables: object = {},
  as?: Credential,
): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf(as) },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const body: Partial<Pick<Answer, 'data' | 'errors'>> = JSON.parse(text);
  const errors = body.errors ?? [];
  return {
    status: response.status,
    headers: response.headers,
    text,
    data: body.data,
    errors,
    code: errors[0]?.extensions.code,
  };
}

/**
 * A digest of each table's rows, to check that a refused request changed nothing. Counting it as an attempt or as a
 * refusal and recording the last use of its session are not changes.
 */
export async function contentOf(db: Kysely<DB>): Promise<Record<string, string>> {
  const tables = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('rate_limits', 'api_key_refusals') order by tablename`.execute(
    db,
  );
  const content: Record<string, string> = {};
  for (const { name } of tables.rows) {
    const row = name === 'sessions' ? sql`(to_jsonb(t) - 'last_seen_at' - 'network')` : sql`t`;
    const { rows } = await sql<{ digest: string }>`
      select coalesce(md5(string_agg(${row}::text, ' ' order by ${row}::text)), '') as digest
      from ${sql.id(name)} as t`.execute(db);
    content[name] = rows[0]?.digest ?? '';
  }
  return content;
}

// Spectra and models

const data = new URL('../src/demonstration/data/', import.meta.url);

/** A file of the demonstration data. */
export const demonstration = (file: string) => readFileSync(new URL(file, data));

/** The held-out spectra of a calibration. */
export function spectraOf(file: 'gasoline-test.csv' | 'mayonnaise-test.csv'): SpectrumInput[] {
  const [, ...rows] = demonstration(file).toString().trim().split('\n');
  return rows.map(row => {
    const [sampleName = '', _measured, ...values] = row.split(',');
    return { sampleName, yValues: values.map(Number) };
  });
}

/** One held-out gasoline spectrum, repeated `count` times. */
export function gasoline(count = 1): SpectrumInput[] {
  const [spectrum] = spectraOf('gasoline-test.csv');
  if (!spectrum) throw new Error('no spectra');
  return Array.from({ length: count }, () => spectrum);
}

// Documents that many tests send

export const PREDICT = `mutation Predict($deploymentId: ID!, $spectra: [SpectrumInput!]!) {
  predict(deploymentId: $deploymentId, spectra: $spectra) { predictions { sampleName value category } logId }
}`;

export const CREATE_KEY = `mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { rawKey apiKey { id name prefix status scopes expiresAt lastUsedAt deployment { id } } }
}`;

export const LIST_KEYS = `query ApiKeys($of: ApiKeyTarget!, $first: Int, $after: String) {
  apiKeys(of: $of, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id } }
    nodes {
      id name prefix status lastUsedAt expiresAt revokedAt createdAt
      createdBy { id name } revokedBy { id name } deployment { id } project { id }
    }
  }
}`;

export const REVOKE_KEY = `mutation RevokeApiKey($id: ID!) { revokeApiKey(id: $id) { id status revokedAt revokedBy { id } } }`;
export const REVOKE_THIS_KEY = `mutation RevokeThisApiKey {
  revokeThisApiKey { id prefix status revokedAt revocationSource }
}`;
export const DELETE_KEY = `mutation DeleteApiKey($id: ID!) { deleteApiKey(id: $id) { deletedApiKeyId } }`;

export const ROTATE_KEY = `mutation RotateApiKey($input: RotateApiKeyInput!) {
  rotateApiKey(input: $input) {
    rawKey
    apiKey {
      id name note prefix status expiresAt allowedNetworks monthlyPredictions callsPerMinute deployment { id }
      predecessor { id status expiresAt successor { id } } successor { id }
    }
  }
}`;
export const SET_KEY_POLICY = `mutation SetApiKeyPolicy($input: SetApiKeyPolicyInput!) {
  setApiKeyPolicy(input: $input) { id apiKeyPolicy { maxLifetimeDays expiryRequired projectKeysAllowed } }
}`;
export const UPDATE_KEY = `mutation UpdateApiKey($input: UpdateApiKeyInput!) {
  updateApiKey(input: $input) {
    id name note status expiresAt allowedNetworks monthlyPredictions callsPerMinute
  }
}`;
export const REHEARSE = `mutation RehearseApiKeyRevocation($id: ID!, $minutes: Int!) {
  rehearseApiKeyRevocation(id: $id, minutes: $minutes) { id status rehearsalUntil }
}`;
export const END_REHEARSAL = `mutation EndApiKeyRehearsal($id: ID!) {
  endApiKeyRehearsal(id: $id) { id status rehearsalUntil }
}`;

/** What was charged for a deployment, in all months and slots, and how many spectra its logs have. */
export async function recordOf({ db }: Service, deploymentId: string) {
  const { rows } = await sql<{ charged: number; logged: number }>`
    select
      (select coalesce(sum(predictions), 0)::int from deployment_usage where deployment_id = ${deploymentId}) as charged,
      (select coalesce(sum(spectra), 0)::int from prediction_logs where deployment_id = ${deploymentId}) as logged`.execute(
    db,
  );
  return rows[0];
}

/** Inserts logs of calls with keys, as settlement writes them. Their partitions must exist. */
export async function insertLogs(
  { db }: Pick<Service, 'db'>,
  deploymentId: string,
  logs: readonly { keyId: string; at: Date; spectra?: number }[],
): Promise<void> {
  await sql`
    insert into prediction_logs (id, created_at, deployment_id, source, predictions, duration_ms, api_key_id, api_key_name,
      api_key_prefix)
    select id, created_at, ${deploymentId}, 'API',
      (select jsonb_agg(jsonb_build_object('sampleName', 'sample', 'value', 1)) from generate_series(1, spectra)),
      1, api_key_id, 'Key', 'sk_000000000'
    from unnest(${logs.map(({ at }) => newLogId(at))}::uuid[], ${logs.map(({ at }) => at)}::timestamptz[],
      ${logs.map(({ keyId }) => keyId)}::uuid[], ${logs.map(({ spectra = 1 }) => spectra)}::int[])
      as log (id, created_at, api_key_id, spectra)`.execute(db);
}

/** Inserts API keys of a project, whose raw keys nobody knows. @returns their ids */
export async function insertKeys(
  { db }: Pick<Service, 'db'>,
  projectId: string,
  count: number,
  createdAt = new Date(),
): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  await sql`
    insert into api_keys (id, project_id, name, prefix, digest, scopes, created_at)
    select id, ${projectId}, 'Key', 'sk_000000000', sha256(id::text::bytea), '{PREDICT}', ${createdAt}
    from unnest(${ids}::uuid[]) as id`.execute(db);
  return ids;
}

// People and laboratories

export interface Person {
  id: string;
  email: string;
  password: string;
  cookie: string;
  /** The personal organization and its project. */
  organization: { id: string; slug: string };
  projectId: string;
}

let people = 0;

/** The session cookie that an answer sets. */
export function cookieOf(answer: Pick<Answer, 'headers'>): string {
  const [pair = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';');
  return pair;
}

/** Signs a new person up. */
export async function signUp(service: Service, name: string): Promise<Person> {
  people += 1;
  const email = `${name.toLowerCase().replaceAll(' ', '.')}.${people}@lab.example`;
  const password = `${name}'s passphrase, number ${people}`;
  const answer = await service.call(
    `mutation SignUp($input: SignUpInput!) {
      signUp(input: $input) { id organizations { id slug projects { id } } }
    }`,
    { input: { email, password, name } },
  );
  const organization = answer.data?.signUp.organizations[0];
  const projectId = organization?.projects[0]?.id;
  if (!answer.data || !organization || !projectId) throw new Error(answer.text);
  return {
    id: answer.data.signUp.id,
    email,
    password,
    cookie: cookieOf(answer),
    organization: { id: organization.id, slug: organization.slug },
    projectId,
  };
}

export const SIGN_IN = `mutation SignIn($email: EmailAddress!, $password: String!) {
  signIn(email: $email, password: $password) { id email name }
}`;

/** Signs a person in again. @returns the new session's cookie. */
export async function signIn(
  service: Service,
  { email, password }: Pick<Person, 'email' | 'password'>,
): Promise<{ cookie: string }> {
  const answer = await service.call(SIGN_IN, { email, password });
  if (!answer.data) throw new Error(answer.text);
  return { cookie: cookieOf(answer) };
}

/**
 * Gives a person a role in the owner's personal organization and in its project. The membership is inserted as by
 * accepting an invitation: test/invitations.test.ts tests both mutations.
 */
export async function join(
  service: Service,
  owner: Person,
  person: Pick<Person, 'id' | 'email'>,
  projectRole: ProjectRole | null,
  organizationRole: OrganizationRole = 'MEMBER',
): Promise<void> {
  await service.db
    .insertInto('organizationMembers')
    .values({ organizationId: owner.organization.id, userId: person.id, role: organizationRole })
    .onConflict(conflict =>
      conflict.columns(['organizationId', 'userId']).doUpdateSet({ role: organizationRole }),
    )
    .execute();
  if (!projectRole) return;
  await service.ask(
    `mutation SetProjectMember($input: SetProjectMemberInput!) { setProjectMember(input: $input) { id } }`,
    { input: { projectId: owner.projectId, email: person.email, role: projectRole } },
    owner,
  );
}

/** Registers a model file and deploys it. */
export async function deploy(
  service: Service,
  owner: Pick<Person, 'cookie' | 'projectId'>,
  onnx: Uint8Array = demonstration('octane.onnx'),
  name = 'Octane',
): Promise<{ modelId: string; deploymentId: string }> {
  const { registerModel } = await service.ask(
    `mutation RegisterModel($input: RegisterModelInput!) { registerModel(input: $input) { id } }`,
    {
      input: {
        projectId: owner.projectId,
        name,
        targetProperty: 'octane number',
        onnx: Buffer.from(onnx).toString('base64'),
      },
    },
    owner,
  );
  return {
    modelId: registerModel.id,
    deploymentId: await createDeployment(service, owner, registerModel.id, name),
  };
}

export const CREATE_DEPLOYMENT = `mutation CreateDeployment($input: CreateDeploymentInput!) {
  createDeployment(input: $input) { id }
}`;

/** Deploys a registered model. @returns the id of the deployment */
export async function createDeployment(
  service: Pick<Service, 'ask'>,
  by: Credential,
  modelId: string,
  name: string,
): Promise<string> {
  const created = await service.ask(CREATE_DEPLOYMENT, { input: { modelId, name } }, by);
  return created.createDeployment.id;
}

export interface Lab {
  owner: Person;
  modelId: string;
  deploymentId: string;
}

/** Creates an owner with an organization on a plan, and deploys the octane model. */
export async function openLab(service: Service, plan: PlanName = 'PRO', name = 'Olga Owner'): Promise<Lab> {
  const owner = await signUp(service, name);
  await setPlan(service.db, owner.organization.slug, plan);
  return { owner, ...(await deploy(service, owner)) };
}

/** Creates an API key. */
export async function createKey(
  service: Service,
  by: Credential,
  target: ApiKeyTarget,
  more: Partial<Omit<CreateApiKeyInput, 'target'>> = {},
): Promise<{ id: string; rawKey: string; prefix: string }> {
  const { createApiKey } = await service.ask(
    CREATE_KEY,
    { input: { target, name: 'Integration', ...more } },
    by,
  );
  return { id: createApiKey.apiKey.id, prefix: createApiKey.apiKey.prefix, rawKey: createApiKey.rawKey };
}

export const INVITE = `mutation InviteMember($input: InviteMemberInput!) {
  inviteMember(input: $input) {
    id organizationName email role invitedBy { id name } expiresAt link
  }
}`;

export const ACCEPT = `mutation AcceptInvitation($token: String!) {
  acceptInvitation(token: $token) { id name role members { email role } }
}`;

/** The token in the link of an invitation's e-mail. */
export function tokenIn(link: string | null | undefined): string {
  const [, token = ''] = (link ?? '').split('#');
  return token;
}

/** Invites a person. @returns the token of the link. */
export async function invite(
  service: Service,
  inviter: Person,
  email: string,
  role: OrganizationRole = 'MEMBER',
  organizationId: string = inviter.organization.id,
): Promise<string> {
  const { inviteMember } = await service.ask(INVITE, { input: { organizationId, email, role } }, inviter);
  return tokenIn(inviteMember.link);
}

/** Inserts a pending invitation as `inviteMember` does, without its hourly limits. */
export async function insertPending(
  service: Service,
  {
    organizationId,
    email = `${newId()}@lab.example`,
    role = 'MEMBER',
    invitedBy = null,
    expiresAt = new Date(Date.now() + 60_000),
  }: {
    organizationId: string | null;
    email?: string;
    role?: OrganizationRole;
    invitedBy?: string | null;
    expiresAt?: Date;
  },
): Promise<{ id: string; token: string; email: string }> {
  const id = newId();
  const { token, digest } = generateInvitationToken();
  await service.db
    .insertInto('invitations')
    .values({ id, digest, organizationId, email, role, invitedBy, createdAt: new Date(), expiresAt })
    .execute();
  return { id, token, email };
}
