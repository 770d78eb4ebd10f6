import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeLogPartitions } from '../src/predictions/partitions.ts';
import { codes, deploy, type Lab, openLab, PREDICT, type Service, startService } from './harness.ts';
import { linearRegression } from './onnx-files.ts';

let now = new Date('2031-02-27T23:59:59.500Z');
let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService({ now: () => now });
  await makeLogPartitions(service.db, now);
  lab = await openLab(service, 'PRO');
  lab.deploymentId = (
    await deploy(service, lab.owner, linearRegression({ weights: [1] }), 'One')
  ).deploymentId;
});
afterAll(() => service.close());

const predict = (count: number) =>
  service.ask(
    PREDICT,
    {
      deploymentId: lab.deploymentId,
      spectra: Array.from({ length: count }, () => ({ sampleName: 'a', yValues: [1] })),
    },
    lab.owner,
  );

const daily = (days?: number) =>
  service.call(
    'query Daily($id: ID!, $days: Int) { deployment(id: $id) { dailyPredictions(days: $days) { date predictions } } }',
    { id: lab.deploymentId, ...(days === undefined ? {} : { days }) },
    lab.owner,
  );

test('the predictions of each of the last days are counted in UTC, across months, oldest first', async () => {
  await predict(2);
  await predict(3);
  now = new Date('2031-02-28T00:00:00.000Z');
  await predict(4);
  now = new Date('2031-03-02T12:00:00.000Z');
  await Promise.all([predict(1), predict(1), predict(1)]);
  const answer = await daily(5);
  expect(answer.data?.deployment?.dailyPredictions).toEqual([
    { date: '2031-02-26', predictions: 0 },
    { date: '2031-02-27', predictions: 5 },
    { date: '2031-02-28', predictions: 4 },
    { date: '2031-03-01', predictions: 0 },
    { date: '2031-03-02', predictions: 3 },
  ]);
});

test('dailyPredictions returns thirty days by default, and accepts 1 to 90', async () => {
  expect((await daily()).data?.deployment?.dailyPredictions).toHaveLength(30);
  expect((await daily(90)).data?.deployment?.dailyPredictions).toHaveLength(90);
  for (const days of [0, 91]) expect((await daily(days)).code).toBe(codes.BAD_USER_INPUT);
});
