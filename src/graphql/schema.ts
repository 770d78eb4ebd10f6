import { readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { type GraphQLSchema, isScalarType } from 'graphql';
import { applyMiddleware } from 'graphql-middleware';
import { ownAccountResolvers } from '../accounts/account-resolvers.ts';
import { membershipResolvers } from '../accounts/membership-resolvers.ts';
import { accountResolvers } from '../accounts/resolvers.ts';
import { apiKeyResolvers } from '../api-keys/resolvers.ts';
import { deletionResolvers } from '../deletions/resolvers.ts';
import { deploymentResolvers } from '../deployments/resolvers.ts';
import { forbidden } from '../errors.ts';
import { predictionResolvers } from '../predictions/resolvers.ts';
import { insertProject } from '../projects/projects.ts';
import { projectResolvers } from '../projects/resolvers.ts';
import { withAnswerLimit } from './answer-limit.ts';
import type { Context } from './context.ts';
import { permissions } from './permissions.ts';
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
];

/** The public schema with its resolvers, every field of Query and Mutation behind its rule. */
export function buildSchema(): GraphQLSchema {
  const typeDefs = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
  const schema = withAnswerLimit(
    makeExecutableSchema<Context>({
      typeDefs,
      resolvers,
      resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
    }),
  );
  // graphql-scalars brings descriptions of its own in their place; the schema's say what callers need to know.
  for (const name of Object.keys(scalars)) {
    const type = schema.getType(name);
    if (isScalarType(type)) type.description = type.astNode?.description?.value;
  }
  const rules = shield(permissions, {
    fallbackRule: deny,
    allowExternalErrors: true,
    // For fields that have no rule: every rule of ours answers an error of its own.
    fallbackError: () => forbidden(),
  }).generate(schema);
  // Shield wraps every field of every type, at the cost of an async call for each; only these two have rules. The
  // others need none: what lies below them was read through the viewer's membership.
  const rooted = Object.entries(rules).filter(([type]) => type === 'Query' || type === 'Mutation');
  return applyMiddleware(schema, Object.fromEntries(rooted));
}
