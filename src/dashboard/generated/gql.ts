/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  mutation SignOut {\n    signOut\n  }\n": typeof types.SignOutDocument,
    "\n  query Viewer {\n    viewer {\n      id\n      email\n      name\n      organizations {\n        id\n        slug\n        name\n        role\n        plan {\n          name\n          allowApiPredict\n          maxApiKeys\n          monthlyPredictions\n        }\n        projects {\n          id\n          name\n          role\n        }\n      }\n    }\n  }\n": typeof types.ViewerDocument,
    "\n  query DeploymentPage($id: ID!) {\n    deployment(id: $id) {\n      id\n      name\n      description\n      active\n      createdAt\n      project {\n        id\n        name\n        role\n        organization {\n          id\n          slug\n          name\n          plan {\n            name\n            allowApiPredict\n          }\n        }\n      }\n      model {\n        id\n        name\n        version\n        kind\n        targetProperty\n        unit\n        inputLength\n      }\n      usage {\n        month\n        predictions\n        limit\n      }\n    }\n  }\n": typeof types.DeploymentPageDocument,
    "\n  query DailyPredictions($id: ID!) {\n    deployment(id: $id) {\n      id\n      usage {\n        month\n        predictions\n        limit\n      }\n      dailyPredictions(days: 30) {\n        date\n        predictions\n      }\n    }\n  }\n": typeof types.DailyPredictionsDocument,
    "\n  mutation SignIn($email: EmailAddress!, $password: String!) {\n    signIn(email: $email, password: $password) {\n      id\n    }\n  }\n": typeof types.SignInDocument,
    "\n  mutation SignUp($input: SignUpInput!) {\n    signUp(input: $input) {\n      id\n    }\n  }\n": typeof types.SignUpDocument,
};
const documents: Documents = {
    "\n  mutation SignOut {\n    signOut\n  }\n": types.SignOutDocument,
    "\n  query Viewer {\n    viewer {\n      id\n      email\n      name\n      organizations {\n        id\n        slug\n        name\n        role\n        plan {\n          name\n          allowApiPredict\n          maxApiKeys\n          monthlyPredictions\n        }\n        projects {\n          id\n          name\n          role\n        }\n      }\n    }\n  }\n": types.ViewerDocument,
    "\n  query DeploymentPage($id: ID!) {\n    deployment(id: $id) {\n      id\n      name\n      description\n      active\n      createdAt\n      project {\n        id\n        name\n        role\n        organization {\n          id\n          slug\n          name\n          plan {\n            name\n            allowApiPredict\n          }\n        }\n      }\n      model {\n        id\n        name\n        version\n        kind\n        targetProperty\n        unit\n        inputLength\n      }\n      usage {\n        month\n        predictions\n        limit\n      }\n    }\n  }\n": types.DeploymentPageDocument,
    "\n  query DailyPredictions($id: ID!) {\n    deployment(id: $id) {\n      id\n      usage {\n        month\n        predictions\n        limit\n      }\n      dailyPredictions(days: 30) {\n        date\n        predictions\n      }\n    }\n  }\n": types.DailyPredictionsDocument,
    "\n  mutation SignIn($email: EmailAddress!, $password: String!) {\n    signIn(email: $email, password: $password) {\n      id\n    }\n  }\n": types.SignInDocument,
    "\n  mutation SignUp($input: SignUpInput!) {\n    signUp(input: $input) {\n      id\n    }\n  }\n": types.SignUpDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignOut {\n    signOut\n  }\n"): (typeof documents)["\n  mutation SignOut {\n    signOut\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Viewer {\n    viewer {\n      id\n      email\n      name\n      organizations {\n        id\n        slug\n        name\n        role\n        plan {\n          name\n          allowApiPredict\n          maxApiKeys\n          monthlyPredictions\n        }\n        projects {\n          id\n          name\n          role\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Viewer {\n    viewer {\n      id\n      email\n      name\n      organizations {\n        id\n        slug\n        name\n        role\n        plan {\n          name\n          allowApiPredict\n          maxApiKeys\n          monthlyPredictions\n        }\n        projects {\n          id\n          name\n          role\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DeploymentPage($id: ID!) {\n    deployment(id: $id) {\n      id\n      name\n      description\n      active\n      createdAt\n      project {\n        id\n        name\n        role\n        organization {\n          id\n          slug\n          name\n          plan {\n            name\n            allowApiPredict\n          }\n        }\n      }\n      model {\n        id\n        name\n        version\n        kind\n        targetProperty\n        unit\n        inputLength\n      }\n      usage {\n        month\n        predictions\n        limit\n      }\n    }\n  }\n"): (typeof documents)["\n  query DeploymentPage($id: ID!) {\n    deployment(id: $id) {\n      id\n      name\n      description\n      active\n      createdAt\n      project {\n        id\n        name\n        role\n        organization {\n          id\n          slug\n          name\n          plan {\n            name\n            allowApiPredict\n          }\n        }\n      }\n      model {\n        id\n        name\n        version\n        kind\n        targetProperty\n        unit\n        inputLength\n      }\n      usage {\n        month\n        predictions\n        limit\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DailyPredictions($id: ID!) {\n    deployment(id: $id) {\n      id\n      usage {\n        month\n        predictions\n        limit\n      }\n      dailyPredictions(days: 30) {\n        date\n        predictions\n      }\n    }\n  }\n"): (typeof documents)["\n  query DailyPredictions($id: ID!) {\n    deployment(id: $id) {\n      id\n      usage {\n        month\n        predictions\n        limit\n      }\n      dailyPredictions(days: 30) {\n        date\n        predictions\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignIn($email: EmailAddress!, $password: String!) {\n    signIn(email: $email, password: $password) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation SignIn($email: EmailAddress!, $password: String!) {\n    signIn(email: $email, password: $password) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignUp($input: SignUpInput!) {\n    signUp(input: $input) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation SignUp($input: SignUpInput!) {\n    signUp(input: $input) {\n      id\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;