import type { FastifyReply } from 'fastify';
import { codeOf } from '../errors.ts';
import type { HttpAnswer } from '../graphql/answers.ts';

/** Sets the status and headers of a response, and its error code for metrics and traces. @returns its body as JSON */
export function writeAnswer(reply: FastifyReply, { status, headers, body }: HttpAnswer): string {
  reply.request.code = codeOf(body.errors);
  for (const [name, value] of headers) void reply.header(name, value);
  void reply.code(status).header('content-type', 'application/json; charset=utf-8');
  return `${JSON.stringify(body)}\n`;
}
