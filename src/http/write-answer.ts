import type { FastifyReply } from 'fastify';
import type { GraphQLError } from 'graphql';
import { codeOf } from '../errors.ts';
import { type HttpAnswer, httpOf } from '../graphql/answers.ts';

/** Sets the status and headers of a response, and its error code for metrics and traces. @returns its body as JSON */
export function writeAnswer(reply: FastifyReply, { status, headers, body }: HttpAnswer): string {
  reply.request.code = codeOf(body.errors);
  for (const [name, value] of headers) void reply.header(name, value);
  void reply.code(status).header('content-type', 'application/json; charset=utf-8');
  return `${JSON.stringify(body)}\n`;
}

/** Sends an error of the catalogue. */
export function sendError(reply: FastifyReply, error: GraphQLError): void {
  void reply.send(writeAnswer(reply, { ...httpOf(error), body: { errors: [error.toJSON()] } }));
}
