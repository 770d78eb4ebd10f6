import { randomBytes } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { uuidv7 as newId, UUID } from 'uuidv7';
import { insertMember } from '../accounts/members.ts';
import { monthOf } from '../accounts/month.ts';
import { insertOrganization } from '../accounts/organizations.ts';
import { LOCAL_REQUEST } from '../accounts/passwords.ts';
import { findPersonByEmail, insertPerson } from '../accounts/people.ts';
import { makeActivityPartitions } from '../activity/partitions.ts';
import { insertApiKey, revokeApiKey } from '../api-keys/manage-keys.ts';
import { generateRawKey } from '../api-keys/raw-key.ts';
import { plainSettings } from '../api-keys/settings.ts';
import type { DB } from '../generated/database.ts';
import type { Outcome } from '../onnx/outcome.ts';
import { makeLogPartitions } from '../predictions/partitions.ts';
import { type Calibration, countOutside, predictionsOf } from '../predictions/prediction.ts';
import { insertProject, setProjectMember } from '../projects/projects.ts';
import { deploy, octane, oilType, type Tools, withTools } from './seed.ts';

/** Days with usage, today included. */
export const USAGE_DAYS = 60;
const DAY_MS = 24 * 60 * 60 * 1000;

const PEOPLE = [
  { email: 'ana@spectrakey.example', name: 'Ana Costa', role: null },
  { email: 'ben@spectrakey.example', name: 'Ben Okafor', role: 'CONTRIBUTOR' },
  { email: 'chen@spectrakey.example', name: 'Chen Li', role: 'VIEWER' },
] as const;

/** The keys of the octane deployment. Times are in days before today; `uses` are calls on a working day. */
const KEYS = [
  { name: 'LIMS, building 4', wide: false, created: 70, expires: -290, revoked: null, uses: 14 },
  { name: 'Process analyser, line 2', wide: true, created: 65, expires: null, revoked: null, uses: 9 },
  { name: 'Night shift script', wide: false, created: 40, expires: -5, revoked: null, uses: 3 },
  { name: 'Student project', wide: false, created: 58, expires: 20, revoked: null, uses: 4 },
  { name: 'Old LIMS', wide: false, created: 75, expires: null, revoked: 33, uses: 12 },
  { name: 'Autosampler, not connected yet', wide: false, created: 12, expires: null, revoked: null, uses: 0 },
] as const;

/** The accounts of the laboratory. */
export interface Laboratory {
  emails: string[];
  /** The password of all accounts. */
  password: string;
}

interface Call {
  deploymentId: string;
  at: Date;
  spectra: number;
  /** Null for a call from the web. */
  key: { id: string; name: string; prefix: string } | null;
}

/**
 * Adds an organization on Pro that has been used for 60 days: three people (owner, contributor, viewer), two
 * deployments, and API keys that are active, about to expire, expired, revoked and unused, with usage and logs.
 *
 * @returns null if the organization already exists
 */
export async function seedLaboratory(db: Kysely<DB>, now: Date): Promise<Laboratory | null> {
  if (await findPersonByEmail(db, PEOPLE[0].email)) return null;
  // Creates the partitions of the months of the logs, and of the current month.
  for (const from of [new Date(now.getTime() - USAGE_DAYS * DAY_MS), now]) {
    await makeLogPartitions(db, from);
    await makeActivityPartitions(db, from);
  }
  return await withTools(db, tools => db.transaction().execute(trx => fill(trx, tools, now)));
}

