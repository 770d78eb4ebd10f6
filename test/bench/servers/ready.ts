import type { FastifyInstance } from 'fastify';

/** Tells whoever started this process where the server listens, in the words of Spectrakey's own start. */
export function ready(app: FastifyInstance): void {
  process.stdout.write(`${app.listeningOrigin}\n`);
}
