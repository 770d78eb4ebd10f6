import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as think } from 'node:timers/promises';
import { expect, inject } from 'vitest';
import { cloneDatabase } from './databases.ts';
import { createKey, gasoline, openLab, PREDICT, startServiceForTest } from './harness.ts';
import { startProcesses } from './torture/servers.ts';

const CLIENTS = 16;
const STOPS_WITHIN_MS = 12_000;

/**
 * Stops server processes, one after the other, while clients send requests on connections that they keep.
 *
 * @returns the figures, once all promises were checked.
 */
export async function stopUnderLoad(
  rounds: number,
): Promise<{ rounds: number; answered: number; refused: number; slowestMs: number }> {
  const databaseUrl = await cloneDatabase(inject('postgresUrl'));
  const service = await startServiceForTest({ databaseUrl });
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE');
  const { rawKey } = await createKey(service, owner, { deploymentId });
  const body = JSON.stringify({ query: PREDICT, variables: { deploymentId, spectra: gasoline() } });
  let [answered, refused, slowestMs] = [0, 0, 0];

  for (let round = 0; round < rounds; round++) {
    const [server] = await startProcesses(1, databaseUrl);
    if (!server) throw new Error('no server');
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const headers = { authorization: `Api-Key ${rawKey}`, 'content-type': 'application/json' };
    const { process, ended } = server.started;
    const wanted = answered + 500 + 37 * round;
    const others: unknown[] = [];

    /** Sends requests until the server has closed. All clients but the first pause between, with idle connections. */
    const ask = async (_: unknown, thinksMs: number): Promise<void> => {
      for (;;) {
        if (thinksMs > 0) await think(thinksMs);
        const asked = request(`${server.url}/graphql`, { agent, method: 'POST', headers });
        asked.end(body);
        try {
          const [response] = await once(asked, 'response');
          const reply = await text(response);
          if (response.statusCode === 200) answered += 1;
          else if (response.statusCode === 503) refused += 1;
          else others.push([response.statusCode, reply]);
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'))
            others.push(error);
          return;
        }
      }
    };
    const asking = Array.from({ length: CLIENTS }, ask);
    await expect.poll(() => answered >= wanted, { interval: 1, timeout: 30_000 }).toBe(true);
    const stoppedAt = performance.now();
    process.kill('SIGTERM');
    expect(await ended, server.started.output()).toBe(0);
    slowestMs = Math.max(slowestMs, performance.now() - stoppedAt);
    await Promise.all(asking);
    agent.destroy();
    expect(others).toEqual([]);
  }
  expect(slowestMs).toBeLessThan(STOPS_WITHIN_MS);
  return { rounds, answered, refused, slowestMs: Math.round(slowestMs) };
}
