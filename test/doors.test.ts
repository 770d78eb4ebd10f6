import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callThrough, DOORS, type Door, type PredictCall } from './doors.ts';
import {
  type Credential,
  createKey,
  demonstration,
  deploy,
  gasoline,
  type Lab,
  openLab,
  recordOf,
  type Service,
  spectraOf,
  startService,
} from './harness.ts';

let service: Service;
let lab: Lab;
let key: { id: string; rawKey: string };
let classifier: string;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  ({ deploymentId: classifier } = await deploy(service, lab.owner, demonstration('oil-type.onnx'), 'Oil'));
});
afterAll(() => service.close());

const call = (door: Door, more: Partial<PredictCall> = {}, as: Credential | undefined = key) =>
  callThrough(door, service, { deploymentId: lab.deploymentId, spectra: gasoline(), ...more }, as);

/** The log of a call, without what differs between any two calls. */
async function logOf(logId: string | undefined) {
  const { rows } = await sql`
    select to_jsonb(log) - 'id' - 'created_at' - 'duration_ms' as log from prediction_logs as log where id = ${logId}`.execute(
    service.db,
  );
  return rows;
}

describe('the same call has the same answer, log and usage through both doors', () => {
  const calls: Record<string, () => Partial<PredictCall>> = {
    'of one spectrum': () => ({}),
    'of all held-out gasoline spectra': () => ({ spectra: spectraOf('gasoline-test.csv') }),
    'of a classification': () => ({
      deploymentId: classifier,
      spectra: spectraOf('mayonnaise-test.csv').slice(0, 9),
    }),
  };
  test.each(Object.entries(calls))('%s', async (_what, make) => {
    const made = make();
    const deploymentId = made.deploymentId ?? lab.deploymentId;
    const outcomes = [];
    for (const door of DOORS) {
      const before = await recordOf(service, deploymentId);
      const { status, predictions, logId, xAxisChecked } = await call(door, made);
      const after = await recordOf(service, deploymentId);
      expect(predictions?.length).toBeGreaterThan(0);
      outcomes.push({
        status,
        predictions,
        xAxisChecked,
        log: await logOf(logId),
        charged: (after?.charged ?? 0) - (before?.charged ?? 0),
        logged: (after?.logged ?? 0) - (before?.logged ?? 0),
      });
    }
    expect(outcomes[0]).toMatchObject({ status: 200 });
    expect(outcomes[1]).toEqual(outcomes[0]);
  });
});
