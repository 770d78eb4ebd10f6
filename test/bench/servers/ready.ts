import type { FastifyInstance } from 'fastify';

/** Prints the address of the server for the process that started this one, in the format of Spectrakey's own start. */
export function ready(app: FastifyInstance): void {
  process.stdout.write(`${app.listeningOrigin}\n`);
}