async function fill(trx: Transaction<DB>, { hash, inspect }: Tools, now: Date): Promise<Laboratory> {
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const begun = daysAgo(80);
  const password = randomBytes(15).toString('base64url');
  const passwordHash = await hash(password, LOCAL_REQUEST);
  const people = PEOPLE.map(person => ({ ...person, id: newId() }));
  const [ana, ben] = people;
  if (!ana || !ben) throw new Error('the laboratory has no people');
  for (const { id, email, name } of people) {
    await insertPerson(trx, { id, email, name, passwordHash, createdAt: begun });
  }
  const actor = { id: ana.id, email: ana.email, network: null };
  const by = { viewerId: ana.id, actor, now: begun };
  const organization = { name: 'Harbour Laboratory', plan: 'PRO', ownerId: ana.id, actor } as const;
  const { id: organizationId } = await insertOrganization(trx, { ...organization, createdAt: begun });
  const projectId = await insertProject(trx, { organizationId, name: 'Fuel and oil' }, by);
  for (const { id, email, role } of people) {
    if (role === null) continue;
    const joining = { organizationId, role: 'MEMBER', invitedAs: email, now: begun } as const;
    await insertMember(trx, { ...joining, actor: { id, email, network: null } }, { id, email });
    await setProjectMember(trx, { projectId, email, role }, by);
  }
  const octaneId = await deploy(trx, inspect, octane, projectId, by);
  const oilTypeId = await deploy(trx, inspect, oilType, projectId, by);

  const calls: Call[] = [];
  for (const { name, wide, created, expires, revoked, uses } of KEYS) {
    const key = { id: newId(), name, ...generateRawKey() };
    await insertApiKey(
      trx,
      {
        id: key.id,
        reach: { projectId, deploymentId: wide ? null : octaneId },
        settings: { ...plainSettings(name), expiresAt: expires === null ? null : daysAgo(expires) },
        rawKey: key,
      },
      { ...by, now: daysAgo(created) },
    );
    if (revoked !== null) await revokeApiKey(trx, key.id, { ...by, now: daysAgo(revoked) });
    const ended = Math.max(expires ?? 0, revoked ?? 0, 0);
    const used = callsOf(now, Math.min(created, USAGE_DAYS), ended, uses);
    // A key for the whole project calls both deployments in turn.
    calls.push(
      ...used.map((call, i) => ({ ...call, key, deploymentId: wide && i % 2 ? oilTypeId : octaneId })),
    );
  }
  const fromWeb = callsOf(now, USAGE_DAYS, 0, 2);
  calls.push(
    ...fromWeb.map((call, i) => ({ ...call, key: null, deploymentId: i % 2 ? oilTypeId : octaneId })),
  );
  const calibrations = await readCalibrations(trx, [octaneId, oilTypeId]);
  await insertCalls(trx, calls, { octaneId, calibrations, webUserId: ben.id });
  return { emails: people.map(({ email }) => email), password };
}

/**
 * Generates calls between two numbers of days ago: a tenth of the calls on weekends, and more from week to week.
 *
 * @param uses calls on a working day
 */
function callsOf(now: Date, from: number, until: number, uses: number): { at: Date; spectra: number }[] {
  const calls: { at: Date; spectra: number }[] = [];
  for (let day = from; day > until; day--) {
    const start = new Date(now.getTime() - day * DAY_MS);
    const isWeekend = start.getUTCDay() % 6 === 0;
    const count = Math.round(uses * (isWeekend ? 0.1 : 1.3 - day / 120 + 0.2 * Math.sin(day * uses)));
    for (let i = 1; i <= count; i++) {
      // Within the day that ends with `now` or a whole number of days before it.
      calls.push({
        at: new Date(start.getTime() + (DAY_MS * i) / (count + 1)),
        spectra: 1 + ((i * day) % 8),
      });
    }
  }
  return calls;
}

/** What the models of deployments say about their calibration. */
async function readCalibrations(
  trx: Transaction<DB>,
  deploymentIds: readonly string[],
): Promise<ReadonlyMap<string, Calibration>> {
  const rows = await trx
    .selectFrom('deploymentFacts')
    .select(['deploymentId', 't2Limit', 'qLimit', 'referenceMin', 'referenceMax'])
    .where('deploymentId', 'in', deploymentIds)
    .execute();
  return new Map(rows.map(({ deploymentId, ...calibration }) => [deploymentId, calibration]));
}

