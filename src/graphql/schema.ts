import { readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { type GraphQLSchema, isScalarType } from 'graphql';
import { applyMiddleware } from 'graphql-middleware';
import { ownAccountResolvers } from '../accounts/account-resolvers.ts';
import { membershipResolvers } from '../accounts/membership-resolvers.ts';
import { accountResolvers } from '../accounts/resolvers.ts';
import { activityResolvers } from '../activity/resolvers.ts';
import { apiKeyResolvers } from '../api-keys/resolvers.ts';
import { deletionResolvers } from '../deletions/resolvers.ts';
import { deploymentResolvers } from '../deployments/resolvers.ts';
import { forbidden } from '../errors.ts';
import { notificationResolvers } from '../notifications/resolvers.ts';
import { predictionResolvers } from '../predictions/resolvers.ts';
import { insertProject } from '../projects/projects.ts';
import { projectResolvers } from '../projects/resolvers.ts';
import { webhookResolvers } from '../webhooks/resolvers.ts';
import type { Context } from './context.ts';
import type { MissingResolver } from './missing-resolver.ts';
import { permissions } from './permissions.ts';
import { withResultLimit } from './result-limit.ts';
import { scalars } from './scalars.ts';
import { deny, shield } from './shield.ts';

const resolvers = [
  scalars,
  accountResolvers(insertProject),
  ownAccountResolvers,
  membershipResolvers,
  projectResolvers,
  deploymentResolvers,
  apiKeyResolvers,
  predictionResolvers,
  deletionResolvers,
  notificationResolvers,
  webhookResolvers,
  activityResolvers,
];

type None<Missing extends never> = Missing;
/** Does not compile, and names the field, when a field that needs a resolver has none. */
export type NoMissingResolver = None<MissingResolver<(typeof resolvers)[number]>>;

/** Builds the executable schema: the public schema with resolvers, and a rule for every field of Query and Mutation. */
export function buildSchema(): GraphQLSchema {
  const typeDefs = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
  const schema = withResultLimit(
    makeExecutableSchema<Context>({
      typeDefs,
      resolvers,
      resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
    }),
  );
  // graphql-scalars replaces the descriptions of schema.graphql by its own.
  for (const name of Object.keys(scalars)) {
    const type = schema.getType(name);
    if (isScalarType(type)) type.description = type.astNode?.description?.value;
  }
  const rules = shield(permissions, {
    fallbackRule: deny,
    allowExternalErrors: true,
    // For fields without a rule; our rules return their own errors.
    fallbackError: () => forbidden(),
  }).generate(schema);
  // Shield would wrap every field of every type, at the cost of an async call for each. Only the root fields have rules:
  // everything below was read through the viewer's membership.
  const rootRules = Object.entries(rules).filter(([type]) => type === 'Query' || type === 'Mutation');
  return applyMiddleware(schema, Object.fromEntries(rootRules));
}
