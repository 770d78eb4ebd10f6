import type { FastifyReply } from 'fastify';
import type { GraphQLError } from 'graphql';
import { httpOf } from '../graphql/answers.ts';
import { isRestUrl } from './rest/paths.ts';
import { writeProblem } from './rest/problem.ts';
import { writeAnswer } from './write-answer.ts';

/** Sets the status and headers of an error of the catalogue. @returns a problem in the plain HTTP API, else as GraphQL's */
export const writeError = (reply: FastifyReply, error: GraphQLError): string =>
  isRestUrl(reply.request.url)
    ? writeProblem(reply, error)
    : writeAnswer(reply, { ...httpOf(error), body: { errors: [error.toJSON()] } });

/** Sends an error of the catalogue. */
export function sendError(reply: FastifyReply, error: GraphQLError): void {
  void reply.send(writeError(reply, error));
}
