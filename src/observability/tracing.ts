import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  DiagLogLevel,
  defaultTextMapGetter,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { operationOf } from './root-field.ts';

/** Wraps a function so that each call is a span within the span of its request. */
export type Traced = <Parameters extends unknown[], Result>(
  name: string,
  work: (...parameters: Parameters) => Promise<Result>,
) => (...parameters: Parameters) => Promise<Result>;

export interface Tracing {
  /** Makes a span of each request of a scope. */
  watchRequests: (app: FastifyInstance) => void;
  traced: Traced;
  /** Sends the remaining spans. */
  stop: () => Promise<void>;
}

/** Max time for the last export: a collector that does not answer must not delay shutdown. */
const MAX_LAST_EXPORT_MS = 1000;

/**
 * Sends traces as configured by OpenTelemetry's variables. The SDK itself reads those that config.ts does not list
 * (headers, timeouts, certificates, the service's name). Only the logger of OpenTelemetry's own errors is global. This
 * file is imported dynamically, so that OpenTelemetry is not loaded without traces.
 */
export async function startTracing(
  config: Pick<Config, 'OTEL_EXPORTER_OTLP_PROTOCOL' | 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG'>,
  log: Pick<FastifyBaseLogger, 'warn'>,
): Promise<Tracing> {
  const warn = (message: string) => log.warn({ telemetry: message }, 'traces may be lost');
  const ignore = () => {};
  diag.setLogger(
    { error: warn, warn, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const { OTLPTraceExporter } = await (config.OTEL_EXPORTER_OTLP_PROTOCOL === 'http/json'
    ? import('@opentelemetry/exporter-trace-otlp-http')
    : import('@opentelemetry/exporter-trace-otlp-proto'));
  const provider = new TracerProvider({
    sampler: samplerOf(config),
    resource: resourceFromAttributes({ 'service.name': 'spectrakey' }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  const tracer = provider.getTracer('spectrakey');
  const propagator = new W3CTraceContextPropagator();
  const contexts = new AsyncLocalStorage<Context>();
  const contextOf = new WeakMap<FastifyRequest, Context>();

  function begin(request: FastifyRequest, reply: FastifyReply): void {
    const parent = propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    const path = request.routeOptions.url ?? '';
    const span = tracer.startSpan(
      `${request.method} ${path}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': request.method,
          'http.route': path,
          'spectrakey.request_id': request.id,
        },
      },
      parent,
    );
    contextOf.set(request, trace.setSpan(parent, span));
    // Not when the response is sent, which does not happen if the client has disconnected.
    reply.raw.once('close', () => end(span, request, reply));
  }

  function end(span: Span, request: FastifyRequest, { statusCode, raw }: FastifyReply): void {
    span.setAttributes({
      'http.response.status_code': statusCode,
      'spectrakey.operation': operationOf(request),
      'spectrakey.code': request.code ?? 'ok',
    });
    if (statusCode >= 500 || !raw.writableFinished) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }

  return {
    watchRequests(app) {
      app.addHook('onRequest', (request, reply, done) => {
        begin(request, reply);
        done();
      });
      // For the identification of the caller, before the body is read.
      app.addHook('preParsing', (request, _reply, payload, done) =>
        contexts.run(contextOf.get(request) ?? ROOT_CONTEXT, () => done(null, payload)),
      );
      // Again, as the events of the body come in the context of the connection.
      app.addHook('preHandler', (request, _reply, done) =>
        contexts.run(contextOf.get(request) ?? ROOT_CONTEXT, done),
      );
    },
    traced:
      (name, work) =>
      async (...parameters) => {
        const span = tracer.startSpan(name, {}, contexts.getStore() ?? ROOT_CONTEXT);
        try {
          return await work(...parameters);
        } catch (error) {
          // Without the message, which may quote input.
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      },
    async stop() {
      const timeout = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        warn('the collector did not take the last spans in time');
        timeout.resolve();
      }, MAX_LAST_EXPORT_MS);
      await Promise.race([provider.shutdown(), timeout.promise]);
      clearTimeout(timer);
    },
  };
}

function samplerOf({
  OTEL_TRACES_SAMPLER: name,
  OTEL_TRACES_SAMPLER_ARG: ratio,
}: Pick<Config, 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG'>): Sampler {
  const root = name.endsWith('always_on')
    ? new AlwaysOnSampler()
    : name.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new TraceIdRatioBasedSampler(ratio);
  return name.startsWith('parentbased') ? new ParentBasedSampler({ root }) : root;
}
