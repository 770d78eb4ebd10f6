import type { FastifyReply } from 'fastify';
import type { GraphQLError } from 'graphql';
import { CATALOGUE, type Code, codeOf, codes } from '../../errors.ts';
import { httpOf } from '../../graphql/answers.ts';
import type { Problem } from './schemas.ts';

/** The type of the body of an error (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json';

/** The first sentence of the catalogue's message: the same for every error with this code. */
const titleOf = (code: Code): string => CATALOGUE[code].message.split(/(?<=\.) /)[0] ?? code;

/** Sets the status and headers of an error of the catalogue, and its code for metrics and traces. @returns its body */
export function writeProblem(reply: FastifyReply, error: GraphQLError): string {
  const { status, headers } = httpOf(error);
  const code = codeOf([error]) ?? codes.INTERNAL_SERVER_ERROR;
  const { allow, retryAfter } = error.extensions;
  const { request } = reply;
  request.code = code;
  for (const [name, value] of headers) void reply.header(name, value);
  if (typeof allow === 'string') void reply.header('allow', allow);
  const { accepts } = request.routeOptions.config;
  if (status === 415 && accepts !== undefined) void reply.header('accept-post', accepts);
  void reply
    .code(status)
    .header('cache-control', 'no-store')
    .header('content-type', `${PROBLEM_TYPE}; charset=utf-8`);
  const problem: Problem = {
    type: `/api#${code}`,
    title: titleOf(code),
    status,
    code,
    detail: error.message,
    request_id: request.id,
    ...(typeof retryAfter === 'number' && { retry_after: retryAfter }),
  };
  return `${JSON.stringify(problem)}\n`;
}
