import Fastify from 'fastify';
import { ready } from './ready.ts';

/** The upper bound: the same HTTP server parses the same JSON and answers a constant. */
const app = Fastify({ bodyLimit: 24 * 1024 * 1024 });
const answer = { data: { predict: { predictions: [{ sampleName: 'constant', value: 1 }] } } };
app.post('/graphql', async () => answer);
await app.listen({ host: '127.0.0.1', port: 0 });
ready(app);
