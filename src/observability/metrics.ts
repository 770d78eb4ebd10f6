import { once } from 'node:events';
import { createServer } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Kysely } from 'kysely';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { BatchMetrics } from '../concurrency/batcher.ts';
import type { Config } from '../config.ts';
import { connectionsOf } from '../database/pool.ts';
import type { DB } from '../generated/database.ts';
import { listeningUrl } from './listening-url.ts';
import { codeOfAnswer, operationOf } from './root-field.ts';

/** Called when a run of a model ends. @param ms how long the call waited for it */
export type OnModelRun = (ms: number, failed: boolean) => void;

/** The metrics of a server. */
export interface Metrics {
  /** Where Prometheus reads them. */
  url: string;
  /** Counts and times the requests of a scope. */
  watchRequests: (app: FastifyInstance) => void;
  /** Metrics of the batch queues. */
  batches: { lookUp: BatchMetrics; settle: BatchMetrics; model: BatchMetrics };
  onModelRun: OnModelRun;
  close: () => Promise<void>;
}

// From the duration of a fast call to the time that clients wait at most.
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const SIZES = [1, 2, 5, 10, 20, 50, 100];

/**
 * Measures a server, and serves the metrics to Prometheus on a separate port, since they are not public. An observation
 * takes 0.2 to 0.4 µs; a call of `predict` makes two, and shares three more with other calls.
 *
 * @throws what listening throws.
 */
export async function startMetrics(
  db: Kysely<DB>,
  { METRICS_HOST: host, METRICS_PORT: port }: Pick<Config, 'METRICS_HOST' | 'METRICS_PORT'>,
  log: Pick<FastifyBaseLogger, 'error'>,
): Promise<Metrics> {
  // Not the global registry, as tests run several servers in a process.
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });

  const requests = new Counter({
    name: 'spectrakey_requests_total',
    help: 'Requests answered at /graphql, by root field, and below /api, by method and path; and by code of the first error, or ok.',
    labelNames: ['operation', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'spectrakey_request_seconds',
    help: 'Time from the headers of a request at /graphql or below /api to the last byte of its response.',
    labelNames: ['operation'],
    buckets: SECONDS,
    registers,
  });
  const runs = new Histogram({
    name: 'spectrakey_model_run_seconds',
    help: 'Time that calls wait for runs of models, by how they end (ok, failed).',
    labelNames: ['end'],
    buckets: SECONDS,
    registers,
  });
  const sizes = new Histogram({
    name: 'spectrakey_batch_size',
    help: 'Calls that share a look-up of keys, a settlement statement or a run of a model.',
    labelNames: ['batch'],
    buckets: SIZES,
    registers,
  });
  const metricsOf = (batch: string): BatchMetrics => ({
    waiting: 0,
    onBatch: size => sizes.observe({ batch }, size),
  });
  const batches = { lookUp: metricsOf('look-up'), settle: metricsOf('settle'), model: metricsOf('model') };
  new Gauge({
    name: 'spectrakey_batch_waiting',
    help: 'Calls that wait for the next batch.',
    labelNames: ['batch'],
    registers,
    collect() {
      this.set({ batch: 'look-up' }, batches.lookUp.waiting);
      this.set({ batch: 'settle' }, batches.settle.waiting);
      this.set({ batch: 'model' }, batches.model.waiting);
    },
  });
  new Gauge({
    name: 'spectrakey_database_connections',
    help: 'Connections to PostgreSQL (total and idle), and statements waiting for one.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(connectionsOf(db))) this.set({ state }, count);
    },
  });

  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' || !/^\/metrics(\?|$)/.test(request.url ?? '')) {
      response.writeHead(404).end();
      return;
    }
    try {
      const text = await register.metrics();
      response.writeHead(200, { 'content-type': register.contentType }).end(text);
    } catch (error) {
      log.error({ err: error }, 'the metrics could not be collected');
      response.writeHead(500).end();
    }
  });
  server.listen(port, host);
  await once(server, 'listening');

  return {
    url: `${listeningUrl(server.address(), host)}/metrics`,
    watchRequests(app) {
      app.addHook('onResponse', (request, reply, done) => {
        const operation = operationOf(request);
        requests.inc({ operation, code: codeOfAnswer(request, reply) ?? 'ok' });
        durations.observe({ operation }, reply.elapsedTime / 1000);
        done();
      });
    },
    batches,
    onModelRun: (ms, failed) => runs.observe({ end: failed ? 'failed' : 'ok' }, ms / 1000),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