/** The octane numbers of the samples of a call. One sample in 40 has an unusual spectrum. */
function octaneNumbers(place: number, spectra: number, { t2Limit, qLimit }: Calibration): Outcome {
  const samples = Array.from({ length: spectra }, (_, i) => place + i);
  return {
    kind: 'REGRESSION',
    values: samples.map(sample => 87 + 2 * Math.sin(sample)),
    t2: samples.map(sample => (t2Limit ?? 0) * (0.3 + 0.2 * Math.sin(3 * sample))),
    q: samples.map(sample => (qLimit ?? 0) * (sample % 40 === 7 ? 1.7 : 0.5 + 0.3 * Math.sin(5 * sample))),
  };
}

/** Writes logs, counts usage, and sets the last use of keys, as the settlement of these calls would have done. */
async function insertCalls(
  trx: Transaction<DB>,
  calls: readonly Call[],
  {
    octaneId,
    calibrations,
    webUserId,
  }: { octaneId: string; calibrations: ReadonlyMap<string, Calibration>; webUserId: string },
): Promise<void> {
  const usage = new Map<
    string,
    { deploymentId: string; month: string; predictions: number; outside: number; daily: number[] }
  >();
  const lastUses = new Map<string, Date>();
  const logs = calls.map(({ deploymentId, at, spectra, key }, place) => {
    const month = monthOf(at);
    const id = `${deploymentId} ${month}`;
    const counted = usage.get(id) ?? {
      deploymentId,
      month,
      predictions: 0,
      outside: 0,
      daily: Array<number>(31).fill(0),
    };
    usage.set(id, counted);
    counted.predictions += spectra;
    const day = at.getUTCDate() - 1;
    counted.daily[day] = (counted.daily[day] ?? 0) + spectra;
    if (key && at > (lastUses.get(key.id) ?? new Date(0))) lastUses.set(key.id, at);
    const calibration = calibrations.get(deploymentId);
    if (!calibration) throw new Error('a deployment of the laboratory was not found');
    const samples = Array.from({ length: spectra }, (_, i) => ({
      sampleName: `sample-${place + 1}-${i + 1}`,
    }));
    const outcome: Outcome =
      deploymentId === octaneId
        ? octaneNumbers(place, spectra, calibration)
        : { kind: 'CLASSIFICATION', categories: samples.map((_, i) => String(1 + ((place + i) % 6))) };
    const predictions = predictionsOf(samples, outcome, calibration);
    const outside = countOutside(predictions);
    counted.outside += outside ?? 0;
    return {
      id: UUID.fromFieldsV7(at.getTime(), place % 4096, 0, place).toString(),
      createdAt: at,
      deploymentId,
      source: key ? ('API' as const) : ('WEB' as const),
      predictions: JSON.stringify(predictions),
      outside,
      durationMs: 2 + spectra / 4 + (place % 17) / 10,
      userId: key ? null : webUserId,
      apiKeyId: key?.id ?? null,
      apiKeyName: key?.name ?? null,
      apiKeyPrefix: key?.prefix ?? null,
      // Addresses for documentation (RFC 5737): each integration has one.
      network: key ? `192.0.2.${1 + (Number.parseInt(key.id.slice(-2), 16) % 250)}` : null,
    };
  });
  // A statement has at most 65 535 parameters.
  for (let from = 0; from < logs.length; from += 1000) {
    await trx
      .insertInto('predictionLogs')
      .values(logs.slice(from, from + 1000))
      .execute();
  }
  await trx
    .insertInto('deploymentUsage')
    .values([...usage.values()].map(used => ({ ...used, slot: 0 })))
    .execute();
  for (const [id, lastUsedAt] of lastUses) {
    await trx.updateTable('apiKeys').set({ lastUsedAt }).where('id', '=', id).execute();
  }
}
