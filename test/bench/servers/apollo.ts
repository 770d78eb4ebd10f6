import { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify from 'fastify';
import { ready } from './ready.ts';

/** A bare Apollo Server as in its documentation, without keys, rules, database and model. */
const apollo = new ApolloServer({
  typeDefs: `#graphql
    input SpectrumInput { sampleName: String! yValues: [Float!]! }
    type Prediction { sampleName: String! value: Float category: String }
    type PredictPayload { predictions: [Prediction!]! }
    type Query { ready: Boolean! }
    type Mutation { predict(deploymentId: ID!, spectra: [SpectrumInput!]!): PredictPayload! }
  `,
  resolvers: {
    Query: { ready: () => true },
    Mutation: {
      predict: (_parent: unknown, { spectra }: { spectra: { sampleName: string }[] }) => ({
        predictions: spectra.map(({ sampleName }) => ({ sampleName, value: 1 })),
      }),
    },
  },
});
await apollo.start();
const app = Fastify({ bodyLimit: 24 * 1024 * 1024 });
app.post('/graphql', fastifyApolloHandler(apollo));
await app.listen({ host: '127.0.0.1', port: 0 });
ready(app);
