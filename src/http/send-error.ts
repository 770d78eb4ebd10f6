import type { FastifyReply } from 'fastify';
import type { GraphQLError } from 'graphql';
import { httpOf } from '../graphql/answers.ts';
import { isRestUrl } from './rest/paths.ts';
import { writeProblem } from './rest/problem.ts';
import { writeAnswer } from './write-answer.ts';

/** Sends an error of the catalogue: as a problem in the plain HTTP API, else as GraphQL does. */
export function sendError(reply: FastifyReply, error: GraphQLError): void {
  const text = isRestUrl(reply.request.url)
    ? writeProblem(reply, error)
    : writeAnswer(reply, { ...httpOf(error), body: { errors: [error.toJSON()] } });
  void reply.send(text);
}
