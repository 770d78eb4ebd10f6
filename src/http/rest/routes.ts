import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  preParsingHookHandler,
  RouteOptions,
} from 'fastify';
import { unauthenticated } from '../../errors.ts';
import type { ProtectedApi } from '../api-scope.ts';
import type { ContextOf } from '../contexts.ts';
import type { HttpLimits } from '../limits.ts';
import { noRoute } from '../no-route.ts';
import { answerDeployment, answerKey } from './key.ts';
import { describeApi } from './openapi.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { allowOf, PREFIX } from './paths.ts';
import { answerPredict, type DeploymentPath } from './predict.ts';
import { acceptFiles, answerPredictFiles } from './predict-files.ts';
import { type FilesBody, startFileReading } from './read-files.ts';
import { answerRevokeKey } from './revoke-key.ts';
import type { PredictRequest } from './schemas.ts';
import { invalidBody, startValidation } from './validation.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The type of the body that the operation accepts. */
    accepts?: string;
    /** Whether the operation revokes the key of the request, so that the key is not judged. */
    revokesKey?: boolean;
    /** Whether the body of a request may ask for that, so that a key which is refused identifies its holder. */
    mayRevokeKey?: boolean;
  }
}

export interface RestOptions {
  contextOf: ContextOf;
  bodies: Pick<ProtectedApi, 'readBody' | 'reserveMemory'>;
  limits: Pick<HttpLimits, 'filesStartMs' | 'filesReadingMs'>;
}

/**
 * Serves the plain HTTP API in the scope of the API, with `PREFIX`. Session cookies do not count here: `usesSessions`
 * stays false.
 */
export async function serveRest(
  scope: FastifyInstance,
  { contextOf, bodies, limits }: RestOptions,
): Promise<void> {
  const compile = startValidation();
  scope.setValidatorCompiler(({ schema }) => compile(schema));
  scope.setSchemaErrorFormatter(invalidBody);

  const document = `${JSON.stringify(describeApi(OPERATIONS))}\n`;
  serve<PredictRequest, DeploymentPath>(scope, OPERATIONS.predict, (request, reply) =>
    answerPredict(contextOf, request, reply),
  );
  const fileReading = startFileReading(limits);
  scope.addHook('onClose', () => fileReading.close());
  await scope.register(async files => {
    acceptFiles(files, bodies.readBody);
    serve<FilesBody, DeploymentPath>(files, OPERATIONS.predictFiles, (request, reply) =>
      answerPredictFiles({ contextOf, fileReading, ...bodies }, request, reply),
    );
  });
  serve(scope, OPERATIONS.currentKey, (request, reply) => answerKey(contextOf, request, reply));
  serve(scope, OPERATIONS.revokeKey, (request, reply) => answerRevokeKey(contextOf, request, reply));
  serve<unknown, DeploymentPath>(scope, OPERATIONS.deployment, (request, reply) =>
    answerDeployment(contextOf, request, reply),
  );
  serve(scope, OPERATIONS.openapi, async () => document);
  serveNoRoute(scope);
}

/**
 * Answers requests that no other route of the scope has, once the caller is identified, so that the headers and the errors
 * of the key are those of every path. Their body is not read.
 */
function serveNoRoute(scope: FastifyInstance): void {
  const rejectAll: RouteOptions = {
    url: '/*',
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    preParsing: (request, _reply, _payload, done) => done(noRoute(request)),
    handler: () => {},
  };
  scope.route(rejectAll);
  // A page has the other methods.
  scope.route({ ...rejectAll, url: '/', method: ['POST', 'PUT', 'PATCH', 'DELETE'] });
}

/**
 * Serves the paths of an operation, with and without a slash at their ends.
 *
 * @param answer returns the answer, as an object or as JSON
 */
export function serve<Body = unknown, Params = unknown>(
  scope: FastifyInstance,
  { method, paths, body, isPublic = false, revokesKey = false }: Operation,
  answer: (
    request: FastifyRequest<{ Body: Body; Params: Params }>,
    reply: FastifyReply,
  ) => Promise<object | string>,
): void {
  for (const path of paths) {
    const allow = allowOf(path);
    const url = path.slice(PREFIX.length).replace(/\{(\w+)\}/g, ':$1');
    for (const variant of [url, `${url}/`]) {
      scope.route<{ Body: Body; Params: Params }>({
        method,
        url: variant,
        config: { operation: `${method} ${path}`, revokesKey, ...(body && { accepts: body.type }) },
        ...(body?.isValidated && { schema: { body: body.schema } }),
        preParsing: isPublic ? [] : [requireKey],
        async handler(request, reply) {
          const answered = await answer(request, reply);
          void reply.header('content-type', 'application/json; charset=utf-8');
          // Not returned: Fastify would wait for the response to be written.
          void reply.send(typeof answered === 'string' ? answered : `${JSON.stringify(answered)}\n`);
        },
      });
      // Another method gets a 405 with a revoked key too, not the error of the key.
      if (revokesKey) {
        scope.route({
          method: ['GET', 'PUT', 'PATCH', 'DELETE'],
          url: variant,
          config: { revokesKey },
          preParsing: (request, _reply, _payload, done) => done(noRoute(request)),
          handler: () => {},
        });
      }
      // Answered before the caller is identified: a preflight has no credential.
      scope.options(variant, {
        onRequest: (_request, reply) => void reply.code(204).header('allow', allow).send(),
        handler: () => {},
      });
    }
  }
}

/** Rejects anonymous requests before their body is read. The caller was identified by the hook of the API. */
const requireKey: preParsingHookHandler = ({ identified }, _reply, payload, done) => {
  const kind = identified?.identity.kind;
  if (kind === 'api-key' || kind === 'key-holder') done(null, payload);
  else done(unauthenticated());
};
